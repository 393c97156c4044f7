//! The right to save marks, and how often it can be used.

use filmless_delivery::viewing::{MARKS_OF_SHARE_MAX, MarksAnswer, Portal, ShareOpening, ShareRequest};
use filmless_domain::audit::Actor;
use filmless_domain::share::Relation;
use filmless_store::index::{Change, MarksRecord, Transaction};
use serde_json::json;

use crate::world::{STUDY, World, now, uid};
use crate::{GUEST, HOA, form, get};

const SOURCE: &str = "203.0.113.78";

#[tokio::test]
async fn one_save_more_than_a_share_may_have_is_refused() {
    let world = World::new().await;
    let answers = world.with(|services| async move {
        let portal = Portal::new(services.clone());
        let hoa = portal.session("session-of-hoa", SOURCE).await.unwrap().unwrap();
        let request = ShareRequest {
            label: "BS. An".into(),
            relation: Relation::Doctor,
            studies: vec![uid(STUDY)],
            days: 7,
            may_download: false,
            may_annotate: true,
            may_consult: false,
        };
        let share = portal.create_share(&hoa, &request).await.unwrap().unwrap();
        let token = share.link.expose().rsplit('/').next().unwrap();
        let opened = portal.open_share(token, share.code.expose(), SOURCE).await.unwrap();
        let ShareOpening::Granted(cookie) = opened else { panic!("{opened:?}") };
        let doctor = portal.session(cookie.expose(), SOURCE).await.unwrap().unwrap();
        let image = json!({ "series_instance_uid": "1.2.3", "sop_instance_uid": "1.2.4" });
        let author = json!({ "name": "BS. An", "facility": "BV" });
        let body = json!({ "author": author, "key_images": [{ "image": image }] }).to_string();
        let save = async || portal.save_marks(&doctor, &uid(STUDY), body.as_bytes()).await.unwrap();
        let saved = async |range: std::ops::Range<usize>, share: &str| {
            for number in range {
                let name = format!("{share}{number:032x}");
                let record = MarksRecord {
                    name: name.clone(),
                    actor: Actor::Share { share: share.to_owned() },
                    author: "BS. An".into(),
                    facility: "BV".into(),
                    saved_at: now(),
                    series: Vec::new(),
                    minutes: None,
                    consultation: None,
                    replaced_by: None,
                };
                let key = MarksRecord::key(&uid(STUDY), &name);
                let transaction = Transaction::new().put(&key, &record, Change::new()).unwrap();
                let _ = services.index.commit(transaction).await.unwrap();
            }
        };
        saved(0..MARKS_OF_SHARE_MAX - 1, &share.id).await;
        // What others saved is not this doctor's.
        saved(0..2, "another-share").await;
        let before = save().await;
        saved(MARKS_OF_SHARE_MAX - 1..MARKS_OF_SHARE_MAX, &share.id).await;
        [before, save().await]
    });
    // The image is not there; so far the number was no obstacle.
    assert_eq!(answers.await, [MarksAnswer::NotInSight, MarksAnswer::TooMany]);
}

#[tokio::test]
async fn the_right_to_save_marks_is_off_unless_it_is_ticked_and_the_list_tells_it() {
    let world = World::new().await;
    let typed = format!("relation=doctor&study={STUDY}&days=7");
    for (label, more) in [("BS.+Ky", "&may_annotate=yes"), ("BS.+Xem", "")] {
        let typed = format!("label={label}&{typed}{more}");
        assert_eq!(world.send(form("/shares", &[("cookie", HOA)], &typed)).await.status, 200);
    }
    let list =
        world.send(crate::request(axum::http::Method::GET, "/shares", &[("cookie", HOA)], "")).await.body;
    let card =
        |label: &str| list.split("<li").find(|card| card.contains(label)).unwrap_or_default().to_owned();
    assert!(card("BS. Ky").contains("chỉ xem, lưu đánh dấu"), "{list}");
    assert!(card("BS. Xem").contains("chỉ xem") && !card("BS. Xem").contains("lưu đánh dấu"), "{list}");
    // Nobody was ever asked for it here.
    for cookie in [HOA, GUEST] {
        let room = get(&format!("/studies/{STUDY}/read"), &[("cookie", cookie)]).await.body;
        assert!(room.contains("data-may-annotate=\"false\""), "{room}");
    }
}
