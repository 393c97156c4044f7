use std::error::Error;
use std::fmt::Write;

use tracing_subscriber::EnvFilter;

/// What is logged unless `RUST_LOG` says otherwise. Dependencies log warnings only: their lower levels repeat
/// requests.
pub const DEFAULT_LOG_FILTER: &str =
    "warn,s3s=off,filmless=info,filmless_delivery=info,filmless_embedded=info";

/// Logs as JSON lines to standard error, at `RUST_LOG`'s level or `info`.
pub fn init_logging() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_LOG_FILTER));
    // A second call, in tests, changes nothing.
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

/// An error with all its causes, for the log line at the boundary where it is handled. Causes that come from
/// below the stores name calls and codes, never contents.
#[must_use]
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}
