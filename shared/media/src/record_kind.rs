//! Which record of a directory stands for an instance (PS3.3 F.4).

/// The types of records that refer to a file (PS3.3 F.3.2.2, Directory Record Type).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::EnumIter)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum RecordKind {
    /// Pictures, segmentations and parametric maps among them.
    Image,
    /// Radiotherapy dose.
    #[strum(serialize = "RT DOSE")]
    RtDose,
    /// Contours of radiotherapy.
    #[strum(serialize = "RT STRUCTURE SET")]
    RtStructureSet,
    /// Plans of radiotherapy.
    #[strum(serialize = "RT PLAN")]
    RtPlan,
    /// What was given of a plan.
    #[strum(serialize = "RT TREAT RECORD")]
    RtTreatRecord,
    /// Radiotherapy of the second generation.
    Radiotherapy,
    /// How images are to be shown.
    Presentation,
    /// ECG, sound and other curves.
    Waveform,
    /// Structured reports.
    #[strum(serialize = "SR DOCUMENT")]
    SrDocument,
    /// Key object selections.
    #[strum(serialize = "KEY OBJECT DOC")]
    KeyObjectDoc,
    /// PDF, CDA and models for printing.
    #[strum(serialize = "ENCAP DOC")]
    EncapDoc,
    /// Spectra.
    Spectroscopy,
    /// Data of a machine for itself.
    #[strum(serialize = "RAW DATA")]
    RawData,
    /// Registrations of images.
    Registration,
    /// Marks for a registration.
    Fiducial,
    /// What stored values mean.
    #[strum(serialize = "VALUE MAP")]
    ValueMap,
    /// Pairs of pictures of an eye.
    Stereometric,
    /// Measurements of an eye.
    Measurement,
    /// Segmentations as surfaces.
    Surface,
    /// Scans of a surface.
    #[strum(serialize = "SURFACE SCAN")]
    SurfaceScan,
    /// Fibre tracts.
    Tract,
    /// Assessments of contents.
    Assessment,
    /// Annotations in bulk.
    Annotation,
    /// Protocols of a procedure.
    Protocol,
    /// What the standard has no record for.
    Private,
}

const STORAGE_CLASSES: &str = "1.2.840.10008.5.1.4.1.1.";

impl RecordKind {
    /// The record for an instance of this class. Pixels of a class that is not known are an image's.
    #[must_use]
    pub fn of(sop_class_uid: &str, has_pixel_data: bool) -> Self {
        let class = sop_class_uid.strip_prefix(STORAGE_CLASSES).unwrap_or_default();
        let below = |family: &str| class.strip_prefix(family).is_some_and(|rest| rest.starts_with('.'));
        match class {
            "481.2" => Self::RtDose,
            "481.3" => Self::RtStructureSet,
            "481.5" | "481.8" => Self::RtPlan,
            "481.4" | "481.6" | "481.7" | "481.9" => Self::RtTreatRecord,
            "481.1" | "481.23" | "481.24" => Self::Image,
            "88.59" => Self::KeyObjectDoc,
            "4.2" => Self::Spectroscopy,
            "66" => Self::RawData,
            "66.1" | "66.3" => Self::Registration,
            "66.2" => Self::Fiducial,
            "66.5" => Self::Surface,
            "66.6" => Self::Tract,
            "67" => Self::ValueMap,
            "77.1.5.3" => Self::Stereometric,
            "79.1" => Self::SrDocument,
            "90.1" => Self::Assessment,
            "91.1" => Self::Annotation,
            _ if below("481") => Self::Radiotherapy,
            _ if below("11") || below("9.100") => Self::Presentation,
            _ if below("88") => Self::SrDocument,
            _ if below("9") => Self::Waveform,
            _ if below("104") => Self::EncapDoc,
            _ if below("68") => Self::SurfaceScan,
            _ if below("78") || class == "80.1" => Self::Measurement,
            _ if below("200") => Self::Protocol,
            _ if has_pixel_data => Self::Image,
            _ => Self::Private,
        }
    }

    /// The value of Directory Record Type (0004,1430).
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn each_class_has_the_record_of_the_standard() {
        for (class, has_pixel_data, record) in [
            ("1.2.840.10008.5.1.4.1.1.2", true, "IMAGE"),
            ("1.2.840.10008.5.1.4.1.1.66.4", true, "IMAGE"),
            ("1.2.840.10008.5.1.4.1.1.481.1", true, "IMAGE"),
            ("1.2.840.10008.5.1.4.1.1.481.2", true, "RT DOSE"),
            ("1.2.840.10008.5.1.4.1.1.481.3", false, "RT STRUCTURE SET"),
            ("1.2.840.10008.5.1.4.1.1.481.8", false, "RT PLAN"),
            ("1.2.840.10008.5.1.4.1.1.481.7", false, "RT TREAT RECORD"),
            ("1.2.840.10008.5.1.4.1.1.481.12", false, "RADIOTHERAPY"),
            ("1.2.840.10008.5.1.4.1.1.11.1", false, "PRESENTATION"),
            ("1.2.840.10008.5.1.4.1.1.88.33", false, "SR DOCUMENT"),
            ("1.2.840.10008.5.1.4.1.1.88.59", false, "KEY OBJECT DOC"),
            ("1.2.840.10008.5.1.4.1.1.104.1", false, "ENCAP DOC"),
            ("1.2.840.10008.5.1.4.1.1.9.1.1", false, "WAVEFORM"),
            ("1.2.840.10008.5.1.4.1.1.66", false, "RAW DATA"),
            ("1.2.840.10008.5.1.4.1.1.66.1", false, "REGISTRATION"),
            ("1.2.840.10008.5.1.4.1.1.67", false, "VALUE MAP"),
            ("1.2.840.10008.5.1.4.1.1.4.2", false, "SPECTROSCOPY"),
            ("1.3.12.2.1107.5.9.1", false, "PRIVATE"),
            ("1.3.12.2.1107.5.9.1", true, "IMAGE"),
            ("", true, "IMAGE"),
        ] {
            assert_eq!(RecordKind::of(class, has_pixel_data).name(), record, "{class}");
        }
    }

    #[test]
    fn every_name_is_a_code_string() {
        for kind in RecordKind::iter() {
            let name = kind.name();
            assert!(name.len() <= 16 && name.bytes().all(|b| b.is_ascii_uppercase() || b == b' '), "{name}");
        }
    }
}
