//! Requests to other services over the SDK's connections: one TLS stack for everything.

use std::time::Duration;

use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::http::Request;
use bytes::{Bytes, BytesMut};
use thiserror::Error;

/// Longest answer read, in bytes: services answer with a few words.
pub const ANSWER_BYTES_MAX: usize = 64 << 10;

/// Why a service did not answer. Contains neither the address nor what was sent.
#[derive(Debug, Error)]
pub enum HttpError {
    /// The address or a header is invalid.
    #[error("the request cannot be sent")]
    BadRequest,
    /// The connection failed.
    #[error("the connection failed")]
    Failed,
    /// No answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// The answer is longer than 64 KiB.
    #[error("the answer is too long")]
    TooLong,
}

/// A client for services other than AWS.
#[derive(Debug)]
pub struct HttpClient {
    connector: Connector,
    timeout: Duration,
}

impl HttpClient {
    /// A client of the service at this address, with a time limit per answer. Reads certificates only for `https`.
    #[must_use]
    pub fn new(address: &str, timeout: Duration) -> Self {
        let connector = if address.starts_with("http://") {
            Connector::builder().build_http()
        } else {
            Connector::builder().tls_provider(Provider::Rustls(CryptoMode::Ring)).build()
        };
        Self { connector, timeout }
    }

    /// Sends a request and reads the answer, whatever its status; at most 64 KiB.
    ///
    /// # Errors
    /// [`HttpError`].
    pub async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, HttpError> {
        let request = Request::try_from(request.map(SdkBody::from)).map_err(|_| HttpError::BadRequest)?;
        let answered = async {
            let answer = self.connector.call(request).await.map_err(|_| HttpError::Failed)?;
            let answer = answer.try_into_http1x().map_err(|_| HttpError::Failed)?;
            let (head, body) = answer.into_parts();
            let (mut pieces, mut body) = (BytesMut::new(), aws_sdk_s3::primitives::ByteStream::new(body));
            while let Some(piece) = body.next().await {
                let piece = piece.map_err(|_| HttpError::Failed)?;
                if pieces.len() + piece.len() > ANSWER_BYTES_MAX {
                    return Err(HttpError::TooLong);
                }
                pieces.extend_from_slice(&piece);
            }
            Ok(http::Response::from_parts(head, pieces.freeze()))
        };
        tokio::time::timeout(self.timeout, answered).await.unwrap_or(Err(HttpError::TimedOut))
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    async fn failure(request: http::Request<Bytes>) -> HttpError {
        let client = HttpClient::new("http://127.0.0.1", Duration::from_millis(200));
        client.send(request).await.unwrap_err()
    }

    fn post(address: &str) -> http::Request<Bytes> {
        http::Request::post(format!("http://{address}/v1/traces")).body(Bytes::new()).unwrap()
    }

    #[tokio::test]
    async fn an_answer_without_end_is_not_read_to_its_end() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let endless = async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 1024];
            let _ = stream.read(&mut asked).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 3000000000\r\n\r\n").await.unwrap();
            while stream.write_all(&[b' '; 4096]).await.is_ok() {}
        };
        let (answer, ()) = tokio::join!(
            async { HttpClient::new("http://127.0.0.1", Duration::from_secs(20)).send(post(&address)).await },
            endless
        );
        assert!(matches!(answer, Err(HttpError::TooLong)));
    }

    #[tokio::test]
    async fn a_service_that_cannot_be_reached_or_does_not_answer_keeps_nobody_waiting() {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = silent.local_addr().unwrap().to_string();
        assert!(matches!(failure(post(&address)).await, HttpError::TimedOut));
        drop(silent);
        assert!(matches!(failure(post(&address)).await, HttpError::Failed));
    }
}
