//! Who a picture belongs to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{BirthDate, PatientId, person_name};

/// What a DICOM header says about the patient. `Debug` hides everything.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PatientDemographics {
    /// Patient ID (0010,0020), when there is a usable one.
    pub id: Option<PatientId>,
    /// Patient's Name (0010,0010), decoded and repaired, with its `^` and `=`.
    pub name: Option<String>,
    /// Patient's Birth Date (0010,0030), when complete.
    pub birth_date: Option<BirthDate>,
    /// Patient's Sex (0010,0040): `M`, `F` or `O`.
    pub sex: Option<String>,
}

impl PatientDemographics {
    /// Whether the two cannot be one person: some fact that both state differs.
    #[must_use]
    pub fn contradicts(&self, other: &Self) -> bool {
        fn differ<T>(a: Option<&T>, b: Option<&T>, same: impl Fn(&T, &T) -> bool) -> bool {
            matches!((a, b), (Some(a), Some(b)) if !same(a, b))
        }
        differ(self.id.as_ref(), other.id.as_ref(), |a, b| a == b)
            || differ(self.name.as_ref(), other.name.as_ref(), |a, b| a == b || person_name::same_person(a, b))
            || differ(self.birth_date.as_ref(), other.birth_date.as_ref(), |a, b| a == b)
            // A file without any identity among files that have one may be anyone's.
            || self.is_anonymous() != other.is_anonymous()
    }

    fn is_anonymous(&self) -> bool {
        self.id.is_none() && self.name.is_none()
    }
}

impl fmt::Debug for PatientDemographics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PatientDemographics(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patient(id: &str, name: &str, birth: &str) -> PatientDemographics {
        PatientDemographics {
            id: PatientId::parse(id).ok(),
            name: Some(name.to_owned()).filter(|n| !n.is_empty()),
            birth_date: BirthDate::parse(birth).ok(),
            sex: None,
        }
    }

    #[test]
    fn spelling_and_missing_facts_do_not_contradict() {
        let full = patient("N1", "NGUYEN^THI HOA", "19580302");
        assert!(!full.contradicts(&patient("N1", "Nguyễn Thị Hoà", "")));
        assert!(!full.contradicts(&patient("N1", "", "19580302")));
    }

    #[test]
    fn any_differing_fact_contradicts() {
        let full = patient("N1", "NGUYEN^THI HOA", "19580302");
        for other in [
            patient("N2", "NGUYEN^THI HOA", "19580302"),
            patient("N1", "TRAN^VAN BINH", "19580302"),
            patient("N1", "NGUYEN^THI HOA", "19580303"),
            patient("", "", "19580302"),
        ] {
            assert!(full.contradicts(&other));
            assert!(other.contradicts(&full));
        }
    }

    #[test]
    fn two_anonymous_files_do_not_contradict() {
        assert!(!patient("", "", "").contradicts(&patient("", "", "")));
    }
}
