use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use filmless_embedded::DurableQueue;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::Metrics;
use crate::up::machine::Machine;

/// The OpenMetrics text format, which Prometheus reads.
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Serves the page until the task ends; returns its address.
pub async fn serve(
    address: SocketAddr,
    metrics: Metrics,
    queue: Arc<DurableQueue>,
    machine: Machine,
) -> anyhow::Result<(SocketAddr, JoinHandle<()>)> {
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr()?;
    let page = move || {
        let (metrics, queue, machine) = (metrics.clone(), Arc::clone(&queue), machine.clone());
        async move {
            match metrics.page(&queue, &machine).await {
                Ok(page) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], page).into_response(),
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        }
    };
    let router = Router::new().route("/metrics", get(page));
    let served = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(cause = %error, "metrics are not served any more");
        }
    });
    Ok((address, served))
}
