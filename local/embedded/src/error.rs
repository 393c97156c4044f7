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
    /// This crate did not write this file of an access key.
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
        /// The cause.
        #[from]
        source: DatabaseError,
    },
    /// `filmless.db` cannot be used.
    #[error("the database of tables cannot be used")]
    Tables {
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A newer program wrote `filmless.db`.
    #[error(
        "the database of tables has the version {found}, and this program knows {known} at most: use the newer program"
    )]
    TablesVersion {
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The folder contains half a system.
    #[error("{} was not restored to the end: remove it, and restore again", dir.display())]
    RestoreUnfinished {
        /// The folder.
        dir: PathBuf,
    },
    /// Expired data could not be deleted.
    #[error("what is due could not be deleted")]
    Sweep {
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The folder belongs to another user of the machine, who could read and change its content.
    #[error("the data folder {} belongs to another user (user id {owner}): give it to the user who runs this, or choose another", dir.display())]
    FolderOfAnother {
        /// The folder.
        dir: PathBuf,
        /// Its owner.
        owner: u32,
    },
    /// The address is taken, or does not belong to this machine.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
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
