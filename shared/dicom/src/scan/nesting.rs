//! Sequences and items (PS3.5 7.5), on an explicit stack.

use dicom_core::{Tag, VR};

use super::head::{ElementHead, Encoding, dictionary_vr};
use super::{Pass, Step};
use crate::HeaderError;

const ITEM: Tag = Tag(0xFFFE, 0xE000);
const ITEM_DELIMITATION: Tag = Tag(0xFFFE, 0xE00D);
const SEQUENCE_DELIMITATION: Tag = Tag(0xFFFE, 0xE0DD);
pub(super) const UNDEFINED_LENGTH: u32 = u32::MAX;

/// A sequence or item that is being read.
pub(super) struct Open {
    node: usize,
    /// Where it ends, unless a delimiter ends it.
    end: Option<usize>,
    is_item: bool,
    /// The encoding to return to after it.
    outer: Encoding,
}

impl Pass<'_> {
    /// A value is a sequence when its VR says so, when it is UN of undefined length (PS3.5 6.2.2, note 4), or when
    /// the dictionary says so and its bytes begin with an item.
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

    /// Encapsulated pixels below the top level are those of an icon (PS3.3 C.7.6.1.1.6).
    pub(super) fn skip_fragments(&mut self, head: &ElementHead) -> Result<Step, HeaderError> {
        let Some(end) = crate::frames::end_of_fragments(self.bytes, head.value_start, self.total)? else {
            return Ok(Step::NeedMore);
        };
        self.position = end;
        self.push_leaf(head)?;
        Ok(Step::Done)
    }

    pub(super) fn open_sequence(&mut self, head: &ElementHead) -> Result<(), HeaderError> {
        let outer = self.encoding;
        let node = self.push(head.tag, VR::SQ, head.value_start, head.value_start)?;
        // A sequence of VR UN is implicit little endian, whatever is around it (PS3.5 6.2.2, note 4).
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
                let node = self.push(ITEM, VR::UN, head.value_start, head.value_start)?;
                self.open_at(head, node, self.encoding, true)?;
                Ok(Step::Done)
            }
            ITEM_DELIMITATION | SEQUENCE_DELIMITATION => {
                self.position = head.value_start;
                let is_item = head.tag == ITEM_DELIMITATION;
                // A delimiter after an item or sequence of defined length is superfluous.
                while let Some(open) = self.open.pop() {
                    let found = open.is_item == is_item;
                    self.close(open);
                    if found {
                        break;
                    }
                }
                Ok(Step::Done)
            }
            // A writer that gave its sequence the length 0 leaves the items behind it. They belong nowhere.
            ITEM if head.length != UNDEFINED_LENGTH => {
                let value = self.take_value(head)?;
                Ok(value.map_or(Step::NeedMore, |_| Step::Done))
            }
            _ => Err(self.malformed()),
        }
    }

    /// Only items may stand directly in a sequence.
    pub(super) fn refuse_stranger_in_sequence(&self) -> Result<(), HeaderError> {
        match self.open.last() {
            Some(open) if !open.is_item => Err(self.malformed()),
            _ => Ok(()),
        }
    }

    pub(super) fn close_ended(&mut self) {
        while self.open.last().is_some_and(|open| open.end.is_some_and(|end| self.position >= end)) {
            if let Some(open) = self.open.pop() {
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

    /// The object ends here; whatever is still open had an end that was never reached, unless it was undefined.
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
