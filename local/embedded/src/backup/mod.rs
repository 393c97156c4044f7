//! Copies of a data folder that are whole, made while the system runs.
//!
//! A backup folder holds the bytes once, under their SHA-256, and one small folder for each backup:
//!
//! ```text
//! FOLDER/bytes/<2>/<62>              bytes of objects, keys and messages, named by their SHA-256
//! FOLDER/20261129T031500Z/           one backup: embedded.db, filmless.db and manifest.jsonl, which is written last
//! FOLDER/lock                        held while a backup is made
//! ```
//!
//! **Why what is restored fits together.** A change of state and its messages are one transaction of `filmless.db`, but
//! the queues are in `embedded.db`. Copied one after the other, whichever is first, a message could be missing from both:
//! handled between the two copies, or sent between them. So both databases are locked against writing for a moment, and
//! a snapshot of each is taken in that moment (`cut`). What is copied later is those snapshots: the folder as a loss of power
//! at that moment would have left it, which is what the system is built to go on from.
//!
//! **Why no row lacks its bytes.** Bytes are in place, or staged under the version's id, before the row is committed, and
//! only a later commit lets go of them. A version's bytes never change, though the path of an object that is overwritten
//! is used again (`source`). All versions are copied *before* the cut, round after round until few are new; these few are
//! copied *within* it, while no commit can take bytes away. The rows are copied last. An upload in parts that was under
//! way is left out: its client begins anew.

mod cut;
mod error;
mod files;
mod layout;
mod make;
mod manifest;
mod pool;
mod restore;
mod source;

pub use error::BackupError;
pub use layout::Progress;
pub use make::{BackedUp, back_up};
pub use restore::{Restored, Verified, restore, verify};

pub(crate) use restore::UNFINISHED;
