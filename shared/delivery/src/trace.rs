//! One study is one trace (OpenTelemetry): a span for each step, whichever process does it and whenever.
//!
//! The trace ids come from the Study Instance UID. So a step that no message caused (an upload, a patient's visit
//! weeks later) still joins its study's trace. A step that a message caused is a child of the step that sent it: the
//! message carries `traceparent` (W3C Trace Context, <https://www.w3.org/TR/trace-context/>).
//!
//! A span has the study, the step, its outcome and its duration. Nothing else fits in: words are `'static`, and no
//! name, birth date, phone, token, password or signed URL is.

use std::time::SystemTime;

use filmless_domain::StudyInstanceUid;
use jiff::Timestamp;
use opentelemetry::propagation::{Extractor, Injector};
use opentelemetry::trace::{
    FutureExt, Span, SpanContext, SpanId, Status, TraceContextExt, TraceFlags, TraceId, TraceState, Tracer,
};
use opentelemetry::{Context, KeyValue, global};
use sha2::{Digest, Sha256};

use crate::DeliveryError;

/// The one field of a message that belongs to tracing.
const TRACEPARENT: &str = "traceparent";

/// Outcome of a step that did its work.
const DONE: &str = "done";

/// A step of a study.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// From the study's first object in the bucket until it is taken in: the root of the trace.
    Upload,
    /// Takes in files of one study, from one batch of events.
    Ingest,
    /// Checks whether the study is complete.
    Settle,
    /// Renders series.
    Render,
    /// Makes a download.
    Pack,
    /// The publish gate.
    Release,
    /// Sends messages.
    Notice,
    /// Somebody opens the study in the portal.
    Open,
}

impl Step {
    /// The name of its spans.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::Ingest => "ingest",
            Self::Settle => "settle",
            Self::Render => "render",
            Self::Pack => "pack",
            Self::Release => "release",
            Self::Notice => "notice",
            Self::Open => "open",
        }
    }
}

/// The ids of a study's root span, for a new span to use: the provider's id generator takes them from the current
/// context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RootIds {
    /// Trace id.
    pub trace: TraceId,
    /// Id of its first span.
    pub span: SpanId,
}

impl RootIds {
    /// The first 24 bytes of a digest of the study's UID.
    fn of(study: &StudyInstanceUid) -> Self {
        let digest = Sha256::new().chain_update("trace of ").chain_update(study.as_str()).finalize();
        let (mut trace, mut span) = ([0; 16], [0; 8]);
        trace.copy_from_slice(&digest[..16]);
        span.copy_from_slice(&digest[16..24]);
        Self { trace: TraceId::from_bytes(trace), span: SpanId::from_bytes(span) }
    }

    /// The parent context of spans below the root.
    fn context(self) -> Context {
        let root = SpanContext::new(self.trace, self.span, TraceFlags::SAMPLED, true, TraceState::default());
        Context::new().with_remote_span_context(root)
    }
}

/// The tracing part of a message; empty if tracing is off.
#[derive(Debug, Default)]
pub(crate) struct Carrier(Option<String>);

impl Carrier {
    /// For the current step.
    pub(crate) fn of_this_step() -> Self {
        let mut carrier = Self::default();
        global::get_text_map_propagator(|propagator| propagator.inject(&mut carrier));
        carrier
    }

    /// From a received message.
    fn received(body: &str) -> Self {
        #[derive(serde::Deserialize)]
        struct About {
            traceparent: Option<String>,
        }
        Self(serde_json::from_str::<About>(body).ok().and_then(|about| about.traceparent))
    }

    pub(crate) fn traceparent(self) -> Option<String> {
        self.0
    }

    /// The step that sent the message, if it belongs to this study's trace; else the study's root.
    fn cause(&self, root: RootIds) -> Context {
        let sent = global::get_text_map_propagator(|propagator| {
            propagator.extract_with_context(&Context::new(), self)
        });
        if sent.span().span_context().trace_id() == root.trace { sent } else { root.context() }
    }
}

