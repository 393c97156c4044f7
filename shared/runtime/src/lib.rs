//! What every function does before and after its handler: tracing, configuration, batches.
//!
//! ```
//! use filmless_runtime::error_chain;
//!
//! // One line at the boundary where an error is handled, with all its causes.
//! let error = std::io::Error::other("the disk is full");
//! assert_eq!(error_chain(&error), "the disk is full");
//! ```

pub mod batch;
mod environment;
mod logging;
mod operator;
mod parts;
mod room;
mod settings;
mod traces;

pub use environment::ConfigError;
pub use logging::{Listener, LogFormat, error_chain, hide_panics, init_logging, init_logging_as};
pub use operator::{dead_letters_from_env, index_and_studies_from_env, services_from_env};
pub use parts::{
    DicomwebParts, PortalParts, dicomweb_from_env, export_from_env, feedback_from_env, intake_from_env,
    notify_from_env, portal_from_env, prepare_from_env, reconcile_from_env, release_from_env,
    upkeep_from_env,
};
pub use room::{RoomParts, room_from_env};
pub use traces::Traces;

/// The function's memory in MiB, as Lambda states it.
#[must_use]
pub fn function_memory_mib() -> Option<u64> {
    std::env::var("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").ok()?.parse().ok()
}
