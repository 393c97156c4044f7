//! A snapshot of both databases at one moment.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, backup::Backup};

use crate::backup::error::BackupError;
use crate::backup::layout::DATABASES;

/// How long we wait for a writer to finish.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pages copied in one step, and the pause between two steps, which leaves the disk to the system's own work.
const PAGES_A_STEP: std::ffi::c_int = 2048;
const REST: Duration = Duration::from_millis(1);

/// Snapshots of `embedded.db` and `filmless.db`, taken while neither could be written.
pub(super) struct Cut {
    snapshots: [Connection; 2],
    locks: Option<[Connection; 2]>,
}

impl Cut {
    /// Locks both databases against writing and takes a snapshot of each. Writers wait until [`Cut::let_go`].
    pub(super) fn take(data: &Path) -> Result<Self, BackupError> {
        let failed = || BackupError::database("held still");
        let open = |name: &str| open(&data.join(name));
        let [objects, tables] = DATABASES;
        // Always in this order, so that two backups cannot wait for each other.
        let locks = [open(objects)?, open(tables)?];
        for lock in &locks {
            lock.execute_batch("BEGIN IMMEDIATE").map_err(failed())?;
        }
        let snapshots = [open(objects)?, open(tables)?];
        for snapshot in &snapshots {
            // The first read takes the snapshot.
            snapshot.execute_batch("BEGIN").map_err(failed())?;
            snapshot.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(failed())?;
        }
        Ok(Self { snapshots, locks: Some(locks) })
    }

    /// Lets writers continue. The snapshots stay.
    pub(super) fn let_go(&mut self) {
        // Closing the connections ends their transactions, which wrote nothing.
        self.locks = None;
    }

    /// The snapshot of `embedded.db`.
    pub(super) fn objects(&self) -> &Connection {
        &self.snapshots[0]
    }

    /// Copies both snapshots into a folder.
    pub(super) fn copy(&self, folder: &Path) -> Result<(), BackupError> {
        for (name, snapshot) in DATABASES.into_iter().zip(&self.snapshots) {
            let path = folder.join(name);
            fs::File::create_new(&path)
                .and_then(|file| file.set_permissions(Permissions::from_mode(0o600)))
                .map_err(BackupError::file("write it", &path))?;
            copy(snapshot, &path).map_err(BackupError::database("copied"))?;
        }
        let objects = folder.join(DATABASES[0]);
        forget_what_is_not_copied(&objects).map_err(BackupError::database("copied"))
    }
}

/// Connects to an existing database.
pub(super) fn open(path: &Path) -> Result<Connection, BackupError> {
    let opened = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE);
    let connection = opened.map_err(BackupError::database("opened"))?;
    connection.busy_timeout(PATIENCE).map_err(BackupError::database("opened"))?;
    Ok(connection)
}

fn copy(snapshot: &Connection, path: &Path) -> rusqlite::Result<()> {
    let mut copied = Connection::open(path)?;
    Backup::new(snapshot, &mut copied)?.run_to_completion(PAGES_A_STEP, REST, None)?;
    // One file, without a journal next to it.
    copied.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    let sound: String = copied.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if sound == "ok" { Ok(()) } else { Err(rusqlite::Error::InvalidQuery) }
}

/// Forgets unfinished uploads in parts, and files that are about to be removed.
fn forget_what_is_not_copied(objects: &Path) -> rusqlite::Result<()> {
    Connection::open(objects)?.execute_batch(
        "PRAGMA secure_delete = ON;
         BEGIN; DELETE FROM part; DELETE FROM upload; DELETE FROM stale_file; COMMIT;",
    )
}
