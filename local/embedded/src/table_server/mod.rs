//! The DynamoDB API over one SQLite database, behind a check of every signature.
//!
//! The engine's own HTTP server trusts every caller, so it is never started: requests are verified here and passed to
//! the engine in process.

mod answer;
mod dispatch;
mod guard;
mod versions;

use std::{path::Path, time::Duration};

use bytes::Bytes;
use dynoxide::Database;
use filmless_store::port::Clock;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Body;
use std::sync::Arc;

use crate::{Credentials, EmbeddedError};

use answer::Refusal;
use guard::{Guard, Unverified};
pub(crate) use versions::VERSION;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Largest request DynamoDB takes.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long the body of a request may take: requests are small.
const BODY_WAIT_MAX: Duration = Duration::from_secs(30);
/// Requests that run at the same time. The engine works on one at a time; more than a few only hold threads.
const RUNNING_MAX: usize = 16;

/// The state behind every request; cheap to clone.
#[derive(Clone)]
pub(crate) struct TableServer {
    database: Database,
    guard: Arc<Guard>,
    running: Arc<tokio::sync::Semaphore>,
}

impl TableServer {
    /// Opens or creates the database of tables.
    pub(crate) async fn open(
        path: &Path,
        credentials: Credentials,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, EmbeddedError> {
        let path = path.to_owned();
        let database = tokio::task::spawn_blocking(move || versions::open(&path))
            .await
            .map_err(|error| EmbeddedError::Tables { source: Box::new(error) })??;
        Ok(Self {
            database,
            guard: Arc::new(Guard::new(credentials, clock)),
            running: Arc::new(tokio::sync::Semaphore::new(RUNNING_MAX)),
        })
    }

    /// Answers one request.
    pub(crate) async fn answer<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<BoxError>,
    {
        match self.work(request).await {
            Ok(json) => answer::json(StatusCode::OK, json),
            Err(refusal) => refusal.into_response(),
        }
    }

    async fn work<B>(&self, request: Request<B>) -> Result<String, Refusal>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = request.into_parts();
        if parts.method != Method::POST || parts.uri.path() != "/" {
            return Err(Refusal::unknown_operation());
        }
        // A caller who cannot be admitted is told before the body is read.
        let unverified =
            Unverified::parse(&parts).and_then(|unverified| self.guard.check_caller(unverified))?;
        let body = read_body(body).await?;
        self.guard.check_signature(&parts, &unverified, &body)?;
        let operation = dispatch::operation(&parts.headers)?;
        let text = String::from_utf8(body.into()).map_err(|_| Refusal::serialization())?;
        let Ok(_place) = self.running.acquire().await else { return Err(Refusal::internal()) };
        let database = self.database.clone();
        tokio::task::spawn_blocking(move || dispatch::run(&database, operation, &text))
            .await
            .map_err(|_| Refusal::internal())?
    }

    /// Removes expired items, and returns their number. DynamoDB does the same from time to time.
    pub(crate) async fn sweep_expired(&self) -> Result<usize, EmbeddedError> {
        let database = self.database.clone();
        tokio::task::spawn_blocking(move || database.sweep_ttl())
            .await
            .map_err(|error| EmbeddedError::Tables { source: Box::new(error) })?
            .map_err(|error| EmbeddedError::Tables { source: Box::new(error) })
    }
}

async fn read_body<B>(body: B) -> Result<Bytes, Refusal>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    let collected = tokio::time::timeout(BODY_WAIT_MAX, Limited::new(body, BODY_BYTES_MAX).collect()).await;
    match collected {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::too_large()),
        Ok(Err(_)) | Err(_) => Err(Refusal::serialization()),
    }
}
