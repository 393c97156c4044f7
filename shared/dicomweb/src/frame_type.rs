//! The media types of frames (PS3.18 8.7.3.3).

/// Explicit VR Little Endian.
pub const EXPLICIT_VR_LITTLE_ENDIAN: &str = "1.2.840.10008.1.2.1";

/// The transfer syntax in which frames are given that are stored in this one. DICOMweb knows neither implicit value
/// representations nor big endian words (PS3.18 8.7.3.2), and a deflated data set is inflated: of its frames remains
/// Explicit VR Little Endian.
#[must_use]
pub fn frame_syntax(stored: &str) -> &str {
    match stored {
        "1.2.840.10008.1.2"
        | "1.2.840.10008.1.2.2"
        | "1.2.840.10008.1.2.1.98"
        | "1.2.840.10008.1.2.1.99"
        | "1.2.840.113619.5.2" => EXPLICIT_VR_LITTLE_ENDIAN,
        stored => stored,
    }
}

/// The media types of a frame in this transfer syntax; the first one is used unless another is asked for.
#[must_use]
pub fn frame_types(transfer_syntax: &str) -> &'static [&'static str] {
    let number = transfer_syntax.strip_prefix("1.2.840.10008.1.2.4.");
    let number = number.and_then(|rest| rest.split('.').next()).and_then(|n| n.parse::<u16>().ok());
    match (transfer_syntax, number) {
        ("1.2.840.10008.1.2.5", _) => &["image/dicom-rle"],
        (_, Some(50..=70)) => &["image/jpeg"],
        (_, Some(80 | 81)) => &["image/jls"],
        (_, Some(90 | 91)) => &["image/jp2", "image/j2c"],
        (_, Some(92 | 93)) => &["image/jpx"],
        (_, Some(100 | 101)) => &["video/mpeg"],
        (_, Some(102..=106)) => &["video/mp4"],
        (_, Some(107 | 108)) => &["video/h265"],
        (_, Some(110..=112)) => &["image/jxl"],
        (_, Some(201..=203)) => &["image/jphc"],
        _ => &["application/octet-stream"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_transfer_syntax_has_the_media_type_of_the_standard() {
        for (uid, syntax, media_type) in [
            ("1.2.840.10008.1.2", EXPLICIT_VR_LITTLE_ENDIAN, "application/octet-stream"),
            ("1.2.840.10008.1.2.1", EXPLICIT_VR_LITTLE_ENDIAN, "application/octet-stream"),
            ("1.2.840.10008.1.2.1.99", EXPLICIT_VR_LITTLE_ENDIAN, "application/octet-stream"),
            ("1.2.840.10008.1.2.2", EXPLICIT_VR_LITTLE_ENDIAN, "application/octet-stream"),
            ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.50", "image/jpeg"),
            ("1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.70", "image/jpeg"),
            ("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.80", "image/jls"),
            ("1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.90", "image/jp2"),
            ("1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.4.202", "image/jphc"),
            ("1.2.840.10008.1.2.4.103.1", "1.2.840.10008.1.2.4.103.1", "video/mp4"),
            ("1.2.840.10008.1.2.5", "1.2.840.10008.1.2.5", "image/dicom-rle"),
            ("1.2.3", "1.2.3", "application/octet-stream"),
        ] {
            assert_eq!((frame_syntax(uid), frame_types(syntax)[0]), (syntax, media_type), "{uid}");
        }
    }
}
