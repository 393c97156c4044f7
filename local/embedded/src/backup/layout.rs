//! Where everything lies in a data folder and in a backup folder.

use super::error::BackupError;
use super::{manifest, pool};
use std::{fs, path::Path};

/// `embedded.db` and `filmless.db`: the databases of a data folder.
pub(crate) const DATABASES: [&str; 2] = ["embedded.db", "filmless.db"];

/// How far the work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Files that are done.
    pub files: u64,
    /// Files in total, as far as known.
    pub files_all: u64,
}

/// The finished backups of a folder, oldest first.
pub(crate) fn finished(folder: &Path) -> Result<Vec<String>, BackupError> {
    Ok(backups(folder)?.0)
}

/// The backups of a folder, oldest first: the finished ones, and those without a manifest, because the run was
/// interrupted or somebody lost it.
pub(crate) fn backups(folder: &Path) -> Result<(Vec<String>, Vec<String>), BackupError> {
    let read = |source| BackupError::file("list it", folder)(source);
    let (mut names, mut unfinished) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder).map_err(read)? {
        let entry = entry.map_err(BackupError::file("list it", folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == pool::FOLDER {
        } else if entry.path().join(manifest::FILE).is_file() {
            names.push(name);
        } else if DATABASES.iter().any(|database| entry.path().join(database).is_file()) {
            unfinished.push(name);
        }
    }
    names.sort();
    unfinished.sort();
    Ok((names, unfinished))
}
