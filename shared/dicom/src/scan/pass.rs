//! One pass over a data set.

use crate::PixelElement;
use crate::TransferSyntax;
use crate::data_set::{DocumentElement, Node};
use filmless_domain::Limits;

pub(crate) struct Pass<'b> {
    pub(crate) bytes: &'b [u8],
    pub(crate) total: u64,
    pub(crate) position: usize,
    pub(crate) limits: Limits,
    pub(crate) nodes: Vec<Node>,
    pub(crate) open: Vec<Open>,
    pub(crate) encoding: Encoding,
    pub(crate) syntax: TransferSyntax,
    pub(crate) transfer_syntax_uid: String,
    pub(crate) pixels: Option<PixelElement>,
    pub(crate) document: Option<DocumentElement>,
    /// Where the last item (`true`) or sequence that had a length ended.
    pub(crate) ended: Option<(usize, bool)>,
}

pub(crate) enum Step {
    NeedMore,
    Done,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Encoding {
    pub explicit_vr: bool,
    pub big_endian: bool,
}

/// A sequence or item being read.
pub(crate) struct Open {
    pub(crate) node: usize,
    /// Where it ends, unless a delimiter ends it.
    pub(crate) end: Option<usize>,
    pub(crate) is_item: bool,
    /// The encoding to return to after it.
    pub(crate) outer: Encoding,
}
