//! Where external storage announces uploads: `POST /announce/<token>` takes an event as S3 writes it (Ceph's bucket
//! notifications send exactly that) and puts it on the queue that feeds `ingest-study`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::http::StatusCode;
use axum::routing::post;
use filmless_domain::Secret;
use filmless_embedded::{DurableQueue, QueueError};
use filmless_store::port::{OsRandomness, QueueName, Randomness};
use serde_json::Value;
use subtle::ConstantTimeEq;

use crate::instance::write_private;

const FILE: &str = "announce.token";
const TOKEN_BYTES: usize = 24;

/// The storage's token: it lets its holder have any object looked at, and nothing else.
pub fn load_or_create(data: &Path) -> anyhow::Result<Secret> {
    let file = data.join(FILE);
    if !file.exists() {
        let mut token = [0; TOKEN_BYTES];
        OsRandomness.fill(&mut token)?;
        write_private(&file, &hex::encode(token))?;
    }
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(Secret::new(text.trim().to_owned()))
}

#[derive(Clone)]
struct Announcements {
    token: Arc<Secret>,
    queue: Arc<DurableQueue>,
}

pub fn router(token: Secret, queue: Arc<DurableQueue>) -> Router {
    Router::new()
        .route("/announce/{token}", post(take))
        .with_state(Announcements { token: Arc::new(token), queue })
}

async fn take(
    State(announcements): State<Announcements>,
    UrlPath(token): UrlPath<String>,
    body: String,
) -> StatusCode {
    if !bool::from(token.as_bytes().ct_eq(announcements.token.expose().as_bytes())) {
        return StatusCode::NOT_FOUND;
    }
    let is_event = serde_json::from_str::<Value>(&body).is_ok_and(|event| event["Records"].is_array());
    if !is_event {
        return StatusCode::BAD_REQUEST;
    }
    match announcements.queue.send(QueueName::Intake, &body, Duration::ZERO).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(QueueError::BodyTooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
        // The storage will announce it again.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
