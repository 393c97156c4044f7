//! The room of a consultation: who hears what, and what nobody can do in it.

use filmless_consult::{Incoming, Replay};
use filmless_delivery::consult::live::Heard;
use filmless_domain::staff::Role;
use filmless_store::index::InstanceRecord;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::{
    Line, Meeting, STUDY, STUDY_OF_ANOTHER, Standing, World, desk, is_documented, now, state, uid,
};

const MARK: &str = "0e2f0a52-9f7e-4c39-8e0f-8d3a4b1c2d3e";
const SAID: &str = "1e2f0a52-9f7e-4c39-8e0f-8d3a4b1c2d3e";

fn kinds(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["type"].as_str().unwrap()).collect()
}

fn mark(study: &str) -> Value {
    json!({ "type": "mark", "id": MARK, "mark": { "study_instance_uid": study, "kind": "length", "points": [1, 2, 3, 4] } })
}

fn chat(text: &str) -> Value {
    json!({ "type": "chat", "id": SAID, "text": text })
}

#[tokio::test]
async fn everybody_sees_what_the_driver_sees_and_whoever_comes_late_gets_the_whole_room() {
    let world = World::new().await;
    world
        .with(|services| async move {
            let meeting = Meeting::of(&services, 4, 0).await;
            let (mut chair, mut second) = (meeting.join(0).await, meeting.join(1).await);
            let welcome = second.next().await.unwrap();
            assert_eq!((&welcome["type"], &welcome["room"]["driver"]), (&json!("welcome"), &json!(meeting.members[0].0)));
            assert_eq!(kinds(&second.read().await), ["member"], "they hear that they came");
            assert_eq!(kinds(&chair.read().await), ["welcome", "member", "driver", "member"]);

            chair.say(&state(1, 7)).await;
            second.say(&mark(STUDY)).await;
            second.say(&chat("Xem lát 7")).await;
            let pointer = json!({ "type": "pointer", "pane": 0, "series_instance_uid": format!("{STUDY}.2"), "frame": 7, "at": [1.5, 2.0] });
            chair.say(&pointer).await;
            let seen = second.read().await;
            assert_eq!(kinds(&seen), ["state", "mark", "chat", "pointer"]);
            assert_eq!(seen[0]["state"]["panes"][0]["frame"], 7);
            assert_eq!(seen[2]["head"].as_u64().unwrap(), seen[0]["head"].as_u64().unwrap() + 2);
            assert_eq!(kinds(&chair.read().await), ["mark", "chat"], "the driver knows what they did");

            // A late comer, and somebody behind a proxy that cuts WebSockets.
            let welcome = meeting.join(2).await.next().await.unwrap();
            let polled = meeting.poll(3, None, vec![]).await.unwrap();
            for (welcome, members) in [(&welcome, 3), (&polled["events"][0], 4)] {
                let room = &welcome["room"];
                assert_eq!(room["state"]["panes"][0]["frame"], 7);
                assert_eq!((&room["marks"][0]["id"], &room["marks"][0]["by"]), (&json!(MARK), &json!(meeting.members[1].0)));
                assert_eq!(room["chat"][0]["text"], "Xem lát 7");
                let here = room["members"].as_array().unwrap().iter().filter(|member| member["is_here"] == true);
                assert_eq!(here.count(), members);
            }
            // The driver goes on; whoever polls hears of it, and is heard.
            chair.say(&json!({ "type": "scroll", "sequence": 2, "frames": [[0, 8]] })).await;
            let said = json!({ "type": "chat", "id": MARK, "text": "Tôi cũng thấy" });
            let answer = meeting.poll(3, polled["head"].as_u64(), vec![said]).await.unwrap();
            assert_eq!(kinds(answer["events"].as_array().unwrap()), ["member", "scroll", "chat"], "they hear that they came");
            assert_eq!(kinds(&chair.read().await).last(), Some(&"chat"));
            // Who knows of lines that are not there begins anew.
            let answer = meeting.poll(3, Some(1_000_000_000), vec![]).await.unwrap();
            assert_eq!(answer["events"][0]["type"], "welcome");
        })
        .await;
}

