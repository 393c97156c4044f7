//! The file of a consultation: who may take it, and that it verifies.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use filmless_consult::{ConsultationId, Incoming, verify};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::consult::{PATIENT, RECORDS, digest_of, member_url};
use crate::world::{Meeting, STUDY, World, now, state};
use crate::{GUEST, HOA};

const ADMIN: &str = "filmless_staff=admin";

#[tokio::test]
async fn the_file_of_a_consultation_holds_all_that_was_signed_for_members_and_auditors_after_the_end() {
    let world = World::new().await;
    let (id, tickets) = world.consultation_with("&secretary=1").await;
    let url = format!("/consultations/{id}");
    let (chair, secretary) = (world.enter(&tickets[0]).await, world.enter(&tickets[1]).await);
    let led = world.page(&chair, &url).await;
    world.act(&chair, &format!("{}/admit", member_url(&led.body, "BS. Khách")), "").await;
    world.act(&secretary, &format!("{url}/opinions"), "text=Không+thấy+u").await;
    let minutes = format!("{url}/minutes");
    world.act(&secretary, &minutes, "follows=&conclusion=Không+có+u").await;
    let digest = digest_of(&world.page(&chair, &minutes).await.body);
    for cookie in [&secretary, &chair] {
        world.act(cookie, &format!("{minutes}/sign"), &format!("digest={digest}")).await;
    }
    let record = format!("{url}/record");
    let of_staff = format!("{PATIENT}/{id}/record");
    // While it goes on there is no file.
    assert!(!world.page(&chair, &url).await.body.contains(&record));
    for (cookie, path) in [(chair.as_str(), &record), (ADMIN, &of_staff)] {
        assert_eq!(world.page(cookie, path).await.status, StatusCode::NOT_FOUND);
    }
    world.act(&chair, &format!("{url}/end"), "").await;

    let file = world.page(&secretary, &record).await;
    assert_eq!(file.header(CONTENT_TYPE), "application/x-ndjson");
    assert_eq!(file.header(CONTENT_DISPOSITION), format!("attachment; filename=\"hoi-chan-{id}.ndjson\""));
    let verified = verify(&file.body).unwrap_or_else(|error| panic!("{error}: {}", file.body));
    assert_eq!((verified.consultation.as_str(), verified.documents), (id.as_str(), 4));
    assert_eq!(verified.minutes[0].digest, digest);
    // The parts, one behind the other, are the file.
    let (mut parts, mut after) = (String::new(), 0);
    for _ in 0..2 {
        let part = world.page(&chair, &format!("{record}?after={after}")).await.body;
        after += part.lines().filter(|line| line.contains("\"chain\"")).count();
        parts.push_str(&part);
    }
    assert_eq!(parts, file.body);

    assert!(world.page(&chair, &url).await.body.contains(&format!("href=\"{record}\" download")));
    assert_eq!(world.page(ADMIN, &of_staff).await.body, file.body);
    assert!(world.page(ADMIN, &format!("{PATIENT}/{id}")).await.body.contains(&of_staff));
    // Who starts consultations does not read what was said in them, and neither does the patient here.
    assert_eq!(world.page(RECORDS, &of_staff).await.status, StatusCode::FORBIDDEN);
    assert!(!world.page(RECORDS, &format!("{PATIENT}/{id}")).await.body.contains(&of_staff));
    for cookie in [HOA, GUEST] {
        assert_eq!(world.page(cookie, &record).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_long_record_comes_in_parts_that_are_the_file() {
    let (world, clock) = World::with_clock().await;
    let (id, tickets) = world.consultation_with("").await;
    let chair = world.enter(&tickets[0]).await;
    let (consultation, cookies) = (ConsultationId::parse(&id).unwrap(), [chair.clone()]);
    world
        .with(|services| async move {
            let meeting = Meeting::in_room(&services, consultation, &cookies).await;
            let mut line = meeting.join(0).await;
            let parts: Vec<u32> = (10_000..10_900).collect();
            let object = |number: u32| json!({ "study_instance_uid": STUDY, "sop_instance_uid": format!("1.2.{number}"), "parts": parts });
            let objects: Vec<Value> = (0..2).map(object).collect();
            for number in 1..=1200_u32 {
                clock.set(now() + SignedDuration::from_millis(i64::from(number) * 60));
                let mut shown = state(u64::from(number), 0);
                shown["state"]["objects"] = json!(objects);
                line.say(&shown).await;
            }
            let room = services.index.room_lines(&meeting.id, 1200, 10).await.unwrap();
            assert!(room.last().unwrap().sequence > 1200, "none was refused");
            meeting.act(&Incoming::End {}).await;
        })
        .await;
    let record = format!("/consultations/{id}/record");
    for (cookie, path) in [(chair.as_str(), &record), (ADMIN, &format!("{PATIENT}/{id}/record"))] {
        let list = world.page(cookie, path).await;
        assert_eq!((list.status, list.header(CONTENT_TYPE)), (StatusCode::OK, "text/html; charset=utf-8"));
        let links: Vec<&str> =
            list.body.split("<a href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(links.len() >= 4, "{}", list.body);
        let mut file = String::new();
        for link in links {
            let part = world.page(cookie, &format!("{path}{}", link.replace("&amp;", "&"))).await;
            assert!(part.header(CONTENT_DISPOSITION).starts_with("attachment"), "{link}");
            assert!(part.body.len() < 5 << 20, "a function of AWS answers with no more than 6 MB");
            file.push_str(&part.body);
        }
        assert!(file.len() > 12 << 20);
        let verified = verify(&file).unwrap();
        assert_eq!(verified.consultation.as_str(), id);
    }
}
