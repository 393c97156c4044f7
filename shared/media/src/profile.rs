//! The general purpose profiles of PS3.11 (annexes D and J): which transfer syntaxes one medium may hold together.

use crate::EXPLICIT_VR_LITTLE_ENDIAN;

/// JPEG Baseline, Extended, and Lossless SV1.
const JPEG: [&str; 3] = ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.70"];
/// JPEG 2000, lossless only and not.
const JPEG_2000: [&str; 2] = ["1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"];

/// The profile of a medium, as far as its files have decided it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Profile {
    /// Explicit VR Little Endian alone: every reader takes it.
    #[default]
    Uncompressed,
    /// JPEG as well.
    Jpeg,
    /// JPEG 2000 as well.
    Jpeg2000,
}

impl Profile {
    /// Whether a file of this transfer syntax may be on the medium as it is. No profile has both JPEG and JPEG 2000: the first
    /// compressed file decides.
    pub fn admits(&mut self, transfer_syntax_uid: &str) -> bool {
        let wanted = if JPEG.contains(&transfer_syntax_uid) {
            Self::Jpeg
        } else if JPEG_2000.contains(&transfer_syntax_uid) {
            Self::Jpeg2000
        } else {
            return transfer_syntax_uid == EXPLICIT_VR_LITTLE_ENDIAN;
        };
        if *self == Self::Uncompressed {
            *self = wanted;
        }
        *self == wanted
    }

    /// Its name in PS3.11.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Uncompressed => "STD-GEN-CD",
            Self::Jpeg => "STD-GEN-USB-JPEG",
            Self::Jpeg2000 => "STD-GEN-USB-J2K",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_compressed_file_decides_what_else_may_stay_compressed() {
        let (plain, implicit, rle) = ("1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.5");
        let (baseline, lossless) = (JPEG[0], JPEG[2]);
        let [j2k, _] = JPEG_2000;
        for (files, admitted, name) in [
            (vec![], vec![], "STD-GEN-CD"),
            (vec![plain, implicit, rle], vec![true, false, false], "STD-GEN-CD"),
            (
                vec![rle, baseline, j2k, lossless, plain],
                vec![false, true, false, true, true],
                "STD-GEN-USB-JPEG",
            ),
            (vec![plain, j2k, baseline, j2k], vec![true, true, false, true], "STD-GEN-USB-J2K"),
        ] {
            let mut profile = Profile::default();
            let answers: Vec<bool> = files.iter().map(|uid| profile.admits(uid)).collect();
            assert_eq!((answers, profile.name()), (admitted, name), "{files:?}");
        }
    }
}
