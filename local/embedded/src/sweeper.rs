//! What AWS does by itself: lifecycle rules, the tables' TTL; and what deleting means on a disk of one's own.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;

use crate::EmbeddedError;
use crate::object_server::ObjectServer;
use crate::table_server::TableServer;

/// A lifecycle rule: objects below a prefix go, so long after they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiry {
    /// Of this bucket.
    pub bucket: String,
    /// Below this prefix; all, where it is empty.
    pub prefix: String,
    /// How long they are kept.
    pub after: Duration,
}

/// What went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Objects whose time was over.
    pub objects: usize,
    /// Uploads in parts that nobody finished.
    pub uploads: usize,
    /// Items of the tables whose time was over.
    pub items: usize,
}

/// Sweeps the servers of one data folder. Cheap to clone.
#[derive(Clone)]
pub struct Sweeper {
    pub(crate) objects: ObjectServer,
    pub(crate) tables: TableServer,
    pub(crate) rules: Vec<Expiry>,
    pub(crate) unfinished_uploads_after: Duration,
    pub(crate) databases: [PathBuf; 2],
}

impl Sweeper {
    /// Does by every rule what is due now. One that fails does not stop the others.
    ///
    /// # Errors
    /// [`EmbeddedError`], the first.
    pub async fn sweep(&self) -> Result<Swept, EmbeddedError> {
        let (mut swept, mut failed) = (Swept::default(), None);
        for rule in &self.rules {
            match self.objects.expire(rule).await {
                Ok(objects) => swept.objects += objects,
                Err(error) => failed = failed.or(Some(EmbeddedError::sweep(error))),
            }
        }
        match self.objects.abort_unfinished(self.unfinished_uploads_after).await {
            Ok(uploads) => swept.uploads = uploads,
            Err(error) => failed = failed.or(Some(EmbeddedError::sweep(error))),
        }
        match self.tables.sweep_expired().await {
            Ok(items) => swept.items = items,
            Err(error) => failed = failed.or(Some(error)),
        }
        failed.map_or(Ok(swept), Err)
    }

    /// Takes what was deleted out of the files on the disk. Deleted rows are overwritten, but the journal keeps the pages as
    /// they were until it is written back and cut. Somebody at work goes first: then it is for the next time.
    ///
    /// # Errors
    /// [`EmbeddedError::Database`].
    pub async fn forget_deleted(&self) -> Result<(), EmbeddedError> {
        let databases = self.databases.clone();
        let cut = tokio::task::spawn_blocking(move || {
            databases.iter().try_for_each(|path| {
                let connection = Connection::open(path)?;
                connection.busy_timeout(Duration::ZERO)?;
                connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            })
        });
        let cut =
            cut.await.map_err(std::io::Error::other).map_err(EmbeddedError::folder("cut the journals"))?;
        match cut {
            Err(rusqlite::Error::SqliteFailure(failure, _))
                if failure.code == rusqlite::ErrorCode::DatabaseBusy =>
            {
                Ok(())
            }
            cut => Ok(cut.map_err(crate::DatabaseError::from)?),
        }
    }
}

impl std::fmt::Debug for Sweeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sweeper").field("rules", &self.rules).finish_non_exhaustive()
    }
}
