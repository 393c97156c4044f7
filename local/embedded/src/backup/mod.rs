//! Complete copies of a data folder, made while the system runs.
//!
//! A backup folder stores the bytes once, under their SHA-256, and one small folder per backup:
//!
//! ```text
//! FOLDER/bytes/<2>/<62>              bytes of objects, keys and messages, named by their SHA-256
//! FOLDER/20261129T031500Z/           one backup: embedded.db, filmless.db and manifest.jsonl, which is written last
//! FOLDER/lock                        held while a backup is made
//! ```
//!
//! **Why what is restored fits together.** A change of state and its messages are one transaction of `filmless.db`, but
//! the queues are in `embedded.db`. If the two were copied one after the other, in whichever order, a message could be
//! missing from both: handled or sent between the two copies. So both databases are locked against writing for a
//! moment, and a snapshot of each is taken in that moment (`cut`). These snapshots are copied later: the folder as a
//! power loss at that moment would have left it, which the system is built to recover from.
//!
//! **Why no row lacks its bytes.** Bytes are in place, or staged under the version's id, before their row is committed,
//! and only a later commit releases them. A version's bytes never change, but the path of an overwritten object is used
//! again (`source`). All versions are copied *before* the cut, in rounds, until only a few new ones are left. These are
//! copied *within* the cut, while no commit can release bytes. The rows are copied last. An unfinished upload in parts
//! is left out: its client starts again.

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
