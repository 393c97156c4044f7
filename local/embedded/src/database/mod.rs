//! One SQLite file, written by one thread and read by a few.
//!
//! Commits are grouped: while one transaction is synchronised to the disk, arriving jobs wait and share the next one.
//! Every job runs in its own savepoint, so a failing job undoes nothing else. It is answered only after the commit that
//! contains it.

mod error;
mod readers;
mod schema;
mod writer;

pub use error::DatabaseError;
use std::{path::Path, sync::Arc};

use rusqlite::Connection;
use tokio::sync::oneshot;

pub(crate) use error::VERSION;
use readers::Readers;
use writer::Writer;

/// Handle to the database; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    writer: Arc<Writer>,
    readers: Arc<Readers>,
}

impl Database {
    /// Opens or creates the file.
    pub(crate) fn open(path: &Path) -> Result<Self, DatabaseError> {
        make_private(path)?;
        let connection = connect(path)?;
        schema::apply(&connection)?;
        let readers = (0..readers::COUNT).map(|_| connect(path)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { writer: Arc::new(Writer::start(connection)), readers: Arc::new(Readers::new(readers)) })
    }

    /// Runs the job in a transaction and returns once it is on the disk. If the job returns `Err`, it is undone.
    pub(crate) async fn write<T, E>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DatabaseError> + Send + 'static,
    {
        self.submit(job).await.unwrap_or_else(|_| Err(DatabaseError::Closed.into()))
    }

    /// Queues the job and returns at once. Jobs run in the order they were queued, whether or not anyone waits for the
    /// answer.
    pub(crate) fn submit<T, E>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, E>>
    where
        T: Send + 'static,
        E: From<DatabaseError> + Send + 'static,
    {
        self.writer.submit(job)
    }

    /// Runs the job on a snapshot of the committed data.
    pub(crate) async fn read<T, E>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DatabaseError> + Send + 'static,
    {
        self.readers.read(job).await
    }
}

/// Creates the file, or removes other users' access to it; SQLite gives its journals the same permissions.
pub(crate) fn make_private(path: &Path) -> Result<(), DatabaseError> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let mut options = std::fs::OpenOptions::new();
    let opened = options.write(true).create(true).truncate(false).mode(0o600).open(path);
    let closed = opened.and_then(|file| file.set_permissions(std::fs::Permissions::from_mode(0o600)));
    closed.map_err(|error| DatabaseError::File(Arc::new(error)))
}

fn connect(path: &Path) -> Result<Connection, DatabaseError> {
    let connection = Connection::open(path)?;
    // FULL: in WAL mode NORMAL keeps the file sound but may lose the last commits in a power failure, and a study whose
    // upload was acknowledged must not be lost. Group commit pays for it.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA busy_timeout = 5000;
         -- What is deleted is overwritten: messages and names of objects may name a patient.
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -8000;",
    )?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(dir: &Path) -> Database {
        Database::open(&dir.join("embedded.db")).unwrap()
    }

    async fn buckets(database: &Database) -> i64 {
        database
            .read(|c| Ok::<_, DatabaseError>(c.query_row("SELECT count(*) FROM bucket", [], |r| r.get(0))?))
            .await
            .unwrap()
    }

    fn insert(connection: &Connection, name: &str) -> Result<(), DatabaseError> {
        connection.execute("INSERT INTO bucket (name, created_ms) VALUES (?1, 0)", [name])?;
        Ok(())
    }

    #[tokio::test]
    async fn failed_job_is_undone_and_its_neighbours_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let database = open(dir.path());
        let good = database.submit(|c| insert(c, "one"));
        let bad = database.submit(|c| {
            insert(c, "two")?;
            insert(c, "one")
        });
        let also_good = database.submit(|c| insert(c, "three"));
        assert!(good.await.unwrap().is_ok());
        assert!(matches!(bad.await.unwrap(), Err(DatabaseError::Sqlite(_))));
        assert!(also_good.await.unwrap().is_ok());
        assert_eq!(buckets(&database).await, 2);
    }

    #[tokio::test]
    async fn written_rows_are_there_after_reopening() {
        let dir = tempfile::tempdir().unwrap();
        let database = open(dir.path());
        database.write(|c| insert(c, "one")).await.unwrap();
        drop(database);
        assert_eq!(buckets(&open(dir.path())).await, 1);
    }

    #[tokio::test]
    async fn file_of_an_older_version_is_brought_up() {
        let dir = tempfile::tempdir().unwrap();
        drop(open(dir.path()));
        let connection = Connection::open(dir.path().join("embedded.db")).unwrap();
        let first = "ALTER TABLE message DROP COLUMN study; ALTER TABLE message DROP COLUMN last_error;
            PRAGMA user_version = 1";
        connection.execute_batch(first).unwrap();
        drop(connection);
        let database = open(dir.path());
        let columns = "SELECT count(*) FROM pragma_table_info('message') WHERE name = 'study'";
        let found =
            database.read(move |c| Ok::<i64, DatabaseError>(c.query_row(columns, [], |row| row.get(0))?));
        assert_eq!(found.await.unwrap(), 1);
    }

    #[tokio::test]
    async fn file_of_a_newer_version_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        drop(open(dir.path()));
        let connection = Connection::open(dir.path().join("embedded.db")).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        let refused = Database::open(&dir.path().join("embedded.db")).unwrap_err();
        assert!(matches!(refused, DatabaseError::Version(99)));
    }
}
