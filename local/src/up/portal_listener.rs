//! The portal's own server: a slow, greedy or hostile client can hold little, and not for long.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use axum::response::IntoResponse;
use filmless_embedded::{EmbeddedError, HttpListener, ListenerLimits, PeerAddress};
use tokio::net::TcpListener;
use tower::ServiceExt;

use super::dicomweb;
use super::metrics::{Metrics, PageClass};

/// After a ward round everybody requests pages at once, and some clients never finish a request.
const LIMITS: ListenerLimits = ListenerLimits {
    connections_max: 4096,
    // A hospital's whole Wi-Fi shares one address.
    connections_per_address_max: 1024,
    // Browsers open connections in advance.
    first_request_wait_max: Duration::from_secs(10),
    // A wrong password is no reason to disconnect.
    refused_may_stay: true,
    header_wait_max: Duration::from_secs(10),
    // Software writes a study to its disk between two reads.
    stalled_write_max: Duration::from_secs(60),
    header_bytes_max: 16 * 1024,
    drain_max: Duration::from_secs(5),
};

/// Serves both until it is closed.
pub fn open(
    listener: TcpListener,
    portal: Router,
    dicomweb: Router,
    metrics: Metrics,
) -> Result<HttpListener, EmbeddedError> {
    // Every connection is a file descriptor, and the usual limit is 1,024 of them. Where it cannot be raised, fewer
    // connections wait longer.
    let _ = rlimit::increase_nofile_limit(u64::from(u16::MAX));
    HttpListener::on(listener, LIMITS, move |request| {
        let is_dicomweb = dicomweb::answers_at(request.uri().path());
        let router = if is_dicomweb { dicomweb.clone() } else { portal.clone() };
        let metrics = metrics.clone();
        let (class, started) = (PageClass::of(request.uri().path()), Instant::now());
        let peer = request.extensions().get::<PeerAddress>().copied();
        async move {
            // No browser sends a form in chunks. If a proxy reads the length and we read the chunks, or the other way
            // round, it would take the rest of this request for the next one (RFC 9112 11.2).
            if request.headers().contains_key(header::TRANSFER_ENCODING) {
                return (StatusCode::LENGTH_REQUIRED, [(header::CONNECTION, "close")]).into_response();
            }
            let mut request: Request<Body> = request.map(Body::new);
            if let Some(PeerAddress(peer)) = peer {
                request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer));
            }
            let Ok(response) = router.oneshot(request).await;
            metrics.answered(class, response.status().as_u16(), started.elapsed());
            response
        }
    })
}
