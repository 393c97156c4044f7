//! The protocol between parent and child. Requests and answers are frames: a length (8 bytes, little endian), then a
//! MessagePack value or raw bytes. The first bytes of a file follow its request; the rest comes on demand.

use filmless_domain::Limits;
use filmless_imaging::{Job, RenderedPart};
use serde::{Deserialize, Serialize};

use crate::confine::Confinement;

/// Most bytes in a part: twice a frame at the limit of its samples.
pub(crate) const PART_BYTES_MAX: u64 = 2 << 30;

/// Precedes a file.
#[derive(Serialize, Deserialize)]
pub(crate) struct Request {
    pub limits: Limits,
    pub job: Job,
    /// Bytes of the file.
    pub total: u64,
}

/// What the child sends: what it gave up, then one frame for each answer until the end of a file. A request for a
/// range is answered by a frame with its bytes.
#[derive(Serialize, Deserialize)]
pub(crate) enum Answer {
    Ready(Confinement),
    Want { start: u64, length: u64 },
    Part(RenderedPart),
    End,
}
