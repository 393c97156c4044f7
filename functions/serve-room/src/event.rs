//! What API Gateway says of a connection, as far as it matters here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What invokes the function.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Invocation {
    /// API Gateway: something happened to a connection.
    Room(Box<RoomEvent>),
    /// The schedule.
    Clock(ClockEvent),
}

/// What the schedule asks for: `{"job": "let-absent-leave"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct ClockEvent {
    /// Which job.
    pub job: ClockJob,
}

/// The jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockJob {
    /// Has those leave their rooms who are gone without having said so.
    LetAbsentLeave,
}

/// One event of a connection. Its text may be about a patient: it has no `Debug`.
#[derive(Deserialize)]
pub struct RoomEvent {
    /// Which connection, and what happened to it.
    #[serde(rename = "requestContext")]
    pub context: RoomEventContext,
    /// Of the request that opens it.
    #[serde(default)]
    pub headers: Option<BTreeMap<String, String>>,
    /// The message.
    #[serde(default)]
    pub body: Option<String>,
    /// Whether the message came as bytes instead of text.
    #[serde(default, rename = "isBase64Encoded")]
    pub is_binary: bool,
}

/// Which connection, and what happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomEventContext {
    /// What happened.
    pub event_type: RoomEventKind,
    /// Its name.
    pub connection_id: String,
    /// Where it comes from.
    pub identity: Identity,
}

/// Where a connection comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// The address.
    pub source_ip: String,
}

/// What happened to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RoomEventKind {
    /// It is to be opened.
    Connect,
    /// A message came.
    Message,
    /// It was closed, which is not always said.
    Disconnect,
}

/// The answer. Whatever is to be said is sent over the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomAnswer {
    /// 200, or why a connection is not opened.
    pub status_code: u16,
}

impl RoomEvent {
    /// A header; their names come in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter().flatten();
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
