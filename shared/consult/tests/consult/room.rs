//! Who may do what in the room.

use filmless_consult::limits::*;
use filmless_consult::{Applied, Change, EndReason, MarkEntry, MemberStatus, Outgoing, Refusal, To};
use serde_json::{Value, json};

use crate::world::{
    CHAIR, FRAMES, LAN, PRIOR, SECRETARY, STUDY, WAITING, World, at, chat, entry_id, id, json_of, mark, sent,
    state, uuid,
};

fn kind(kind: &str) -> Value {
    json!({ "type": kind })
}

fn about(kind: &str, member: &str) -> Value {
    let field = if kind == "hand_over" { "to" } else { "member" };
    json!({ "type": kind, field: member })
}

/// The driver's view of a series as if it were this study's.
fn state_of(sequence: u64, study: &str, series: &str) -> Value {
    let mut state = state(sequence, study, 0);
    state["state"]["panes"][0]["series_instance_uid"] = json!(series);
    state
}

/// The driver's view of an image by its name, and a scroll to one.
fn state_named(sequence: u64, image: &str) -> Value {
    let mut state = state(sequence, STUDY, 0);
    state["state"]["panes"][0]["image"] = json!(image);
    state
}

fn scroll_named(sequence: u64, image: &str) -> Value {
    json!({ "type": "scroll", "sequence": sequence, "frames": [[0, 1]], "images": [image] })
}

/// The driver's view with a series laid over it as if it were of the same study.
fn fused(sequence: u64, series: &str) -> Value {
    let mut state = state(sequence, STUDY, 0);
    state["state"]["fusion"] = json!({ "study_instance_uid": STUDY, "series_instance_uid": series,
        "colours": "hot-iron", "top": 5.0, "opacity": 0.5 });
    state
}

fn mark_on(number: u32, image: &str) -> Value {
    let mut mark = mark(number, STUDY);
    mark["mark"]["image"] = json!(image);
    mark
}

fn pointer(series: &str) -> Value {
    json!({ "type": "pointer", "pane": 0, "series_instance_uid": series, "frame": 0, "at": [1.0, 1.0] })
}

/// What is sent to whom, by type.
fn kinds(applied: &Applied) -> Vec<(To, String)> {
    sent(applied)
        .into_iter()
        .map(|(to, message)| (to, message["type"].as_str().unwrap().to_owned()))
        .collect()
}

#[test]
fn an_image_is_shown_and_marked_by_its_name() {
    let mut world = World::begun();
    world.send(CHAIR, state_named(1, &format!("{STUDY}.1.1/300"))).unwrap();
    world.send(CHAIR, scroll_named(2, &format!("{STUDY}.1.1/1"))).unwrap();
    world.send(LAN, mark_on(1, &format!("{STUDY}.1/{STUDY}.1.1/300"))).unwrap();
    // On a plane through the series.
    world.send(LAN, mark_on(2, &format!("{STUDY}.1/0/axial/4"))).unwrap();
}

#[test]
fn what_the_driver_shows_reaches_the_others_once() {
    let mut world = World::begun();
    let applied = world.send(CHAIR, state(1, STUDY, 7)).unwrap();
    let head = world.room.head.sequence;
    let expected = json!({ "type": "state", "by": CHAIR, "sequence": 1, "state": crate::world::view(STUDY, 7), "head": head });
    assert_eq!(sent(&applied), [(To::Others, expected)]);
    let applied = world.send(CHAIR, json!({ "type": "scroll", "sequence": 2, "frames": [[0, 8]] })).unwrap();
    let expected =
        json!({ "type": "scroll", "by": CHAIR, "sequence": 2, "frames": [[0, 8]], "head": head + 1 });
    assert_eq!(sent(&applied), [(To::Others, expected)]);
    let shown = world.room.state.clone().unwrap();
    assert_eq!((shown.panes[0].as_ref().unwrap().frame, world.room.state_sequence), (8, 2));
}

