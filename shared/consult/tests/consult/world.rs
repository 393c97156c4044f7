//! A consultation of four with a room, as a transport keeps it: it stores what [`Applied`] says, and nothing else.

use std::collections::BTreeMap;

use filmless_consult::{
    Applied, Change, Consent, ConsentForm, Consultation, ConsultationId, ConsultationState, Contents,
    EntryId, Incoming, MarkEntry, Member, MemberId, MemberRole, MemberStatus, Outgoing, Refusal, Room, Scene,
    To,
};
use filmless_domain::audit::Actor;
use filmless_domain::{SeriesInstanceUid, SopInstanceUid, StudyInstanceUid};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

pub const CHAIR: &str = "00000001";
pub const SECRETARY: &str = "00000002";
pub const LAN: &str = "00000003";
pub const WAITING: &str = "00000004";
pub const STUDY: &str = "1.2.840.1";
pub const PRIOR: &str = "1.2.840.2";

pub fn at(text: &str) -> Timestamp {
    format!("2026-11-30T{text}Z").parse().unwrap()
}

pub fn id(text: &str) -> MemberId {
    MemberId::parse(text).unwrap()
}

/// Frames of the only image of the only series of each study.
pub const FRAMES: u32 = 300;

pub fn series_of(study: &str) -> SeriesInstanceUid {
    SeriesInstanceUid::parse(&format!("{study}.1")).unwrap()
}

pub fn study(text: &str) -> StudyInstanceUid {
    StudyInstanceUid::parse(text).unwrap()
}

/// The UUID that ends in a number.
pub fn uuid(number: u32) -> String {
    format!("0e2f0a52-9f7e-4c39-8e0f-{number:012x}")
}

pub fn entry_id(number: u32) -> EntryId {
    EntryId::parse(&uuid(number)).unwrap()
}

pub fn member(id: &str, name: &str, role: MemberRole, status: MemberStatus) -> Member {
    Member {
        id: self::id(id),
        name: name.to_owned(),
        title: "BS. CKII".to_owned(),
        facility: "Bệnh viện Chợ Rẫy".to_owned(),
        licence: "012345/BYT-CCHN".to_owned(),
        email: None,
        phone: None,
        role,
        status,
    }
}

pub fn members() -> Vec<Member> {
    use MemberStatus::{Admitted, Waiting};
    vec![
        member(CHAIR, "Nguyễn Văn Chủ", MemberRole::Chair, Admitted),
        member(SECRETARY, "Trần Thị Thư", MemberRole::Secretary, Admitted),
        member(LAN, "Lê Thị Lan", MemberRole::Member, Admitted),
        member(WAITING, "Phạm Văn Đợi", MemberRole::Member, Waiting),
    ]
}

pub fn consultation() -> Consultation {
    Consultation {
        id: ConsultationId::parse(&"c0".repeat(16)).unwrap(),
        account: "account".to_owned(),
        studies: vec![study(STUDY), study(PRIOR)],
        question: "Nốt phổi phải: theo dõi hay sinh thiết?".to_owned(),
        chair: id(CHAIR),
        secretary: Some(id(SECRETARY)),
        opens_at: at("08:00:00"),
        ends_at: at("10:00:00"),
        consent: Some(Consent {
            taken_by: "Điều dưỡng Hoa".to_owned(),
            taken_at: at("07:30:00"),
            form: ConsentForm::Written,
        }),
        voice_link: None,
        started_by: Actor::Staff { subject: "staff-1".to_owned() },
        state: ConsultationState::Open,
        ended: None,
    }
}

pub fn pane(study: &str, frame: u32) -> Value {
    json!({
        "study_instance_uid": study, "series_instance_uid": format!("{study}.1"), "frame": frame,
        "window": { "center": 40.0, "width": 400.0, "function": "LINEAR" }, "is_inverted": false, "colours": null,
        "has_overlays": true, "is_masked": null,
        "view": { "centre": { "x": 0.5, "y": 0.5 }, "extent": { "x": 1.0, "y": 1.0 },
            "turn": { "a": 1.0, "b": 0.0, "c": 0.0, "d": 1.0 } },
        "plane": null, "cine": null,
    })
}

/// The state of a view with one pane.
pub fn view(study: &str, frame: u32) -> Value {
    json!({ "grid": { "rows": 1, "columns": 1 }, "active": 0, "enlarged": null, "panes": [pane(study, frame)],
        "sent_at": 1_796_025_600_000_u64 })
}

pub fn state(sequence: u64, study: &str, frame: u32) -> Value {
    json!({ "type": "state", "sequence": sequence, "state": view(study, frame) })
}

/// A state with something of everything that can lie over images.
pub fn layered(sequence: u64, study: &str) -> Value {
    let mut state = state(sequence, study, 0);
    state["state"]["fusion"] = json!({ "study_instance_uid": study, "series_instance_uid": series_of(study), "colours": "pet", "top": 7.5,
        "opacity": 0.5 });
    state["state"]["objects"] = json!([{ "study_instance_uid": study, "sop_instance_uid": "1.2.8", "parts": [0, 3] },
        { "study_instance_uid": study, "sop_instance_uid": "1.2.7" }]);
    state["state"]["is_shuttered"] = json!(true);
    state["state"]["panes"][0]["has_table"] = json!(true);
    state
}

