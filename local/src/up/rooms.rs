//! The rooms of consultations: WebSockets on the portal's port (RFC 6455).

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use filmless_consult::ConsultationId;
use filmless_delivery::TrustedProxies;
use filmless_delivery::consult::live::{Heard, LOOK_EVERY, Live};
use filmless_domain::LogCode;
use filmless_embedded::{Frames, InProcessRoom, LineEnd};
use filmless_front::source_of;
use filmless_runtime::error_chain;
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use tokio::time::{Instant, interval_at, sleep_until, timeout};
use url::Url;

/// Longest frame that is read. What is longer than a message may be is refused, and the connection stays; what is longer
/// than this ends it.
const FRAME_BYTES_MAX: usize = 64 * 1024;
/// Most connections.
const SOCKETS_MAX: usize = 2048;
/// Most connections of one address: a hospital shares one.
const SOCKETS_OF_ADDRESS_MAX: usize = 256;
/// How long a connection may stay without a ticket.
const JOIN_WAIT_MAX: Duration = Duration::from_secs(10);
/// How often those are looked for who are gone without having said so.
const ABSENT_EVERY: Duration = Duration::from_secs(15);
/// How long nothing may come from a client, which sends a `ping` every 30 seconds.
const SILENCE_MAX: Duration = Duration::from_secs(90);
/// How long a client may take none of what is sent.
const STALLED_WRITE_MAX: Duration = Duration::from_secs(20);

/// The rooms of this process.
#[derive(Clone)]
pub struct Rooms(Arc<Shared>);

struct Shared {
    live: Live,
    room: InProcessRoom,
    origin: String,
    trusted_proxies: TrustedProxies,
    addresses: Mutex<HashMap<IpAddr, usize>>,
}

/// A connection's place among those of its address.
struct Place {
    rooms: Rooms,
    address: IpAddr,
}

/// Why a connection is closed by us.
type Closing = (u16, &'static str);

impl Rooms {
    /// The rooms, reached at the portal's public address.
    pub fn new(live: Live, room: InProcessRoom, public_url: &Url, trusted_proxies: TrustedProxies) -> Self {
        let origin = public_url.origin().ascii_serialization();
        Self(Arc::new(Shared { live, room, origin, trusted_proxies, addresses: Mutex::default() }))
    }

    /// The route.
    pub fn router(&self) -> Router {
        Router::new().route("/consultations/{consultation_id}/room", get(enter)).with_state(self.clone())
    }

    fn place_of(&self, address: IpAddr) -> Option<Place> {
        if self.0.room.count() >= SOCKETS_MAX {
            return None;
        }
        let mut addresses = self.addresses();
        let count = addresses.entry(address).or_default();
        if *count >= SOCKETS_OF_ADDRESS_MAX {
            return None;
        }
        *count += 1;
        drop(addresses);
        Some(Place { rooms: self.clone(), address })
    }

    fn addresses(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Has those leave their rooms who are gone without having said so, again and again.
pub async fn let_absent_leave(live: Live) {
    loop {
        if let Err(error) = live.let_absent_leave().await {
            let cause = error_chain(&error);
            tracing::error!(code = error.code(), cause, "those who are gone were not found");
        }
        tokio::time::sleep(ABSENT_EVERY).await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut addresses = self.rooms.addresses();
        if let Some(count) = addresses.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                addresses.remove(&self.address);
            }
        }
    }
}

/// `GET /consultations/{consultation_id}/room`. Which consultation, the ticket in the first message says.
async fn enter(
    State(rooms): State<Rooms>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    if !is_own(&parts.headers, &rooms.0.origin) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let source = source_of(&parts, &rooms.0.trusted_proxies);
    let address = source.parse().unwrap_or_else(|_| peer.ip());
    let Some(place) = rooms.place_of(address) else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    upgrade
        .max_message_size(FRAME_BYTES_MAX)
        .max_frame_size(FRAME_BYTES_MAX)
        .on_upgrade(move |socket| serve(socket, source, place))
}

/// Whether a page of ours connects: browsers say which page does (RFC 6455 10.2), and send no cookie elsewhere anyway.
fn is_own(headers: &HeaderMap, own: &str) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    text(ORIGIN).is_none_or(|origin| {
        let host = text(HOST).unwrap_or_default();
        origin == own || origin.split_once("://").is_some_and(|(_, authority)| authority == host)
    })
}

