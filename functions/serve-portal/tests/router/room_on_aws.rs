//! The room behind API Gateway: its events as AWS documents them come in, and what is sent goes out by its own calls, here to a
//! server that takes its place.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::response::{IntoResponse, Response};
use filmless_consult::Incoming;
use filmless_delivery::Services;
use filmless_delivery::consult::live::Live;
use filmless_domain::staff::Role;
use filmless_embedded::{HttpListener, ListenerLimits};
use filmless_store::aws::ApiGatewayRoom;
use filmless_store::port::Room;
use filmless_store::{Connection, Endpoints};
use serde_json::{Value, json};
use serve_room::{Invocation, RoomEvent, RoomHandler};

use crate::world::{Meeting, PUBLIC_URL, STUDY, World, desk, now, state, uid};

const EVENTS: [&str; 3] = [
    include_str!("../../../serve-room/events/connect.json"),
    include_str!("../../../serve-room/events/message.json"),
    include_str!("../../../serve-room/events/disconnect.json"),
];
const CONNECT: usize = 0;
const MESSAGE: usize = 1;
const DISCONNECT: usize = 2;

/// What a gateway was asked, and which connections it does not have any more.
#[derive(Clone, Default)]
struct Gateway {
    asked: Arc<Mutex<Vec<(String, Value)>>>,
    gone: Arc<Mutex<BTreeSet<String>>>,
}

impl Gateway {
    async fn answer(self, request: axum::http::Request<Body>) -> Response {
        let (parts, body) = request.into_parts();
        assert!(parts.headers["authorization"].to_str().unwrap().starts_with("AWS4-HMAC-SHA256 "));
        let path = parts.uri.path().replace("%40", "@").replace("%3D", "=");
        let id = path.strip_prefix("/room/@connections/").unwrap().to_owned();
        if self.gone.lock().unwrap().contains(&id) {
            let headers = [("x-amzn-errortype", "GoneException")];
            return (axum::http::StatusCode::GONE, headers, "{}").into_response();
        }
        let body = to_bytes(body, usize::MAX).await.unwrap();
        if parts.method == "GET" {
            return "{}".into_response();
        }
        let said = serde_json::from_slice(&body).unwrap_or_else(|_| json!(parts.method.as_str()));
        self.asked.lock().unwrap().push((id, said));
        "{}".into_response()
    }

    async fn open(&self) -> (HttpListener, ApiGatewayRoom) {
        let gateway = self.clone();
        let answer = move |request: axum::http::Request<_>| gateway.clone().answer(request.map(Body::new));
        let address = "127.0.0.1:0".parse().unwrap();
        let listener = HttpListener::open(address, ListenerLimits::default(), answer).await.unwrap();
        let connection = Connection::to(&Endpoints {
            s3: listener.url(),
            s3_public: listener.url(),
            dynamodb: listener.url(),
            region: "ap-southeast-1".into(),
            access_key_id: "AKIA".into(),
            secret_access_key: "secret".into(),
        });
        let room = ApiGatewayRoom::new(connection.api_gateway(&format!("{}/room", listener.url())));
        (listener, room)
    }

    /// What was sent to a connection since the last time.
    fn sent_to(&self, connection: &str) -> Vec<Value> {
        let mut asked = self.asked.lock().unwrap();
        let sent = asked.iter().filter(|(id, _)| id == connection).map(|(_, said)| said.clone()).collect();
        asked.retain(|(id, _)| id != connection);
        sent
    }
}

/// A documented event, of this connection and with this message.
fn event(kind: usize, connection: &str, message: Option<Value>) -> RoomEvent {
    let mut event: Value = serde_json::from_str(EVENTS[kind]).unwrap();
    event["requestContext"]["connectionId"] = json!(connection);
    if let Some(message) = message {
        event["body"] = json!(message.to_string());
    }
    serde_json::from_value(event).unwrap()
}

/// A meeting whose members came in over API Gateway, and have read their welcome.
struct Met {
    meeting: Meeting,
    gateway: Gateway,
    listener: HttpListener,
    live: Live,
    handler: RoomHandler,
}

impl Met {
    async fn with(services: &Services, connections: &[&str]) -> Self {
        let meeting = Meeting::of(services, connections.len(), 0).await;
        let gateway = Gateway::default();
        let (listener, room) = gateway.open().await;
        let room: Arc<dyn Room> = Arc::new(room);
        let live = Live::new(services, Arc::clone(&room));
        let handler = RoomHandler::new(live.clone(), room, PUBLIC_URL.into());
        let met = Self { meeting, gateway, listener, live, handler };
        for (member, connection) in connections.iter().enumerate() {
            assert_eq!(met.handler.handle(&event(CONNECT, connection, None)).await.status_code, 200);
            let ticket = json!({ "type": "join", "ticket": met.meeting.ticket(member).await });
            met.say(connection, Some(ticket)).await;
            assert_eq!(met.gateway.sent_to(connection)[0]["type"], "welcome");
        }
        for connection in connections {
            met.gateway.sent_to(connection);
        }
        met
    }

    /// Says something, or the documented message.
    async fn say(&self, connection: &str, message: Option<Value>) {
        self.handler.handle(&event(MESSAGE, connection, message)).await;
    }
}

