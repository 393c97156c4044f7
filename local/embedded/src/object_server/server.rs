//! The server, as its parts hold it.

use crate::database::Database;
use crate::object_server::files::Files;
use crate::object_server::key_locks::KeyLocks;
use crate::object_server::receive::ReceiveLimits;
use crate::queue::DurableQueue;
use filmless_store::port::Clock;
use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

/// The state behind every request; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct ObjectServer {
    pub(crate) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: ObjectServerConfig,
    pub(crate) database: Database,
    pub(super) files: Files,
    pub(crate) queue: Arc<DurableQueue>,
    pub(crate) clock: ClockHandle,
    pub(super) locks: KeyLocks,
    pub(super) limits: ReceiveLimits,
}

/// How the object server is set up.
#[derive(Debug, Clone)]
pub(crate) struct ObjectServerConfig {
    /// `DIR/buckets`.
    pub(crate) root: PathBuf,
    /// The region in events and in the location of buckets.
    pub(crate) region: String,
    /// Buckets that exist from the start.
    pub(crate) buckets: BTreeSet<String>,
    /// Buckets whose new objects are announced on the intake queue.
    pub(crate) event_buckets: BTreeSet<String>,
    /// Buckets that keep overwritten and deleted versions.
    pub(crate) versioned_buckets: BTreeSet<String>,
}

pub(crate) struct ClockHandle(pub(crate) Arc<dyn Clock>);

impl std::fmt::Debug for ClockHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}
