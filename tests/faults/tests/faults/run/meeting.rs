//! A consultation that is held while calls fail and processes die. Whoever gets no answer says it again, as the room's page
//! does.

use std::sync::Arc;

use filmless_consult::{ConsultationId, Incoming, MemberId, Replay};
use filmless_delivery::consult::live::{Heard, Live, TicketAnswer};
use filmless_delivery::consult::{ConsentForm, NewMember, StartAnswer, StartRequest};
use filmless_delivery::staff::Desk;
use filmless_delivery::viewing::{Portal, SeatOpening, Session};
use filmless_delivery::{DeliveryError, Services};
use filmless_domain::staff::{Role, StaffMember};
use filmless_domain::{Language, PatientId, Secret, StudyInstanceUid};
use filmless_embedded::{Frames, InProcessRoom};
use filmless_store::index::{RoomAsked, RoomEntryKind};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::Run;
use crate::sample::Study;
use crate::scenario::Scenario;
use crate::weather::Plan;
use crate::world::Setup;

const SOURCE: &str = "203.0.113.9";
const MEMBERS: usize = 3;
/// Of each kind: states, marks, chat messages.
const SAID: usize = 6;
/// How often somebody says a thing before the storm is over.
const TRIES_MAX: usize = 40;

/// Who meets, and over which connections, which no process keeps.
struct Meeting {
    id: ConsultationId,
    members: Vec<(MemberId, Secret)>,
    room: InProcessRoom,
    frames: Vec<Frames>,
}

/// Returns what does not hold in the end, and how often something had to be said.
pub fn with_a_meeting_in_a_storm(
    servers: &Arc<Runtime>,
    setup: &Setup,
) -> Result<(Vec<String>, usize), String> {
    let scenario = Scenario::reference();
    let mut run = Run::start(servers, setup, &scenario)?;
    run.until_idle(false)?;
    let study = scenario.studies[0].study.clone();
    let mut meeting = run.hospital(async |services| Meeting::of(services, &study).await);
    run.world.weather.turn(Plan::Storm { per_mille: 100, kills_per_mille: 20 });
    let mut tries = 0;
    let mut joined = Vec::new();
    for member in 0..MEMBERS {
        let connection = until_done(&mut run, &mut tries, async |services| {
            // A connection whose ticket was lost is closed; the page opens another one.
            let connection = meeting.connect(services);
            Ok(meeting.join(services, member, &connection).await?.then_some(connection))
        })?;
        joined.push(connection);
    }
    for number in 0..SAID {
        for (member, message) in [(0, state(&study, number)), (1, mark(&study, number)), (2, chat(number))] {
            let connection = joined[member].clone();
            until_done(&mut run, &mut tries, async |services| {
                let live = meeting.live(services);
                let heard =
                    live.receive(Some(&meeting.id), &connection, SOURCE, &message.to_string()).await?;
                Ok((heard == Heard::Taken).then_some(()))
            })?;
            // The next second: nobody is too fast.
            run.world.clock.advance(std::time::Duration::from_secs(1));
        }
    }
    run.world.weather.calm_down();
    let broken = run.hospital(async |services| meeting.check(services).await);
    Ok((broken, tries))
}

/// Does something again until it is done, with a new process where one died.
fn until_done<T>(
    run: &mut Run,
    tries: &mut usize,
    mut work: impl AsyncFnMut(&Services) -> Result<Option<T>, DeliveryError>,
) -> Result<T, String> {
    for of_this in 0.. {
        *tries += 1;
        if of_this == TRIES_MAX {
            run.world.weather.calm_down();
        }
        match run.process.run(work(&run.process.services)) {
            None => run.restart(),
            Some(Ok(Some(done))) => return Ok(done),
            Some(Ok(None) | Err(_)) if of_this > TRIES_MAX => return Err("failed in calm weather".into()),
            Some(Ok(None) | Err(_)) => {}
        }
    }
    unreachable!("it ends before")
}

