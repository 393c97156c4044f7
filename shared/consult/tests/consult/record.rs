//! The record, read again, forged, and summed up.

use filmless_consult::{Course, Entry, Event, Note, RecordError, Recorded, Replay};
use filmless_domain::chain::{ChainError, ChainHead};
use proptest::prelude::*;
use serde_json::json;

use crate::world::{CHAIR, LAN, PRIOR, SECRETARY, STUDY, WAITING, World, at, chat, id, mark, state, uuid};

fn lines(world: &World) -> impl Iterator<Item = &str> {
    world.lines.iter().map(String::as_str)
}

/// A meeting in which everything happens once.
fn met() -> World {
    let mut world = World::begun();
    world.after(10).send(CHAIR, state(1, STUDY, 0)).unwrap();
    world.after(20).send(CHAIR, json!({ "type": "scroll", "sequence": 2, "frames": [[0, 5]] })).unwrap();
    world.after(40).send(LAN, mark(1, STUDY)).unwrap();
    world.send(LAN, chat(2, "Ở đây")).unwrap();
    world.knock(WAITING).unwrap();
    world.send(CHAIR, json!({ "type": "admit", "member": WAITING })).unwrap();
    world.join(WAITING, "w").unwrap();
    world.send(CHAIR, json!({ "type": "hand_over", "to": LAN })).unwrap();
    world.send(LAN, state(3, PRIOR, 1)).unwrap();
    world.after(5).send(LAN, json!({ "type": "mark", "id": uuid(1), "mark": null })).unwrap();
    world.after(25).leave(SECRETARY, SECRETARY);
    world.after(60).send(CHAIR, json!({ "type": "end" })).unwrap();
    world.after(1).leave(LAN, LAN);
    world
}

#[test]
fn the_record_gives_the_room_as_it_was_after_every_line() {
    let world = met();
    let all = Replay::read(lines(&world), None).unwrap();
    assert_eq!(all.room, world.room);
    assert_eq!((all.marks.len(), all.chat.len(), all.members.len()), (0, 1, 4));
    // After the mark, before it is deleted.
    let middle = Replay::read(lines(&world), Some(8)).unwrap();
    assert_eq!(middle.head().sequence, 8);
    assert_eq!((middle.marks.len(), middle.chat.len(), middle.room.ended), (1, 1, None));
    assert_eq!(middle.room.state.unwrap().panes[0].as_ref().unwrap().frame, 5);
    assert_eq!(Replay::read([], None), Ok(Replay::default()));
}

#[test]
fn a_line_says_when_who_and_what() {
    let line = met().lines[7].clone();
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(value["event"], json!({ "type": "chat", "id": uuid(2), "text": "Ở đây" }));
    assert_eq!((&value["by"], &value["at"]), (&json!(LAN), &json!("2026-11-30T08:01:10Z")));
    assert_eq!(value["chain"]["sequence"], 8);
}

#[test]
fn a_record_that_was_changed_is_found_at_the_first_line_that_does_not_follow() {
    let world = met();
    let broken = |line, sequence| RecordError::Chain(ChainError::Broken { line, sequence });
    let read = |lines: &[String]| Replay::read(lines.iter().map(String::as_str), None).map(|_| ());
    let mut changed = world.lines.clone();
    changed[7] = changed[7].replace("Ở đây", "Ở kia");
    assert_eq!(read(&changed), Err(broken(9, 9)));
    let mut missing = world.lines.clone();
    missing.remove(3);
    assert_eq!(read(&missing), Err(broken(4, 5)));
    let mut twice = world.lines.clone();
    twice.insert(4, twice[3].clone());
    assert_eq!(read(&twice), Err(broken(5, 4)));
    let mut nonsense = world.lines.clone();
    nonsense[2] = "{}".to_owned();
    assert_eq!(read(&nonsense), Err(RecordError::Chain(ChainError::Unreadable { line: 3 })));
}

/// The record of a begun meeting and one line more, chained as it should be.
fn forged(world: &World, at_: &str, by: Option<&str>, event: serde_json::Value) -> Result<(), RecordError> {
    let event: Event = serde_json::from_value(event).unwrap();
    let entry = Entry { at: at(at_), by: by.map(id), event };
    let mut head = world.room.head.clone();
    let line = head.append(&entry).unwrap();
    Replay::read(lines(world).chain([line.as_str()]), None).map(|_| ())
}