#[test]
fn a_message_that_its_sender_may_not_send_is_refused_with_a_code_and_changes_nothing() {
    use Refusal::{
        Malformed, NotAdmitted, NotChair, NotDriver, NotYours, Stale, UnknownImage, UnknownMember,
        UnknownStudy,
    };
    let mut world = World::begun();
    world.send(CHAIR, state(5, STUDY, 0)).unwrap();
    world.send(LAN, mark(1, STUDY)).unwrap();
    world.send(LAN, chat(2, "Xin chào")).unwrap();
    let stranger = "0000000f";
    for (by, message, refusal) in [
        // Two drivers, and states that are late, repeated, or far ahead.
        (LAN, state(6, STUDY, 1), NotDriver),
        (LAN, json!({ "type": "scroll", "sequence": 6, "frames": [[0, 1]] }), NotDriver),
        (CHAIR, state(5, STUDY, 1), Stale),
        (CHAIR, state(4, STUDY, 1), Stale),
        (CHAIR, state(u64::MAX, STUDY, 1), Malformed),
        (CHAIR, state(5 + SEQUENCE_STEP_MAX + 1, STUDY, 1), Malformed),
        // What the consultation does not open.
        (CHAIR, state(6, "1.2.840.3", 1), UnknownStudy),
        (LAN, mark(3, "1.2.840.3"), UnknownStudy),
        // What its studies do not hold: a frame, a series, another study's series.
        (CHAIR, state(6, STUDY, FRAMES), UnknownImage),
        (CHAIR, json!({ "type": "scroll", "sequence": 6, "frames": [[0, FRAMES]] }), UnknownImage),
        (CHAIR, state_of(6, STUDY, &format!("{STUDY}.2")), UnknownImage),
        (CHAIR, state_of(6, STUDY, &format!("{PRIOR}.1")), UnknownImage),
        (CHAIR, fused(6, &format!("{PRIOR}.1")), UnknownImage),
        (LAN, mark_on(3, &format!("{PRIOR}.1/1.2.9/1")), UnknownImage),
        (LAN, mark_on(3, "1"), UnknownImage),
        (LAN, mark_on(3, ""), Malformed),
        // An image that no file has, of another series, and beyond its frames.
        (CHAIR, state_named(6, "1.2.9/1"), UnknownImage),
        (CHAIR, state_named(6, &format!("{PRIOR}.1.1/1")), UnknownImage),
        (CHAIR, state_named(6, &format!("{STUDY}.1.1/301")), UnknownImage),
        (CHAIR, scroll_named(6, "1.2.9/1"), UnknownImage),
        (LAN, mark_on(3, &format!("{STUDY}.1/1.2.9/1")), UnknownImage),
        (LAN, mark_on(3, &format!("{STUDY}.1/{STUDY}.1.1/301")), UnknownImage),
        (LAN, mark_on(3, &format!("{STUDY}.1")), UnknownImage),
        (LAN, pointer("1.2.840.3.1"), UnknownImage),
        // Panes that are not there.
        (CHAIR, json!({ "type": "scroll", "sequence": 6, "frames": [[1, 1]] }), Malformed),
        (CHAIR, json!({ "type": "scroll", "sequence": 6, "frames": [] }), Malformed),
        (CHAIR, json!({ "type": "scroll", "sequence": 6, "frames": [[0, 1], [0, 2]] }), Malformed),
        (CHAIR, json!({ "type": "scroll", "sequence": 6, "frames": [[0, 1_000_000]] }), Malformed),
        // Another's marks and words.
        (CHAIR, mark(1, STUDY), NotYours),
        (CHAIR, json!({ "type": "mark", "id": uuid(1), "mark": null }), NotYours),
        (CHAIR, chat(2, "Không phải tôi"), NotYours),
        // The wheel.
        (LAN, about("hand_over", SECRETARY), NotDriver),
        (LAN, kind("take_over"), NotDriver),
        (CHAIR, about("hand_over", WAITING), UnknownMember),
        (CHAIR, about("hand_over", stranger), UnknownMember),
        // The chair's alone, and what the chair cannot do either.
        (LAN, about("admit", WAITING), NotChair),
        (SECRETARY, about("remove", LAN), NotChair),
        (LAN, kind("end"), NotChair),
        (CHAIR, about("admit", stranger), UnknownMember),
        (CHAIR, about("remove", stranger), UnknownMember),
        (CHAIR, about("remove", CHAIR), UnknownMember),
        // Who waits can send nothing.
        (WAITING, chat(4, "Cho tôi vào"), NotAdmitted),
        (
            WAITING,
            json!({ "type": "pointer", "pane": 0, "series_instance_uid": "1", "frame": 0, "at": null }),
            NotAdmitted,
        ),
        (WAITING, about("admit", WAITING), NotAdmitted),
        // The transport takes it, not the room.
        (LAN, json!({ "type": "join", "ticket": "again" }), Malformed),
    ] {
        assert_eq!(world.send(by, message.clone()), Err(refusal), "{by}: {message}");
    }
}

