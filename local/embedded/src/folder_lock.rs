use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::EmbeddedError;

/// Creates the folder, or makes sure that only its owner can open it: it contains names, passwords on slips, keys and
/// images.
///
/// # Errors
/// [`EmbeddedError::FolderOfAnother`]; [`EmbeddedError::Folder`] if it cannot be created or closed to others.
pub fn own_folder(dir: &Path) -> Result<(), EmbeddedError> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
    let made = std::fs::DirBuilder::new().recursive(true).mode(PRIVATE).create(dir);
    made.map_err(EmbeddedError::folder("create the data folder"))?;
    let found = std::fs::metadata(dir).map_err(EmbeddedError::folder("look at the data folder"))?;
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(EmbeddedError::FolderOfAnother { dir: dir.to_owned(), owner: found.uid() });
    }
    if found.mode() & 0o777 != PRIVATE {
        tracing::warn!("the data folder was open to others and is closed now");
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(PRIVATE))
            .map_err(EmbeddedError::folder("close the data folder to others"))?;
    }
    Ok(())
}

/// Access only for the owner.
const PRIVATE: u32 = 0o700;

/// How long a process that was killed may hold the folder: its lock lives until a child that it was about to start is one.
const RELEASE_WAIT: Duration = Duration::from_secs(2);
const RETRY: Duration = Duration::from_millis(50);

/// Exclusive ownership of a data folder. The operating system releases it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct FolderLock {
    _file: File,
}

impl FolderLock {
    pub(crate) fn acquire(dir: &Path) -> Result<Self, EmbeddedError> {
        own_folder(dir)?;
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(dir.join("lock"))
            .map_err(EmbeddedError::folder("open the lock file"))?;
        let asked_at = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if asked_at.elapsed() < RELEASE_WAIT => {
                    std::thread::sleep(RETRY);
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(EmbeddedError::FolderInUse { dir: dir.to_owned() });
                }
                Err(TryLockError::Error(source)) => {
                    return Err(EmbeddedError::Folder { operation: "lock the data folder", source });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_was_open_to_others_is_closed() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        for open in [0o755, 0o777, 0o750, 0o500] {
            std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(open)).unwrap();
            own_folder(dir.path()).unwrap();
            assert_eq!(mode(dir.path()), 0o700, "{open:o}");
        }
        let made = dir.path().join("a/b");
        own_folder(&made).unwrap();
        assert_eq!(mode(&made), 0o700);
    }

    /// Only root can give a folder away; for everybody else, some folder of root's always exists.
    #[test]
    fn a_folder_of_another_user_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let is_root = rustix::process::geteuid().is_root();
        if is_root {
            std::os::unix::fs::chown(dir.path(), Some(12_345), None).unwrap();
        }
        let folder = if is_root { dir.path() } else { Path::new("/") };
        let refused = own_folder(folder).unwrap_err();
        assert!(matches!(refused, EmbeddedError::FolderOfAnother { .. }), "{refused}");
    }

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
