//! A consultation over HTTP and real WebSockets, with the program that hospitals run.

use std::time::{Duration, Instant};

use filmless_domain::hospital::HOSPITAL_TIME;
use futures::{SinkExt, StreamExt};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::agent::agent;
use crate::portal::{Browser, released};
use crate::sample::Study;
use crate::sharing::between;
use crate::stack::reach;
use crate::system::System;

/// What the chair and one more member are called, and what they are asked.
pub const QUESTION: &str = "Câu hỏi chỉ có ở đây";
pub const CHAIR: &str = "BS. Chủ Tọa Riêng";
pub const INVITED: &str = "BS. Khách Riêng";
pub const MAILBOX: &str = "khach.rieng@example.vn";

/// How long a room may still be open after a recall from elsewhere, and the time of a slow machine on top.
const NOTICED_WITHIN: Duration = Duration::from_secs(3 + 3);

/// A consultation that a doctor with a share started, and its chair.
pub struct Held {
    pub id: String,
    pub link: String,
    pub chair: Browser,
}

impl Held {
    pub fn start(system: &System, study: &Study) -> Self {
        let words = ["share", &study.patient_id, "--for", "BS. An", "--study", &study.uid, "--consult"];
        let made = system.staff(&words);
        let portal = system.text("portal");
        let path = made["link"].as_str().unwrap().strip_prefix(&portal).unwrap().to_owned();
        let doctor = Browser::default();
        assert_eq!(doctor.submit(system, &path, &[("code", made["code"].as_str().unwrap())]).0, 200);
        let now = Timestamp::now().to_zoned(HOSPITAL_TIME).strftime("%Y-%m-%dT%H:%M").to_string();
        let typed = [
            ("study", study.uid.as_str()),
            ("question", QUESTION),
            ("days", "1"),
            ("consent_by", "DD. Lan"),
            ("consent_form", "written"),
            ("consent_at", &now),
            ("name_0", CHAIR),
            ("facility_0", "BV A"),
            ("licence_0", "001"),
            ("chair", "0"),
            ("name_1", INVITED),
            ("facility_1", "BV B"),
            ("email_1", MAILBOX),
        ];
        let (status, started) = doctor.submit(system, "/consultations", &typed);
        assert_eq!(status, 200, "{started}");
        let link = format!("/c/{}", between(&started, &format!("{portal}/c/"), "<"));
        let code = between(&started, "secret digits\">", "<");
        let id = between(&started, "href=\"/consultations/", "\"").to_owned();
        let chair = Browser::default();
        let (status, page) = chair.submit(system, &link, &[("code", code)]);
        assert!(status == 200 && page.contains(QUESTION), "{page}");
        Self { id, link, chair }
    }

    pub fn submit(&self, system: &System, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        self.chair.submit(system, &format!("/consultations/{}/{path}", self.id), fields)
    }

    /// Status and answer of a request of the room's script.
    pub fn ask(&self, system: &System, path: &str, body: &Value) -> (u16, Value) {
        ask_as(system, &self.id, &self.chair.cookie.borrow(), path, body)
    }

    async fn join(&self, system: &System) -> Line {
        let (status, ticket) = self.ask(system, "ticket", &json!({}));
        assert_eq!(status, 200, "{ticket}");
        let mut line = connect(system, ticket["url"].as_str().unwrap()).await.unwrap();
        line.say(&json!({ "type": "join", "ticket": ticket["ticket"] })).await;
        assert_eq!(line.next_of("welcome").await["room"]["members"].as_array().unwrap().len(), 2);
        line
    }
}

fn ask_as(system: &System, id: &str, cookie: &str, path: &str, body: &Value) -> (u16, Value) {
    let url = format!("{}/consultations/{id}/{path}", system.text("portal"));
    let (at, host) = reach(&url);
    let request = agent().post(at).header("host", host).header("origin", system.text("portal"));
    let request = request.header("cookie", cookie).content_type("application/json");
    let mut answer = request.send(body.to_string()).unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    (answer.status().as_u16(), serde_json::from_str(&text).unwrap_or_default())
}

