//! A consultation about Hoà's study, and those who come to it.

use std::sync::Arc;
use std::time::Duration;

use filmless_consult::{ConsultationId, Incoming, MemberId};
use filmless_delivery::Services;
use filmless_delivery::consult::live::{Heard, Live, Poll, TicketAnswer};
use filmless_delivery::consult::{ConsentForm, NewMember, StartAnswer, StartRequest};
use filmless_delivery::viewing::{Portal, SeatOpening, Session};
use filmless_domain::staff::Role;
use filmless_domain::{Language, PatientId};
use filmless_embedded::{Frames, InProcessRoom};
use serde_json::{Value, json};

use super::desk::desk;
use super::frames::demand_documented;
use super::names::{HOA_CODE, STUDY, now};
use super::study::uid;

const SOURCE: &str = "203.0.113.20";

/// A consultation; its first member leads it.
pub struct Meeting {
    pub live: Live,
    pub room: InProcessRoom,
    pub id: ConsultationId,
    pub members: Vec<(MemberId, Session)>,
}

/// Somebody's connection.
pub struct Line {
    pub id: String,
    live: Live,
    consultation: Option<ConsultationId>,
    frames: Frames,
}

impl Meeting {
    /// Everybody entered their code, and was admitted but the last `waiting`.
    pub async fn of(services: &Services, members: usize, waiting: usize) -> Self {
        let person = |number: usize| NewMember {
            name: format!("BS. Số {number}"),
            facility: "BV Tuyến Dưới".into(),
            licence: format!("00{number}/BYT-CCHN"),
            ..NewMember::default()
        };
        let request = StartRequest {
            studies: vec![uid(STUDY)],
            question: "Có chỉ định mổ không?".into(),
            days: 1,
            voice_link: String::new(),
            consent_by: "ĐD. Lan".into(),
            consent_form: Some(ConsentForm::Written),
            consent_at: Some(now()),
            members: (1..=members).map(person).collect(),
            chair: Some(0),
            secretary: None,
            language: Language::Vi,
            starter: String::new(),
            may_annotate: false,
        };
        let staff = desk(services, "u-17", [Role::Records]);
        let patient = PatientId::parse(HOA_CODE).unwrap();
        let started = staff.start_consultation(&patient, &request).await.unwrap();
        let StartAnswer::Started(started) = started else { panic!("{started:?}") };
        let room = InProcessRoom::default();
        let live = Live::new(services, Arc::new(room.clone()));
        let portal = Portal::new(services);
        let mut seated = Vec::new();
        for invited in &started.invited {
            let (link, code) = (invited.link.as_ref().unwrap(), invited.code.as_ref().unwrap());
            let token = link.expose().rsplit('/').next().unwrap();
            let opened = portal.take_seat(token, code.expose(), SOURCE).await.unwrap();
            let SeatOpening::Granted { session, .. } = opened else { panic!("{opened:?}") };
            let session = portal.session(session.expose(), SOURCE).await.unwrap().unwrap();
            seated.push((invited.member.clone(), session));
        }
        let meeting = Self { live, room, id: started.id, members: seated };
        for (member, _) in &meeting.members[1..members - waiting] {
            meeting.act(&Incoming::Admit { member: member.clone() }).await;
        }
        meeting
    }

    /// That of a consultation whose members are in with these cookies.
    pub async fn in_room(services: &Services, id: ConsultationId, cookies: &[String]) -> Self {
        let room = InProcessRoom::default();
        let live = Live::new(services, Arc::new(room.clone()));
        let portal = Portal::new(services);
        let mut members = Vec::new();
        for cookie in cookies {
            let token = cookie.split_once('=').unwrap().1;
            let session = portal.session(token, SOURCE).await.unwrap().unwrap();
            members.push((session.seat().unwrap().member.clone(), session));
        }
        Self { live, room, id, members }
    }

    /// The chair acts from the page.
    pub async fn act(&self, act: &Incoming) {
        self.live.act(&self.members[0].1, &self.id, act).await.unwrap().unwrap();
    }

