//! Finds the bytes of a version while the system runs.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OptionalExtension};

use crate::backup::error::BackupError;

/// A version of an object, as its row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) id: String,
    pub(super) path: String,
    pub(super) bytes: u64,
}

/// All versions that have bytes.
pub(super) fn versions(objects: &Connection) -> Result<Vec<Version>, BackupError> {
    let read = || -> rusqlite::Result<Vec<Version>> {
        let mut statement = objects
            .prepare("SELECT version_id, path, size FROM object WHERE path IS NOT NULL ORDER BY sequence")?;
        let versions = statement
            .query_map([], |row| Ok(Version { id: row.get(0)?, path: row.get(1)?, bytes: row.get(2)? }))?;
        versions.collect()
    };
    read().map_err(BackupError::database("read"))
}

/// The open folder of objects.
pub(super) struct Source {
    buckets: PathBuf,
    /// Reads what is committed now, regardless of the snapshot.
    now: Connection,
}

impl Source {
    pub(super) fn new(data: &Path, now: Connection) -> Self {
        Self { buckets: data.join("buckets"), now }
    }

    /// Opens the bytes of a version; `None` if they are gone because a later commit released them.
    ///
    /// The path of an overwritten object is used again. So an opened file counts only if the row still names the path
    /// *afterwards*: the commit that gives up the path comes before the rename that fills it again.
    pub(super) fn open(&self, version: &Version) -> Result<Option<File>, BackupError> {
        const TRIES: usize = 16;
        let mut path = version.path.clone();
        for _ in 0..TRIES {
            // Committed, but not in place yet.
            let staged = self.open_path(&format!(".staged/{}", version.id))?;
            let opened = if staged.is_some() { staged } else { self.open_path(&path)? };
            let Some(path_now) = self.path_now(&version.id)? else { return Ok(None) };
            match opened {
                Some(file) if path_now == path && has_size(&file, version.bytes) => return Ok(Some(file)),
                _ => path = path_now,
            }
        }
        Ok(None)
    }

    fn open_path(&self, path: &str) -> Result<Option<File>, BackupError> {
        let path = self.buckets.join(path);
        match File::open(&path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(None)
            }
            Err(error) => Err(BackupError::file("read it", &path)(error)),
        }
    }

    fn path_now(&self, id: &str) -> Result<Option<String>, BackupError> {
        let read = || {
            let sql = "SELECT path FROM object WHERE version_id = ?1 AND path IS NOT NULL";
            self.now.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()
        };
        read().map_err(BackupError::database("read"))
    }
}

fn has_size(file: &File, bytes: u64) -> bool {
    file.metadata().is_ok_and(|found| found.is_file() && found.len() == bytes)
}
