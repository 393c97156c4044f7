//! Transfer syntaxes (PS3.5 A, PS3.6 A): how the data set and its pixels are encoded.

/// How the pixels of a transfer syntax are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PixelEncoding {
    /// Uncompressed (PS3.5 A.1, A.2, A.3, A.5).
    Native,
    /// RLE Lossless (PS3.5 G).
    Rle,
    /// JPEG, DCT-based, 8 or 12 bits.
    JpegDct,
    /// JPEG, lossless processes 14 and 14 SV1.
    JpegLossless,
    /// JPEG-LS.
    JpegLs,
    /// JPEG 2000 and its Part 2.
    Jpeg2000,
    /// High-throughput JPEG 2000.
    HtJpeg2000,
    /// JPEG XL.
    JpegXl,
    /// Each frame deflated on its own (Deflated Image Frame Compression).
    DeflatedFrames,
    /// MPEG-2, MPEG-4, HEVC: the pixel data is one video stream.
    Video,
    /// Anything else; taken to be encapsulated.
    Unknown,
}

/// What one must know about a transfer syntax to read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferSyntax {
    /// Value representations are written out.
    pub explicit_vr: bool,
    /// Integers are big endian.
    pub big_endian: bool,
    /// The whole data set is deflated.
    pub deflated: bool,
    /// Pixels come in fragments (PS3.5 A.4).
    pub is_encapsulated: bool,
    /// Words of native pixels are big endian.
    pub big_endian_pixels: bool,
    /// How pixels are encoded.
    pub pixels: PixelEncoding,
}

/// Implicit VR Little Endian.
pub const IMPLICIT_VR_LITTLE_ENDIAN: &str = "1.2.840.10008.1.2";
/// Explicit VR Little Endian.
pub const EXPLICIT_VR_LITTLE_ENDIAN: &str = "1.2.840.10008.1.2.1";
/// Explicit VR Big Endian (retired).
pub const EXPLICIT_VR_BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";

impl TransferSyntax {
    /// Looks up a transfer syntax. An unknown one is assumed to be explicit, little endian and encapsulated, like every
    /// standard one since 1993.
    #[must_use]
    pub fn from_uid(uid: &str) -> Self {
        use PixelEncoding as P;
        let encapsulated = |pixels| Self {
            explicit_vr: true,
            big_endian: false,
            deflated: false,
            is_encapsulated: true,
            big_endian_pixels: false,
            pixels,
        };
        let native = Self { is_encapsulated: false, ..encapsulated(P::Native) };
        match uid {
            IMPLICIT_VR_LITTLE_ENDIAN => Self { explicit_vr: false, ..native },
            // GE's private syntax: a little endian data set in which only the pixels are big endian.
            "1.2.840.113619.5.2" => Self { explicit_vr: false, big_endian_pixels: true, ..native },
            EXPLICIT_VR_LITTLE_ENDIAN => native,
            EXPLICIT_VR_BIG_ENDIAN => Self { big_endian: true, big_endian_pixels: true, ..native },
            // Encapsulated Uncompressed: each frame in fragments of its own (PS3.5 A.4.11).
            "1.2.840.10008.1.2.1.98" => encapsulated(P::Native),
            "1.2.840.10008.1.2.1.99" => Self { deflated: true, ..native },
            "1.2.840.10008.1.2.4.95" | "1.2.840.10008.1.2.4.205" => {
                Self { deflated: true, ..encapsulated(P::Unknown) }
            }
            "1.2.840.10008.1.2.5" => encapsulated(P::Rle),
            "1.2.840.10008.1.2.8.1" => encapsulated(P::DeflatedFrames),
            _ => encapsulated(jpeg_or_video(uid.strip_prefix("1.2.840.10008.1.2.4."))),
        }
    }
}

/// Decides the family of `1.2.840.10008.1.2.4.*` by the last components.
fn jpeg_or_video(suffix: Option<&str>) -> PixelEncoding {
    use PixelEncoding as P;
    let number = suffix.and_then(|s| s.split('.').next()).and_then(|s| s.parse::<u16>().ok());
    match number {
        Some(50..=56 | 59..=64) => P::JpegDct,
        Some(57 | 58 | 65 | 66 | 70) => P::JpegLossless,
        Some(80 | 81) => P::JpegLs,
        Some(90..=93) => P::Jpeg2000,
        Some(100..=108) => P::Video,
        Some(110..=112) => P::JpegXl,
        Some(201..=203) => P::HtJpeg2000,
        _ => P::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_told_apart() {
        for (uid, pixels) in [
            ("1.2.840.10008.1.2", PixelEncoding::Native),
            ("1.2.840.10008.1.2.4.51", PixelEncoding::JpegDct),
            ("1.2.840.10008.1.2.4.70", PixelEncoding::JpegLossless),
            ("1.2.840.10008.1.2.4.103.1", PixelEncoding::Video),
            ("1.2.840.10008.1.2.4.202", PixelEncoding::HtJpeg2000),
            ("1.2.840.10008.1.2.5", PixelEncoding::Rle),
            ("1.2.3", PixelEncoding::Unknown),
            ("", PixelEncoding::Unknown),
        ] {
            assert_eq!(TransferSyntax::from_uid(uid).pixels, pixels, "{uid}");
        }
        assert!(!TransferSyntax::from_uid(IMPLICIT_VR_LITTLE_ENDIAN).explicit_vr);
        assert!(TransferSyntax::from_uid(EXPLICIT_VR_BIG_ENDIAN).big_endian);
        assert!(TransferSyntax::from_uid("1.2.840.10008.1.2.1.99").deflated);
    }
}
