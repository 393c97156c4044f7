//! The files below `buckets/`, and the few ways they are moved.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

const STAGED: &str = ".staged";
const PARTS: &str = ".parts";
const VERSIONS: &str = ".versions";

/// Folder names that no bucket can have (bucket names begin with a letter or a digit).
#[derive(Debug, Clone)]
pub(super) struct Files {
    root: PathBuf,
}

impl Files {
    pub(super) fn open(root: PathBuf) -> io::Result<Self> {
        for folder in [STAGED, PARTS, VERSIONS] {
            fs::create_dir_all(root.join(folder))?;
        }
        Ok(Self { root })
    }

    /// The full path of a path in a row.
    pub(super) fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub(super) fn create_bucket(&self, bucket: &str) -> io::Result<()> {
        fs::create_dir_all(self.root.join(bucket))
    }

    /// Creates an empty file for an upload. Its id becomes the object's version id, or the name of the part.
    pub(super) fn stage(&self, id: &str) -> io::Result<Staged> {
        let path = self.root.join(STAGED).join(id);
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        Ok(Staged { file: Some(file), path: Some(path) })
    }

    pub(super) fn staged_ids(&self) -> io::Result<Vec<String>> {
        names_in(&self.root.join(STAGED))
    }

    pub(super) fn staged(&self, id: &str) -> PathBuf {
        self.root.join(STAGED).join(id)
    }

    pub(super) fn part_ids(&self) -> io::Result<Vec<String>> {
        names_in(&self.root.join(PARTS))
    }

    pub(super) fn part(&self, id: &str) -> PathBuf {
        self.root.join(PARTS).join(id)
    }

    /// Renames a finished upload to its place. Retries, because emptied folders are removed at the same time.
    pub(super) fn place(&self, staged: &Path, path: &str) -> io::Result<()> {
        const TRIES: usize = 16;
        let to = self.at(path);
        let mut outcome = Ok(());
        for _ in 0..TRIES {
            outcome = to.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::rename(staged, &to));
            match &outcome {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                _ => break,
            }
        }
        outcome
    }

    /// Gives the bytes of a version a second name before it is overwritten or deleted, and returns that name. The first
    /// name goes when the next version takes its place, so the bytes have a name at every moment.
    pub(super) fn keep(&self, bucket: &str, version_id: &str, path: &str) -> io::Result<String> {
        let kept = format!("{VERSIONS}/{bucket}/{version_id}");
        if path == kept {
            return Ok(kept);
        }
        let (from, to) = (self.at(path), self.at(&kept));
        fs::create_dir_all(self.root.join(VERSIONS).join(bucket))?;
        match fs::hard_link(&from, &to) {
            Ok(()) => Ok(kept),
            // An interrupted attempt got this far.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(kept),
            // A file system without hard links.
            Err(_) => fs::copy(&from, &to).map(|_| kept),
        }
    }

    /// Whether the path belongs to a single version.
    pub(super) fn is_kept(path: &str) -> bool {
        path.strip_prefix(VERSIONS).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Removes a file and the folders this empties, up to its bucket.
    pub(super) fn remove(&self, path: &str) -> io::Result<()> {
        let file = self.at(path);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let bucket = path.split('/').next().map(|first| self.root.join(first));
        for folder in file.ancestors().skip(1) {
            // `remove_dir` fails on a folder that is not empty, which ends the loop.
            if bucket.as_deref().is_none_or(|b| b == folder) || fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }
}

/// A file on its way in. If dropped before it is placed, it is removed.
#[derive(Debug)]
pub(super) struct Staged {
    file: Option<File>,
    path: Option<PathBuf>,
}

impl Staged {
    pub(super) fn file(&mut self) -> io::Result<&mut File> {
        self.file.as_mut().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Flushes the bytes to the disk.
    pub(super) fn synchronise(&mut self) -> io::Result<()> {
        self.file.take().map_or(Ok(()), |file| file.sync_data())
    }

    /// From here on the row decides what happens to the file.
    pub(super) fn release(mut self) -> PathBuf {
        self.path.take().unwrap_or_default()
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            // What cannot be removed now is removed at the next start.
            let _ = fs::remove_file(path);
        }
    }
}

fn names_in(folder: &Path) -> io::Result<Vec<String>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> (tempfile::TempDir, Files) {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::open(dir.path().join("buckets")).unwrap();
        files.create_bucket("b").unwrap();
        (dir, files)
    }

    #[test]
    fn upload_that_is_dropped_leaves_nothing() {
        let (_dir, files) = files();
        let staged = files.stage("one").unwrap();
        assert_eq!(files.staged_ids().unwrap(), ["one"]);
        drop(staged);
        assert!(files.staged_ids().unwrap().is_empty());
    }

    #[test]
    fn folders_left_empty_go_with_their_last_file() {
        let (_dir, files) = files();
        for (id, path) in [("one", "b/x/y/1"), ("two", "b/x/2")] {
            let staged = files.stage(id).unwrap().release();
            files.place(&staged, path).unwrap();
        }
        files.remove("b/x/y/1").unwrap();
        assert!(!files.at("b/x/y").exists() && files.at("b/x/2").exists());
        files.remove("b/x/2").unwrap();
        assert!(!files.at("b/x").exists() && files.at("b").exists());
        files.remove("b/x/2").unwrap();
    }

    #[test]
    fn kept_bytes_stay_when_the_next_version_takes_their_place() {
        let (_dir, files) = files();
        for (id, bytes) in [("v1", "old"), ("v2", "new")] {
            if id == "v2" {
                assert_eq!(files.keep("b", "v1", "b/k").unwrap(), ".versions/b/v1");
                assert_eq!(files.keep("b", "v1", "b/k").unwrap(), ".versions/b/v1");
            }
            let staged = files.stage(id).unwrap().release();
            fs::write(&staged, bytes).unwrap();
            files.place(&staged, "b/k").unwrap();
        }
        assert_eq!(fs::read(files.at("b/k")).unwrap(), b"new");
        assert_eq!(fs::read(files.at(".versions/b/v1")).unwrap(), b"old");
    }
}