#[test]
fn a_line_that_no_room_can_have_written_is_found_although_it_follows() {
    let mut world = World::begun();
    world.send(CHAIR, state(5, STUDY, 0)).unwrap();
    world.send(LAN, mark(1, STUDY)).unwrap();
    world.send(LAN, mark(2, STUDY)).unwrap();
    world.send(LAN, json!({ "type": "mark", "id": uuid(2), "mark": null })).unwrap();
    let number = world.room.head.sequence + 1;
    let impossible = Err(RecordError::Impossible { line: number });
    let show = |sequence, study| {
        let mut event = state(sequence, study, 0);
        event["type"] = json!("state");
        event
    };
    let scroll = |frames| json!({ "type": "scroll", "sequence": 6, "frames": frames });
    let marked = json!({ "type": "mark", "id": uuid(1), "mark": null, "count": 0 });
    let gone = json!({ "type": "mark", "id": uuid(2), "mark": mark(2, STUDY)["mark"], "count": 1 });
    let opened = json!({ "type": "opened", "version": 1, "consultation": "c0".repeat(16), "studies": [STUDY],
        "ends_at": "2026-11-30T10:00:00Z" });
    let now = "08:00:00";
    for (at, by, event, expected) in [
        (now, Some(CHAIR), show(6, STUDY), Ok(())),
        (now, Some(LAN), show(6, STUDY), impossible.clone()),
        (now, None, show(6, STUDY), impossible.clone()),
        (now, Some(CHAIR), show(5, STUDY), impossible.clone()),
        (now, Some(CHAIR), show(6, "1.2.840.3"), impossible.clone()),
        ("07:59:59", Some(CHAIR), show(6, STUDY), impossible.clone()),
        (now, Some(CHAIR), scroll(json!([[0, 1]])), Ok(())),
        (now, Some(CHAIR), scroll(json!([[1, 1]])), impossible.clone()),
        (now, Some(LAN), marked.clone(), Ok(())),
        (now, Some(CHAIR), marked, impossible.clone()),
        (now, Some(CHAIR), gone, impossible.clone()),
        (now, None, json!({ "type": "chat", "id": uuid(9), "text": "a" }), impossible.clone()),
        (now, None, opened.clone(), impossible.clone()),
        (now, None, json!({ "type": "ended", "reason": "time" }), Ok(())),
    ] {
        assert_eq!(forged(&world, at, by, event.clone()), expected, "{at} {by:?} {event}");
    }
    world.send(CHAIR, json!({ "type": "end" })).unwrap();
    let late = forged(&world, now, Some(CHAIR), show(6, STUDY));
    assert_eq!(late, Err(RecordError::Impossible { line: number + 1 }));
    // A record that does not begin with its opening, or is one of a later version.
    for event in [json!({ "type": "ended", "reason": "time" }), {
        let mut later = opened;
        later["version"] = json!(2);
        later
    }] {
        let entry = json!({ "at": "2026-11-30T08:00:00Z", "event": event });
        let line = ChainHead::default().append(&entry).unwrap();
        assert_eq!(Replay::read([line.as_str()], None), Err(RecordError::Impossible { line: 1 }));
    }
    let mut unknown = ChainHead::default();
    let line =
        unknown.append(&json!({ "at": "2026-11-30T08:00:00Z", "event": { "type": "danced" } })).unwrap();
    assert!(Recorded::parse(&line).is_none());
}

#[test]
fn the_course_tells_who_was_there_when_and_what_was_shown_how_long() {
    let world = met();
    let course = Course::read(lines(&world)).unwrap();
    assert_eq!((course.began_at, course.ended_at), (Some(at("08:00:00")), Some(at("08:02:40"))));
    let stays = |member: &str| -> Vec<_> {
        let of = course.stays.get(&id(member)).cloned().unwrap_or_default();
        of.into_iter().map(|stay| (stay.from, stay.until.unwrap())).collect()
    };
    let whole = (at("08:00:00"), at("08:02:40"));
    assert_eq!(stays(CHAIR), [whole]);
    assert_eq!(stays(LAN), [whole], "who leaves after the end was there until the end");
    assert_eq!(stays(SECRETARY), [(at("08:00:00"), at("08:01:40"))]);
    assert_eq!(stays(WAITING), [(at("08:01:10"), at("08:02:40"))]);
    let shown: Vec<_> =
        course.shown().into_iter().map(|it| (it.series_instance_uid, it.seconds, it.frame)).collect();
    let series = |study: &str| filmless_domain::SeriesInstanceUid::parse(&format!("{study}.1")).unwrap();
    // 20 s of frame 0, then 40 s of frame 5; then the prior until the end.
    assert_eq!(shown, [(series(PRIOR), 90, 1), (series(STUDY), 60, 5)]);
}

