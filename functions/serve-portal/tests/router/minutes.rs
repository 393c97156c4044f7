//! Key images of minutes: chosen on the page, printed in the PDF, and DICOM in the study once all have signed.

#[path = "../../../../shared/dicom/tests/data_set_writer/mod.rs"]
#[allow(dead_code, reason = "slices have no sequences")]
mod data_set_writer;

use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use data_set_writer::{element, file};
use filmless_consult::ConsultationId;
use filmless_delivery::Services;
use filmless_delivery::intake::{CreatedObject, ingest_objects};
use filmless_delivery::prepare::render::{InProcessRenderer, InstanceRenderer, render_series};
use filmless_delivery::prepare::settle::{check_quiet, settle_marks};
use filmless_delivery::record::messages::SeriesContents;
use filmless_delivery::release::release_study;
use filmless_domain::ObjectKey;
use filmless_domain::audit::Actor;
use filmless_store::index::{Change, MarksRecord, Transaction};
use filmless_store::{ObjectVersion, Served};
use serde_json::{Value, json};

use crate::consult::{
    CONSENT, MEMBERS, PATIENT, RECORDS, Ticket, between, digest_of, member_url, tickets_of,
};
use crate::world::{HOA_CODE, Meeting, STUDY, Standing, World, at, order, uid, upload};
use crate::{GUEST, HOA};

/// Hoà's, with images that can be looked at.
const SEEN: &str = "1.2.826.0.1.3680043.10.1999.50";
const SERIES: &str = "1.2.826.0.1.3680043.10.1999.50.1";
const ROWS: u16 = 64;

/// A slice of a CT.
fn slice(number: u32) -> Vec<u8> {
    let text = |group, number, vr: &str, value: &str| element(group, number, vr, value.as_bytes());
    let us = |number, value: u16| element(0x0028, number, "US", &value.to_le_bytes());
    let pixels: Vec<u8> = (0..u32::from(ROWS) * u32::from(ROWS))
        .flat_map(|at| ((at * number) as u16 & 0x0FFF).to_le_bytes())
        .collect();
    let elements = [
        text(0x0008, 0x0005, "CS", "ISO_IR 192"),
        text(0x0008, 0x0016, "UI", "1.2.840.10008.5.1.4.1.1.2"),
        text(0x0008, 0x0018, "UI", &format!("{SERIES}.{number}")),
        text(0x0008, 0x0020, "DA", "20201123"),
        text(0x0008, 0x0030, "TM", "091500"),
        text(0x0008, 0x0050, "SH", "A20201123050"),
        text(0x0008, 0x0060, "CS", "CT"),
        text(0x0008, 0x0090, "PN", ""),
        text(0x0008, 0x103E, "LO", "Ngực 1 mm"),
        text(0x0010, 0x0010, "PN", "NGUYEN^THI HOA LAN"),
        text(0x0010, 0x0020, "LO", HOA_CODE),
        text(0x0010, 0x0030, "DA", "19580302"),
        text(0x0010, 0x0040, "CS", "F"),
        text(0x0020, 0x000D, "UI", SEEN),
        text(0x0020, 0x000E, "UI", SERIES),
        text(0x0020, 0x0010, "SH", "S1"),
        text(0x0020, 0x0011, "IS", "1"),
        text(0x0020, 0x0013, "IS", &number.to_string()),
        text(0x0020, 0x0032, "DS", &format!("0\\0\\{}", number * 5)),
        text(0x0020, 0x0037, "DS", "1\\0\\0\\0\\1\\0"),
        us(0x0002, 1),
        text(0x0028, 0x0004, "CS", "MONOCHROME2"),
        us(0x0010, ROWS),
        us(0x0011, ROWS),
        text(0x0028, 0x0030, "DS", "0.5\\0.5"),
        us(0x0100, 16),
        us(0x0101, 12),
        us(0x0102, 11),
        us(0x0103, 0),
        text(0x0028, 0x1052, "DS", "-1024"),
        text(0x0028, 0x1053, "DS", "1"),
        element(0x7FE0, 0x0010, "OW", &pixels),
    ];
    file("1.2.840.10008.1.2.1", &elements)
}