async fn connect(system: &System, url: &str) -> Result<Line, tungstenite::Error> {
    let portal = system.text("portal");
    let mut request = format!("{}{url}", portal.replacen("http", "ws", 1)).into_client_request()?;
    request.headers_mut().insert("origin", portal.parse().unwrap());
    Ok(Line(connect_async(request).await?.0))
}

/// A WebSocket into a room.
struct Line(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Line {
    async fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    /// The next frame; `None` once the connection is closed.
    async fn next(&mut self) -> Option<Message> {
        let next = tokio::time::timeout(Duration::from_secs(20), self.0.next()).await.unwrap();
        next.and_then(Result::ok)
    }

    /// The next message of a type; others are passed over.
    async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let Some(Message::Text(text)) = self.next().await else { panic!("closed before {kind}") };
            let message: Value = serde_json::from_str(&text).unwrap();
            if message["type"] == kind {
                return message;
            }
        }
    }

    /// How the connection is closed; nothing may come before.
    async fn closed(&mut self) -> CloseCode {
        match self.next().await {
            Some(Message::Close(Some(frame))) => frame.code,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_is_held_over_real_sockets_and_a_recall_from_the_command_line_ends_it_within_seconds() {
    let system = System::start();
    let (study, _) = released(&system, 91).await;
    let held = Held::start(&system, &study);
    let (mut first, mut second) = (held.join(&system).await, held.join(&system).await);
    let view = json!({ "grid": { "rows": 1, "columns": 1 }, "active": 0, "enlarged": null, "panes": [null], "sent_at": 0 });
    first.say(&json!({ "type": "state", "sequence": 1, "state": view })).await;
    assert_eq!(second.next_of("state").await["state"]["panes"], json!([null]));
    // Too long for a message: refused. Too long for a frame: closed, and the others go on.
    let long = |bytes: usize| json!({ "type": "chat", "id": "", "text": "x".repeat(bytes) });
    first.say(&long(40_000)).await;
    assert_eq!(first.next_of("refused").await["code"], "too_large");
    first.say(&long(70_000)).await;
    while let Some(Message::Text(_)) = first.next().await {}
    // One address has 256 connections, and no more.
    let url = format!("/consultations/{}/room", held.id);
    let mut idle = Vec::new();
    let refused = loop {
        match connect(&system, &url).await {
            Ok(line) => idle.push(line),
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, tungstenite::Error::Http(answer) if answer.status() == 503));
    assert!(
        (254..=255).contains(&idle.len()),
        "beside the second, and the first if its end was not seen yet"
    );
    drop(idle);
    // Who has no connection asks again and again.
    let (status, polled) = held.ask(&system, "poll", &json!({ "since": null }));
    assert_eq!((status, &polled["events"][0]["type"]), (200, &json!("welcome")));
    second.next_of("member").await;

    let recall = ["recall", study.uid.as_str(), "--reason", "wrong person"];
    let head = polled["head"].clone();
    let (id, cookie) = (held.id.clone(), held.chair.cookie.borrow().clone());
    std::thread::scope(|threads| {
        let polling = threads.spawn(|| ask_as(&system, &id, &cookie, "poll", &json!({ "since": head })));
        system.staff(&recall);
        let recalled_at = Instant::now();
        let (status, last) = polling.join().unwrap();
        assert_eq!((status, last["events"][0]["reason"].as_str()), (200, Some("recalled")), "{last}");
        assert!(recalled_at.elapsed() < NOTICED_WITHIN, "{:?}", recalled_at.elapsed());
    });
    assert_eq!(second.next_of("ended").await["reason"], "recalled");
    assert_eq!(second.closed().await, CloseCode::Normal);
    assert_eq!(held.ask(&system, "ticket", &json!({})).0, 401, "the session of a member ended, too");
}
