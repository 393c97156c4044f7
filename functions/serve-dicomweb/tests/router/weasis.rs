//! The manifest of Weasis and the files that it names.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use axum::http::{Method, StatusCode};
use filmless_delivery::viewing::{Portal, ShareOpening, ShareRequest};
use filmless_domain::StudyInstanceUid;
use filmless_domain::share::Relation;
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::files::instance_uid;
use crate::world::{CHEST, KNEE, OF_JOHN, PUBLIC_URL, World};

/// The elements of a well-formed document, each with its attributes as they are read.
fn elements(xml: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut reader = Reader::from_str(xml);
    let mut found = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) | Event::Empty(element) => {
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
                let attributes = element.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let value = quick_xml::escape::unescape(std::str::from_utf8(&attribute.value).unwrap());
                    (text(attribute.key.as_ref()), value.unwrap().into_owned())
                });
                found.push((text(element.name().as_ref()), attributes.collect()));
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

fn values<'a>(elements: &'a [(String, Vec<(String, String)>)], of: &str, attribute: &str) -> Vec<&'a str> {
    let named = elements.iter().filter(|(name, _)| name == of);
    named
        .flat_map(|(_, all)| all)
        .filter(|(name, _)| name == attribute)
        .map(|(_, value)| value.as_str())
        .collect()
}

/// The token of somebody whom Hoà lets look at her study, and no more.
pub async fn token_to_look(world: &World) -> String {
    let portal = Portal::new(world.services.clone());
    let hoa = portal.session("session of N20-1", "203.0.113.9").await.unwrap().unwrap();
    let study = StudyInstanceUid::parse(CHEST).unwrap();
    let request = ShareRequest {
        label: "BS. An".into(),
        relation: Relation::Doctor,
        studies: vec![study.clone()],
        days: 7,
        may_download: false,
        may_annotate: false,
        may_consult: false,
    };
    let share = portal.create_share(&hoa, &request).await.unwrap().unwrap();
    let token = share.link.expose().rsplit('/').next().unwrap();
    let opened = portal.open_share(token, share.code.expose(), "203.0.113.9").await.unwrap();
    let ShareOpening::Granted(cookie) = opened else { panic!("{opened:?}") };
    let session = portal.session(cookie.expose(), "203.0.113.9").await.unwrap().unwrap();
    portal.new_viewer_token(&session, &[study]).await.unwrap().unwrap().token.expose().to_owned()
}

#[tokio::test]
async fn the_manifest_names_every_file_of_the_token_once_and_where_it_is() {
    let world = World::new().await;
    let answer = world.get("/weasis.xml").await;
    assert_eq!(
        (answer.status, answer.header(CONTENT_TYPE)),
        (StatusCode::OK, "application/xml; charset=utf-8")
    );
    assert!(answer.header(CACHE_CONTROL).contains("no-store"));
    let elements = elements(&answer.text());
    assert_eq!(values(&elements, "manifest", "xmlns"), ["http://www.weasis.org/xsd/2.5"]);
    let base = format!("{PUBLIC_URL}/dicomweb/{}/files/", world.token);
    assert_eq!(values(&elements, "arcQuery", "baseUrl"), [base.as_str()]);
    assert_eq!(values(&elements, "Study", "StudyInstanceUID"), [CHEST, KNEE]);
    assert_eq!(values(&elements, "Patient", "PatientID"), ["N20-1", "N20-1"]);
    assert_eq!(values(&elements, "Patient", "PatientName"), ["NGUYỄN^THỊ HOÀ"; 2]);
    let expected: Vec<String> =
        [(CHEST, 1, 1), (CHEST, 1, 2), (CHEST, 1, 3), (CHEST, 2, 1), (CHEST, 3, 1), (KNEE, 1, 1)]
            .map(|(study, series, number)| format!("{study}/{}", instance_uid(study, series, number)))
            .into();
    let mut files = values(&elements, "Instance", "DirectDownloadFile");
    assert_eq!(files[..3], expected[..3], "slices in the order of the pages");
    files.sort_unstable();
    assert_eq!(files, expected);
    for file in files {
        let answer = world.get(&format!("/files/{file}")).await;
        assert_eq!(answer.status, StatusCode::TEMPORARY_REDIRECT, "{file}");
        let location = answer.header(LOCATION);
        let leads = ["/studies/incoming/", "X-Amz-Expires=60&", "response-content-type=application%2Fdicom"];
        assert!(leads.iter().all(|part| location.contains(part)), "{location}");
        assert!(answer.header(CACHE_CONTROL).contains("no-store") && answer.bytes.is_empty());
    }
    world.close().await;
}

#[tokio::test]
async fn whoever_may_only_look_gets_no_manifest_and_no_file() {
    let world = World::new().await;
    let chest = format!("/files/{CHEST}/{}", instance_uid(CHEST, 1, 1));
    let look = token_to_look(&world).await;
    let seen = world.ask(Method::GET, &format!("/{look}/studies"), &[]).await;
    assert_eq!(seen.status, StatusCode::OK, "it opens");
    for (token, path) in [
        (look.as_str(), "/weasis.xml".to_owned()),
        (&look, chest.clone()),
        (&world.token, format!("/files/{OF_JOHN}/{}", instance_uid(OF_JOHN, 1, 1))),
        (&world.token, format!("/files/{CHEST}/{}", instance_uid(OF_JOHN, 1, 1))),
        (&world.token, format!("/files/{CHEST}/1.2.3")),
        ("A", chest),
    ] {
        let answer = world.ask(Method::GET, &format!("/{token}{path}"), &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.header(LOCATION), "", "{path}");
    }
    world.close().await;
}
