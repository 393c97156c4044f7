//! Plays a collector of traces, and Lambda towards a function, on one port. Keeps what it receives, in order.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::system::PATIENCE;

/// One request that was received.
#[derive(Clone)]
pub struct Received {
    pub target: String,
    pub body: Vec<u8>,
}

#[derive(Clone)]
pub struct Collector {
    pub address: String,
    received: Arc<Mutex<Vec<Received>>>,
    /// The one invocation for the function.
    invocation: Arc<Mutex<Option<String>>>,
}

impl Collector {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let collector = Self { address, received: Arc::default(), invocation: Arc::default() };
        let serving = collector.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        collector
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn invoke(&self, event: String) {
        *self.invocation.lock().unwrap() = Some(event);
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// All spans so far, by start time.
    pub fn spans(&self) -> Vec<Span> {
        let traces = self.received().into_iter().filter(|received| received.target == "/v1/traces");
        let requests = traces.map(|r| ExportTraceServiceRequest::decode(r.body.as_slice()).unwrap());
        let scopes = requests.flat_map(|r| r.resource_spans).flat_map(|resource| resource.scope_spans);
        let mut spans: Vec<Span> = scopes.flat_map(|scope| scope.spans).collect();
        spans.sort_by_key(|span| span.start_time_unix_nano);
        spans
    }

    /// Waits for a span of this name.
    pub async fn until(&self, name: &str) -> Vec<Span> {
        let waiting = async {
            loop {
                let spans = self.spans();
                if spans.iter().any(|span| span.name == name) {
                    return spans;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("no span of {name}"))
    }

    async fn serve(self, mut stream: TcpStream) {
        while let Some(received) = read_request(&mut stream).await {
            let target = received.target.clone();
            self.received.lock().unwrap().push(received);
            let answer = if target.ends_with("/invocation/next") {
                let Some(event) = self.invocation.lock().unwrap().take() else {
                    // As on Lambda, the function is frozen until there is something to do.
                    return std::future::pending().await;
                };
                format!(
                    "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: 1\r\nlambda-runtime-deadline-ms: 99999999999999\r\n\
                     lambda-runtime-invoked-function-arn: arn:aws:lambda:vn:1:function:f\r\ncontent-type: application/json\r\n\
                     content-length: {}\r\n\r\n{event}",
                    event.len()
                )
            } else {
                "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()
            };
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

/// A text attribute of a span.
pub fn attribute(span: &Span, key: &str) -> String {
    let found = span.attributes.iter().find(|attribute| attribute.key == key);
    match found.and_then(|attribute| attribute.value.clone()?.value) {
        Some(Value::StringValue(text)) => text,
        other => panic!("{key} of {}: {other:?}", span.name),
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let (head_bytes, length) = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            break (end + 4, length.unwrap_or(0));
        }
        read_some(stream, &mut bytes).await?;
    };
    while bytes.len() < head_bytes + length {
        read_some(stream, &mut bytes).await?;
    }
    let head = String::from_utf8_lossy(&bytes[..head_bytes]).into_owned();
    Some(Received { target: head.split(' ').nth(1)?.to_owned(), body: bytes[head_bytes..].to_vec() })
}

async fn read_some(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<()> {
    let mut buffer = [0; 8192];
    let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
    bytes.extend_from_slice(&buffer[..read]);
    Some(())
}
