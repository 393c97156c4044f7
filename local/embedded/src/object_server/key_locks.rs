use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

const STRIPES: usize = 1024;

/// Keeps a key's readers out between the commit of a row and the renaming of its file, and keeps two writers of one key
/// apart. Held only for metadata and renames, never while bytes are transferred.
#[derive(Debug)]
pub(super) struct KeyLocks {
    stripes: Vec<Arc<RwLock<()>>>,
}

impl KeyLocks {
    pub(super) fn new() -> Self {
        Self { stripes: (0..STRIPES).map(|_| Arc::default()).collect() }
    }

    pub(super) async fn read(&self, bucket: &str, key: &str) -> OwnedRwLockReadGuard<()> {
        self.stripe(bucket, key).read_owned().await
    }

    pub(super) async fn write(&self, bucket: &str, key: &str) -> OwnedRwLockWriteGuard<()> {
        self.stripe(bucket, key).write_owned().await
    }

    fn stripe(&self, bucket: &str, key: &str) -> Arc<RwLock<()>> {
        let mut hasher = DefaultHasher::new();
        (bucket, key).hash(&mut hasher);
        let index = usize::try_from(hasher.finish() % STRIPES as u64).unwrap_or_default();
        Arc::clone(&self.stripes[index])
    }
}
