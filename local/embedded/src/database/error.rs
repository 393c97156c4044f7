//! Errors of the database of objects and queues.

use std::sync::Arc;
use thiserror::Error;

/// The schema version this program writes.
pub(crate) const VERSION: i64 = 3;

/// Errors of the database of objects and queues.
#[derive(Debug, Clone, Error)]
pub enum DatabaseError {
    /// SQLite refused: disk full, file damaged, or our own mistake.
    #[error("the database of objects and queues failed")]
    Sqlite(#[source] Arc<rusqlite::Error>),
    /// The file cannot be created, or its permissions cannot be set.
    #[error("the file of a database cannot be made or closed to others")]
    File(#[source] Arc<std::io::Error>),
    /// A newer version of this crate wrote the file.
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
