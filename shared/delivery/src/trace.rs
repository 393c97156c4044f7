//! The way of one study as one trace (OpenTelemetry): a span for each step, whichever process does it and whenever.
//!
//! The trace has its identifiers from the Study Instance UID, so that a step which no message caused (an upload, a patient's
//! visit weeks later) is in the trace of its study, too. A step that a message caused hangs below the one that sent it: the
//! message carries `traceparent` (W3C Trace Context, <https://www.w3.org/TR/trace-context/>).
//!
//! A span says which study, which step, how it ended and how long it took. Nothing else can be put into one: words are
//! `'static`, and nobody's name, birth date, phone, token, password or signed address is.

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

/// The one field of a message that is about its trace.
const TRACEPARENT: &str = "traceparent";

/// How a step ended that did what it was asked for.
const DONE: &str = "done";

/// A step of a study's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// From the first object of a study in the bucket to the moment that it is taken in: the root of the trace.
    Upload,
    /// Files of one study, of one batch of events, are taken in.
    Ingest,
    /// A look whether the study is complete.
    Settle,
    /// Series are rendered.
    Render,
    /// A download is made.
    Pack,
    /// The publish gate.
    Release,
    /// Messages go out.
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

/// The identifiers of the root of a study's trace, where a new span is to have them: the generator of the provider takes
/// them from the current context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RootIds {
    /// Of the trace.
    pub trace: TraceId,
    /// Of its first span.
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

    /// What a span below the root hangs on.
    fn context(self) -> Context {
        let root = SpanContext::new(self.trace, self.span, TraceFlags::SAMPLED, true, TraceState::default());
        Context::new().with_remote_span_context(root)
    }
}

/// What of a message is about its trace; nothing where no traces are made.
#[derive(Debug, Default)]
pub(crate) struct Carrier(Option<String>);

impl Carrier {
    /// Of the step that is under way.
    pub(crate) fn of_this_step() -> Self {
        let mut carrier = Self::default();
        global::get_text_map_propagator(|propagator| propagator.inject(&mut carrier));
        carrier
    }

    /// Of a message that was received.
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

    /// The step that sent the message, where it belongs to the trace of this study; else the root of the study.
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

/// Does the work of a message as a step of its study's trace. Give it in a box: futures within futures are copied whole.
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

/// Does work that no message caused as a step of its study's trace. It counts from `since`, where that is given.
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

/// Something that happened within the step that is under way, in a word of ours.
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