#[test]
fn pointer_progress_and_questions_are_passed_on_and_never_recorded() {
    let mut world = World::begun();
    let pointer = pointer(&format!("{STUDY}.1"));
    let mut told = pointer.clone();
    told["by"] = json!(LAN);
    let applied = world.send(LAN, pointer).unwrap();
    assert_eq!((sent(&applied), applied.line), (vec![(To::Others, told)], None));
    let applied = world.send(LAN, kind("ask_to_drive")).unwrap();
    assert_eq!(
        (sent(&applied), applied.line),
        (vec![(To::Others, json!({ "type": "asks", "by": LAN }))], None)
    );
    let applied = world.send(LAN, json!({ "type": "progress", "loaded": 0.25, "is_slow": true })).unwrap();
    let member = json!({ "id": LAN, "name": "Lê Thị Lan", "title": "BS. CKII", "facility": "Bệnh viện Chợ Rẫy",
        "role": "member", "status": "admitted", "is_here": true, "loaded": 0.25, "is_slow": true });
    let expected = json!({ "type": "member", "member": member });
    assert_eq!((sent(&applied), applied.line), (vec![(To::Others, expected)], None));
    let pong = vec![(To::Sender, json!({ "type": "pong" }))];
    assert_eq!(sent(&world.send(WAITING, kind("ping")).unwrap()), pong);
}

#[test]
fn the_wheel_goes_from_hand_to_hand_and_never_to_two() {
    let mut world = World::begun();
    assert_eq!(world.room.driver, Some(id(CHAIR)), "the chair drives as soon as they come");
    for (by, message, driver) in [
        (CHAIR, about("hand_over", LAN), LAN),
        (LAN, about("hand_over", SECRETARY), SECRETARY),
        (CHAIR, about("hand_over", LAN), LAN),
        (CHAIR, kind("take_over"), CHAIR),
        (CHAIR, about("hand_over", LAN), LAN),
    ] {
        let applied = world.send(by, message.clone()).unwrap();
        let head = world.room.head.sequence;
        let expected = json!({ "type": "driver", "driver": driver, "head": head });
        assert_eq!(sent(&applied), [(To::Everybody, expected)], "{message}");
    }
    let applied = world.send(LAN, kind("take_over")).unwrap();
    assert_eq!(applied, Applied::default(), "who drives already");
    assert_eq!(world.send(CHAIR, state(1, STUDY, 0)), Err(Refusal::NotDriver), "whoever drove before");
    // The driver's line breaks: the wheel is free for whoever asks first.
    world.leave(LAN, LAN);
    world.send(SECRETARY, kind("take_over")).unwrap();
    assert_eq!(world.room.driver, Some(id(SECRETARY)));
    world.join(LAN, "again").unwrap();
    assert_eq!(world.send(LAN, kind("take_over")), Err(Refusal::NotDriver));
}

