//! What of a study a client retrieves in one answer.

use serde::{Deserialize, Serialize};

use crate::{SeriesInstanceUid, SopInstanceUid};

/// The files that one answer of DICOMweb holds (PS3.18 10.4.1.1.1): all of a study, of one series, or one instance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retrieval {
    /// Only this series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series_instance_uid: Option<SeriesInstanceUid>,
    /// Only this instance of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sop_instance_uid: Option<SopInstanceUid>,
}

impl Retrieval {
    /// All of a study.
    #[must_use]
    pub fn study() -> Self {
        Self::default()
    }

    /// All of a series.
    #[must_use]
    pub const fn series(series: SeriesInstanceUid) -> Self {
        Self { series_instance_uid: Some(series), sop_instance_uid: None }
    }

    /// One instance.
    #[must_use]
    pub const fn instance(series: SeriesInstanceUid, instance: SopInstanceUid) -> Self {
        Self { series_instance_uid: Some(series), sop_instance_uid: Some(instance) }
    }

    /// Whether an instance is among them.
    #[must_use]
    pub fn has(&self, series: &SeriesInstanceUid, instance: &SopInstanceUid) -> bool {
        self.series_instance_uid.as_ref().is_none_or(|wanted| wanted == series)
            && self.sop_instance_uid.as_ref().is_none_or(|wanted| wanted == instance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_what_is_below_it() {
        let series = |uid: &str| SeriesInstanceUid::parse(uid).unwrap();
        let instance = |uid: &str| SopInstanceUid::parse(uid).unwrap();
        for (retrieval, expected) in [
            (Retrieval::study(), [true, true, true]),
            (Retrieval::series(series("1.1")), [true, true, false]),
            (Retrieval::instance(series("1.1"), instance("1.1.2")), [false, true, false]),
            (Retrieval::instance(series("1.2"), instance("1.1.2")), [false; 3]),
        ] {
            let has = [("1.1", "1.1.1"), ("1.1", "1.1.2"), ("1.2", "1.2.1")]
                .map(|(of, uid)| retrieval.has(&series(of), &instance(uid)));
            assert_eq!(has, expected, "{retrieval:?}");
        }
    }
}
