use std::error::Error;
use std::fmt::Write;

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets, filter_fn};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// First words of the targets of our own crates.
const OURS: [&str; 10] = [
    "filmless",
    "export_usage",
    "ingest_study",
    "record_feedback",
    "reconcile",
    "release_study",
    "render_series",
    "run_upkeep",
    "send_notice",
    "serve_portal",
];

/// Logs as JSON lines to standard error, at what `RUST_LOG` says (`warn,filmless=info`: levels by the start of a target), or
/// warnings and our own information.
pub fn init_logging() {
    let lines = fmt::layer().json().with_writer(std::io::stderr);
    // A second call, in tests, changes nothing.
    let _ = tracing_subscriber::registry().with(log_filter()).with(lines).try_init();
    hide_panics();
}

/// `RUST_LOG` or the default; and whatever that says, of dependencies nothing below a warning, and of the S3 server
/// nothing at all: their lines repeat requests, with names, tokens and signed addresses in them.
pub fn log_filter<S: Subscriber + for<'a> LookupSpan<'a>>() -> impl Layer<S> {
    let chosen = std::env::var("RUST_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    chosen.unwrap_or_else(default_filter).and_then(filter_fn(may_be_logged))
}

/// What is logged unless `RUST_LOG` says otherwise. Dependencies log warnings only: their lower levels repeat requests.
fn default_filter() -> Targets {
    Targets::new()
        .with_default(Level::WARN)
        .with_target("s3s", LevelFilter::OFF)
        .with_target("filmless", Level::INFO)
}

fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    let name = metadata.target().split("::").next().unwrap_or_default();
    let is_ours = OURS.iter().any(|ours| name == *ours || name.starts_with("filmless_"));
    is_ours || (name != "s3s" && *metadata.level() <= Level::WARN)
}

/// The message of a panic can repeat what it choked on: only its place is logged.
pub fn hide_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(code = "panicked", place, "a bug was met");
    }));
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
