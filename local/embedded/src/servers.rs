//! The two servers, whatever door a request comes through: a socket, or a call from this process.

use std::sync::{Arc, Weak};
use std::{fmt, io};

use async_trait::async_trait;
use bytes::Bytes;
use filmless_store::calls::Service;
use filmless_store::{HandedBody, ServersInProcess};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Body as HttpBody;
use s3s::Body;
use s3s::service::S3Service;
use tokio::runtime::Handle;

use crate::object_server::{self, CorsOrigins};
use crate::table_server::TableServer;

/// Both servers of one folder.
pub(crate) struct Servers {
    objects: S3Service,
    origins: CorsOrigins,
    tables: TableServer,
}

impl Servers {
    pub(crate) fn new(objects: S3Service, cors_origins: Vec<String>, tables: TableServer) -> Self {
        Self { objects, origins: CorsOrigins::new(cors_origins), tables }
    }

    /// Answers one request of the S3 API.
    pub(crate) async fn answer_objects(&self, request: Request<Body>) -> Response<Body> {
        object_server::answer(&self.objects, &self.origins, request).await
    }

    /// Answers one request of the DynamoDB API.
    pub(crate) async fn answer_tables<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: HttpBody<Data = Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.tables.answer(request).await
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Servers")
    }
}

/// The door for this process; it is shut once the servers are. A request that was taken is carried out to its end, on the runtime of
/// the servers, even if nobody waits for its answer any more.
#[derive(Debug)]
pub(crate) struct InProcess {
    servers: Weak<Servers>,
    runtime: Handle,
}

impl InProcess {
    pub(crate) fn of(servers: &Arc<Servers>, runtime: Handle) -> Self {
        Self { servers: Arc::downgrade(servers), runtime }
    }
}

#[async_trait]
impl ServersInProcess for InProcess {
    async fn answer(&self, service: Service, request: Request<HandedBody>) -> Option<Response<HandedBody>> {
        let servers = self.servers.upgrade()?;
        let answered = self.runtime.spawn(async move {
            match service {
                Service::Objects => {
                    let answer = servers.answer_objects(request.map(Body::http_body)).await;
                    answer.map(|body| body.map_err(io::Error::other).boxed())
                }
                Service::Table => {
                    let answer = servers.answer_tables(request).await;
                    answer.map(|body| body.map_err(|never| match never {}).boxed())
                }
            }
        });
        answered.await.ok()
    }
}