    /// A connection that has not said anything.
    pub fn open(&self) -> Line {
        let id = self.live.new_connection().unwrap();
        Line { frames: self.room.open(&id), id, live: self.live.clone(), consultation: None }
    }

    /// A ticket of a member, where there is one for them.
    pub async fn ticket(&self, member: usize) -> Option<String> {
        match self.live.ticket(&self.members[member].1, &self.id).await.unwrap() {
            TicketAnswer::Ticket(ticket) => Some(ticket.expose().to_owned()),
            _ => None,
        }
    }

    /// What a member reads who polls; `None` for one who may not.
    pub async fn poll(&self, member: usize, since: Option<u64>, messages: Vec<Value>) -> Option<Value> {
        let asked = Poll { since, messages };
        let answer = self.live.poll(&self.members[member].1, &self.id, &asked).await.unwrap()?;
        for event in &answer.events {
            demand_documented(&serde_json::to_vec(event).unwrap());
        }
        Some(serde_json::to_value(answer).unwrap())
    }

    /// A member in the room, who has read what there is.
    pub async fn join(&self, member: usize) -> Line {
        let mut line = self.open();
        let ticket = self.ticket(member).await.unwrap();
        line.say(&json!({ "type": "join", "ticket": ticket })).await;
        assert!(line.consultation.is_some(), "{:?}", line.next().await);
        line
    }
}

impl Line {
    /// Says something that a client may say, whether or not this one may.
    pub async fn say(&mut self, message: &Value) -> Heard {
        self.say_text(&message.to_string()).await
    }

    pub async fn say_text(&mut self, text: &str) -> Heard {
        let heard = self.live.receive(self.consultation.as_ref(), &self.id, SOURCE, text).await.unwrap();
        if let Heard::Joined(consultation) = &heard {
            self.consultation = Some(consultation.clone());
        }
        heard
    }

    /// The next message; `None` once the connection was closed.
    pub async fn next(&mut self) -> Option<Value> {
        let next = tokio::time::timeout(Duration::from_secs(20), self.frames.next()).await.unwrap();
        next.map(|frame| {
            demand_documented(&frame);
            serde_json::from_slice(&frame).unwrap()
        })
    }

    /// All messages that came, and no more than came.
    pub async fn read(&mut self) -> Vec<Value> {
        self.say(&json!({ "type": "ping" })).await;
        let mut read = Vec::new();
        while let Some(message) = self.next().await {
            if message["type"] == "pong" {
                break;
            }
            read.push(message);
        }
        read
    }

    /// The code with which a message is refused; nothing else may have come.
    pub async fn refusal_of(&mut self, message: &Value) -> String {
        self.read().await;
        self.say(message).await;
        let read = self.read().await;
        assert_eq!(read.len(), 1, "{read:?}");
        assert_eq!(read[0]["type"], "refused", "{read:?}");
        read[0]["code"].as_str().unwrap().to_owned()
    }

    /// It is cut, and nobody is told.
    pub fn lose(self) {}

    pub async fn leave(self) {
        let Self { id, live, consultation, frames } = self;
        drop(frames);
        live.leave(&consultation.unwrap(), &id).await.unwrap();
    }
}

/// What a driver sees.
pub fn state(sequence: u64, frame: u32) -> Value {
    let part = |at: f64| json!({ "x": at, "y": at });
    let pane = json!({
        "study_instance_uid": STUDY, "series_instance_uid": format!("{STUDY}.2"), "frame": frame, "window": null,
        "is_inverted": false, "colours": null, "has_overlays": true, "is_masked": null, "plane": null, "cine": null,
        "view": { "centre": part(0.5), "extent": part(1.0), "turn": { "a": 1, "b": 0, "c": 0, "d": 1 } },
    });
    let grid = json!({ "rows": 1, "columns": 1 });
    let state = json!({ "grid": grid, "active": 0, "enlarged": null, "panes": [pane], "sent_at": 0 });
    json!({ "type": "state", "sequence": sequence, "state": state })
}
