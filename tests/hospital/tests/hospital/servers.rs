//! Where a hospital's servers run.

use std::sync::Arc;

use tokio::runtime::Runtime;

/// A single-threaded runtime for the servers of all hospitals that run one after the other.
pub fn servers() -> Arc<Runtime> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    Arc::new(runtime.unwrap())
}
