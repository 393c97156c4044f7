//! Requests to other services over the connections that the SDK makes: one TLS stack for all of them.

use std::time::Duration;

use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::http::Request;
use bytes::Bytes;
use thiserror::Error;

/// Why a service did not answer. It names neither the address nor what was sent.
#[derive(Debug, Error)]
pub enum HttpError {
    /// The request is none: its address or a header is not understood.
    #[error("the request cannot be sent")]
    BadRequest,
    /// The connection failed.
    #[error("the connection failed")]
    Failed,
    /// The time was over.
    #[error("no answer in time")]
    TimedOut,
}

/// A client for services beside AWS's own.
#[derive(Debug)]
pub struct HttpClient {
    connector: Connector,
    timeout: Duration,
}

impl HttpClient {
    /// A client of the service at that address, which waits so long for each answer. Certificates are read for `https` only.
    #[must_use]
    pub fn new(address: &str, timeout: Duration) -> Self {
        let connector = if address.starts_with("http://") {
            Connector::builder().build_http()
        } else {
            Connector::builder().tls_provider(Provider::Rustls(CryptoMode::Ring)).build()
        };
        Self { connector, timeout }
    }

    /// Sends a request and reads the whole answer, whatever its status.
    ///
    /// # Errors
    /// [`HttpError`].
    pub async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, HttpError> {
        let request = Request::try_from(request.map(SdkBody::from)).map_err(|_| HttpError::BadRequest)?;
        let answered = async {
            let answer = self.connector.call(request).await.map_err(|_| HttpError::Failed)?;
            let answer = answer.try_into_http1x().map_err(|_| HttpError::Failed)?;
            let (head, body) = answer.into_parts();
            let body = aws_sdk_s3::primitives::ByteStream::new(body).collect().await;
            let body = body.map_err(|_| HttpError::Failed)?.into_bytes();
            Ok(http::Response::from_parts(head, body))
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
    async fn a_service_that_cannot_be_reached_or_does_not_answer_keeps_nobody_waiting() {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = silent.local_addr().unwrap().to_string();
        assert!(matches!(failure(post(&address)).await, HttpError::TimedOut));
        drop(silent);
        assert!(matches!(failure(post(&address)).await, HttpError::Failed));
    }
}