async fn render(services: &Services) {
    let study = uid(SEEN);
    let series = services.index.series(&study).await.unwrap().into_iter().map(|series| SeriesContents {
        series_instance_uid: series.series_instance_uid,
        content_digest: series.content_digest,
    });
    let renderer: Arc<dyn InstanceRenderer> = Arc::new(InProcessRenderer);
    render_series(&services.into(), &renderer, &study, &series.collect::<Vec<_>>()).await.unwrap();
    release_study(&services.into(), &study).await.unwrap();
}

/// Four slices come, and are released.
async fn arrive(services: &Services, clock: &Standing) {
    let patient =
        json!({ "id": HOA_CODE, "name": "Nguyễn Thị Hoà <Lan>", "birth_date": "1958-03-02", "sex": "F" });
    order(services, json!({ "accession_number": "A20201123050", "patient": patient })).await;
    for number in 1..=4 {
        upload(services, &format!("incoming/seen/{number}.dcm"), slice(number)).await;
    }
    clock.set(at("09:45"));
    check_quiet(&services.into(), &uid(SEEN)).await.unwrap();
    render(services).await;
    assert!(services.index.study(&uid(SEEN)).await.unwrap().unwrap().is_visible());
}

fn image(number: u32) -> String {
    format!("{SEEN}/{SERIES}/{SERIES}.{number}/1")
}

fn mark(number: u8, kind: &str, slice: u32, points: &[f64], more: Value) -> Value {
    let mut mark = json!({ "study_instance_uid": SEEN, "kind": kind, "points": points,
        "image": format!("{SERIES}/{SERIES}.{slice}/1") });
    mark.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "type": "mark", "id": format!("0e2f0a52-9f7e-4c39-8e0f-0000000000{number:02}"), "mark": mark })
}

fn state(sequence: u64, frame: u32) -> Value {
    let mut state = crate::world::state(sequence, frame);
    let pane = &mut state["state"]["panes"][0];
    (pane["study_instance_uid"], pane["series_instance_uid"]) = (json!(SEEN), json!(SERIES));
    state
}

/// A consultation about these images, after the meeting: chair and secretary.
struct Held {
    world: World,
    clock: Arc<Standing>,
    url: String,
    id: ConsultationId,
    chair: String,
    secretary: String,
}

async fn held() -> Held {
    held_about(&[SEEN]).await
}

async fn held_about(studies: &[&str]) -> Held {
    let (world, clock) = World::with_clock().await;
    let of = Arc::clone(&clock);
    world.with(|services| async move { arrive(&services, &of).await }).await;
    let studies: Vec<String> = studies.iter().map(|study| format!("study={study}")).collect();
    let typed = format!("{}&question=U+gi%3F&days=7{CONSENT}{MEMBERS}&secretary=1", studies.join("&"));
    let started = world.act(RECORDS, PATIENT, &typed).await;
    assert_eq!(started.status, StatusCode::OK, "{}", started.body);
    let id = between(&started.body, &format!("href=\"{PATIENT}/"), "\"").to_owned();
    let tickets: Vec<Ticket> = tickets_of(&started.body);
    let (chair, secretary) = (world.enter(&tickets[0]).await, world.enter(&tickets[1]).await);
    let url = format!("/consultations/{id}");
    let led = world.page(&chair, &url).await;
    world.act(&chair, &format!("{}/admit", member_url(&led.body, "BS. Khách")), "").await;
    let id = ConsultationId::parse(&id).unwrap();
    let (consultation, cookies, of) = (id.clone(), [chair.clone(), secretary.clone()], Arc::clone(&clock));
    world
        .with(|services| async move {
            let meeting = Meeting::in_room(&services, consultation, &cookies).await;
            let (mut chair, mut secretary) = (meeting.join(0).await, meeting.join(1).await);
            chair.say(&state(1, 0)).await;
            of.set(at("09:46"));
            // What a screen says that it measured is nothing that anybody signs.
            let measured = json!({ "kind": "length", "points": [[1.0, 2.0], [5.0, 2.0]], "label": "U ác tính",
                "values": [{ "quantity": "length", "value": 5.0, "unit": "mm" }] });
            for said in [
                mark(1, "arrow", 3, &[30.0, 30.0, 50.0, 40.0], json!({ "text": "U?" })),
                mark(2, "length", 3, &[10.0, 20.0, 50.0, 20.0], json!({ "measured": measured })),
                mark(3, "ellipse", 2, &[5.0, 5.0, 25.0, 15.0], json!({})),
                mark(4, "key-image", 4, &[], json!({})),
                // On a plane, and beyond its image.
                json!({ "type": "mark", "id": "0e2f0a52-9f7e-4c39-8e0f-000000000090", "mark": {
                    "study_instance_uid": SEEN, "kind": "length", "image": format!("{SERIES}/0/axial/4"), "points": [1, 1, 2, 2] } }),
                mark(5, "length", 2, &[10.0, 20.0, 500.0, 20.0], json!({})),
            ] {
                secretary.say(&said).await;
            }
            chair.say(&state(2, 1)).await;
            of.set(at("09:48"));
            chair.say(&state(3, 0)).await;
        })
        .await;
    Held { world, clock, url, id, chair, secretary }
}