pub fn mark(number: u32, study: &str) -> Value {
    json!({ "type": "mark", "id": uuid(number), "mark": { "study_instance_uid": study, "points": [1.5, 2.5] } })
}

pub fn chat(number: u32, text: &str) -> Value {
    json!({ "type": "chat", "id": uuid(number), "text": text })
}

/// What was stored, and the server's clock.
pub struct World {
    pub contents: Contents,
    pub now: Timestamp,
    pub consultation: Consultation,
    pub members: BTreeMap<MemberId, Member>,
    pub room: Room,
    pub marks: BTreeMap<EntryId, MarkEntry>,
    pub authors: BTreeMap<EntryId, MemberId>,
    pub chats: usize,
    pub lines: Vec<String>,
}

impl World {
    /// A room that was opened, in which nobody is.
    pub fn opened() -> Self {
        let now = at("08:00:00");
        let consultation = consultation();
        let members = members().into_iter().map(|member| (member.id.clone(), member)).collect();
        let (room, applied) = Room::open(now, &consultation);
        let lines = vec![applied.line.unwrap().text];
        let mut contents = Contents::default();
        for one in [STUDY, PRIOR] {
            contents.add(&study(one), series_of(one), FRAMES);
            let image = SopInstanceUid::parse(&format!("{one}.1.1")).unwrap();
            contents.add_image(&series_of(one), image, FRAMES);
        }
        Self {
            contents,
            now,
            consultation,
            members,
            room,
            marks: BTreeMap::new(),
            authors: BTreeMap::new(),
            chats: 0,
            lines,
        }
    }

    /// A room in which chair, secretary and Lan are, one connection each, and the chair drives.
    pub fn begun() -> Self {
        let mut world = Self::opened();
        for member in [CHAIR, SECRETARY, LAN] {
            world.join(member, member).unwrap();
        }
        world
    }

    pub fn after(&mut self, seconds: i64) -> &mut Self {
        self.now += SignedDuration::from_secs(seconds);
        self
    }

    fn store(&mut self, applied: &Applied) {
        let Applied { line, change, .. } = applied;
        assert!(line.is_some() || change.is_none(), "what is stored has a line");
        self.lines.extend(line.iter().map(|line| line.text.clone()));
        match change.clone() {
            Some(Change::PutMark(entry)) => drop(self.marks.insert(entry.id.clone(), entry)),
            Some(Change::DropMark(id)) => {
                let gone = self.marks.remove(&id).unwrap();
                self.authors.insert(id, gone.by);
            }
            Some(Change::PutChat(_)) => self.chats += 1,
            Some(Change::SetStatus(id, status)) => self.members.get_mut(&id).unwrap().status = status,
            Some(Change::End(reason)) => {
                self.consultation.state = ConsultationState::Ended;
                self.consultation.ended = Some(reason);
            }
            None => {}
        }
    }

    fn during(
        &mut self,
        by: &str,
        message: Option<&Incoming>,
        act: impl FnOnce(&mut Room, &Scene<'_>) -> Result<Applied, Refusal>,
    ) -> Result<Applied, Refusal> {
        let before = self.room.clone();
        let mut room = before.clone();
        let named = message.and_then(Incoming::named).and_then(|id| self.members.get(id));
        let mark = message.and_then(Incoming::id).and_then(|id| self.marks.get(id));
        let author = message.and_then(Incoming::id).and_then(|id| self.authors.get(id));
        let (now, consultation, by) = (self.now, &self.consultation, &self.members[&id(by)]);
        let contents = &self.contents;
        let done = act(&mut room, &Scene { now, consultation, contents, by, named, mark, author });
        match &done {
            Ok(applied) if applied.line.is_some() => {
                assert_eq!(room.head.sequence, before.head.sequence + 1, "one message, one line");
            }
            _ => assert_eq!(room, before, "what is refused, or not recorded, changes nothing"),
        }
        self.room = room;
        if let Ok(applied) = &done {
            self.store(applied);
        }
        done
    }

    pub fn join(&mut self, by: &str, connection: &str) -> Result<Applied, Refusal> {
        self.during(by, None, |room, scene| room.join(scene, connection))
    }

    pub fn leave(&mut self, by: &str, connection: &str) -> Applied {
        self.during(by, None, |room, scene| Ok(room.leave(scene, connection))).unwrap()
    }

    pub fn knock(&mut self, by: &str) -> Result<Applied, Refusal> {
        self.during(by, None, Room::knock)
    }

    /// A message that comes over the connection of a member.
    pub fn send(&mut self, by: &str, message: Value) -> Result<Applied, Refusal> {
        let incoming = Incoming::parse(&message.to_string()).map_err(|unread| unread.why)?;
        self.during(by, Some(&incoming.clone()), |room, scene| room.apply(scene, incoming))
    }
}

/// What is sent, as JSON, with its receivers.
pub fn sent(applied: &Applied) -> Vec<(To, Value)> {
    applied.send.iter().map(|(to, message)| (to.clone(), serde_json::to_value(message).unwrap())).collect()
}

pub fn json_of(message: &Outgoing) -> Value {
    serde_json::to_value(message).unwrap()
}