#[test]
fn a_mark_is_its_authors_and_one_that_is_sent_again_is_there_once() {
    let mut world = World::begun();
    let applied = world.send(LAN, mark(1, STUDY)).unwrap();
    assert!(matches!(&applied.change, Some(Change::PutMark(MarkEntry { by, .. })) if *by == id(LAN)));
    let head = world.room.head.sequence;
    let told =
        json!({ "type": "mark", "id": uuid(1), "by": LAN, "mark": mark(1, STUDY)["mark"], "head": head });
    assert_eq!(sent(&applied), [(To::Everybody, told.clone())]);
    let again = world.send(LAN, mark(1, STUDY)).unwrap();
    assert_eq!((sent(&again), again.line), (vec![(To::Sender, told)], None));
    world.send(LAN, mark(1, PRIOR)).unwrap();
    assert_eq!(world.room.marks[&id(LAN)], 1, "a change is no second mark");
    let delete = json!({ "type": "mark", "id": uuid(1), "mark": null });
    assert_eq!(world.send(LAN, delete.clone()).unwrap().change, Some(Change::DropMark(entry_id(1))));
    assert_eq!(world.send(LAN, delete).unwrap().line, None, "it is deleted already");
    assert_eq!((world.room.marks[&id(LAN)], world.marks.len()), (0, 0));
}

#[test]
fn the_id_of_a_deleted_mark_stays_its_authors() {
    let mut world = World::begun();
    let delete = json!({ "type": "mark", "id": uuid(1), "mark": null });
    world.send(LAN, mark(1, STUDY)).unwrap();
    world.send(LAN, delete.clone()).unwrap();
    world.leave(LAN, LAN);
    for message in [mark(1, STUDY), delete] {
        assert_eq!(world.send(CHAIR, message), Err(Refusal::NotYours));
    }
    world.join(LAN, "again").unwrap();
    world.send(LAN, mark(1, PRIOR)).unwrap();
    assert_eq!(world.marks[&entry_id(1)].by, id(LAN), "whoever deleted it may take that back");
}

#[test]
fn a_member_has_as_many_marks_as_allowed_and_may_replace_them() {
    let mut world = World::begun();
    for number in 0..MARKS_PER_MEMBER_MAX {
        world.send(LAN, mark(number, STUDY)).unwrap();
    }
    assert_eq!(world.send(LAN, mark(MARKS_PER_MEMBER_MAX, STUDY)), Err(Refusal::TooMany));
    world.send(CHAIR, mark(MARKS_PER_MEMBER_MAX + 1, STUDY)).unwrap();
    world.send(LAN, mark(0, PRIOR)).unwrap();
    world.send(LAN, json!({ "type": "mark", "id": uuid(0), "mark": null })).unwrap();
    world.send(LAN, mark(MARKS_PER_MEMBER_MAX, STUDY)).unwrap();
}

#[test]
fn a_chat_message_that_is_sent_again_is_there_once_with_its_first_moment() {
    let mut world = World::begun();
    let first = world.send(LAN, chat(1, "Xin chào")).unwrap();
    let told = sent(&first).remove(0).1;
    let again = world.after(30).send(LAN, chat(1, "Xin chào")).unwrap();
    assert_eq!((sent(&again), again.line), (vec![(To::Sender, told)], None));
    assert_eq!((world.chats, world.room.chats), (1, 1));
}

#[test]
fn chat_and_lines_end_at_their_limits_and_the_chair_can_still_end_the_meeting() {
    let mut world = World::begun();
    world.room.chats = CHATS_MAX;
    assert_eq!(world.send(LAN, chat(1, "a")), Err(Refusal::TooMany));
    world.room.head.sequence = LINES_MAX;
    for message in [state(1, STUDY, 0), mark(1, STUDY), kind("take_over")] {
        assert_eq!(world.send(CHAIR, message), Err(Refusal::TooMany));
    }
    assert_eq!(world.join(LAN, "second"), Err(Refusal::TooMany));
    world.send(CHAIR, about("remove", LAN)).unwrap();
    world.send(CHAIR, kind("end")).unwrap();
}

#[test]
fn nobody_is_in_before_the_chair_admits_them() {
    let mut world = World::begun();
    let knocked = world.knock(WAITING).unwrap();
    assert_eq!(kinds(&knocked), [(To::Everybody, "member".to_owned())]);
    assert_eq!(world.join(WAITING, "c"), Err(Refusal::NotAdmitted));
    let admitted = world.send(CHAIR, about("admit", WAITING)).unwrap();
    assert_eq!(admitted.change, Some(Change::SetStatus(id(WAITING), MemberStatus::Admitted)));
    assert_eq!(sent(&admitted)[0].1["member"]["status"], "admitted");
    world.join(WAITING, "c").unwrap();
    assert_eq!(
        world.send(CHAIR, about("admit", WAITING)).unwrap(),
        Applied::default(),
        "they are in already"
    );
    assert_eq!(world.knock(WAITING), Err(Refusal::NotAdmitted));
}

