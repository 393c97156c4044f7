//! Tag, value representation and length of one element (PS3.5 7.1).

use crate::scan::pass::Encoding;
use dicom_core::{DataDictionary, Tag, VR};
use dicom_dictionary_std::StandardDataDictionary;

use crate::HeaderError;
use crate::scan::pass::Pass;

pub(super) struct ElementHead {
    pub tag: Tag,
    pub vr: VR,
    pub length: u32,
    pub value_start: usize,
}

impl Pass<'_> {
    /// Whether the items of a sequence that should be implicit are explicit: the first element has a VR that exists. As
    /// part of a length, those two letters would mean a value of some sixteen thousand bytes.
    pub(super) fn looks_explicit(&self) -> bool {
        let Some(&[g0, g1, _, _, v0, v1]) = self.bytes.get(self.position..self.position + 6) else {
            return false;
        };
        [g0, g1] != [0xFE, 0xFF] && VR::from_binary([v0, v1]).is_some()
    }

    /// The likely encoding of the current element: a small group in one byte order, and two capitals for a VR or not.
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

    /// Reads tag, VR and length; `None` if the bytes end within them.
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
        if !self.encoding.explicit_vr {
            return Ok(Some(long(dictionary_vr(tag))));
        }
        if !(v0.is_ascii_uppercase() && v1.is_ascii_uppercase()) {
            // Blanks or other characters in place of the VR: it is none, and its length has 16 bits. Old writers also
            // put single implicit elements into an explicit data set; such an element is read as implicit if its length
            // can be true.
            let is_written = |byte: u8| matches!(byte, b' '..=b'~');
            let implicit = long(dictionary_vr(tag));
            let left = self.total.saturating_sub(implicit.value_start as u64);
            return if is_written(v0) && is_written(v1) || u64::from(implicit.length) > left {
                let length = u32::from(u16_at(l0, l1));
                let head = ElementHead { tag, vr: VR::UN, length, value_start: at + 8 };
                if u64::from(length) <= left { Ok(Some(head)) } else { Err(self.malformed()) }
            } else {
                Ok(Some(implicit))
            };
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

/// The VRs with a length of 32 bits (PS3.5 7.1.2).
fn has_long_length(vr: [u8; 2]) -> bool {
    matches!(
        &vr,
        b"OB" | b"OD" | b"OF" | b"OL" | b"OV" | b"OW" | b"SQ" | b"SV" | b"UC" | b"UN" | b"UR" | b"UT" | b"UV"
    )
}

/// The VR of a tag in PS3.6, UN if it has none. Of the private elements only the creators are known (PS3.5 7.8.1).
pub(crate) fn dictionary_vr(tag: Tag) -> VR {
    if !tag.group().is_multiple_of(2) {
        return if matches!(tag.element(), 0x10..=0xFF) { VR::LO } else { VR::UN };
    }
    StandardDataDictionary.by_tag(tag).map_or(VR::UN, |entry| entry.vr.relaxed())
}

/// The VR by which a value is read. Archives write public attributes as UN, and the dictionary knows what they are
/// (PS3.5 6.2.2, note 2); gateways write decimals as text, and text as bytes. If file and dictionary differ, the value
/// itself decides: digits are never read as the two bytes of a number.
pub(crate) fn settled_vr(tag: Tag, written: VR, value: &[u8]) -> VR {
    let named = dictionary_vr(tag);
    if named == written || matches!(named, VR::UN | VR::SQ) || written == VR::SQ {
        return written;
    }
    let is_decimal = || {
        value.iter().any(u8::is_ascii_digit)
            && value.iter().all(|b| {
                matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b',' | b'e' | b'E' | b'\\' | b' ' | 0)
            })
    };
    match (kind_of(written), kind_of(named)) {
        (Kind::Bytes, _) => named,
        (_, Kind::Decimal) if is_decimal() => named,
        (Kind::Text, Kind::Number(width)) if !is_decimal() && value.len().is_multiple_of(width) => named,
        _ => written,
    }
}

enum Kind {
    /// DS, IS.
    Decimal,
    Text,
    /// Binary numbers with this many bytes.
    Number(usize),
    /// UN, and strings of bytes or words.
    Bytes,
}

fn kind_of(vr: VR) -> Kind {
    match vr {
        VR::DS | VR::IS => Kind::Decimal,
        VR::US | VR::SS => Kind::Number(2),
        VR::UL | VR::SL | VR::FL | VR::AT => Kind::Number(4),
        VR::FD | VR::SV | VR::UV => Kind::Number(8),
        VR::UN | VR::OB | VR::OW | VR::OF | VR::OD | VR::OL | VR::OV => Kind::Bytes,
        _ => Kind::Text,
    }
}
