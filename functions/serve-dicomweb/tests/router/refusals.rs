//! What is refused, and how: by the statuses of PS3.18 Table 8.5-1, and with one sentence.

use axum::http::header::{ALLOW, CONTENT_RANGE};
use axum::http::{Method, StatusCode};

use crate::files::{instance_uid, series_uid};
use crate::world::{CHEST, OF_JOHN, World};

#[tokio::test]
async fn queries_that_are_malformed_or_too_long_are_refused_by_the_name_of_what_is_wrong() {
    let world = World::new().await;
    let long = "includefield=PatientName&".repeat(400);
    let many = format!("includefield={}", vec!["00100010"; 257].join(","));
    for (query, status, said) in [
        ("StudyDate=20261399", 400, "StudyDate"),
        ("StudyTime=25", 400, "StudyTime"),
        ("StudyInstanceUID=../x", 400, "StudyInstanceUID"),
        ("limit=-1", 400, "limit"),
        ("limit=1&limit=2", 400, "limit"),
        ("offset=x", 400, "offset"),
        ("fuzzymatching=perhaps", 400, "fuzzymatching"),
        ("PatientName=%FF%FE", 400, "UTF-8"),
        (many.as_str(), 400, "includefield"),
        (long.as_str(), 414, "8192 bytes"),
    ] {
        for level in ["studies", "series", "instances"] {
            let answer = world.get(&format!("/{level}?{query}")).await;
            let text = answer.text();
            assert_eq!(answer.status.as_u16(), status, "{level}: {text}");
            assert!(text.contains(said) && text.lines().count() == 1, "{text}");
        }
    }
    // What is unknown is passed over.
    assert_eq!(world.get("/studies?nonsense=1&00091001=").await.json().as_array().unwrap().len(), 2);
    world.close().await;
}

#[tokio::test]
async fn media_types_that_cannot_be_given_are_refused_with_those_that_can() {
    let world = World::new().await;
    let series = format!("/studies/{CHEST}/series/{}", series_uid(CHEST, 1));
    let value = format!("{series}/instances/{}/bulkdata/00291001", instance_uid(CHEST, 1, 1));
    for (path, offered) in [
        ("/studies".to_owned(), "application/dicom+json"),
        (format!("{series}/metadata"), "application/dicom+json"),
        (value, "application/octet-stream"),
    ] {
        for (accept, status) in [
            ("multipart/related; type=\"application/dicom+xml\"", 406),
            ("text/html", 406),
            ("application/dicom+json;q=0", 406),
            ("nonsense", 400),
            (";;;", 400),
            (&"a/b,".repeat(100), 400),
        ] {
            let answer = world.get_with(&path, &[("accept", accept)]).await;
            assert_eq!(answer.status.as_u16(), status, "{path} {accept}");
            assert_eq!(
                answer.text().contains(offered),
                status == 406 || offered.contains("json"),
                "{}",
                answer.text()
            );
        }
        let answer = world.get_with(&format!("{path}?accept=image/gif"), &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_ACCEPTABLE);
    }
    world.close().await;
}

#[tokio::test]
async fn whatever_is_not_theirs_or_is_not_there_has_one_answer() {
    let world = World::new().await;
    let of_john = world.token_of("E20-2", &[OF_JOHN]).await;
    let token = &world.token;
    let (series, instance) = (series_uid(CHEST, 1), instance_uid(CHEST, 1, 1));
    let mut paths = vec![
        "/unknown/studies".to_owned(),
        "/studies".to_owned(),
        format!("/{}/studies", "a".repeat(5000)),
        format!("/{token}x/studies"),
        format!("/{token}/nothing"),
        format!("/{of_john}/studies/{CHEST}/metadata"),
        format!("/{token}/studies/{CHEST}/series/{}/metadata", series_uid(OF_JOHN, 1)),
        format!(
            "/{token}/studies/{CHEST}/series/{series}/instances/{}/metadata",
            instance_uid(OF_JOHN, 1, 1)
        ),
        // An instance of another series of the same study.
        format!("/{token}/studies/{CHEST}/series/{series}/instances/{}/metadata", instance_uid(CHEST, 2, 1)),
    ];
    for study in [OF_JOHN, "9.9.9", "not-a-uid", "%FF"] {
        paths.push(format!("/{token}/studies/{study}/series"));
        paths.push(format!("/{token}/studies/{study}/instances"));
        paths.push(format!("/{token}/studies/{study}/metadata"));
        paths.push(format!("/{token}/studies/{study}/series/{series}/metadata"));
    }
    for value in ["00420011", "7FE10010", "0008", "00291001/1/00291001", "00100010", "x"] {
        paths.push(format!("/{token}/studies/{CHEST}/series/{series}/instances/{instance}/bulkdata/{value}"));
    }
    let mut first: Option<(String, Vec<String>)> = None;
    for path in paths {
        let answer = world.ask(Method::GET, &path, &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        let names = answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
        let told = (answer.text(), names);
        assert_eq!(*first.get_or_insert_with(|| told.clone()), told, "{path}");
    }
    for bearer in ["Bearer unknown", "Bearer ", "Basic dTpw", "Bearer"] {
        let answer = world.ask(Method::GET, "/studies", &[("authorization", bearer)]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{bearer}");
    }
    world.close().await;
}

#[tokio::test]
async fn a_token_that_ended_has_the_answer_of_one_that_never_was() {
    let world = World::new().await;
    let metadata = format!("/studies/{CHEST}/series/{}/metadata", series_uid(CHEST, 1));
    assert_eq!(world.get(&metadata).await.status, StatusCode::OK);
    world.sign_out("N20-1").await;
    let never = world.ask(Method::GET, "/unknown/studies", &[]).await;
    for path in [&metadata, "/studies", "/nothing"] {
        let answer = world.get(path).await;
        assert_eq!((answer.status, &answer.headers), (StatusCode::NOT_FOUND, &never.headers), "{path}");
        assert_eq!(answer.bytes, never.bytes, "{path}");
    }
    world.close().await;
}

#[tokio::test]
async fn ranges_behind_the_end_are_refused_with_the_length() {
    let world = World::new().await;
    let series = format!("/studies/{CHEST}/series/{}", series_uid(CHEST, 1));
    let path = format!("{series}/instances/{}/bulkdata/00291001", instance_uid(CHEST, 1, 1));
    let answer = world.get_with(&path, &[("range", "bytes=5000-")]).await;
    assert_eq!(answer.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(answer.header(CONTENT_RANGE), "bytes */5000");
    // Several ranges at once are not given: all of it is.
    assert_eq!(world.get_with(&path, &[("range", "bytes=0-1,3-4")]).await.status, StatusCode::OK);
    let other = [("range", "bytes=0-1"), ("if-range", "\"another\"")];
    assert_eq!(world.get_with(&path, &other).await.status, StatusCode::OK);
    world.close().await;
}

#[tokio::test]
async fn nothing_is_written() {
    let world = World::new().await;
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = world.ask(method, &format!("/{}/studies", world.token), &[]).await;
        assert_eq!((answer.status, answer.header(ALLOW)), (StatusCode::METHOD_NOT_ALLOWED, "GET,HEAD"));
    }
    world.close().await;
}
