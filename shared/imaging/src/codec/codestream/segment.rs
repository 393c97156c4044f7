//! Marker segments (T.800 A.1).

pub(super) const COD: u8 = 0x52;
pub(super) const COC: u8 = 0x53;

/// One marker segment, with its marker.
pub(super) struct Segment<'s> {
    pub(super) marker: u8,
    pub(super) bytes: &'s [u8],
}

impl Segment<'_> {
    /// What follows the length.
    pub(super) fn body(&self) -> &[u8] {
        self.bytes.get(4..).unwrap_or_default()
    }

    /// Whether pictures depend on it: COD, COC, RGN, QCD, QCC, POC, PPM, PPT, CAP, CPF, and MCT, MCC, MCO and CBD of
    /// part 2 (ITU-T T.801).
    pub(super) fn is_needed(&self) -> bool {
        matches!(
            self.marker,
            0x50 | COD | COC | 0x59 | 0x5C | 0x5D | 0x5E | 0x5F | 0x60 | 0x61 | 0x74 | 0x75 | 0x77 | 0x78
        )
    }
}
