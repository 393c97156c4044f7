use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
};

use crate::EmbeddedError;

/// Exclusive ownership of a data folder. The operating system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct FolderLock {
    _file: File,
}

impl FolderLock {
    pub(crate) fn acquire(dir: &Path) -> Result<Self, EmbeddedError> {
        std::fs::create_dir_all(dir).map_err(EmbeddedError::folder("create the data folder"))?;
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(dir.join("lock"))
            .map_err(EmbeddedError::folder("open the lock file"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(EmbeddedError::FolderInUse { dir: dir.to_owned() }),
            Err(TryLockError::Error(source)) => {
                Err(EmbeddedError::Folder { operation: "lock the data folder", source })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_has_one_owner_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let first = FolderLock::acquire(dir.path()).unwrap();
        let refused = FolderLock::acquire(dir.path()).unwrap_err();
        assert!(matches!(refused, EmbeddedError::FolderInUse { .. }));
        drop(first);
        FolderLock::acquire(dir.path()).unwrap();
    }
}