impl Meeting {
    async fn of(services: &Services, study: &Study) -> Self {
        let person = |number: usize| NewMember {
            name: format!("BS. {number}"),
            facility: "BV".into(),
            licence: number.to_string(),
            ..NewMember::default()
        };
        let request = StartRequest {
            studies: vec![StudyInstanceUid::parse(&study.uid).unwrap()],
            question: "?".into(),
            days: 1,
            voice_link: String::new(),
            consent_by: "ĐD. Lan".into(),
            consent_form: Some(ConsentForm::Written),
            consent_at: Some(services.clock.now()),
            members: (1..=MEMBERS).map(person).collect(),
            chair: Some(0),
            secretary: None,
            language: Language::Vi,
            starter: String::new(),
            may_annotate: false,
        };
        let staff = StaffMember { subject: "u-1".into(), name: "Lan".into(), roles: [Role::Records].into() };
        let desk = Desk::new(services.clone(), staff, SOURCE.into());
        let order = study.order();
        let patient = PatientId::parse(order["patient"]["id"].as_str().unwrap()).unwrap();
        let started = desk.start_consultation(&patient, &request).await.unwrap();
        let StartAnswer::Started(started) = started else { panic!("{started:?}") };
        let portal = Portal::new(services.clone());
        let mut members = Vec::new();
        for invited in &started.invited {
            let token = invited.link.as_ref().unwrap().expose().rsplit('/').next().unwrap();
            let opened =
                portal.take_seat(token, invited.code.as_ref().unwrap().expose(), SOURCE).await.unwrap();
            let SeatOpening::Granted { session, .. } = opened else { panic!("{opened:?}") };
            members.push((invited.member.clone(), session));
        }
        let meeting = Self { id: started.id, members, room: InProcessRoom::default(), frames: Vec::new() };
        let (live, chair) = (meeting.live(services), meeting.session(services, 0).await);
        for (member, _) in &meeting.members[1..] {
            let admit = Incoming::Admit { member: member.clone() };
            live.act(&chair, &meeting.id, &admit).await.unwrap().unwrap();
        }
        meeting
    }

    fn live(&self, services: &Services) -> Live {
        Live::new(services, Arc::new(self.room.clone()))
    }

    async fn session(&self, services: &Services, member: usize) -> Session {
        let cookie = self.members[member].1.expose();
        Portal::new(services.clone()).session(cookie, SOURCE).await.unwrap().expect("the session has ended")
    }

    fn connect(&mut self, services: &Services) -> String {
        let id = self.live(services).new_connection().unwrap();
        self.frames.push(self.room.open(&id));
        id
    }

    /// Whether the connection has joined.
    async fn join(
        &self,
        services: &Services,
        member: usize,
        connection: &str,
    ) -> Result<bool, DeliveryError> {
        let cookie = self.members[member].1.expose();
        let session = Portal::new(services.clone()).session(cookie, SOURCE).await?;
        let live = self.live(services);
        let ticket = live.ticket(&session.expect("the session has ended"), &self.id).await?;
        let TicketAnswer::Ticket(ticket) = ticket else { panic!("no ticket") };
        let join = json!({ "type": "join", "ticket": ticket.expose() }).to_string();
        Ok(matches!(live.receive(None, connection, SOURCE, &join).await?, Heard::Joined(_)))
    }

    /// All that was said is there once, and the record says so, too.
    async fn check(&self, services: &Services) -> Vec<String> {
        let mut broken = Vec::new();
        let mut hold = |is_so: bool, what: String| {
            if !is_so {
                broken.push(what);
            }
        };
        let lines = services.index.room_lines(&self.id, 0, 10_000).await.unwrap();
        let replay = match Replay::read(lines.iter().map(|line| line.text.as_str()), None) {
            Ok(replay) => replay,
            Err(error) => return vec![format!("the record: {error}")],
        };
        let items = services.index.room_items(&self.id, &RoomAsked::default()).await.unwrap();
        hold(
            items.room().unwrap().as_ref() == Some(&replay.room),
            "the room is not what its record says".into(),
        );
        hold(replay.room.state_sequence == SAID as u64, format!("state {}", replay.room.state_sequence));
        hold(replay.chat.len() == SAID, format!("{} chat messages", replay.chat.len()));
        hold(replay.marks.len() == SAID, format!("{} marks", replay.marks.len()));
        for kind in [RoomEntryKind::Mark, RoomEntryKind::Chat] {
            let kept = services.index.room_entries(&self.id, kind).await.unwrap();
            hold(kept.len() == SAID, format!("{kind:?}: {} are kept", kept.len()));
        }
        broken
    }
}

fn id(kind: usize, number: usize) -> String {
    format!("0e2f0a52-9f7e-4c39-8e0{kind}-{number:012x}")
}

fn mark(study: &Study, number: usize) -> Value {
    json!({ "type": "mark", "id": id(1, number), "mark": { "study_instance_uid": study.uid, "number": number } })
}

fn chat(number: usize) -> Value {
    json!({ "type": "chat", "id": id(2, number), "text": format!("{number}") })
}

fn state(study: &Study, number: usize) -> Value {
    let pane = json!({
        "study_instance_uid": study.uid, "series_instance_uid": study.series_uid(1), "frame": number % 2, "window": null,
        "is_inverted": false, "colours": null, "has_overlays": true, "is_masked": null, "view": null, "plane": null,
        "cine": null,
    });
    let grid = json!({ "rows": 1, "columns": 1 });
    let state = json!({ "grid": grid, "active": 0, "enlarged": null, "panes": [pane], "sent_at": 0 });
    json!({ "type": "state", "sequence": number + 1, "state": state })
}
