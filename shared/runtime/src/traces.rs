//! Sends the traces of [`filmless_delivery::trace`] to a collector, as OTLP over HTTP (protobuf).
//!
//! `OTEL_EXPORTER_OTLP_ENDPOINT` names the collector; without it no traces are made or sent. The other standard
//! variables work, too: `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`,
//! `OTEL_TRACES_SAMPLER` (<https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/>).

use std::env;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use filmless_delivery::trace::RootIds;
use filmless_domain::LogCode;
use filmless_store::HttpClient;
use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry::{Context, global};
use opentelemetry_http::{Bytes, HttpError, Request, Response};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator, SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::{error, warn};

/// How long a collector may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// How long the end of an invocation waits for its traces: a patient may be waiting, too.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// The traces of this process.
#[derive(Debug, Clone, Default)]
#[must_use = "a function whose traces are not flushed is frozen before they are sent"]
pub struct Traces(Option<SdkTracerProvider>);

impl Traces {
    /// Configured by the environment.
    pub fn from_env() -> Self {
        Self::to(env::var("OTEL_EXPORTER_OTLP_ENDPOINT").ok().as_deref())
    }

    /// Sends traces to the path `/v1/traces` of the collector at this address; without an address, none. Call it once
    /// per process, within the runtime that sends them.
    pub fn to(endpoint: Option<&str>) -> Self {
        let Some(endpoint) = endpoint.map(str::trim).filter(|endpoint| !endpoint.is_empty()) else {
            return Self::default();
        };
        match provider(endpoint) {
            Ok(provider) => {
                global::set_text_map_propagator(TraceContextPropagator::new());
                global::set_tracer_provider(provider.clone());
                Self(Some(provider))
            }
            Err(failure) => {
                error!(code = LogCode::TracesNotSent.code(), cause = %failure, "no traces are made");
                Self::default()
            }
        }
    }

    /// Does the work of one invocation, then sends its traces: after the answer a function is frozen.
    pub async fn flushed<T>(&self, work: impl Future<Output = T>) -> T {
        let answer = work.await;
        self.flush().await;
        answer
    }

    /// Sends the traces so far.
    pub async fn flush(&self) {
        let Some(provider) = self.0.clone() else { return };
        // It blocks, and the runtime must send meanwhile.
        let flushed = tokio::task::spawn_blocking(move || provider.force_flush());
        if tokio::time::timeout(FLUSH_TIMEOUT, flushed).await.is_err() {
            warn!(code = LogCode::TracesNotSent.code(), "the collector takes too long");
        }
    }
}

fn provider(endpoint: &str) -> Result<SdkTracerProvider, ExporterBuildError> {
    let address = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
    let client =
        Client { http: Arc::new(HttpClient::new(&address, ANSWER_TIMEOUT)), runtime: Handle::current() };
    let exporter =
        SpanExporter::builder().with_http().with_http_client(client).with_endpoint(address).build()?;
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_id_generator(StudyIds::default())
        .with_resource(resource());
    Ok(provider.build())
}

/// Names the service: the function, unless the environment says otherwise.
fn resource() -> Resource {
    if env::var_os("OTEL_SERVICE_NAME").is_some() {
        return Resource::builder().build();
    }
    let name = env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| "filmless".to_owned());
    Resource::builder().with_service_name(name).build()
}

/// Random ids, except for the root of a study's trace.
#[derive(Debug, Default)]
struct StudyIds(RandomIdGenerator);

impl IdGenerator for StudyIds {
    fn new_trace_id(&self) -> TraceId {
        root_ids().map_or_else(|| self.0.new_trace_id(), |root| root.trace)
    }

    fn new_span_id(&self) -> SpanId {
        root_ids().map_or_else(|| self.0.new_span_id(), |root| root.span)
    }
}

fn root_ids() -> Option<RootIds> {
    Context::map_current(|context| context.get::<RootIds>().copied())
}

/// The exporter calls this from its own thread, which has no runtime.
#[derive(Debug)]
struct Client {
    http: Arc<HttpClient>,
    runtime: Handle,
}

#[async_trait]
impl opentelemetry_http::HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let http = Arc::clone(&self.http);
        let sent = self.runtime.spawn(async move { http.send(request).await }).await?;
        if let Err(failure) = &sent {
            warn!(code = LogCode::TracesNotSent.code(), cause = %failure, "the collector cannot be reached");
        } else if let Ok(answer) = &sent
            && !answer.status().is_success()
        {
            warn!(
                code = LogCode::TracesNotSent.code(),
                status = answer.status().as_u16(),
                "the collector refuses traces"
            );
        }
        Ok(sent?)
    }
}