#[tokio::test]
async fn what_a_member_may_not_is_refused_with_a_reason_and_the_room_goes_on() {
    let (world, clock) = World::with_clock().await;
    world
        .with(|services| async move {
            let meeting = Meeting::of(&services, 3, 1).await;
            let (mut chair, mut second) = (meeting.join(0).await, meeting.join(1).await);
            chair.say(&state(5, 1)).await;
            chair.say(&mark(STUDY)).await;
            let long = "x".repeat(32 * 1024);
            let mut elsewhere = state(9, 1);
            elsewhere["state"]["panes"][0]["study_instance_uid"] = json!(STUDY_OF_ANOTHER);
            let waiting = json!(meeting.members[2].0);
            for (moment, (who, message, code)) in (1..).zip([
                (1, state(6, 2), "not_driver"),
                (0, state(5, 2), "stale"),
                (0, state(4, 2), "stale"),
                (0, elsewhere, "unknown_study"),
                (1, mark(STUDY), "not_yours"),
                (
                    1,
                    json!({ "type": "mark", "id": SAID, "mark": { "study_instance_uid": STUDY_OF_ANOTHER } }),
                    "unknown_study",
                ),
                (1, json!({ "type": "chat", "id": SAID, "text": long }), "too_large"),
                (1, json!({ "type": "chat", "id": SAID, "text": "" }), "malformed"),
                (1, json!({ "type": "dance" }), "unknown_type"),
                (1, json!({ "type": "take_over", "now": true }), "malformed"),
                (1, json!({ "type": "take_over" }), "not_driver"),
                (1, json!({ "type": "hand_over", "to": meeting.members[1].0 }), "not_driver"),
                (0, json!({ "type": "hand_over", "to": waiting }), "unknown_member"),
                (1, json!({ "type": "admit", "member": waiting }), "not_chair"),
                (1, json!({ "type": "remove", "member": meeting.members[0].0 }), "not_chair"),
                (1, json!({ "type": "end" }), "not_chair"),
                (0, json!({ "type": "join", "ticket": "x" }), "malformed"),
            ]) {
                // No more than anybody may say in one second.
                clock.set(now() + SignedDuration::from_secs(moment));
                let line = if who == 0 { &mut chair } else { &mut second };
                // The document refuses what cannot be read, and takes what is refused for another reason.
                let is_unreadable = ["too_large", "malformed", "unknown_type"].contains(&code);
                if message["type"] != "join" {
                    assert_eq!(is_documented(&message), !is_unreadable, "{message}");
                }
                assert_eq!(line.refusal_of(&message).await, code, "{message}");
                assert_eq!(line.say_text("no JSON").await, Heard::Taken);
            }
            // Two at the wheel: whoever has it last drives alone.
            chair.say(&json!({ "type": "hand_over", "to": meeting.members[1].0 })).await;
            second.say(&state(6, 3)).await;
            assert_eq!(chair.refusal_of(&state(7, 4)).await, "not_driver");
            let welcome = meeting.join(1).await.next().await.unwrap();
            assert_eq!(welcome["room"]["state"]["panes"][0]["frame"], 3);
            assert_eq!(welcome["room"]["state_sequence"], 6);
        })
        .await;
}

#[tokio::test]
async fn an_image_is_shown_by_its_name_also_of_a_file_that_came_before_frames_were_counted() {
    let world = World::new().await;
    world
        .with(|services| async move {
            let index = &services.index;
            let instances = index.instances(&uid(STUDY)).await.unwrap();
            let series = format!("{STUDY}.2");
            let kept = instances.iter().find(|one| one.series_instance_uid.as_str() == series).unwrap();
            let uncounted = InstanceRecord { frames: 0, ..kept.clone() };
            assert!(index.replace_instance(&uid(STUDY), kept, &uncounted).await.unwrap());
            let meeting = Meeting::of(&services, 2, 0).await;
            let (mut chair, mut second) = (meeting.join(0).await, meeting.join(1).await);
            second.read().await;
            let named = |sequence, image: &str| {
                let mut state = state(sequence, 0);
                state["state"]["panes"][0]["image"] = json!(image);
                state
            };
            assert_eq!(chair.refusal_of(&named(1, "1.2.9/1")).await, "unknown_image");
            let image = format!("{}/1", kept.sop_instance_uid);
            chair.say(&named(1, &image)).await;
            let seen = second.read().await;
            assert_eq!(
                (kinds(&seen), &seen[0]["state"]["panes"][0]["image"]),
                (vec!["state"], &json!(image))
            );
        })
        .await;
}

#[tokio::test]
async fn the_id_of_a_mark_that_was_deleted_is_nobody_elses_also_over_another_connection() {
    let world = World::new().await;
    world
        .with(|services| async move {
            let meeting = Meeting::of(&services, 2, 0).await;
            let (mut chair, mut second) = (meeting.join(0).await, meeting.join(1).await);
            let delete = json!({ "type": "mark", "id": MARK, "mark": null });
            second.say(&mark(STUDY)).await;
            second.say(&delete).await;
            second.leave().await;
            for message in [mark(STUDY), delete.clone()] {
                assert_eq!(chair.refusal_of(&message).await, "not_yours");
            }
            let mut welcome = meeting.join(1).await;
            let room = welcome.next().await.unwrap();
            assert_eq!(room["room"]["marks"], json!([]), "nobody sees that it was there");
            welcome.read().await;
            welcome.say(&mark(STUDY)).await;
            let told = chair.read().await;
            assert_eq!(
                told.last().unwrap()["by"],
                json!(meeting.members[1].0),
                "its author may draw it again"
            );
            meeting.act(&Incoming::End {}).await;
            let text = meeting.live.record(&meeting.members[0].1, &meeting.id).await.unwrap().unwrap();
            let replay = Replay::read(text.part(0).await.unwrap().lines(), None).unwrap();
            assert_eq!(replay.authors.len(), 1);
        })
        .await;
}

