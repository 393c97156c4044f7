//! Who signs: a name and a licence are part of everything that counts.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::bad_field::BadField;
use crate::ids::MemberId;
use crate::limits::{FACILITY_CHARS_MAX, NAME_CHARS_MAX, TITLE_CHARS_MAX};
use crate::member::{Member, MemberRole};
use crate::typed;

/// Who signs, as they were then. `Debug` hides who it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// Which member.
    pub id: MemberId,
    /// Name.
    pub name: String,
    /// Title; may be empty.
    pub title: String,
    /// Where they work.
    pub facility: String,
    /// Number of the licence to practise.
    pub licence: String,
    /// What they are in the consultation.
    pub role: MemberRole,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({} {:?})", self.id, self.role)
    }
}

impl Signer {
    /// A member, with the licence number that they typed when they signed; empty to take the one that is known.
    ///
    /// # Errors
    /// [`BadField`] `licence` if there is none and this member needs one: a doctor's opinion counts by it. Only a secretary
    /// signs without.
    pub fn of(member: &Member, licence: &str) -> Result<Self, BadField> {
        let licence = if licence.trim().is_empty() { &member.licence } else { licence };
        let licence = if member.role == MemberRole::Secretary {
            typed::line("licence", licence, TITLE_CHARS_MAX)?
        } else {
            typed::named("licence", licence, TITLE_CHARS_MAX)?
        };
        Ok(Self {
            id: member.id.clone(),
            name: typed::named("name", &member.name, NAME_CHARS_MAX)?,
            title: typed::line("title", &member.title, TITLE_CHARS_MAX)?,
            facility: typed::line("facility", &member.facility, FACILITY_CHARS_MAX)?,
            licence,
            role: member.role,
        })
    }
}