#[test]
fn who_is_removed_is_told_loses_every_connection_and_the_wheel_and_never_comes_back() {
    let mut world = World::begun();
    world.join(LAN, "telephone").unwrap();
    world.send(CHAIR, about("hand_over", LAN)).unwrap();
    let removed = world.send(CHAIR, about("remove", LAN)).unwrap();
    assert_eq!(removed.change, Some(Change::SetStatus(id(LAN), MemberStatus::Removed)));
    let expected = [(To::Member(id(LAN)), "ended"), (To::Everybody, "member"), (To::Everybody, "driver")];
    assert_eq!(kinds(&removed), expected.map(|(to, kind)| (to, kind.to_owned())));
    assert_eq!(sent(&removed)[0].1["reason"], "removed");
    assert_eq!((world.room.driver.clone(), world.room.is_here(&id(LAN))), (None, false));
    assert_eq!(world.send(LAN, chat(1, "a")), Err(Refusal::NotAdmitted));
    assert_eq!(world.join(LAN, "again"), Err(Refusal::NotAdmitted));
    assert_eq!(world.send(CHAIR, about("admit", LAN)), Err(Refusal::UnknownMember));
    assert_eq!(world.send(CHAIR, about("remove", LAN)).unwrap(), Applied::default());
    assert_eq!(world.leave(LAN, "telephone"), Applied::default(), "the line that breaks afterwards");
}

#[test]
fn a_member_has_several_screens_and_is_here_as_long_as_one_is() {
    let mut world = World::begun();
    assert_eq!(world.join(LAN, LAN).unwrap(), Applied::default(), "the same connection again");
    assert_eq!(world.join(SECRETARY, LAN), Err(Refusal::Malformed), "another's connection");
    assert_eq!(world.join(LAN, ""), Err(Refusal::Malformed));
    assert_eq!(world.join(LAN, &"x".repeat(CONNECTION_BYTES_MAX + 1)), Err(Refusal::Malformed));
    for number in 1..CONNECTIONS_PER_MEMBER_MAX {
        world.join(LAN, &format!("screen {number}")).unwrap();
    }
    assert_eq!(world.join(LAN, "one more"), Err(Refusal::TooMany));
    for number in 1..CONNECTIONS_PER_MEMBER_MAX {
        let left = world.leave(LAN, &format!("screen {number}"));
        assert_eq!(sent(&left)[0].1["member"]["is_here"], true);
    }
    assert_eq!(world.leave(SECRETARY, LAN), Applied::default(), "another's connection");
    assert_eq!(sent(&world.leave(LAN, LAN))[0].1["member"]["is_here"], false);
    assert_eq!(world.leave(LAN, LAN), Applied::default());
    assert_eq!(world.send(LAN, chat(1, "a")), Err(Refusal::NotAdmitted), "who is not here says nothing");
}

#[test]
fn before_it_begins_one_can_wait_and_after_it_ended_nobody_comes_in() {
    let mut world = World::opened();
    world.now = at("07:59:59");
    world.knock(WAITING).unwrap();
    assert_eq!(world.join(CHAIR, "c"), Err(Refusal::NotOpen));
    world.now = at("09:59:59");
    world.join(CHAIR, "c").unwrap();
    world.now = at("10:00:00");
    for by in [CHAIR, LAN] {
        assert_eq!(world.join(by, "d"), Err(Refusal::Ended));
    }
    assert_eq!(world.send(CHAIR, state(1, STUDY, 0)), Err(Refusal::Ended));
    assert_eq!(world.knock(WAITING), Err(Refusal::Ended));
    assert_eq!(
        world.join(WAITING, "e"),
        Err(Refusal::NotAdmitted),
        "a stranger does not learn that it ended"
    );
}

