//! The bytes of all backups in a folder, stored once each, under their SHA-256.

use crate::backup::files::copy;
use crate::backup::files::create;
use std::{
    collections::HashSet,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use crate::backup::error::BackupError;
use crate::backup::files::Content;

pub(super) const FOLDER: &str = "bytes";
const BEGINNING_DIGITS: usize = 2;

pub(super) struct Pool {
    root: PathBuf,
}

impl Pool {
    pub(super) fn of(folder: &Path) -> Self {
        Self { root: folder.join(FOLDER) }
    }

    pub(super) fn path(&self, sha256: &str) -> PathBuf {
        let (beginning, rest) = sha256.split_at_checked(BEGINNING_DIGITS).unwrap_or(("", sha256));
        self.root.join(beginning).join(rest)
    }

    /// Whether the bytes are there, by name and size. A partial file never has the final name.
    pub(super) fn has(&self, content: &Content) -> bool {
        fs::metadata(self.path(&content.sha256)).is_ok_and(|found| found.len() == content.bytes)
    }

    /// Stores the bytes, and returns their hash and size.
    pub(super) fn add(&self, bytes: impl Read) -> Result<Content, BackupError> {
        crate::backup::files::make_folder(&self.root)?;
        let beside = self.root.join(".new");
        let mut file = create(&beside).map_err(BackupError::file("write it", &beside))?;
        let content = copy(bytes, &mut file).map_err(BackupError::file("write it", &beside))?;
        drop(file);
        let path = self.path(&content.sha256);
        if self.has(&content) {
            fs::remove_file(&beside).map_err(BackupError::file("remove it", &beside))?;
        } else {
            path.parent().map_or(Ok(()), crate::backup::files::make_folder)?;
            fs::rename(&beside, &path).map_err(BackupError::file("write it", &path))?;
        }
        Ok(content)
    }

    /// Whether the bytes still match their name.
    pub(super) fn is_sound(&self, content: &Content) -> Result<bool, BackupError> {
        let path = self.path(&content.sha256);
        match File::open(&path).and_then(|file| copy(file, io::sink())) {
            Ok(found) => Ok(found == *content),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(BackupError::file("read it", &path)(error)),
        }
    }

    /// Removes what is not needed, and returns the number of removed files.
    pub(super) fn keep_only(&self, needed: &HashSet<String>) -> Result<u64, BackupError> {
        let mut removed = 0;
        for folder in fs::read_dir(&self.root).map_err(tidying(&self.root))? {
            let folder = folder.map_err(tidying(&self.root))?.path();
            if !folder.is_dir() {
                continue;
            }
            let beginning = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            for entry in fs::read_dir(&folder).map_err(tidying(&folder))? {
                let entry = entry.map_err(tidying(&folder))?;
                if !needed.contains(&format!("{beginning}{}", entry.file_name().to_string_lossy())) {
                    fs::remove_file(entry.path()).map_err(tidying(&folder))?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }
}

fn tidying(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    BackupError::file("tidy it up", path)
}