#[tokio::test]
async fn a_ticket_opens_one_connection_of_whoever_it_is_for_within_a_minute() {
    let (world, clock) = World::with_clock().await;
    world
        .with(|services| async move {
            let meeting = Meeting::of(&services, 3, 1).await;
            assert_eq!(meeting.ticket(2).await, None, "the chair has not admitted them");
            let ticket = meeting.ticket(1).await.unwrap();
            let late = meeting.ticket(1).await.unwrap();
            let join = |ticket: &str| json!({ "type": "join", "ticket": ticket });
            let mut line = meeting.open();
            assert_eq!(line.say(&json!({ "type": "ping" })).await, Heard::Taken);
            assert_eq!(line.next().await.unwrap()["code"], "not_admitted", "nobody speaks before they join");
            let forged =
                [format!("{}.{}", meeting.id, "x".repeat(22)), "x".into(), format!("{}.", meeting.id)];
            for forged in &forged {
                line.say(&join(forged)).await;
                assert_eq!(line.next().await.unwrap()["code"], "not_admitted");
            }
            line.say(&join(&ticket)).await;
            assert_eq!(line.next().await.unwrap()["type"], "welcome");
            let mut again = meeting.open();
            again.say(&join(&ticket)).await;
            assert_eq!(again.next().await.unwrap()["code"], "not_admitted", "it was used");
            clock.set(now() + SignedDuration::from_secs(61));
            again.say(&join(&late)).await;
            assert_eq!(again.next().await.unwrap()["code"], "not_admitted", "it is too old");
        })
        .await;
}

#[tokio::test]
async fn whoever_is_removed_hears_nothing_more_and_does_not_come_back() {
    let world = World::new().await;
    world
        .with(|services| async move {
            let meeting = Meeting::of(&services, 3, 0).await;
            let (mut chair, mut second, mut third) =
                (meeting.join(0).await, meeting.join(1).await, meeting.join(2).await);
            let polled = meeting.poll(1, None, vec![]).await.unwrap();
            let ticket = meeting.ticket(1).await.unwrap();
            second.read().await;
            chair.say(&json!({ "type": "remove", "member": meeting.members[1].0 })).await;
            assert_eq!(second.next().await.unwrap(), json!({ "type": "ended", "reason": "removed" }));
            assert_eq!(second.next().await, None, "the connection is closed");
            chair.say(&chat("Giữa chúng ta")).await;
            assert!(kinds(&third.read().await).contains(&"chat"));
            // What they still have opens nothing.
            second.say(&chat("Tôi còn đây")).await;
            let mut again = meeting.open();
            again.say(&json!({ "type": "join", "ticket": ticket })).await;
            assert_eq!(again.next().await.unwrap()["code"], "not_admitted");
            assert!(meeting.poll(1, polled["head"].as_u64(), vec![]).await.is_none());
            assert!(!kinds(&third.read().await).contains(&"chat"));
        })
        .await;
}

#[tokio::test]
async fn a_recall_of_the_study_ends_the_room_at_once() {
    let world = World::new().await;
    world
        .with(|services| async move {
            let meeting = Meeting::of(&services, 2, 0).await;
            let (mut chair, mut second) = (meeting.join(0).await, meeting.join(1).await);
            chair.read().await;
            second.read().await;
            desk(&services, "u-18", [Role::Records, Role::Admin])
                .recall(&uid(STUDY), "nhầm người")
                .await
                .unwrap();
            // What a page of the console does next.
            meeting.live.end_rooms_of(&uid(STUDY)).await.unwrap();
            for line in [&mut chair, &mut second] {
                assert_eq!(line.next().await.unwrap(), json!({ "type": "ended", "reason": "recalled" }));
                assert_eq!(line.next().await, None);
            }
            assert_eq!(meeting.ticket(0).await, None);
        })
        .await;
}

