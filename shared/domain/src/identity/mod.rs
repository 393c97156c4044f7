//! Who is who. A study keeps what all its files say of the patient, an account keeps its person, an order names one: here
//! is how they compare, and when two of them are one person. `docs/IDENTITY.md` shows the same rules as a table.

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

/// Most different patients, as their headers read, that the files of one study may name. Blanks and spellings make two or
/// three; more is no study of one patient.
pub const PERSONS_MAX: usize = 16;

/// Most different accession numbers that the files of one study may name.
pub const ACCESSIONS_MAX: usize = 16;

/// What a hospital knows of its own numbers, and what it demands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentityRules {
    /// `n20-1` is `N20-1`.
    pub ids_ignore_case: bool,
    /// `N20 1` and `N20-1` are `N201`: blanks, dashes, dots and slashes do not count.
    pub ids_ignore_separators: bool,
    /// `00123` is `123`. Off, because at hospitals that number by position these are two patients.
    pub ids_ignore_leading_zeros: bool,
    /// The issuers of patient ids (0010,0021) that are this hospital's own. An id of any other issuer is another number.
    pub own_issuers: Vec<String>,
    /// Two members of the staff must agree before a study is shown although its facts differ.
    pub four_eyes: bool,
}

impl IdentityRules {
    /// Where nobody knows what the hospital knows: what differs by these, differs by its own.
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

/// One fact by which a person is known.
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
