//! Look-up tables, in the form a viewer gets.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::display::voi_table;
use crate::functional_groups::FrameAttributes;
use crate::image_pixel::ImagePixel;
use crate::look_up_table::{LookUpTable, TableKind};
use crate::lut::Lut;
use crate::modality::Modality;
use crate::palette::Palette;

/// The tables through which a frame is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FrameTables {
    /// Modality LUT Sequence (PS3.3 C.11.1): from stored to modality values.
    pub modality: Option<LookUpTable>,
    /// The first VOI LUT (PS3.3 C.11.2): from modality values to grey.
    pub voi: Option<LookUpTable>,
    /// Palette Color Lookup Tables (PS3.3 C.7.6.3.1.5), or those of a grey image that colour its stored values from the
    /// first entry on (C.7.6.19).
    pub palette: Option<LookUpTable>,
}

impl FrameTables {
    pub fn of(frame: FrameAttributes<'_>, image: &ImagePixel) -> Self {
        if image.samples_per_pixel != 1 {
            return Self::default();
        }
        if image.photometric == "PALETTE COLOR" {
            let palette = Palette::from_item(frame.root, image.signed).ok();
            return Self { palette: palette.and_then(|palette| palette.table()), ..Self::default() };
        }
        let modality = Modality::of_frame(frame, image);
        Self {
            voi: voi_table(image, frame, &modality).and_then(|lut| lut.table()),
            modality: match modality {
                Modality::Table(lut) => lut.table(),
                Modality::Rescale { .. } => None,
            },
            palette: Palette::supplemental(frame.root, image.signed).and_then(|palette| palette.table()),
        }
    }
}

impl Lut {
    fn table(&self) -> Option<LookUpTable> {
        let bytes: Vec<u8> = self.data.iter().flat_map(|entry| entry.to_le_bytes()).collect();
        let (first, data) = (i32::try_from(self.first).ok()?, STANDARD.encode(bytes));
        Some(LookUpTable { kind: TableKind::Grey, first, bits: self.bits, data })
    }
}

impl Palette {
    fn table(&self) -> Option<LookUpTable> {
        let (first, last) = self.range();
        let bytes: Vec<u8> = (first..=last).flat_map(|value| self.colour(value as f64)).collect();
        let (first, data) = (i32::try_from(first).ok()?, STANDARD.encode(bytes));
        Some(LookUpTable { kind: TableKind::Palette, first, bits: 8, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_written_in_order() {
        let table = Lut { first: -5, bits: 12, data: vec![1, 0x203] }.table().unwrap();
        assert_eq!((table.first, table.bits, table.data.as_str()), (-5, 12, "AQADAg=="));
        let channel = |first, data: &[u16]| Lut { first, bits: 8, data: data.to_vec() };
        let palette = Palette::of([channel(1, &[1, 2]), channel(1, &[3, 4]), channel(2, &[5, 6])]);
        let table = palette.table().unwrap();
        assert_eq!((table.first, table.bits), (1, 8));
        // The channels may begin at different values: outside its table each takes the nearest entry.
        assert_eq!(STANDARD.decode(table.data).unwrap(), [1, 3, 5, 2, 4, 5, 2, 4, 6]);
    }
}
