//! Watches every call to S3 and DynamoDB, each retry of the SDK by itself. We use it to count calls; tests use it to
//! make calls fail, be throttled, be late, or succeed without an answer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::config::SharedHttpClient;
use aws_sdk_s3::config::http::{HttpRequest, HttpResponse};
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// A watcher does not want to wait between two attempts.
const BACKOFF_MAX: Duration = Duration::from_millis(1);

/// The header in which DynamoDB names the operation.
const TARGET: &str = "x-amz-target";

/// Which API is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// S3.
    Objects,
    /// DynamoDB.
    Table,
}

impl Service {
    /// DynamoDB names its operations in a header.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        if request.headers().get(TARGET).is_some() { Self::Table } else { Self::Objects }
    }
}

/// One call, before it leaves.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// Which API.
    pub service: Service,
    /// The operation, as named by its API: `GetObject`, `UpdateItem`.
    pub operation: String,
    /// Path of the bucket or object; empty for the table.
    pub resource: String,
    /// Whether only a part of an object is requested.
    pub is_ranged: bool,
}

/// An object key may contain a name.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({:?} {})", self.service, self.operation)
    }
}

/// Stands between the clients and the network.
#[async_trait]
pub trait CallWatcher: Send + Sync {
    /// Decides what happens to a call: `request.send()` lets it through.
    async fn on_call(&self, call: &Call, request: PendingRequest) -> Answer;
}

/// A call that has not left yet. If dropped, it never does.
pub struct PendingRequest {
    request: HttpRequest,
    connector: SharedHttpConnector,
}

impl PendingRequest {
    /// Sends it and waits for the answer.
    pub async fn send(self) -> Answer {
        Answer(self.connector.call(self.request).await)
    }
}

impl fmt::Debug for PendingRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PendingRequest")
    }
}

/// The answer the client gets.
#[derive(Debug)]
pub struct Answer(Result<HttpResponse, ConnectorError>);

impl Answer {
    /// The server cannot be reached, or closed the connection.
    #[must_use]
    pub fn hung_up() -> Self {
        Self(Err(ConnectorError::io("the connection was reset".into())))
    }

    /// No answer came in time.
    #[must_use]
    pub fn timed_out() -> Self {
        Self(Err(ConnectorError::timeout("no answer came in time".into())))
    }

    /// The service asks to slow down, in the format of its API.
    #[must_use]
    pub fn throttled(call: &Call) -> Self {
        let (status, body) = match call.service {
            Service::Objects => (503, "<Error><Code>SlowDown</Code><Message>Slow down.</Message></Error>"),
            Service::Table => (
                400,
                r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"Slow down."}"#,
            ),
        };
        let Ok(status) = aws_smithy_runtime_api::http::StatusCode::try_from(status) else {
            return Self::hung_up();
        };
        Self(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }

    /// The HTTP status, if there is an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.as_ref().ok().map(|response| response.status().as_u16())
    }
}

/// The clients' connection to the network, with the watcher in it.
pub(crate) fn watched(inner: SharedHttpClient, watcher: Arc<dyn CallWatcher>) -> SharedHttpClient {
    SharedHttpClient::new(WatchedClient { inner, watcher })
}

/// The SDK's own number of attempts, without its pauses.
pub(crate) fn eager_retries() -> RetryConfig {
    RetryConfig::standard().with_initial_backoff(BACKOFF_MAX).with_max_backoff(BACKOFF_MAX)
}

struct WatchedClient {
    inner: SharedHttpClient,
    watcher: Arc<dyn CallWatcher>,
}

struct WatchedConnector {
    inner: SharedHttpConnector,
    watcher: Arc<dyn CallWatcher>,
}

impl fmt::Debug for WatchedClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WatchedClient")
    }
}

impl fmt::Debug for WatchedConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WatchedConnector")
    }
}

impl HttpClient for WatchedClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(WatchedConnector { inner, watcher: Arc::clone(&self.watcher) })
    }
}

impl HttpConnector for WatchedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let call = call_of(&request);
        let watcher = Arc::clone(&self.watcher);
        let pending = PendingRequest { request, connector: self.inner.clone() };
        HttpConnectorFuture::new(async move { watcher.on_call(&call, pending).await.0 })
    }
}

/// DynamoDB names the operation in a header. S3 names it in a parameter that the SDK adds, or by verb and path (S3 API
/// reference, "Actions").
fn call_of(request: &HttpRequest) -> Call {
    if let Some(target) = request.headers().get(TARGET) {
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        return Call { service: Service::Table, operation, resource: String::new(), is_ranged: false };
    }
    let (path, query) = path_and_query(request.uri());
    let parameter = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    let named = query.split('&').find_map(|pair| pair.strip_prefix("x-id="));
    let operation = match (named, request.method()) {
        (Some(named), _) => named,
        (None, "HEAD") => "HeadObject",
        (None, "DELETE") => "DeleteObject",
        (None, "PUT") => "PutObject",
        (None, "POST") if parameter("delete") => "DeleteObjects",
        (None, _) if parameter("versions") => "ListObjectVersions",
        (None, _) if parameter("list-type") => "ListObjectsV2",
        (None, _) => "Other",
    };
    Call {
        service: Service::Objects,
        operation: operation.to_owned(),
        resource: path.to_owned(),
        is_ranged: request.headers().get("range").is_some(),
    }
}

/// Path and query of `scheme://host/path?query`; the path without its first slash.
fn path_and_query(uri: &str) -> (&str, &str) {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let rest = rest.split_once('/').map_or("", |(_, rest)| rest);
    rest.split_once('?').unwrap_or((rest, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, uri: &str, headers: &[(&'static str, &'static str)]) -> HttpRequest {
        let mut request = HttpRequest::new(SdkBody::empty());
        request.set_method(method).unwrap();
        request.set_uri(uri).unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, *value);
        }
        request
    }

    #[test]
    fn calls_are_named_as_their_api_names_them() {
        for (method, uri, headers, expected) in [
            ("POST", "http://h/", vec![("x-amz-target", "DynamoDB_20120810.UpdateItem")], "UpdateItem"),
            ("GET", "http://h/studies/incoming/a?x-id=GetObject", vec![("range", "bytes=0-1")], "GetObject"),
            ("HEAD", "http://h/studies/incoming/a", vec![], "HeadObject"),
            ("GET", "http://h/studies/?list-type=2&prefix=a", vec![], "ListObjectsV2"),
            ("GET", "http://h/studies/?versions&prefix=a", vec![], "ListObjectVersions"),
            ("POST", "http://h/studies/?delete", vec![], "DeleteObjects"),
        ] {
            assert_eq!(call_of(&request(method, uri, &headers)).operation, expected, "{method} {uri}");
        }
        let call =
            call_of(&request("GET", "http://h/studies/incoming/a?x-id=GetObject", &[("range", "bytes=0-1")]));
        assert_eq!((call.resource.as_str(), call.is_ranged), ("studies/incoming/a", true));
        assert_eq!(format!("{call:?}"), "Call(Objects GetObject)");
    }

    #[test]
    fn each_api_has_its_own_word_for_too_fast() {
        let call =
            |service| Call { service, operation: String::new(), resource: String::new(), is_ranged: false };
        assert_eq!(Answer::throttled(&call(Service::Objects)).status(), Some(503));
        assert_eq!(Answer::throttled(&call(Service::Table)).status(), Some(400));
        assert_eq!(Answer::hung_up().status(), None);
    }
}
