//! Whom a file, an order or an account names.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{BirthDate, PatientId};

/// What is said about a person. `Debug` hides everything. How two of them compare is said in [`crate::identity`].
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PatientDemographics {
    /// Patient ID (0010,0020), when there is a usable one.
    #[serde(default)]
    pub id: Option<PatientId>,
    /// Issuer of Patient ID (0010,0021): whose number the id is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// There is a Patient ID, and it cannot be one: too long, or with control characters in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_id_unreadable: bool,
    /// Patient's Name (0010,0010), decoded and repaired, with its `^` and `=`.
    #[serde(default)]
    pub name: Option<String>,
    /// Patient's Birth Date (0010,0030), or its year.
    #[serde(default)]
    pub birth_date: Option<BirthDate>,
    /// Patient's Sex (0010,0040): `M`, `F` or `O`.
    #[serde(default)]
    pub sex: Option<String>,
}

impl PatientDemographics {
    /// Whether nothing says who it is.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.id.is_none() && self.name.is_none()
    }
}

impl fmt::Debug for PatientDemographics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PatientDemographics(hidden)")
    }
}
