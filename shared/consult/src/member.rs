//! Members of a consultation.

use std::fmt;

use filmless_domain::PhoneNumber;
use serde::{Deserialize, Serialize};

use crate::bad_field::BadField;
use crate::ids::MemberId;
use crate::limits::{FACILITY_CHARS_MAX, NAME_CHARS_MAX, TITLE_CHARS_MAX};
use crate::typed;

/// What a member is in the consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MemberRole {
    /// Leads it: admits, removes, ends. Exactly one.
    Chair,
    /// Writes the minutes. At most one; without one, the chair does.
    Secretary,
    /// Everybody else.
    Member,
}

/// How far a member has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MemberStatus {
    /// Has an invitation.
    Invited,
    /// Entered the code, and waits for the chair.
    Waiting,
    /// Sees the studies. The chair always is.
    Admitted,
    /// Sees nothing any more.
    Removed,
}

/// A member. `Debug` hides who it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Which.
    pub id: MemberId,
    /// Name, one line.
    pub name: String,
    /// Title: `BS. CKII`; may be empty.
    pub title: String,
    /// Where they work.
    pub facility: String,
    /// Number of the licence to practise; may be empty for staff.
    pub licence: String,
    /// Where the invitation goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Where the invitation goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<PhoneNumber>,
    /// What they are.
    pub role: MemberRole,
    /// How far they have come.
    pub status: MemberStatus,
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Member({} {:?} {:?})", self.id, self.role, self.status)
    }
}

impl Member {
    /// With all texts as they are stored: one line each, nothing invisible.
    ///
    /// # Errors
    /// [`BadField`]: the first that cannot be taken.
    pub fn checked(mut self) -> Result<Self, BadField> {
        self.name = typed::named("name", &self.name, NAME_CHARS_MAX)?;
        self.title = typed::line("title", &self.title, TITLE_CHARS_MAX)?;
        self.facility = typed::named("facility", &self.facility, FACILITY_CHARS_MAX)?;
        self.licence = typed::line("licence", &self.licence, TITLE_CHARS_MAX)?;
        Ok(self)
    }

    /// Whether this is the chair.
    #[must_use]
    pub const fn is_chair(&self) -> bool {
        matches!(self.role, MemberRole::Chair)
    }

    /// Whether this member takes part now.
    #[must_use]
    pub const fn is_admitted(&self) -> bool {
        matches!(self.status, MemberStatus::Admitted)
    }
}

/// A member as the others see them. `Debug` hides who it is.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberView {
    /// Which.
    pub id: MemberId,
    /// Name.
    pub name: String,
    /// Title; may be empty.
    pub title: String,
    /// Where they work.
    pub facility: String,
    /// What they are.
    pub role: MemberRole,
    /// How far they have come.
    pub status: MemberStatus,
    /// Whether they have a connection to the room.
    pub is_here: bool,
    /// How much of the images their screen has, 0 to 1. Never stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loaded: Option<f64>,
    /// Whether their line is slow. Never stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_slow: Option<bool>,
}

impl fmt::Debug for MemberView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemberView({} {:?} {:?} here: {})", self.id, self.role, self.status, self.is_here)
    }
}

impl MemberView {
    /// What the others see of a member.
    #[must_use]
    pub fn of(member: &Member, is_here: bool) -> Self {
        let Member { id, name, title, facility, role, status, .. } = member.clone();
        Self { id, name, title, facility, role, status, is_here, loaded: None, is_slow: None }
    }
}
