//! The file of a consultation: who may take it, and that it verifies.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use filmless_consult::verify;

use crate::consult::{PATIENT, RECORDS, digest_of, member_url};
use crate::world::World;
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
