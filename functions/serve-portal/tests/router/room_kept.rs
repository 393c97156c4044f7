//! What is kept of a room outside its record, and when it goes.

use std::collections::BTreeMap;

use axum::http::Method;
use filmless_consult::{EndReason, Incoming};
use filmless_delivery::Services;
use filmless_domain::audit::{Actor, AuditEvent};
use filmless_domain::staff::Role;
use filmless_store::index::LogName;
use jiff::{SignedDuration, ToSpan, tz::TimeZone};
use serde_json::json;

use crate::world::{Meeting, STUDY, World, desk, now, uid};
use crate::{HOA, request};

/// What the audit log was told about rooms, by share, in order.
async fn passages(services: &Services) -> BTreeMap<String, Vec<&'static str>> {
    let pending = services.index.pending_log(LogName::Audit).await.unwrap();
    let mut events: Vec<AuditEvent> =
        pending.iter().map(|entry| serde_json::from_str(&entry.event).unwrap()).collect();
    events.sort_by_key(|event| event.at);
    let mut found: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for event in events.into_iter().filter(|event| event.action.as_str().ends_with("-room")) {
        let Actor::Share { share } = event.actor else { panic!("{:?}", event.actor) };
        assert!(event.detail.unwrap().starts_with("consultation ") && event.source.is_some());
        found.entry(share).or_default().push(event.action.as_str());
    }
    found
}

#[tokio::test]
async fn a_visit_is_logged_once_however_often_the_line_breaks_and_the_patient_reads_it() {
    let (world, clock) = World::with_clock().await;
    let id = world
        .with(|services| async move {
            let meeting = Meeting::of(&services, 2, 0).await;
            let at = |seconds| clock.set(now() + SignedDuration::from_secs(seconds));
            let _chair = meeting.join(0).await;
            let second = meeting.join(1).await;
            // Another window of the same member is no visit of its own; and who is back at once never left.
            meeting.join(1).await.leave().await;
            at(2);
            second.leave().await;
            at(30);
            meeting.join(1).await.leave().await;
            at(600);
            let _second = meeting.join(1).await;
            at(1200);
            meeting.act(&Incoming::End {}).await;
            let found = passages(&services).await;
            let share = |member: usize| meeting.members[member].1.share.as_ref().unwrap().id.clone();
            assert_eq!(found[&share(0)], ["enter-room", "leave-room"]);
            assert_eq!(found[&share(1)], ["enter-room", "leave-room", "enter-room", "leave-room"]);
            meeting.id.to_string()
        })
        .await;
    let page = request(Method::GET, &format!("/consultations/{id}"), &[("cookie", HOA)], "");
    let shown = world.send(page).await.body;
    for visits in [
        "Ở phòng đọc chung: 16:30, 23/11/2020 – 16:50, 23/11/2020<",
        "Ở phòng đọc chung: 16:40, 23/11/2020 – 16:50, 23/11/2020; 16:30, 23/11/2020 – 16:30, 23/11/2020<",
    ] {
        assert!(shown.contains(visits), "{visits}: {shown}");
    }
}

#[tokio::test]
async fn whoever_stops_asking_is_gone_within_two_minutes_though_nobody_else_says_anything() {
    let (world, clock) = World::with_clock().await;
    world
        .with(|services| async move {
            let meeting = Meeting::of(&services, 3, 0).await;
            let at = |seconds| clock.set(now() + SignedDuration::from_secs(seconds));
            let share = |member: usize| meeting.members[member].1.share.as_ref().unwrap().id.clone();
            let live = &meeting.live;
            let first = meeting.poll(1, None, vec![]).await.unwrap()["head"].as_u64().unwrap();
            assert_eq!(live.let_absent_leave().await.unwrap(), 0, "they are there");
            at(30);
            meeting.poll(1, Some(first - 1), vec![]).await.unwrap();
            at(70);
            assert_eq!(live.let_absent_leave().await.unwrap(), 0, "they asked 40 seconds ago");
            at(80);
            assert_eq!(live.let_absent_leave().await.unwrap(), 1);
            let found = passages(&services).await;
            assert_eq!(found[&share(1)], ["enter-room", "leave-room"]);
            let visits = services.index.visits(&meeting.id, &meeting.members[1].0, 9).await.unwrap();
            assert_eq!(visits[0].left_at, Some(now() + SignedDuration::from_secs(80)));
            assert!(services.index.open_rooms().await.unwrap().is_empty(), "nobody looks there any more");

            // A connection whose end nobody told: this process was killed, or API Gateway said nothing.
            let mut chair = meeting.join(0).await;
            let lost = meeting.join(2).await;
            assert_eq!(live.let_absent_leave().await.unwrap(), 0);
            at(90);
            lost.lose();
            assert_eq!(live.let_absent_leave().await.unwrap(), 1);
            let told = chair.read().await;
            let last = told.last().unwrap();
            assert_eq!(
                (&last["member"]["id"], &last["member"]["is_here"]),
                (&json!(meeting.members[2].0), &json!(false))
            );
            assert_eq!(services.index.open_rooms().await.unwrap(), std::slice::from_ref(&meeting.id));

            // A room ends by its time though nobody asks it anything.
            let ends_at =
                services.index.consultation(&meeting.id).await.unwrap().unwrap().consultation.ends_at;
            clock.set(ends_at);
            live.let_absent_leave().await.unwrap();
            let ended = services.index.consultation(&meeting.id).await.unwrap().unwrap().consultation.ended;
            assert_eq!(ended, Some(EndReason::Time));
            assert_eq!(chair.next().await.unwrap()["reason"], "time");
            assert_eq!(passages(&services).await[&share(2)], ["enter-room", "leave-room"]);
        })
        .await;
}

#[tokio::test]
async fn a_consultation_goes_with_the_retention_of_its_last_study_and_whoever_is_in_its_room_is_out() {
    let (world, clock) = World::with_clock().await;
    world
        .with(|services| async move {
            let meeting = Meeting::of(&services, 2, 1).await;
            let mut chair = meeting.join(0).await;
            chair.read().await;
            let index = &services.index;
            let account = index.study(&uid(STUDY)).await.unwrap().unwrap().account_key.unwrap();
            let later = now().to_zoned(TimeZone::UTC).checked_add(10.years().days(1)).unwrap();
            clock.set(later.timestamp());
            let staff = desk(&services, "u-18", [Role::Admin]);
            let erased = staff.end_retention(false).await.unwrap();
            assert!(erased.studies.contains(&uid(STUDY)), "{erased:?}");
            assert!(index.consultation(&meeting.id).await.unwrap().is_none());
            assert!(index.members(&meeting.id).await.unwrap().is_empty());
            assert!(index.room_lines(&meeting.id, 0, 9).await.unwrap().is_empty());
            assert!(index.room_connection(&chair.id).await.unwrap().is_none());
            assert!(index.consultations_of_account(&account).await.unwrap().is_empty());
            assert!(index.shares(&account).await.unwrap().iter().all(|share| share.seat.is_none()));
            assert!(!meeting.live.look_after(&meeting.id, &chair.id).await.unwrap());
            assert_eq!(chair.next().await, None, "the connection is closed");
        })
        .await;
}
