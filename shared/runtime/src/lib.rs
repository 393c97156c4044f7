//! What every function does before and after its handler: tracing, configuration, batches.

pub mod batch;
pub mod config;
mod logging;
mod services;

pub use config::{Config, ConfigError};
pub use logging::{DEFAULT_LOG_FILTER, error_chain, init_logging};
pub use services::{dead_letters_from, services_from};
