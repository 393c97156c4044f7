//! Tag, value representation and length of one element (PS3.5 7.1).

use dicom_core::{DataDictionary, Tag, VR};
use dicom_dictionary_std::StandardDataDictionary;

use super::Pass;
use crate::HeaderError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Encoding {
    pub explicit_vr: bool,
    pub big_endian: bool,
}

pub(super) struct ElementHead {
    pub tag: Tag,
    pub vr: VR,
    pub length: u32,
    pub value_start: usize,
}

impl Pass<'_> {
    /// How the element at hand looks: a small group in one byte order, and two capitals for a VR or not.
    pub(super) fn looks(&self) -> Option<Encoding> {
        let [g0, g1, _, _, v0, v1] = *self.bytes.get(self.position..self.position + 6)? else { return None };
        let (little, big) = (u16::from_le_bytes([g0, g1]), u16::from_be_bytes([g0, g1]));
        let explicit_vr = v0.is_ascii_uppercase() && v1.is_ascii_uppercase();
        match (little <= 0x00FF, big <= 0x00FF) {
            (true, _) => Some(Encoding { explicit_vr, big_endian: false }),
            (false, true) => Some(Encoding { explicit_vr, big_endian: true }),
            (false, false) => None,
        }
    }

    /// Reads tag, VR and length; `None` when the bytes end within them.
    pub(super) fn read_head(&mut self) -> Result<Option<ElementHead>, HeaderError> {
        let at = self.position;
        let Some(&[t0, t1, t2, t3, v0, v1, l0, l1]) = self.bytes.get(at..at + 8) else { return Ok(None) };
        let big = self.encoding.big_endian;
        let u16_at = |a, b| if big { u16::from_be_bytes([a, b]) } else { u16::from_le_bytes([a, b]) };
        let u32_at = |b| if big { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) };
        let tag = Tag(u16_at(t0, t1), u16_at(t2, t3));
        let long = |vr| ElementHead { tag, vr, length: u32_at([v0, v1, l0, l1]), value_start: at + 8 };
        if tag.group() == 0xFFFE {
            return Ok(Some(long(VR::UN)));
        }
        // One implicit element in an explicit data set is known from old writers (VR "\0\0"); it is read as such
        // when its length can be true.
        if !(self.encoding.explicit_vr && v0.is_ascii_uppercase() && v1.is_ascii_uppercase()) {
            let head = long(dictionary_vr(tag));
            let plausible = !self.encoding.explicit_vr
                || u64::from(head.length) <= self.total.saturating_sub(head.value_start as u64);
            return if plausible { Ok(Some(head)) } else { Err(self.malformed()) };
        }
        let vr = VR::from_binary([v0, v1]);
        if !has_long_length([v0, v1]) {
            let length = u32::from(u16_at(l0, l1));
            return Ok(Some(ElementHead { tag, vr: vr.unwrap_or(VR::UN), length, value_start: at + 8 }));
        }
        let Some(&[a, b, c, d]) = self.bytes.get(at + 8..at + 12) else { return Ok(None) };
        let length = u32_at([a, b, c, d]);
        Ok(Some(ElementHead { tag, vr: vr.unwrap_or(VR::UN), length, value_start: at + 12 }))
    }
}

/// The VRs whose length has 32 bits (PS3.5 7.1.2).
fn has_long_length(vr: [u8; 2]) -> bool {
    matches!(
        &vr,
        b"OB" | b"OD" | b"OF" | b"OL" | b"OV" | b"OW" | b"SQ" | b"SV" | b"UC" | b"UN" | b"UR" | b"UT" | b"UV"
    )
}

pub(crate) fn dictionary_vr(tag: Tag) -> VR {
    StandardDataDictionary.by_tag(tag).map_or(VR::UN, |entry| entry.vr.relaxed())
}
