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
mod make;
mod manifest;
mod pool;
mod restore;
mod source;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use thiserror::Error;

pub use make::{BackedUp, back_up};
pub use restore::{Restored, Verified, restore, verify};

pub(crate) use restore::UNFINISHED;

/// `embedded.db` and `filmless.db`: the databases of a data folder.
pub(crate) const DATABASES: [&str; 2] = ["embedded.db", "filmless.db"];

/// How far the work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Files that are done.
    pub files: u64,
    /// Of so many, as far as is known.
    pub files_all: u64,
}

/// Why a backup was not made, not restored or is not good.
#[derive(Debug, Error)]
pub enum BackupError {
    /// A file or folder cannot be read or written.
    #[error("{}: cannot {operation}", path.display())]
    File {
        /// What was tried.
        operation: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// A database did not answer.
    #[error("a database cannot be {operation}")]
    Database {
        /// What was tried.
        operation: &'static str,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// There is nothing to back up.
    #[error("{} is no data folder: it holds no {file}", dir.display())]
    NoData {
        /// The folder.
        dir: PathBuf,
        /// What is missing.
        file: &'static str,
    },
    /// Somebody else is at it.
    #[error("another backup into {} is being made", folder.display())]
    Locked {
        /// The backup folder.
        folder: PathBuf,
    },
    /// There is no backup of that name, or none at all.
    #[error("{} holds no finished backup{}", folder.display(), name.as_ref().map(|n| format!(" {n}")).unwrap_or_default())]
    NoBackup {
        /// The backup folder.
        folder: PathBuf,
        /// The name that was asked for.
        name: Option<String>,
    },
    /// Uploads arrive faster than the backup folder takes them.
    #[error(
        "uploads arrive faster than they can be copied: try again when it is quieter, or use a faster disk"
    )]
    TooBusy,
    /// The data folder was written by a newer program, or the backup is of one.
    #[error("{what} has the version {found}, and this program knows {known} at most: use the newer program")]
    Newer {
        /// A database, or the manifest.
        what: &'static str,
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// What lies there is not what was written.
    #[error("the backup is damaged: {0}")]
    Damaged(String),
    /// Restoring would mix two systems.
    #[error("{} is not empty: restore into a new folder", target.display())]
    TargetNotEmpty {
        /// The folder.
        target: PathBuf,
    },
    /// The disk is too small.
    #[error("there are {free_mib} MiB free, and the backup holds {needed_mib} MiB")]
    NoRoom {
        /// What is needed.
        needed_mib: u64,
        /// What is free.
        free_mib: u64,
    },
    /// The folder belongs to somebody else.
    #[error("the folder cannot be used")]
    Folder(#[source] crate::EmbeddedError),
}

impl BackupError {
    fn file(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { operation, path: path.to_owned(), source }
    }

    fn database(operation: &'static str) -> impl FnOnce(rusqlite::Error) -> Self {
        move |source| Self::Database { operation, source }
    }
}

/// The finished backups of a folder, the oldest first.
fn finished(folder: &Path) -> Result<Vec<String>, BackupError> {
    let read = |source| BackupError::file("list it", folder)(source);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(read)? {
        let entry = entry.map_err(BackupError::file("list it", folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name != pool::FOLDER && entry.path().join(manifest::FILE).is_file() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
