//! Who is who. A study has what all its files say of the patient, an account has its person, an order names one. These
//! are the rules that compare them and decide when two are one person; `docs/IDENTITY.md` has them as a table.

mod agreement;
mod compare;
mod document;
mod name;
mod pair;

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

pub use agreement::Agreement;
pub use compare::{Comparison, compare, files_contradict};
pub use document::{DocumentId, DocumentPatient, document_contradicts};
pub use name::compare_names;
pub use pair::{AcceptedPairs, pair_digest};

/// Most different patients that the headers of one study's files may name. Blanks and spellings make two or three;
/// more is not one patient's study.
pub const PERSONS_MAX: usize = 16;

/// Most different accession numbers that one study's files may name.
pub const ACCESSIONS_MAX: usize = 16;

/// What a hospital knows about its own numbers, and what it requires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentityRules {
    /// `n20-1` equals `N20-1`.
    pub ids_ignore_case: bool,
    /// `N20 1` and `N20-1` equal `N201`: blanks, dashes, dots and slashes are ignored.
    pub ids_ignore_separators: bool,
    /// `00123` equals `123`. Off by default: at hospitals that number by position these are two patients.
    pub ids_ignore_leading_zeros: bool,
    /// The issuers of patient ids (0010,0021) that are the hospital itself; any other issuer's id is another number.
    pub own_issuers: Vec<String>,
    /// Two members of staff must agree before a study is shown although its facts differ.
    pub four_eyes: bool,
}

impl IdentityRules {
    /// For code that does not know the hospital's rules: what differs under these differs under any.
    #[must_use]
    pub fn most_lenient() -> Self {
        Self { ids_ignore_separators: true, ids_ignore_leading_zeros: true, ..Self::default() }
    }
}

impl Default for IdentityRules {
    fn default() -> Self {
        Self {
            ids_ignore_case: true,
            ids_ignore_separators: false,
            ids_ignore_leading_zeros: false,
            own_issuers: Vec::new(),
            four_eyes: false,
        }
    }
}

/// One fact that identifies a person.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Fact {
    /// Patient ID with its issuer.
    PatientId,
    /// Name.
    Name,
    /// Birth date.
    BirthDate,
    /// Sex.
    Sex,
}

impl Fact {
    /// All of them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }
}
