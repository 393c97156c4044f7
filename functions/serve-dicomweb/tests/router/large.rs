//! Answers that are too large to be streamed, where that has a limit.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use filmless_delivery::record::messages::SettleTask;
use filmless_domain::{Parcel, Retrieval, SeriesInstanceUid, StudyInstanceUid};
use filmless_store::index::PackingProgress;
use jiff::SignedDuration;

use crate::files::{EXPLICIT, instance_uid, loop_frames, series_uid};
use crate::retrieve::{parts, uploaded};
use crate::world::{Answer, CHEST, KNEE, OF_JOHN, World};

const SLICES: [&str; 3] = ["chest/1", "chest/2", "chest/3"];

fn bytes_of(names: &[&str]) -> u64 {
    names.iter().map(|name| uploaded(name).len() as u64).sum()
}

fn chest_series() -> String {
    format!("/studies/{CHEST}/series/{}", series_uid(CHEST, 1))
}

fn files_of(answer: &Answer) -> Vec<Vec<u8>> {
    parts(answer).into_iter().map(|(_, bytes)| bytes).collect()
}

#[tokio::test]
async fn a_series_that_is_too_large_to_be_streamed_is_put_together_once_and_led_to() {
    let world = World::with_answers_up_to(Some(bytes_of(&SLICES) - 1)).await;
    let path = chest_series();
    let one = world.get(&format!("{path}/instances/{}", instance_uid(CHEST, 1, 1))).await;
    assert_eq!(files_of(&one), [uploaded("chest/1")], "what can be streamed is");
    let preparing = world.get(&path).await;
    assert_eq!((preparing.status.as_u16(), preparing.header(RETRY_AFTER)), (503, "5"));
    assert_eq!(
        preparing.text(),
        "This answer is large and is being prepared (0 of 3 files): ask again in 5 seconds.\n"
    );
    let (study, series) =
        (StudyInstanceUid::parse(CHEST).unwrap(), SeriesInstanceUid::parse(&series_uid(CHEST, 1)).unwrap());
    let retrieval = Retrieval::series(series);
    let task = SettleTask::PackRetrieval { study_instance_uid: study.clone(), retrieval: retrieval.clone() };
    assert_eq!(world.asked_for().await, std::slice::from_ref(&task));

    // While somebody makes it, nobody else is asked to.
    let (index, now, parcel) =
        (&world.services.index, world.services.clock.now(), Parcel::Retrieval(retrieval));
    let life = SignedDuration::from_mins(2);
    assert!(index.lease_packing(&study, &parcel, now, life).await.unwrap());
    let progress = PackingProgress { files_done: 2, files: 3 };
    index.renew_packing(&study, &parcel, now, life, progress).await.unwrap();
    let preparing = world.get(&path).await;
    assert!(preparing.text().contains("(2 of 3 files)"), "{}", preparing.text());
    assert_eq!(world.asked_for().await, []);
    index.end_packing(&study, &parcel).await.unwrap();

    world.make(task.clone()).await;
    let led = world.get(&path).await;
    let followed = world.follow(&led).await;
    assert_eq!(files_of(&followed), SLICES.map(uploaded));
    // It is made once, and every request is judged.
    world.make(task).await;
    assert_eq!(
        world.follow(&world.get(&path).await).await.header(CONTENT_TYPE),
        followed.header(CONTENT_TYPE)
    );
    assert_eq!(world.asked_for().await, []);
    world.sign_out("N20-1").await;
    let ended = world.get(&path).await;
    assert_eq!((ended.status, ended.header(LOCATION)), (StatusCode::NOT_FOUND, ""));
    world.close().await;
}

#[tokio::test]
async fn what_has_to_be_decoded_and_cannot_be_streamed_is_refused_before_its_first_byte() {
    let world = World::with_answers_up_to(Some(loop_frames().concat().len() as u64)).await;
    let token = world.token_of("E20-2", &[OF_JOHN]).await;
    let path = format!("/{token}/studies/{OF_JOHN}/series/{}", series_uid(OF_JOHN, 2));
    let explicit = format!("multipart/related; type=\"application/dicom\"; transfer-syntax={EXPLICIT}");
    let refused = world.ask(axum::http::Method::GET, &path, &[("accept", &explicit)]).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(refused.text().contains("larger than can be answered"), "{}", refused.text());
    assert_eq!(world.asked_for().await, []);
    world.close().await;
}

#[tokio::test]
async fn a_large_file_by_itself_is_led_to_as_it_was_uploaded() {
    let world = World::with_answers_up_to(Some(100)).await;
    let instance = instance_uid(CHEST, 1, 2);
    let path = format!("{}/instances/{instance}", chest_series());
    let wado = format!(
        "/wado?requestType=WADO&studyUID={CHEST}&seriesUID={}&objectUID={instance}&contentType=application/dicom",
        series_uid(CHEST, 1)
    );
    for led in [world.get_with(&path, &[("accept", "application/dicom")]).await, world.get(&wado).await] {
        let followed = world.follow(&led).await;
        assert_eq!(followed.header(CONTENT_TYPE), "application/dicom");
        assert_eq!(followed.bytes, uploaded("chest/2"));
    }
    assert_eq!(world.asked_for().await, [], "it is there already");
    // In parts it has to be put together.
    assert_eq!(world.get(&path).await.status, StatusCode::SERVICE_UNAVAILABLE);
    for task in world.asked_for().await {
        world.make(task).await;
    }
    assert_eq!(files_of(&world.follow(&world.get(&path).await).await), [uploaded("chest/2")]);
    world.close().await;
}

#[tokio::test]
async fn who_makes_a_token_to_take_a_large_study_finds_it_begun() {
    let world = World::with_answers_up_to(Some(bytes_of(&SLICES))).await;
    let (portal, session) = world.session_of("N20-1").await;
    for study in [KNEE, OF_JOHN, CHEST] {
        portal.begin_large_answer(&session, &StudyInstanceUid::parse(study).unwrap()).await.unwrap();
    }
    let study_instance_uid = StudyInstanceUid::parse(CHEST).unwrap();
    let expected = SettleTask::PackRetrieval { study_instance_uid, retrieval: Retrieval::study() };
    assert_eq!(
        world.asked_for().await,
        std::slice::from_ref(&expected),
        "small and foreign studies are not made"
    );
    world.make(expected).await;
    let followed = world.follow(&world.get(&format!("/studies/{CHEST}")).await).await;
    assert_eq!(files_of(&followed).len(), 5);
    world.close().await;
}
