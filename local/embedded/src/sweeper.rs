//! Does what AWS does on its own: lifecycle rules and the tables' TTL. Also removes deleted data from our own disk.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;

use crate::EmbeddedError;
use crate::object_server::ObjectServer;
use crate::table_server::TableServer;

/// A lifecycle rule: deletes objects below a prefix some time after they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiry {
    /// The bucket.
    pub bucket: String,
    /// The prefix; blank means all objects.
    pub prefix: String,
    /// How long they are kept.
    pub after: Duration,
}

/// What was deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Expired objects.
    pub objects: usize,
    /// Abandoned uploads in parts.
    pub uploads: usize,
    /// Expired items of the tables.
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
    /// Deletes what is due now, by every rule. A rule that fails does not stop the others.
    ///
    /// # Errors
    /// The first [`EmbeddedError`].
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

    /// Removes deleted data from the files on the disk. Deleted rows are overwritten, but the journal keeps the old
    /// pages until it is written back and truncated. If somebody is working, this waits for the next sweep.
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
