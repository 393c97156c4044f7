//! Why the database of objects and queues did not answer.

use std::sync::Arc;
use thiserror::Error;

/// The layout that this program writes.
pub(crate) const VERSION: i64 = 3;

/// Why the database of objects and queues did not answer.
#[derive(Debug, Clone, Error)]
pub enum DatabaseError {
    /// SQLite said no: disk full, file damaged, or a mistake of ours.
    #[error("the database of objects and queues failed")]
    Sqlite(#[source] Arc<rusqlite::Error>),
    /// The file cannot be made, or closed to others.
    #[error("the file of a database cannot be made or closed to others")]
    File(#[source] Arc<std::io::Error>),
    /// The file was written by a newer version of this crate.
    #[error(
        "the database of objects and queues has the version {0}, and this program knows {VERSION} at most: use the newer program"
    )]
    Version(i64),
    /// The process is shutting down.
    #[error("the database of objects and queues is closed")]
    Closed,
}

impl From<rusqlite::Error> for DatabaseError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(Arc::new(error))
    }
}
