//! What parent and child say to each other. Requests and answers are frames: a length (8 bytes, little endian), then a
//! MessagePack value or raw bytes.

use filmless_domain::Limits;
use filmless_imaging::{RenderOptions, RenderedPart};
use serde::{Deserialize, Serialize};

use crate::confine::Confinement;

/// Most bytes a part may have: a frame at the limit of its samples, twice.
pub(crate) const PART_BYTES_MAX: u64 = 2 << 30;
/// What precedes a file.
#[derive(Serialize, Deserialize)]
pub(crate) struct Request {
    pub limits: Limits,
    pub options: RenderOptions,
}

/// What the child says: what it gave up, then one frame each until the end of a file.
#[derive(Serialize, Deserialize)]
pub(crate) enum Answer {
    Ready(Confinement),
    Part(RenderedPart),
    End,
}
