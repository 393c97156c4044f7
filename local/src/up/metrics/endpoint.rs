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

/// Of the OpenMetrics text format, which Prometheus reads.
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Which pages are counted together. Addresses themselves hold codes of patients and secrets of links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageClass {
    SignIn,
    Link,
    Share,
    Study,
    Download,
    Staff,
    Asset,
    Health,
    Other,
}

impl PageClass {
    /// The class of a path.
    pub fn of(path: &str) -> Self {
        let mut parts = path.trim_start_matches('/').split('/');
        match (parts.next().unwrap_or_default(), parts.nth(1)) {
            ("" | "sign-in" | "sign-out" | "sign-out-everywhere", _) => Self::SignIn,
            ("x", _) => Self::Link,
            ("s" | "shares", _) => Self::Share,
            ("studies", Some("download" | "files")) => Self::Download,
            ("studies", _) => Self::Study,
            ("staff" | "identity", _) => Self::Staff,
            (
                "assets"
                | "guide"
                | "language"
                | "licenses"
                | "manifest.webmanifest"
                | "robots.txt"
                | "favicon.ico",
                _,
            ) => Self::Asset,
            ("healthz", _) => Self::Health,
            _ => Self::Other,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Link => "link",
            Self::Share => "share",
            Self::Study => "study",
            Self::Download => "download",
            Self::Staff => "staff",
            Self::Asset => "asset",
            Self::Health => "health",
            Self::Other => "other",
        }
    }
}

/// Serves the page until the task is ended; returns where.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_by_class_and_not_by_address() {
        for (path, class) in [
            ("/", PageClass::SignIn),
            ("/x/secret", PageClass::Link),
            ("/s/secret", PageClass::Share),
            ("/studies/1.2.3", PageClass::Study),
            ("/studies/1.2.3/grant", PageClass::Study),
            ("/studies/1.2.3/download", PageClass::Download),
            ("/studies/1.2.3/files/1.2.4", PageClass::Download),
            ("/staff/patients/QQ", PageClass::Staff),
            ("/assets/viewer.js", PageClass::Asset),
            ("/healthz", PageClass::Health),
            ("/wp-login.php", PageClass::Other),
        ] {
            assert_eq!(PageClass::of(path), class, "{path}");
        }
    }
}
