use std::{io, net::SocketAddr, path::PathBuf};

use thiserror::Error;

use crate::database::DatabaseError;

/// Why the embedded profile could not be started.
#[derive(Debug, Error)]
pub enum EmbeddedError {
    /// One process owns a data folder at a time.
    #[error("another process is using the data folder {}", dir.display())]
    FolderInUse {
        /// The folder.
        dir: PathBuf,
    },
    /// The folder or a file in it cannot be read or written.
    #[error("the data folder cannot be used ({operation})")]
    Folder {
        /// What was tried.
        operation: &'static str,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// A file of an access key is not what this crate wrote.
    #[error("{file} in the data folder is damaged: remove it to have a new access key made")]
    Keys {
        /// Its name.
        file: &'static str,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A bucket name that S3 does not allow.
    #[error("{name:?} is not a bucket name")]
    BucketName {
        /// The name as configured.
        name: String,
    },
    /// `embedded.db` cannot be used.
    #[error("the database of objects and queues cannot be used")]
    Database {
        /// What went wrong below.
        #[from]
        source: DatabaseError,
    },
    /// `filmless.db` cannot be used.
    #[error("the database of tables cannot be used")]
    Tables {
        /// What went wrong below.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// `filmless.db` was written by a newer program.
    #[error(
        "the database of tables has the version {found}, and this program knows {known} at most: use the newer program"
    )]
    TablesVersion {
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The folder is half of a system.
    #[error("{} was not restored to the end: remove it, and restore again", dir.display())]
    RestoreUnfinished {
        /// The folder.
        dir: PathBuf,
    },
    /// What is due to be deleted is still there.
    #[error("what is due could not be deleted")]
    Sweep {
        /// What went wrong below.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The folder belongs to another user of the machine, who could read and change what is in it.
    #[error("the data folder {} belongs to another user (user id {owner}): give it to the user who runs this, or choose another", dir.display())]
    FolderOfAnother {
        /// The folder.
        dir: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The operating system gave no random bytes.
    #[error("no randomness is available")]
    Randomness,
}

impl EmbeddedError {
    pub(crate) fn sweep(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Sweep { source: Box::new(source) }
    }

    pub(crate) fn folder(operation: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Folder { operation, source }
    }
}
