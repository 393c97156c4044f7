//! Sequences and items (PS3.5 7.5), on an explicit stack.

use crate::scan::pass::Open;
use dicom_core::{Tag, VR};

use super::head::{ElementHead, dictionary_vr};
use crate::HeaderError;
use crate::scan::pass::Encoding;
use crate::scan::pass::{Pass, Step};

const ITEM: Tag = Tag(0xFFFE, 0xE000);
const ITEM_DELIMITATION: Tag = Tag(0xFFFE, 0xE00D);
const SEQUENCE_DELIMITATION: Tag = Tag(0xFFFE, 0xE0DD);
pub(super) const UNDEFINED_LENGTH: u32 = u32::MAX;

impl Pass<'_> {
    /// A value is a sequence if its VR says so, if it is UN with undefined length (PS3.5 6.2.2, note 4), or if the
    /// dictionary says so and its bytes begin with an item.
    pub(super) fn is_sequence(&self, head: &ElementHead) -> bool {
        if head.length == UNDEFINED_LENGTH {
            return true;
        }
        let by_name = head.vr == VR::SQ || (head.vr == VR::UN && dictionary_vr(head.tag) == VR::SQ);
        let begins = self.bytes.get(head.value_start..head.value_start + 4);
        by_name
            && (head.length == 0
                || begins.is_none()
                || matches!(begins, Some([0xFE, 0xFF, 0x00, 0xE0] | [0xFF, 0xFE, 0xE0, 0x00])))
    }

    /// Encapsulated pixels below the top level belong to an icon (PS3.3 C.7.6.1.1.6).
    pub(super) fn skip_fragments(&mut self, head: &ElementHead) -> Result<Step, HeaderError> {
        let Some(end) = crate::frames::end_of_fragments(self.bytes, head.value_start, self.total, false)?
        else {
            return Ok(Step::NeedMore);
        };
        self.position = end;
        self.push_leaf(head)?;
        Ok(Step::Done)
    }

    pub(super) fn open_sequence(&mut self, head: &ElementHead) -> Result<(), HeaderError> {
        let outer = self.encoding;
        let node = self.push(head.tag, VR::SQ, head.value_start, head.value_start)?;
        // A sequence with VR UN is implicit little endian, whatever surrounds it (PS3.5 6.2.2, note 4).
        if head.vr == VR::UN && self.encoding.explicit_vr {
            self.encoding = Encoding { explicit_vr: false, big_endian: false };
        }
        self.open_at(head, node, outer, false)
    }

    pub(super) fn open_at(
        &mut self,
        head: &ElementHead,
        node: usize,
        outer: Encoding,
        is_item: bool,
    ) -> Result<(), HeaderError> {
        let end = if head.length == UNDEFINED_LENGTH {
            None
        } else {
            let end = head.value_start as u64 + u64::from(head.length);
            if end > self.total {
                return Err(HeaderError::Truncated);
            }
            Some(usize::try_from(end).map_err(|_| HeaderError::HeaderTooLong)?)
        };
        // Each level is a sequence and an item within it.
        if self.open.len() >= 2 * self.limits.depth_max {
            return Err(HeaderError::TooDeep);
        }
        self.open.push(Open { node, end, is_item, outer });
        self.position = head.value_start;
        Ok(())
    }

    pub(super) fn read_item_or_delimiter(&mut self, head: &ElementHead) -> Result<Step, HeaderError> {
        match head.tag {
            ITEM if self.open.last().is_some_and(|open| !open.is_item) => {
                self.open_item(head)?;
                Ok(Step::Done)
            }
            ITEM_DELIMITATION | SEQUENCE_DELIMITATION => {
                let (at, is_item) = (self.position, head.tag == ITEM_DELIMITATION);
                self.position = head.value_start;
                // A delimiter after an item or sequence of defined length is superfluous.
                if self.ended != Some((at, is_item)) {
                    self.close_delimited(is_item);
                }
                Ok(Step::Done)
            }
            // The item before it lacks its delimiter.
            ITEM if self.open.last().is_some_and(|open| open.end.is_none()) => {
                if let Some(open) = self.open.pop() {
                    self.close(open);
                }
                self.open_item(head)?;
                Ok(Step::Done)
            }
            // If a writer gave its sequence the length 0, the items after it belong nowhere.
            ITEM if head.length != UNDEFINED_LENGTH => {
                let value = self.take_value(head)?;
                Ok(value.map_or(Step::NeedMore, |_| Step::Done))
            }
            ITEM => {
                self.open_item(head)?;
                Ok(Step::Done)
            }
            _ => Err(self.malformed()),
        }
    }

    /// Opens an item; the elements of a stray one belong to nothing else.
    fn open_item(&mut self, head: &ElementHead) -> Result<(), HeaderError> {
        let outer = self.encoding;
        let node = self.push(ITEM, VR::UN, head.value_start, head.value_start)?;
        self.open_at(head, node, outer, true)?;
        if !outer.explicit_vr && self.looks_explicit() {
            self.encoding.explicit_vr = true;
        }
        Ok(())
    }

    /// Closes what a delimiter ends, and everything still open within it.
    fn close_delimited(&mut self, is_item: bool) {
        while let Some(open) = self.open.pop() {
            let found = open.is_item == is_item;
            self.close(open);
            if found {
                break;
            }
        }
    }

    /// Whether something other than an item is directly in a sequence. Some writers put zeros in place of the
    /// delimiter, and some forget it: an element that follows the sequence in tag order is not part of it.
    pub(super) fn is_stranger_in_sequence(&mut self, head: &ElementHead) -> Result<bool, HeaderError> {
        let is_zero = head.tag == Tag(0, 0) && head.length == 0;
        let Some(open) = self.open.last().filter(|open| !open.is_item || is_zero) else { return Ok(false) };
        let of_sequence = self.nodes.get(open.node).map(|node| node.tag);
        let is_behind = !open.is_item && of_sequence.is_some_and(|tag| head.tag > tag);
        if open.end.is_some() || !(is_zero || is_behind) {
            return if open.is_item { Ok(false) } else { Err(self.malformed()) };
        }
        if is_zero {
            self.position = head.value_start;
        }
        if let Some(open) = self.open.pop() {
            self.close(open);
        }
        Ok(true)
    }

    /// Turns the innermost sequence into an opaque value: it ends by its own length, or at the next delimiter.
    pub(super) fn give_up_sequence(&mut self, error: HeaderError) -> Result<Step, HeaderError> {
        let failed_at = self.position;
        let sequence = loop {
            match self.open.pop() {
                Some(open) if open.is_item => self.encoding = open.outer,
                Some(open) => break open,
                None => return Err(error),
            }
        };
        let end = match sequence.end {
            Some(end) => end,
            None => {
                let rest = self.bytes.get(failed_at..).unwrap_or(&[]);
                let wanted = if sequence.outer.big_endian {
                    [0xFF, 0xFE, 0xE0, 0xDD, 0, 0, 0, 0]
                } else {
                    [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
                };
                match rest.windows(8).position(|window| window == wanted) {
                    Some(found) => failed_at + found + 8,
                    None if (self.bytes.len() as u64) < self.total => return Ok(Step::NeedMore),
                    None => return Err(error),
                }
            }
        };
        if end > self.bytes.len() {
            return if (self.bytes.len() as u64) < self.total { Ok(Step::NeedMore) } else { Err(error) };
        }
        self.position = end;
        self.nodes.truncate(sequence.node + 1);
        if let Some(node) = self.nodes.get_mut(sequence.node) {
            node.vr = VR::UN;
        }
        self.close(sequence);
        Ok(Step::Done)
    }

    pub(super) fn close_ended(&mut self) {
        while self.open.last().is_some_and(|open| open.end.is_some_and(|end| self.position >= end)) {
            if let Some(open) = self.open.pop() {
                self.ended = Some((self.position, open.is_item));
                self.close(open);
            }
        }
    }

    pub(super) fn close(&mut self, open: Open) {
        let next = self.nodes.len();
        if let Some(node) = self.nodes.get_mut(open.node) {
            node.next = next;
            node.end = self.position;
        }
        self.encoding = open.outer;
    }

    /// Ends the object. Anything still open with a defined length was cut off.
    pub(super) fn finish(&mut self) -> Result<Step, HeaderError> {
        if self.open.iter().any(|open| open.end.is_some()) {
            return Err(HeaderError::Truncated);
        }
        let undefined_left = !self.open.is_empty();
        while let Some(open) = self.open.pop() {
            self.close(open);
        }
        if undefined_left { Err(HeaderError::Truncated) } else { Ok(Step::Done) }
    }
}
