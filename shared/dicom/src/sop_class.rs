//! Names of SOP classes (PS3.6 A).

use dicom_core::dictionary::UidDictionary;
use dicom_dictionary_std::StandardSopClassDictionary;

/// The name of a standard SOP class, such as "Grayscale Softcopy Presentation State Storage".
#[must_use]
pub fn sop_class_name(sop_class_uid: &str) -> Option<&'static str> {
    let name = StandardSopClassDictionary.by_uid(sop_class_uid)?.name;
    Some(name.trim_end_matches(" (Retired)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_classes_have_names_and_private_ones_do_not() {
        for (uid, name) in [
            ("1.2.840.10008.5.1.4.1.1.11.1", Some("Grayscale Softcopy Presentation State Storage")),
            ("1.2.840.10008.5.1.4.1.1.481.3", Some("RT Structure Set Storage")),
            ("1.2.840.10008.5.1.4.1.1.66.4", Some("Segmentation Storage")),
            ("1.3.12.2.1107.5.9.1", None),
            ("", None),
        ] {
            assert_eq!(sop_class_name(uid), name);
        }
    }
}
