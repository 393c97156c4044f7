//! Servers of S3 and DynamoDB that live in the process of their client: the same requests and answers, signed and checked as over
//! the network, but handed over instead of sent. What an object holds is then copied by nobody on its way.

use std::sync::Arc;
use std::{fmt, io};

use async_trait::async_trait;
use aws_sdk_s3::config::SharedHttpClient;
use aws_sdk_s3::config::http::{HttpRequest, HttpResponse};
use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use bytes::Bytes;
use http::header::HOST;
use http::uri::PathAndQuery;
use http::{HeaderValue, Request, Response, Uri};
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;

use crate::calls::Service;

/// A body on its way between client and server.
pub type HandedBody = BoxBody<Bytes, io::Error>;

/// The servers of a process.
#[async_trait]
pub trait ServersInProcess: fmt::Debug + Send + Sync {
    /// Answers a request as if it had come over the network, address and all; `None` once the servers are closed.
    async fn answer(&self, service: Service, request: Request<HandedBody>) -> Option<Response<HandedBody>>;
}

/// What the clients take for the network.
pub(crate) fn client(servers: Arc<dyn ServersInProcess>) -> SharedHttpClient {
    SharedHttpClient::new(Door { servers })
}

#[derive(Debug, Clone)]
struct Door {
    servers: Arc<dyn ServersInProcess>,
}

impl HttpClient for Door {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Door {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let servers = Arc::clone(&self.servers);
        HttpConnectorFuture::new(async move {
            let service = Service::of(&request);
            let request = request.try_into_http1x().map_err(|e| ConnectorError::user(e.into()))?;
            let request = as_received(request).map_err(|e| ConnectorError::user(e.into()))?;
            let closed = || ConnectorError::io("the servers of this process are closed".into());
            let request = request.map(|body| body.map_err(io::Error::other).boxed());
            let answer = servers.answer(service, request).await.ok_or_else(closed)?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|e| ConnectorError::other(e.into(), None))
        })
    }
}

/// A request with its address as a server reads it: host in a header, path in the first line (RFC 9112 3.2.1).
fn as_received(mut request: Request<SdkBody>) -> Result<Request<SdkBody>, http::Error> {
    if let Some(authority) = request.uri().authority() {
        let host = HeaderValue::from_str(authority.as_str())?;
        request.headers_mut().entry(HOST).or_insert(host);
    }
    let path = request.uri().path_and_query().cloned();
    *request.uri_mut() = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
    Ok(request)
}