impl Injector for Carrier {
    fn set(&mut self, key: &str, value: String) {
        if key == TRACEPARENT {
            self.0 = Some(value);
        }
    }
}

impl Extractor for Carrier {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.as_deref().filter(|_| key == TRACEPARENT)
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT]
    }
}

/// Runs the work of a message as a step of its study's trace. Pass it boxed: nested futures are copied whole.
///
/// # Errors
/// Those of the work.
pub async fn follow<T>(
    step: Step,
    study: &StudyInstanceUid,
    message: &str,
    work: impl Future<Output = Result<T, DeliveryError>> + Unpin,
) -> Result<T, DeliveryError> {
    span(step, study, &Carrier::received(message).cause(RootIds::of(study)), None, work).await
}

/// Runs work that no message caused as a step of its study's trace. It starts at `since`, if given.
pub(crate) async fn take_part<T>(
    step: Step,
    study: &StudyInstanceUid,
    since: Option<Timestamp>,
    work: impl Future<Output = Result<T, DeliveryError>> + Unpin,
) -> Result<T, DeliveryError> {
    span(step, study, &RootIds::of(study).context(), since, work).await
}

async fn span<T>(
    step: Step,
    study: &StudyInstanceUid,
    cause: &Context,
    since: Option<Timestamp>,
    work: impl Future<Output = Result<T, DeliveryError>> + Unpin,
) -> Result<T, DeliveryError> {
    let span = started(step, study, cause, since);
    let context = Context::new().with_span(span);
    let result = work.with_context(context.clone()).await;
    let outcome = result.as_ref().err().map_or(DONE, DeliveryError::code);
    context.span().set_attribute(KeyValue::new("outcome", outcome));
    if result.is_err() {
        context.span().set_status(Status::error(outcome));
    }
    context.span().end();
    result
}

/// The root of a study's trace: from its first object in the bucket until now.
pub(crate) fn root(study: &StudyInstanceUid, uploaded_at: Timestamp, until: Timestamp) {
    let _ids = Context::new().with_value(RootIds::of(study)).attach();
    let mut span = started(Step::Upload, study, &Context::new(), Some(uploaded_at));
    span.set_attribute(KeyValue::new("outcome", DONE));
    span.end_with_timestamp(until.max(uploaded_at).into());
}

/// Records an event within the current step, as one of our own words.
pub(crate) fn tell(word: &'static str) {
    Context::map_current(|context| context.span().add_event(word, Vec::new()));
}

fn started(
    step: Step,
    study: &StudyInstanceUid,
    cause: &Context,
    since: Option<Timestamp>,
) -> global::BoxedSpan {
    let tracer = global::tracer("filmless");
    let about = [
        KeyValue::new("step", step.as_str()),
        KeyValue::new("study_instance_uid", study.as_str().to_owned()),
    ];
    let mut builder = tracer.span_builder(step.as_str()).with_attributes(about);
    builder.start_time = since.map(SystemTime::from);
    tracer.build_with_context(builder, cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study(uid: &str) -> StudyInstanceUid {
        StudyInstanceUid::parse(uid).unwrap()
    }

    #[test]
    fn a_study_has_one_trace_and_two_studies_have_two() {
        let ids = RootIds::of(&study("1.2.3"));
        assert_eq!(ids, RootIds::of(&study("1.2.3")));
        assert_ne!(ids.trace, RootIds::of(&study("1.2.4")).trace);
        assert!(ids.context().span().span_context().is_valid());
    }

    #[test]
    fn a_message_that_says_nothing_of_a_trace_hangs_on_the_root_of_its_study() {
        let root = RootIds::of(&study("1.2.3"));
        for body in ["{}", "not ours", r#"{"traceparent":7}"#, r#"{"traceparent":"00-0-0-0"}"#] {
            let context = Carrier::received(body).cause(root);
            assert_eq!(context.span().span_context().span_id(), root.span, "{body}");
        }
    }
}
