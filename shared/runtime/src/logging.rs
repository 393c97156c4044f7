use std::error::Error;
use std::fmt::Write;

use filmless_domain::LogCode;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt, LevelFilter, Targets, filter_fn};
use tracing_subscriber::layer::{Filter, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Registry, fmt};

/// First part of our own crates' targets.
const OURS: [&str; 10] = [
    "filmless",
    "export_usage",
    "ingest_study",
    "record_feedback",
    "reconcile",
    "release_study",
    "prepare_study",
    "run_upkeep",
    "send_notice",
    "serve_portal",
];

/// The format of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people at a terminal.
    Text,
    /// JSON objects: `timestamp`, `level`, `target`, `fields` (`message` and, in trouble, `code`), `span`, `spans`.
    Json,
}

/// Receives the events in addition to the log, whatever `RUST_LOG` says.
pub type Listener = Box<dyn Layer<Registry> + Send + Sync>;

/// Logs JSON lines to standard error. `RUST_LOG` sets the levels (`warn,filmless=info`: by the start of a target); the
/// default is warnings, and information from our own crates.
pub fn init_logging() {
    init_logging_as(LogFormat::Json, Vec::new());
}

/// The same in another format, and with listeners, which get events of our own crates from information up.
pub fn init_logging_as(format: LogFormat, listeners: Vec<Listener>) {
    let ours = filter_fn(|metadata| is_ours(metadata) && *metadata.level() <= Level::INFO);
    let lines = fmt::layer().with_writer(std::io::stderr);
    let log = tracing_subscriber::registry().with(listeners.with_filter(ours));
    // A second call, in tests, changes nothing.
    let _ = match format {
        LogFormat::Text => log.with(lines.compact().with_filter(log_filter())).try_init(),
        LogFormat::Json => log.with(lines.json().with_filter(log_filter())).try_init(),
    };
    hide_panics();
}

/// `RUST_LOG` or the default. Whatever it says, dependencies log only warnings and above, and the S3 server nothing:
/// their lines repeat requests, with names, tokens and signed URLs.
fn log_filter<S>() -> impl Filter<S> {
    let chosen = std::env::var("RUST_LOG").ok();
    FilterExt::and(levels(chosen.as_deref()), filter_fn(may_be_logged))
}

/// The chosen levels (`warn,filmless=info`), or the default if none were given or they are invalid.
fn levels(chosen: Option<&str>) -> Targets {
    chosen.and_then(|text| text.parse().ok()).unwrap_or_else(default_filter)
}

/// The levels without `RUST_LOG`. Dependencies log only warnings: their lower levels repeat requests.
fn default_filter() -> Targets {
    Targets::new()
        .with_default(Level::WARN)
        .with_target("s3s", LevelFilter::OFF)
        .with_target("filmless", Level::INFO)
}

fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    is_ours(metadata) || (crate_of(metadata) != "s3s" && *metadata.level() <= Level::WARN)
}

fn is_ours(metadata: &Metadata<'_>) -> bool {
    let name = crate_of(metadata);
    OURS.iter().any(|ours| name == *ours || name.starts_with("filmless_"))
}

fn crate_of<'a>(metadata: &'a Metadata<'_>) -> &'a str {
    metadata.target().split("::").next().unwrap_or_default()
}

/// A panic's message may repeat the data it failed on, so log only its place.
pub fn hide_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(code = LogCode::Panicked.code(), place, "a bug was met");
    }));
}

/// An error with all its causes, for the log line where it is handled. Causes from below the stores name calls and
/// codes, never contents.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_chosen_by_the_start_of_a_target() {
        let chosen = levels(Some("error,filmless=info,filmless_store=trace,serve_portal=off"));
        for (target, level, is_enabled) in [
            ("hyper::client", Level::WARN, false),
            ("hyper::client", Level::ERROR, true),
            ("filmless_delivery::prepare", Level::INFO, true),
            ("filmless_delivery::prepare", Level::DEBUG, false),
            ("filmless_store::index", Level::TRACE, true),
            ("serve_portal::pages", Level::ERROR, false),
        ] {
            assert_eq!(chosen.would_enable(target, &level), is_enabled, "{target} {level}");
        }
        assert!(levels(Some("debug")).would_enable("anything", &Level::DEBUG));
    }

    #[test]
    fn what_cannot_be_understood_leaves_the_default() {
        for chosen in [None, Some("filmless=loudly"), Some("filmless=info=debug")] {
            let levels = levels(chosen);
            assert!(levels.would_enable("filmless_store", &Level::INFO), "{chosen:?}");
            assert!(
                levels.would_enable("hyper", &Level::WARN) && !levels.would_enable("hyper", &Level::INFO)
            );
            assert!(!levels.would_enable("s3s", &Level::ERROR), "{chosen:?}");
        }
    }
}
