//! Counts what is logged: the same lines that the metric filters of `infra/template` count on AWS.

use std::fmt::Debug;

use filmless_domain::Channel;
use prometheus_client::metrics::counter::Counter;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::{Counters, Labels, Metrics};

/// Most distinct codes; any further one counts as `other`. `docs/ERRORS.md` has fewer.
const CODES_MAX: usize = 200;

/// Counts the events of our own crates.
pub struct Counted {
    metrics: Metrics,
    codes: std::sync::Mutex<std::collections::BTreeSet<String>>,
}

impl Counted {
    pub fn new(metrics: Metrics) -> Self {
        Self { metrics, codes: std::sync::Mutex::default() }
    }

    fn count(&self, event: &Words, is_trouble: bool) {
        let metrics = &self.metrics;
        if is_trouble && !event.code.is_empty() {
            one(&metrics.errors, vec![("code", self.code(&event.code))]);
        }
        match event.message.as_str() {
            "study settled" if event.is_new => one(&metrics.studies, vec![became("received"), because("")]),
            "study released" => one(&metrics.studies, vec![became("released"), because("")]),
            "study shown again" => one(&metrics.studies, vec![became("shown-again"), because("")]),
            "study recalled" => one(&metrics.studies, vec![became("recalled"), because("")]),
            "study held" => one(&metrics.studies, vec![became("held"), because(&self.code(&event.reason))]),
            "object refused" => one(&metrics.refused, vec![("code", self.code(&event.code))]),
            message => {
                if let Some(outcome) = outcome_of_notice(message) {
                    // The log spells their names as the code does.
                    let is_of = |channel: &Channel| format!("{channel:?}") == event.channel;
                    let channel = Channel::ALL.into_iter().find(is_of).map_or("other", Channel::as_str);
                    let labels = vec![("channel", channel.to_owned()), ("outcome", outcome.to_owned())];
                    one(&metrics.notices, labels);
                }
            }
        }
    }

    /// Codes are our own words; anything else that got here must not create series without limit.
    fn code(&self, code: &str) -> String {
        let is_word = code.len() <= 40 && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        let mut codes = self.codes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_known =
            codes.contains(code) || (codes.len() < CODES_MAX && is_word && codes.insert(code.to_owned()));
        if is_known { code.to_owned() } else { "other".to_owned() }
    }
}

fn became(outcome: &str) -> (&'static str, String) {
    ("outcome", outcome.to_owned())
}

fn because(reason: &str) -> (&'static str, String) {
    ("reason", reason.to_owned())
}

fn one(counters: &Counters, labels: Labels) {
    let counter: Counter = counters.get_or_create(&labels).clone();
    counter.inc();
}

fn outcome_of_notice(message: &str) -> Option<&'static str> {
    Some(match message {
        "notice sent" => "sent",
        "notice refused by the provider" => "refused",
        "notice not answered by the provider" => "unanswered",
        "notice not sent: SMS to this country are not allowed" => "country-not-allowed",
        "notice not sent: too many messages to one receiver" => "too-many",
        "message did not arrive" => "lost",
        _ => return None,
    })
}

impl<S: Subscriber> Layer<S> for Counted {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut words = Words::default();
        event.record(&mut words);
        self.count(&words, *event.metadata().level() <= Level::WARN);
    }
}

/// The fields we count by.
#[derive(Default)]
struct Words {
    message: String,
    code: String,
    reason: String,
    channel: String,
    is_new: bool,
}

impl Words {
    fn keep(&mut self, name: &str, text: impl FnOnce() -> String) {
        match name {
            "message" => self.message = text(),
            "code" => self.code = text(),
            "reason" => self.reason = text(),
            "channel" => self.channel = text(),
            _ => {}
        }
    }
}

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.keep(field.name(), || format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.keep(field.name(), || value.to_owned());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.is_new |= field.name() == "is_new" && value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_never_holds_what_is_no_code_and_there_are_not_many() {
        let counted = Counted::new(Metrics::new());
        assert_eq!(counted.code("no-order"), "no-order");
        for bad in ["NGUYEN THI HOA", "0912345678", "incoming/1.dcm", &"a".repeat(41)] {
            assert_eq!(counted.code(bad), "other", "{bad}");
        }
        let word = |number: usize| "a".repeat(number % 20 + 1) + &"b".repeat(number / 20);
        for number in 0..300 {
            counted.code(&word(number));
        }
        assert_eq!(counted.codes.lock().unwrap().len(), CODES_MAX);
        assert_eq!(counted.code("no-order"), "no-order");
    }
}
