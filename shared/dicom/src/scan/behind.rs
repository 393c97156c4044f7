//! What stands behind the pixels of a file of which only the head was read: private groups, annotations, padding.

use std::borrow::Cow;

use filmless_domain::Limits;

use super::pass::{Encoding, Pass, Step};
use crate::data_set::DataSet;
use crate::{PixelElement, RangedBytes};

/// The bytes of a file behind its pixels, or behind its document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Behind {
    /// Where they begin in the file.
    pub start: u64,
    /// All of them; empty where there are none, and where a file of which too much stands there is read without them.
    pub bytes: Vec<u8>,
}

impl Behind {
    /// Reads what the scan of the first bytes of a file did not reach. Nothing is behind pixels that are cut, or in a data set
    /// that is known whole.
    #[must_use]
    pub fn read(data_set: &DataSet<'_>, file: &dyn RangedBytes, limits: &Limits) -> Self {
        let total = file.total();
        let is_whole = data_set.transfer_syntax().deflated || data_set.bytes().len() as u64 >= total;
        let document_end = || data_set.document_parts()?.last().map(|part| part.end.next_multiple_of(2));
        let end = match data_set.pixels() {
            _ if is_whole => None,
            Some(pixels) => end_of_pixels(pixels, file),
            None => document_end(),
        };
        let range = end.filter(|end| *end < total && total - *end <= limits.header_bytes_max);
        let bytes = range.and_then(|start| file.range(start..total).map(|bytes| (start, bytes.into_owned())));
        bytes.map(|(start, bytes)| Self { start, bytes }).unwrap_or_default()
    }

    /// Adds the elements to those that were scanned. As in a file that is scanned whole, what cannot be read there, and what
    /// stands behind pixels out of order, does not count.
    #[must_use]
    pub fn join<'a>(self, data_set: Box<DataSet<'a>>, limits: &Limits) -> Box<DataSet<'a>> {
        if self.bytes.is_empty() {
            return data_set;
        }
        let syntax = data_set.transfer_syntax();
        let mut pass = Pass::new(&self.bytes, self.bytes.len() as u64, 0, limits);
        pass.syntax = syntax;
        pass.encoding = Encoding { explicit_vr: syntax.explicit_vr, big_endian: syntax.big_endian };
        let is_read = matches!(pass.read_data_set(), Ok(Step::Done));
        let is_in_order = data_set.pixels().is_none_or(|pixels| pass.ascends(0, pixels.tag));
        if !is_read || !is_in_order || pass.nodes.is_empty() {
            return data_set;
        }
        let nodes = std::mem::take(&mut pass.nodes);
        let bytes = Cow::Owned([data_set.bytes(), &self.bytes].concat());
        Box::new(data_set.joined(bytes, nodes))
    }
}

/// First byte behind the pixels, if they are all there.
fn end_of_pixels(pixels: &PixelElement, file: &dyn RangedBytes) -> Option<u64> {
    match pixels.length {
        Some(length) => Some(pixels.value_start as u64 + length),
        None => crate::frames::end_of_whole_fragments(file, pixels.value_start, pixels.total),
    }
}