/// A form of the minutes with these images, ticked.
fn typed(follows: &str, conclusion: &str, images: &[(&str, &str)]) -> String {
    let mut form = format!("follows={follows}&conclusion={conclusion}&reason=Bổ+sung");
    for (image, caption) in images {
        form.push_str(&format!("&image={image}&chosen=yes&caption={caption}"));
    }
    form
}

#[tokio::test]
async fn key_images_are_chosen_from_what_was_marked_or_shown_longest_and_nothing_typed_is_lost() {
    let held = held().await;
    let (world, minutes) = (&held.world, format!("{}/minutes", held.url));
    let form = world.page(&held.secretary, &minutes).await.body;
    // First what somebody called a key image, then what else was marked, then what was shown for long.
    let offered: Vec<&str> =
        form.split("name=\"image\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(offered, [image(4), image(2), image(3), image(1)], "{form}");
    for words in
        ["Ngực 1 mm · ảnh 2 · đánh dấu: 2 · đã xem 120 s", "ảnh 3 · đánh dấu: 2", "ảnh 1 · đã xem 60 s"]
    {
        assert!(form.contains(words), "{words}: {form}");
    }
    let picture = |image: &str| format!("{minutes}/picture?image={image}");
    let shown = world.page(&held.secretary, &picture(&image(3))).await;
    assert_eq!((shown.status, shown.header(CONTENT_TYPE)), (StatusCode::OK, "image/webp"));
    assert!(shown.body.starts_with("RIFF"));
    let foreign = format!("{STUDY}/{STUDY}.1/1.2.1/1");
    for (cookie, asked) in [
        (HOA, image(3)),
        (GUEST, image(3)),
        (&held.secretary, foreign.clone()),
        (&held.secretary, image(9)),
        (&held.secretary, String::new()),
    ] {
        assert_eq!(world.page(cookie, &picture(&asked)).await.status, StatusCode::NOT_FOUND, "{asked}");
    }
    let many: Vec<(&str, &str)> = vec![("x", "y"); 25];
    let (second, ninth, frame) = (image(2), image(9), format!("{SEEN}/{SERIES}/{SERIES}.3/2"));
    let long = "x".repeat(201);
    for (images, why) in [
        (
            vec![(second.as_str(), "Nốt+12+mm"), (foreign.as_str(), "")],
            "Ảnh chính 2: không thuộc cuộc hội chẩn này.",
        ),
        (
            vec![(second.as_str(), "Nốt+12+mm"), (ninth.as_str(), "")],
            "Ảnh chính 2: không thuộc cuộc hội chẩn này.",
        ),
        (
            vec![(second.as_str(), "Nốt+12+mm"), (frame.as_str(), "")],
            "Ảnh chính 2: không thuộc cuộc hội chẩn này.",
        ),
        (vec![(second.as_str(), "Nốt+12+mm"), ("x", "")], "Ảnh chính 2: không hợp lệ."),
        (vec![(second.as_str(), "Nốt+12+mm"), (second.as_str(), "")], "Ảnh chính 2: bị lặp."),
        (vec![(second.as_str(), "Nốt+12+mm"), (ninth.as_str(), &long)], "Ảnh chính 2: không thuộc"),
        ([vec![(second.as_str(), "Nốt+12+mm")], many].concat(), "Ảnh chính: quá nhiều."),
    ] {
        let refused = world.act(&held.secretary, &minutes, &typed("", "U", &images)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{why}");
        assert!(refused.body.contains(why), "{why}: {}", refused.body);
        // What was ticked and typed is there, and the others are still offered.
        let row = between(&refused.body, &format!("value=\"{second}\">"), "</li>");
        assert!(row.contains("checked") && row.contains("value=\"Nốt 12 mm\""), "{row}");
        assert!(refused.body.contains(&image(1)));
    }
    let chosen = [(image(3), "Mũi+tên"), (image(2), "Nốt+12+mm")];
    let chosen: Vec<(&str, &str)> =
        chosen.iter().map(|(image, caption)| (image.as_str(), *caption)).collect();
    for _ in 0..2 {
        let saved = world.act(&held.secretary, &minutes, &typed("", "U", &chosen)).await;
        assert_eq!(saved.header(LOCATION), format!("{}#minutes", held.url), "{}", saved.body);
    }
    let id = held.id.clone();
    let versions = world.with(|services| async move { services.index.minutes(&id).await.unwrap() }).await;
    let [version] = versions.as_slice() else { panic!("{} versions", versions.len()) };
    let printed: Vec<_> = version.written.text.key_images.iter().map(|one| one.caption.as_str()).collect();
    assert_eq!(printed, ["Mũi tên", "Nốt 12 mm"], "in the order of the form");
    let measured: Vec<_> = version.written.text.key_images.iter().flat_map(|one| &one.measured).collect();
    let [length] = measured.as_slice() else { panic!("{measured:?}") };
    assert_eq!((length.label.as_str(), length.values[0].value.as_str()), ("", "20.0"), "40 pixels of 0.5 mm");
    assert!(version.written.text.key_images.iter().all(|one| one.picture.is_some() && one.frame.is_none()));
    // They come first in the next form, as they were.
    let form = world.page(&held.secretary, &minutes).await.body;
    let first = between(&form, "name=\"image\" value=\"", "</li>");
    assert!(
        first.starts_with(&image(3)) && first.contains("checked") && first.contains("Mũi tên"),
        "{first}"
    );
    assert!(world.page(&held.chair, &held.url).await.body.contains("1. Mũi tên"));
    // Whoever wrote behind it sees what the newest version prints beside what they chose.
    let (third, second) = (image(3), image(2));
    let behind = format!("{}&image={third}&caption=", typed("", "U", &[(&second, "Nốt+khác")]));
    let behind = world.act(&held.chair, &minutes, &behind).await;
    assert_eq!(behind.status, StatusCode::UNPROCESSABLE_ENTITY);
    for (image, says) in [(&third, "In ảnh này Mũi tên"), (&second, "In ảnh này Nốt 12 mm")] {
        let row = between(&behind.body, &format!("value=\"{image}\">"), "</li>");
        assert!(row.contains(&format!("</strong> {says}</p>")), "{row}");
    }
    assert!(!between(&behind.body, &format!("value=\"{}\">", image(1)), "</li>").contains("Bản mới nhất"));
}

#[tokio::test]
async fn the_pdf_prints_the_same_pictures_whatever_is_rendered_later_and_none_of_a_study_out_of_sight() {
    let held = held().await;
    let (world, minutes) = (&held.world, format!("{}/minutes", held.url));
    let (third, second) = (image(3), image(2));
    let form = typed("", "U", &[(&third, "Mũi+tên"), (&second, "")]);
    world.act(&held.secretary, &minutes, &form).await;
    let pdf = format!("{minutes}.pdf");
    let before = world.page(&held.chair, &pdf).await;
    assert_eq!(before.status, StatusCode::OK);
    assert_eq!(before.body.matches("/Subtype/Image").count(), 2, "two pictures");
    // The packs are made anew, and look different.
    world
        .with(|services| async move {
            for key in services.derived.list(&format!("{SEEN}/{SERIES}/"), 100).await.unwrap() {
                services.derived.put(&key, vec![7; 9], Served::uncached("x")).await.unwrap();
            }
        })
        .await;
    assert_eq!(world.page(&held.chair, &pdf).await.body, before.body);
    let recall = format!("/staff/studies/{SEEN}/recall");
    assert!(world.act(RECORDS, &recall, "reason=wrong&confirm=yes").await.status.as_u16() < 400);
    for path in [&pdf, &minutes] {
        assert_eq!(world.page(&held.chair, path).await.header(LOCATION), "/");
    }
}

/// What is below `marks/`.
async fn saved(services: &Services) -> Vec<ObjectKey> {
    services.studies.list("marks/", 100).await.unwrap()
}

/// All that is saved comes in, as its events would have it.
async fn come_in(services: &Services) {
    for key in saved(services).await {
        let etag = services.studies.current_etag(&key).await.unwrap().unwrap();
        let bytes = services.studies.size(ObjectVersion { key: &key, version_id: None }).await.unwrap();
        let object = CreatedObject { key, version_id: None, etag, bytes, created_at: services.clock.now() };
        for outcome in ingest_objects(&services.into(), vec![object]).await {
            outcome.unwrap();
        }
    }
    settle_marks(&services.into(), &uid(SEEN)).await.unwrap();
    render(services).await;
}

#[tokio::test]
async fn signed_minutes_become_document_selection_presentations_and_measurements_of_the_study_once() {
    let held = held().await;
    let (world, minutes) = (&held.world, format!("{}/minutes", held.url));
    let sign = format!("{minutes}/sign");
    let (third, second) = (image(3), image(2));
    let (mut follows, mut keys, mut of_first) = (String::new(), Vec::new(), Vec::new());
    for (version, objects) in [(1, 4), (2, 8)] {
        let form = typed(&follows, &format!("U+{version}"), &[(&third, "Mũi+tên"), (&second, "Elip")]);
        let written = world.act(&held.secretary, &minutes, &form).await;
        assert_eq!(written.status, StatusCode::SEE_OTHER, "{}", written.body);
        follows = digest_of(&world.page(&held.secretary, &minutes).await.body);
        for (cookie, minute) in [(&held.secretary, 0), (&held.chair, 1), (&held.chair, 2)] {
            held.clock.set(at(&format!("09:{}", 46 + version * 3 + minute)));
            let signed = world.act(cookie, &sign, &format!("digest={follows}")).await;
            assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.body);
        }
        // Whoever reads it finishes what was cut off: nothing here, and nothing twice.
        world.page(&held.chair, &format!("{minutes}.pdf")).await;
        of_first = std::mem::take(&mut keys);
        keys = world.with(|services| async move { saved(&services).await }).await;
        assert_eq!(keys.len(), objects);
    }
    // One that got lost on its way is written again, under its name.
    let lost = keys.into_iter().find(|key| !of_first.contains(key)).unwrap();
    let gone = lost.clone();
    world.with(|services| async move { services.studies.delete(&gone).await.unwrap() }).await;
    world.page(&held.chair, &format!("{minutes}.pdf")).await;
    let after = world
        .with(|services| async move {
            let after = saved(&services).await;
            come_in(&services).await;
            after
        })
        .await;
    assert!(after.len() == 8 && after.contains(&lost));
    let series = world.with(|services| async move { services.index.series(&uid(SEEN)).await.unwrap() }).await;
    let kinds: Vec<_> = series
        .iter()
        .filter(|one| one.series_instance_uid.as_str() != SERIES)
        .map(|one| (one.attributes.modality.clone(), one.attributes.description.clone().unwrap_or_default()))
        .collect();
    let mut names: Vec<&str> = kinds.iter().map(|(modality, _)| modality.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["DOC", "KO", "PR", "SR"], "versions share their series");
    assert!(kinds.iter().all(|(_, description)| description == "Biên bản hội chẩn"));
    // The patient reads that they are there.
    let study = world.page(HOA, &format!("/studies/{SEEN}")).await.body;
    assert!(study.contains("Biên bản hội chẩn"), "{study}");
    let who = world.page(HOA, &format!("/studies/{SEEN}/access")).await.body;
    for words in ["Bản 1 · Ký bởi BS. Chủ (BV A)", "Bản 2 · Ký bởi BS. Chủ (BV A)"] {
        assert!(who.contains(words), "{words}: {who}");
    }
    assert!(!who.contains("Ai đã lưu đánh dấu"), "nobody saved marks by themselves: {who}");
    let told = "Bản 2 là bản hiện hành; Bản 1 đã được thay bằng bản 2";
    assert_eq!(study.matches(told).count(), 4, "each series says which version counts: {study}");

    // A version without images of a study leaves nothing new beside them: what lies there is told from it all the same.
    let written = world.act(&held.secretary, &minutes, &typed(&follows, "U+3", &[])).await;
    assert_eq!(written.status, StatusCode::SEE_OTHER, "{}", written.body);
    follows = digest_of(&world.page(&held.secretary, &minutes).await.body);
    for cookie in [&held.secretary, &held.chair] {
        held.clock.set(at("10:10"));
        world.act(cookie, &sign, &format!("digest={follows}")).await;
    }
    world.with(|services| async move { come_in(&services).await }).await;
    for path in [format!("/studies/{SEEN}"), format!("/studies/{SEEN}/read")] {
        let shown = world.page(&held.chair, &path).await.body;
        assert_eq!(
            shown.matches("Bản 3 là bản hiện hành; Bản 1, 2 đã được thay bằng bản 3").count(),
            1,
            "{shown}"
        );
        assert_eq!(shown.matches(">Bản 1, 2 đã được thay bằng bản 3").count(), 3, "{shown}");
    }
    let who = world.page(HOA, &format!("/studies/{SEEN}/access")).await.body;
    assert_eq!(who.matches(" · đã được thay bằng bản 3").count(), 2, "{who}");
}

#[tokio::test]
async fn what_replaced_minutes_left_in_another_study_is_told_from_the_version_that_counts() {
    let held = held_about(&[SEEN, STUDY]).await;
    let (world, id) = (&held.world, held.id.clone());
    let saved = |consultation: &ConsultationId, name: &str| MarksRecord {
        name: name.to_owned(),
        actor: Actor::System,
        author: "BS. Chủ".into(),
        facility: "BV A".into(),
        saved_at: at("09:40"),
        series: Vec::new(),
        minutes: Some(1),
        consultation: Some(consultation.clone()),
        replaced_by: None,
    };
    // The first version had key images of both studies, the second has none of the other one.
    let records = [saved(&id, "theirs"), saved(&ConsultationId::parse(&"0".repeat(32)).unwrap(), "others")];
    world
        .with(|services| async move {
            for record in &records {
                let key = MarksRecord::key(&uid(STUDY), &record.name);
                let transaction = Transaction::new().put(&key, record, Change::new()).unwrap();
                let _ = services.index.commit(transaction).await.unwrap();
            }
        })
        .await;
    let minutes = format!("{}/minutes", held.url);
    let mut follows = String::new();
    for version in ["U+1", "U+2"] {
        world.act(&held.secretary, &minutes, &typed(&follows, version, &[])).await;
        follows = digest_of(&world.page(&held.secretary, &minutes).await.body);
        for cookie in [&held.secretary, &held.chair] {
            world.act(cookie, &format!("{minutes}/sign"), &format!("digest={follows}")).await;
        }
    }
    let mut found =
        world.with(|services| async move { services.index.marks(&uid(STUDY)).await.unwrap() }).await;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    let found: Vec<_> = found.iter().map(|saved| (saved.name.as_str(), saved.replaced_by)).collect();
    assert_eq!(found, [("others", None), ("theirs", Some(2))]);
}