#[tokio::test]
async fn whatever_takes_the_study_out_of_sight_ends_the_room_with_the_next_look() {
    let world = World::new().await;
    world
        .with(|services| async move {
            let meeting = Meeting::of(&services, 2, 0).await;
            let mut chair = meeting.join(0).await;
            let mut second = meeting.join(1).await;
            chair.read().await;
            second.read().await;
            // Twice, so that the judgement is one that is remembered.
            chair.read().await;
            second.read().await;
            // The gate holds it, in a function that knows nothing of rooms.
            desk(&services, "u-18", [Role::Records, Role::Admin]).hold(&uid(STUDY), "xem lại").await.unwrap();
            second.say(&chat("Còn thấy không?")).await;
            assert_eq!(chair.next().await.unwrap()["type"], "ended");
            assert_eq!(second.next().await.unwrap(), json!({ "type": "ended", "reason": "recalled" }));
        })
        .await;
}

#[tokio::test]
async fn the_room_ends_by_its_time_and_nobody_joins_after_the_end() {
    let (world, clock) = World::with_clock().await;
    world
        .with(|services| async move {
            let meeting = Meeting::of(&services, 2, 0).await;
            let ticket = meeting.ticket(1).await.unwrap();
            let mut chair = meeting.join(0).await;
            let mut second = meeting.join(1).await;
            chair.read().await;
            second.read().await;
            let record = services.index.consultation(&meeting.id).await.unwrap().unwrap();
            let left = record.consultation.ends_at.duration_since(now());
            set_near(&services, &clock, &meeting, left).await;
            assert!(!meeting.live.look_after(&meeting.id, &chair.id).await.unwrap());
            for line in [&mut chair, &mut second] {
                assert_eq!(line.next().await.unwrap()["reason"], "time");
                assert_eq!(line.next().await, None);
            }
            let mut late = meeting.open();
            late.say(&json!({ "type": "join", "ticket": ticket })).await;
            assert_eq!(late.next().await.unwrap()["type"], "refused");
        })
        .await;
}

/// Moves the clock to the end of a consultation, and its connections and sessions with it: they would end before.
async fn set_near(
    services: &filmless_delivery::Services,
    clock: &Standing,
    meeting: &Meeting,
    left: SignedDuration,
) {
    use filmless_store::index::Transaction;
    for connection in services.index.room_connections(&meeting.id, now()).await.unwrap() {
        let kept = filmless_store::index::RoomConnection { expires_at: i64::MAX, ..connection };
        let transaction = Transaction::new().connect_to_room(&kept).unwrap();
        let _ = services.index.commit(transaction).await.unwrap();
    }
    clock.set(now() + left);
}

#[tokio::test]
async fn a_flood_is_refused_and_then_cut() {
    let world = World::new().await;
    world
        .with(|services| async move {
            let meeting = Meeting::of(&services, 2, 0).await;
            let mut chair = meeting.join(0).await;
            let mut cut = 0;
            for sequence in 1..=120 {
                cut += u32::from(chair.say(&state(sequence, 1)).await == Heard::Flood);
            }
            assert!(cut > 0, "whoever sends more than 100 a second is closed");
            let welcome = meeting.join(1).await.next().await.unwrap();
            assert!(welcome["room"]["state_sequence"].as_u64().unwrap() <= 20, "no more than 20 were taken");
        })
        .await;
}

#[tokio::test]
async fn nothing_that_was_said_is_lost_or_appears_twice_and_the_record_verifies() {
    let world = World::new().await;
    world
        .with(|services| async move {
            let meeting = Meeting::of(&services, 3, 0).await;
            let mut lines = [meeting.join(0).await, meeting.join(1).await, meeting.join(2).await];
            // All at the same moment: each append wants to be the next line.
            let ids: Vec<String> = (0..8).map(|n| format!("0e2f0a52-9f7e-4c39-8e0f-00000000000{n}")).collect();
            let all = lines.iter_mut().enumerate().map(|(place, line): (usize, &mut Line)| {
                let ids = ids.clone();
                async move {
                    for id in ids.iter().skip(place * 2).take(4) {
                        line.say(&json!({ "type": "chat", "id": id.replace("-4c39-", &format!("-4c3{place}-")), "text": "vậy" })).await;
                    }
                }
            });
            futures::future::join_all(all).await;
            // Somebody lost their line, and says the last one again.
            let [_, _, third] = lines;
            third.leave().await;
            let mut back = meeting.join(2).await;
            back.read().await;
            back.say(&json!({ "type": "chat", "id": ids[7].replace("-4c39-", "-4c32-"), "text": "vậy" })).await;
            assert_eq!(kinds(&back.read().await), ["chat"], "they see it again");
            meeting.act(&Incoming::End {}).await;
            let text = meeting.live.record(&meeting.members[1].1, &meeting.id).await.unwrap().unwrap();
            let text = text.part(0).await.unwrap();
            let replay = Replay::read(text.lines(), None).unwrap();
            assert_eq!(replay.chat.len(), 12);
        })
        .await;
}
