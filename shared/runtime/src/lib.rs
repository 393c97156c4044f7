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
pub mod config;
mod logging;
mod services;
mod traces;

pub use config::{Config, ConfigError};
pub use logging::{Listener, LogFormat, error_chain, hide_panics, init_logging, init_logging_as};
pub use services::{dead_letters_from, function_memory_mib, services_from};
pub use traces::Traces;