/// One connection, from its opening to its end.
async fn serve(socket: WebSocket, source: String, place: Place) {
    let Shared { live, room, .. } = place.rooms.0.as_ref();
    let Ok(id) = live.new_connection() else { return };
    let mut frames = room.open(&id);
    let (mut sink, stream) = socket.split();
    let mut line = Line { live, id: &id, source: &source, consultation: None };
    // A client that takes nothing does not keep us from hearing it, and the other way round.
    let closing = tokio::select! {
        closing = write(&mut sink, &mut frames) => closing,
        closing = line.hear(stream) => closing,
    };
    if let Some((code, reason)) = closing {
        let close = Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }));
        let _ = timeout(STALLED_WRITE_MAX, sink.send(close)).await;
    }
    drop(frames);
    if let Some(consultation) = line.consultation
        && let Err(error) = live.leave(&consultation, &id).await
    {
        // The room finds out when it sends something here.
        tracing::warn!(error = &error as &dyn std::error::Error, "a connection left its room unnoticed");
    }
}

/// Writes what the room sends, until the connection is to be closed, and says how; `None` if the client is gone.
async fn write(sink: &mut SplitSink<WebSocket, Message>, frames: &mut Frames) -> Option<Closing> {
    while let Some(frame) = frames.next().await {
        let Ok(text) = Utf8Bytes::try_from(frame) else { continue };
        match timeout(STALLED_WRITE_MAX, sink.send(Message::Text(text))).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return None,
        }
    }
    Some(match frames.end() {
        LineEnd::Left => (close_code::NORMAL, "left"),
        LineEnd::TooSlow => (close_code::AGAIN, "too slow"),
        LineEnd::Stopping => (close_code::AWAY, "restarting"),
    })
}

/// What is known of a connection.
struct Line<'a> {
    live: &'a Live,
    id: &'a str,
    source: &'a str,
    consultation: Option<ConsultationId>,
}

impl Line<'_> {
    /// Hears what the client says, until it is gone (`None`) or has to go.
    async fn hear(&mut self, mut stream: SplitStream<WebSocket>) -> Option<Closing> {
        let mut deadline = Instant::now() + JOIN_WAIT_MAX;
        let mut look = interval_at(Instant::now() + LOOK_EVERY, LOOK_EVERY);
        loop {
            tokio::select! {
                message = stream.next() => {
                    let text = match message {
                        Some(Ok(Message::Text(text))) => text,
                        // The library answers pings; nothing else means anything here.
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                        Some(Ok(Message::Binary(_))) => return Some((close_code::UNSUPPORTED, "text only")),
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                    };
                    match self.take(&text).await {
                        Ok(()) => {}
                        Err(closing) => return Some(closing),
                    }
                    if self.consultation.is_some() {
                        deadline = Instant::now() + SILENCE_MAX;
                    }
                }
                _ = look.tick() => {
                    if let Some(consultation) = &self.consultation {
                        // The next look finds what this one could not.
                        let _ = self.live.look_after(consultation, self.id).await;
                    }
                }
                () = sleep_until(deadline) => return Some((close_code::POLICY, "silent")),
            }
        }
    }

    async fn take(&mut self, text: &str) -> Result<(), Closing> {
        let consultation = self.consultation.as_ref();
        match self.live.receive(consultation, self.id, self.source, text).await {
            Ok(Heard::Joined(consultation)) => {
                self.consultation = Some(consultation);
                Ok(())
            }
            Ok(Heard::Taken) => Ok(()),
            Ok(Heard::Flood) => Err((close_code::POLICY, "too fast")),
            Err(error) => {
                let cause = error_chain(&error);
                tracing::error!(code = LogCode::RoomFailed.code(), cause, "a message to a room was lost");
                // The client comes back, and says again what the room does not show.
                Err((close_code::ERROR, "try again"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_page_of_another_site_does_not_connect() {
        for (origin, expected) in [
            (Some("https://xem.benhvien.example"), true),
            (Some("http://127.0.0.1:8080"), true),
            (None, true),
            (Some("null"), false),
            (Some("https://evil.example"), false),
            (Some("https://xem.benhvien.example.evil.example"), false),
        ] {
            let mut headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("127.0.0.1:8080"))]);
            headers.extend(origin.map(|origin| (ORIGIN, HeaderValue::from_static(origin))));
            assert_eq!(is_own(&headers, "https://xem.benhvien.example"), expected, "{origin:?}");
        }
    }
}