#[test]
fn nothing_counts_as_shown_while_the_driver_is_away_or_behind_an_enlarged_pane() {
    let mut world = World::begun();
    let mut two = state(1, STUDY, 0);
    two["state"]["grid"]["columns"] = json!(2);
    two["state"]["panes"] = json!([crate::world::pane(STUDY, 0), crate::world::pane(PRIOR, 0)]);
    two["state"]["enlarged"] = json!(1);
    world.send(CHAIR, two).unwrap();
    world.after(10).leave(CHAIR, CHAIR);
    world.after(100).join(CHAIR, "again").unwrap();
    let mut both = state(2, STUDY, 0);
    both["state"]["grid"]["columns"] = json!(2);
    both["state"]["panes"] = json!([crate::world::pane(STUDY, 0), crate::world::pane(STUDY, 9)]);
    world.after(3).send(CHAIR, both).unwrap();
    world.after(4).send(CHAIR, json!({ "type": "end" })).unwrap();
    let course = Course::read(lines(&world)).unwrap();
    let shown: Vec<_> =
        course.shown().iter().map(|it| (it.study_instance_uid.to_string(), it.seconds)).collect();
    assert_eq!(shown, [(PRIOR.to_owned(), 13), (STUDY.to_owned(), 4)]);
}

#[test]
fn what_is_signed_after_the_end_is_recorded_behind_it() {
    let mut world = met();
    let digest = "d".repeat(64);
    for note in [
        Note::Opinion { number: 1, digest: digest.clone() },
        Note::Minutes { version: 1, digest: digest.clone() },
        Note::Signature { version: 1, digest },
    ] {
        let applied = world.room.note(world.now, &id(LAN), note);
        world.lines.push(applied.line.unwrap().text);
        assert!(applied.change.is_none());
        assert_eq!(serde_json::to_value(&applied.send[0].1).unwrap()["type"], "news");
    }
    let replay = Replay::read(lines(&world), None).unwrap();
    assert_eq!([replay.opinions.len(), replay.minutes.len(), replay.signatures.len()], [1, 1, 1]);
    assert_eq!(replay.room, world.room);
}

fn message() -> impl Strategy<Value = serde_json::Value> {
    let member = prop::sample::select(vec![CHAIR, SECRETARY, LAN, WAITING, "0000000f"]);
    let study = prop::sample::select(vec![STUDY, PRIOR, "1.2.840.3"]);
    prop_oneof![
        4 => (1..40_u64, study.clone(), 0..9_u32).prop_map(|(n, study, frame)| state(n, study, frame)),
        2 => (1..40_u64, 0..3_u8).prop_map(|(n, pane)| json!({ "type": "scroll", "sequence": n, "frames": [[pane, 3]] })),
        3 => (0..4_u32, study).prop_map(|(n, study)| mark(n, study)),
        1 => (0..4_u32).prop_map(|n| json!({ "type": "mark", "id": uuid(n), "mark": null })),
        2 => (4..8_u32).prop_map(|n| chat(n, "a")),
        1 => member.clone().prop_map(|to| json!({ "type": "hand_over", "to": to })),
        1 => Just(json!({ "type": "take_over" })),
        1 => member.clone().prop_map(|member| json!({ "type": "admit", "member": member })),
        1 => member.prop_map(|member| json!({ "type": "remove", "member": member })),
        1 => Just(json!({ "type": "end" })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever members send, the record gives the room that the messages made, and nobody is in who may not be.
    #[test]
    fn whatever_is_sent_the_record_gives_the_same_room(
        steps in prop::collection::vec((0..4_usize, prop::option::weighted(0.7, message()), 0..3_i64), 1..80),
    ) {
        let mut world = World::begun();
        for (by, message, seconds) in steps {
            let by = [CHAIR, SECRETARY, LAN, WAITING][by];
            world.after(seconds - 1);
            match message {
                Some(message) => drop(world.send(by, message)),
                None if world.room.is_here(&id(by)) => drop(world.leave(by, by)),
                None => drop(world.join(by, by)),
            }
            prop_assert!(world.room.here.values().all(|member| world.members[member].is_admitted()));
        }
        let replay = Replay::read(lines(&world), None).unwrap();
        prop_assert_eq!(&replay.room, &world.room);
        prop_assert_eq!(&replay.marks, &world.marks);
        let stored = serde_json::to_string(&world.room).unwrap();
        prop_assert_eq!(&serde_json::from_str::<filmless_consult::Room>(&stored).unwrap(), &world.room);
    }
}