#[test]
fn the_end_is_told_once_and_after_it_every_message_is_refused() {
    let mut world = World::begun();
    let ended = world.send(CHAIR, kind("end")).unwrap();
    assert_eq!(sent(&ended), [(To::Everybody, json!({ "type": "ended", "reason": "chair" }))]);
    assert_eq!(ended.change, Some(Change::End(EndReason::Chair)));
    for message in [kind("end"), state(1, STUDY, 0), mark(1, STUDY), chat(2, "a"), about("admit", WAITING)] {
        assert_eq!(world.send(CHAIR, message.clone()), Err(Refusal::Ended), "{message}");
    }
    assert_eq!(
        world.room.end(world.now, None, EndReason::Recalled),
        Applied::default(),
        "it is over already"
    );
    // Whoever will not sign the minutes is still removed, by the chair alone.
    assert_eq!(world.send(LAN, about("remove", SECRETARY)), Err(Refusal::NotChair));
    let removed = world.send(CHAIR, about("remove", SECRETARY)).unwrap();
    assert_eq!(removed.change, Some(Change::SetStatus(id(SECRETARY), MemberStatus::Removed)));
    assert!(world.leave(LAN, LAN).line.is_some(), "who leaves afterwards is still recorded");
}

#[test]
fn a_recall_ends_the_room_without_anybody_in_it_being_asked() {
    let mut world = World::begun();
    let ended = world.room.end(world.now, None, EndReason::Recalled);
    assert_eq!(sent(&ended), [(To::Everybody, json!({ "type": "ended", "reason": "recalled" }))]);
    // The item of the consultation may be an older one.
    for message in [state(1, STUDY, 0), about("remove", LAN)] {
        assert_eq!(world.send(CHAIR, message.clone()), Err(Refusal::Ended), "{message}");
    }
}

#[test]
fn clocks_that_go_back_do_not_take_the_record_back() {
    let mut world = World::begun();
    world.after(10).send(LAN, chat(1, "a")).unwrap();
    let then = world.room.last_at;
    let applied = world.after(-7).send(LAN, chat(2, "b")).unwrap();
    assert_eq!(world.room.last_at, then);
    assert_eq!(sent(&applied)[0].1["at"], json!(then));
}

#[test]
fn a_late_comer_gets_everything_in_messages_of_bounded_size() {
    let mut world = World::begun();
    world.send(CHAIR, state(1, STUDY, 7)).unwrap();
    let large = |number: u32| {
        let mut mark = mark(number, STUDY);
        mark["mark"]["text"] = json!("x".repeat(7000));
        mark
    };
    for number in 0..12 {
        world.send(LAN, large(number)).unwrap();
    }
    let joined = world.join(LAN, "late").unwrap();
    assert_eq!(kinds(&joined), [(To::Everybody, "member".to_owned())]);
    let members: Vec<_> = world.members.values().cloned().collect();
    let marks: Vec<_> = world.marks.values().cloned().collect();
    let welcome = world.room.welcome(world.now, &id(LAN), &world.consultation, &members, marks, vec![]);
    assert!(welcome.iter().all(|message| json_of(message).to_string().len() <= MESSAGE_BYTES_MAX));
    let Outgoing::Welcome { you, version: 1, room } = &welcome[0] else { panic!("welcome comes first") };
    assert_eq!((you, &room.driver, room.state_sequence), (&id(LAN), &Some(id(CHAIR)), 1));
    assert_eq!((room.head, &room.state), (world.room.head.sequence, &world.room.state));
    let here: Vec<bool> = room.members.iter().map(|member| member.is_here).collect();
    assert_eq!(here, [true, true, true, false]);
    let behind = welcome[1..].iter().map(json_of);
    let behind: Vec<_> = behind.map(|message| (message["type"].clone(), message["head"].clone())).collect();
    assert!(behind.iter().all(|one| *one == (json!("mark"), json!(room.head))), "{behind:?}");
    assert_eq!((room.marks.len(), behind.len()), (4, 8), "nothing is lost");
}