fn kinds(sent: &[Value]) -> Vec<&str> {
    sent.iter().map(|message| message["type"].as_str().unwrap_or("closed")).collect()
}

#[tokio::test]
async fn a_meeting_is_held_over_the_events_and_calls_of_api_gateway() {
    let world = World::new().await;
    world
        .with(|services| async move {
            let connections = ["Gw6d8eDySQ0CJHw=", "Gw6d8eDySQ0CJHx=", "Gw6d8eDySQ0CJHy="];
            let [chair, second, third] = connections;
            let Met { meeting, gateway, listener, live, handler } = Met::with(&services, &connections).await;

            handler.handle(&event(MESSAGE, chair, Some(state(1, 4)))).await;
            let seen = gateway.sent_to(second);
            assert_eq!((kinds(&seen), &seen[0]["state"]["panes"][0]["frame"]), (vec!["state"], &json!(4)));
            handler.handle(&event(MESSAGE, chair, None)).await;
            assert_eq!(kinds(&gateway.sent_to(chair)), ["pong"], "the documented message is a ping");

            // One closes its laptop, of which API Gateway says nothing; another one says good bye.
            gateway.gone.lock().unwrap().insert(second.to_owned());
            handler.handle(&event(MESSAGE, chair, Some(state(2, 5)))).await;
            handler.handle(&event(DISCONNECT, third, None)).await;
            let told = gateway.sent_to(chair);
            assert_eq!(kinds(&told), ["member", "member"]);
            assert!(told.iter().all(|told| told["member"]["is_here"] == false), "{told:?}");
            assert_eq!(services.index.room_connections(&meeting.id, now()).await.unwrap().len(), 1);

            // The portal's function, which has no connection of its own, ends it.
            live.act(&meeting.members[0].1, &meeting.id, &Incoming::End {}).await.unwrap().unwrap();
            assert_eq!(
                gateway.sent_to(chair),
                [json!({ "type": "ended", "reason": "chair" }), json!("DELETE")]
            );
            listener.close().await;
        })
        .await;
}

#[tokio::test]
async fn the_schedule_finds_whoever_is_gone_though_nobody_speaks() {
    let world = World::new().await;
    world
        .with(|services| async move {
            let [chair, second] = ["Gw6d8eDySQ0CJHw=", "Gw6d8eDySQ0CJHx="];
            let Met { gateway, listener, handler, .. } = Met::with(&services, &[chair, second]).await;
            let minutely = || serde_json::from_str::<Invocation>(r#"{"job":"let-absent-leave"}"#).unwrap();
            handler.answer(&minutely()).await;
            assert_eq!(kinds(&gateway.sent_to(chair)), [""; 0]);
            gateway.gone.lock().unwrap().insert(second.to_owned());
            handler.answer(&minutely()).await;
            let told = gateway.sent_to(chair);
            assert_eq!(told[0]["member"]["is_here"], false, "{told:?}");
            // An event of a connection is still one.
            let ping: Invocation = serde_json::from_str(EVENTS[MESSAGE]).unwrap();
            assert!(matches!(ping, Invocation::Room(_)));
            listener.close().await;
        })
        .await;
}

#[tokio::test]
async fn pages_of_others_do_not_connect() {
    let world = World::new().await;
    world
        .with(|services| async move {
            let gateway = Gateway::default();
            let (listener, room) = gateway.open().await;
            let room: Arc<dyn Room> = Arc::new(room);
            let handler = RoomHandler::new(Live::new(&services, Arc::clone(&room)), room, PUBLIC_URL.into());
            for (origin, status) in [
                (json!({ "Origin": PUBLIC_URL }), 200),
                (json!({ "origin": PUBLIC_URL }), 200),
                (json!({}), 200),
                (json!({ "Origin": "https://evil.example" }), 403),
                (json!({ "Origin": "null" }), 403),
            ] {
                let mut opening: Value = serde_json::from_str(EVENTS[CONNECT]).unwrap();
                opening["headers"] = origin.clone();
                let opening = serde_json::from_value(opening).unwrap();
                assert_eq!(handler.handle(&opening).await.status_code, status, "{origin}");
            }
            listener.close().await;
        })
        .await;
}

#[tokio::test]
async fn a_recall_from_the_command_line_or_by_the_gate_ends_the_room_with_the_next_ping_of_anybody() {
    let world = World::new().await;
    world
        .with(|services| async move {
            let connections = ["Gw6d8eDySQ0CJHw=", "Gw6d8eDySQ0CJHx="];
            let met = Met::with(&services, &connections).await;
            for connection in connections {
                // Twice, so that the judgement is one that is remembered.
                met.say(connection, None).await;
                met.say(connection, None).await;
                met.gateway.sent_to(connection);
            }
            // Neither of them knows of rooms.
            let staff = desk(&services, "u-18", [Role::Records, Role::Admin]);
            staff.recall(&uid(STUDY), "wrong person").await.unwrap();
            met.say(connections[1], None).await;
            for connection in connections {
                let told = met.gateway.sent_to(connection);
                assert_eq!(told[0], json!({ "type": "ended", "reason": "recalled" }), "{told:?}");
                assert_eq!(told[1], json!("DELETE"), "{told:?}");
            }
            met.listener.close().await;
        })
        .await;
}
