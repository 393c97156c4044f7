//! `/outbox`: shows what patients got, to people at this machine. It contains passwords, so it answers only to
//! connections from this machine that came through no proxy, and does not exist if the portal has a public address.

use std::net::SocketAddr;

use askama::Template;
use axum::Router;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use mail_parser::MessageParser;

use super::outbox::{OutboxFolder, StoredSms};

#[derive(Template)]
#[template(path = "outbox.html")]
struct Page {
    sms: Vec<StoredSms>,
    emails: Vec<Message>,
}

struct Message {
    file: String,
    to: String,
    subject: String,
    text: String,
    attachments: Vec<String>,
}

/// The page and the messages as files.
pub fn router(outbox: OutboxFolder) -> Router {
    Router::new().route("/outbox", get(show)).route("/outbox/email/{file}", get(download)).with_state(outbox)
}

fn is_local(peer: SocketAddr, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let marks = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];
    let is_proxied = marks.iter().any(|mark| headers.contains_key(*mark));
    // Check the host name: a foreign page may make its own name resolve to this machine.
    peer.ip().is_loopback() && !is_proxied && matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

async fn show(
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    State(outbox): State<OutboxFolder>,
) -> Response {
    if !is_local(peer, &headers) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let emails = outbox.emails().into_iter().filter_map(|(file, raw)| message(file, &raw)).collect();
    let page = Page { sms: outbox.sms(), emails };
    match page.render() {
        Ok(html) => private(Html(html)),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn download(
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    State(outbox): State<OutboxFolder>,
    Path(file): Path<String>,
) -> Response {
    let found = outbox.emails().into_iter().find(|(name, _)| *name == file);
    match found.filter(|_| is_local(peer, &headers)) {
        Some((_, raw)) => private(([(header::CONTENT_TYPE, "message/rfc822")], raw)),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn private(body: impl IntoResponse) -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    (headers, body).into_response()
}

fn message(file: String, raw: &[u8]) -> Option<Message> {
    let parsed = MessageParser::default().parse(raw)?;
    let to = parsed.to().and_then(|to| to.first()).and_then(|a| a.address()).unwrap_or_default().to_owned();
    Some(Message {
        file,
        to,
        subject: parsed.subject().unwrap_or_default().to_owned(),
        text: parsed.body_text(0).unwrap_or_default().into_owned(),
        attachments: parsed
            .attachments()
            .filter_map(|part| mail_parser::MimeHeaders::attachment_name(part).map(str::to_owned))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_may_look() {
        let check = |peer: &str, host: &str, proxied: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            if proxied {
                headers.insert("x-forwarded-for", "203.0.113.9".parse().unwrap());
            }
            is_local(peer.parse().unwrap(), &headers)
        };
        assert!(check("127.0.0.1:5000", "127.0.0.1:8080", false));
        assert!(check("[::1]:5000", "localhost:8080", false));
        assert!(!check("192.168.1.7:5000", "127.0.0.1:8080", false));
        assert!(!check("127.0.0.1:5000", "evil.example:8080", false));
        assert!(!check("127.0.0.1:5000", "localhost:8080", true));
    }
}
