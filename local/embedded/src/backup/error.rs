//! Why a backup was not made, not restored, or is damaged.

use std::{
    io,
    path::{Path, PathBuf},
};
use thiserror::Error;

/// Why a backup was not made, not restored, or is damaged.
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
    #[error("{} is not a data folder: it contains no {file}", dir.display())]
    NoData {
        /// The folder.
        dir: PathBuf,
        /// What is missing.
        file: &'static str,
    },
    /// Another process is using the folder.
    #[error("another backup into {} is being made", folder.display())]
    Locked {
        /// The backup folder.
        folder: PathBuf,
    },
    /// There is no backup of that name, or none at all.
    #[error("{} contains no finished backup{}", folder.display(), name.as_ref().map(|n| format!(" {n}")).unwrap_or_default())]
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
    /// A newer program wrote the data folder or the backup.
    #[error("{what} has the version {found}, and this program knows {known} at most: use the newer program")]
    Newer {
        /// A database, or the manifest.
        what: &'static str,
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The stored bytes are not the bytes that were written.
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
        /// Space needed.
        needed_mib: u64,
        /// Space free.
        free_mib: u64,
    },
    /// The folder belongs to another user.
    #[error("the folder cannot be used")]
    Folder(#[source] crate::EmbeddedError),
}

impl BackupError {
    pub(crate) fn file(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { operation, path: path.to_owned(), source }
    }

    pub(crate) fn database(operation: &'static str) -> impl FnOnce(rusqlite::Error) -> Self {
        move |source| Self::Database { operation, source }
    }
}
