//! Functional groups of enhanced multi-frame images (PS3.3 C.7.6.16): per frame, else shared, else top level. A frame
//! takes precedence over its object: some writers repeat the values of one frame at the top.

use filmless_dicom::{DataSet, Item, Tag, tags};

/// The attributes that apply to one frame.
#[derive(Clone, Copy)]
pub(crate) struct FrameAttributes<'d> {
    pub root: Item<'d>,
    /// The frame, counted from 0.
    pub index: u32,
    /// Byte order of the words in the data set.
    pub big_endian: bool,
    per_frame: Option<Item<'d>>,
    shared: Option<Item<'d>>,
}

impl<'d> FrameAttributes<'d> {
    /// One entry per frame, so that the items are walked once.
    pub fn of_all_frames(data_set: &'d DataSet<'d>, frames: u32) -> Vec<Self> {
        let root = data_set.root();
        let shared = root.first_item(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE);
        let mut items = root.get(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).map(|e| e.items());
        let big_endian = data_set.transfer_syntax().big_endian;
        (0..frames)
            .map(|index| {
                let per_frame = items.as_mut().and_then(Iterator::next);
                Self { root, index, big_endian, per_frame, shared }
            })
            .collect()
    }

    /// The first item of a functional group macro.
    pub fn group(self, sequence: Tag) -> Option<Item<'d>> {
        self.per_frame
            .and_then(|item| item.first_item(sequence))
            .or_else(|| self.shared.and_then(|item| item.first_item(sequence)))
    }

    /// The item that holds an attribute which may be at the top level or in a functional group.
    pub fn holder(self, tag: Tag, sequence: Tag) -> Option<Item<'d>> {
        let holds = |item: &Item<'d>| item.get(tag).is_some_and(|e| !e.bytes().is_empty());
        self.group(sequence).filter(holds).or_else(|| Some(self.root).filter(holds))
    }
}
