//! What parent and child say to each other. Requests and answers are frames: a length (8 bytes, little endian), then a
//! MessagePack value or raw bytes. Behind a request come the first bytes of its file; the others come when they are
//! wanted.

use filmless_domain::Limits;
use filmless_imaging::{Job, RenderedPart};
use serde::{Deserialize, Serialize};

use crate::confine::Confinement;

/// Most bytes a part may have: a frame at the limit of its samples, twice.
pub(crate) const PART_BYTES_MAX: u64 = 2 << 30;

/// What precedes a file.
#[derive(Serialize, Deserialize)]
pub(crate) struct Request {
    pub limits: Limits,
    pub job: Job,
    /// Bytes of the file.
    pub total: u64,
}

/// What the child says: what it gave up, then one frame each until the end of a file. What it wants of the file is
/// answered by a frame of these bytes.
#[derive(Serialize, Deserialize)]
pub(crate) enum Answer {
    Ready(Confinement),
    Want { start: u64, length: u64 },
    Part(RenderedPart),
    End,
}
