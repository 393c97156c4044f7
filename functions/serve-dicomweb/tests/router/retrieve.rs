//! Files, frames and pictures: what comes out is what went in.

use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};

use crate::files::{self, EXPLICIT, instance_uid, loop_frames, loop_streams, pixels, series_uid};
use crate::world::{Answer, CHEST, OF_JOHN, World};

const RLE: &str = "1.2.840.10008.1.2.5";
const DICOM_PARTS: &str = "multipart/related; type=\"application/dicom\"; transfer-syntax=*";

/// The uploaded bytes of a file.
pub fn uploaded(name: &str) -> Vec<u8> {
    files::all().into_iter().find(|(known, _)| known == name).unwrap().1
}

/// Content type and bytes of each part; the whole has the length that was announced.
pub fn parts(answer: &Answer) -> Vec<(String, Vec<u8>)> {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
    let content_type = answer.header(CONTENT_TYPE);
    assert!(content_type.starts_with("multipart/related; type=\""), "{content_type}");
    let boundary = content_type.split("boundary=").nth(1).unwrap();
    let length = answer.header(CONTENT_LENGTH);
    assert!(length.is_empty() || length == answer.bytes.len().to_string());
    let mut rest = &answer.bytes[..];
    let (opening, between) = (format!("--{boundary}\r\n"), format!("\r\n--{boundary}"));
    rest = rest.strip_prefix(opening.as_bytes()).unwrap();
    let mut parts = Vec::new();
    loop {
        let head = rest.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let kind = std::str::from_utf8(&rest[..head]).unwrap().strip_prefix("Content-Type: ").unwrap();
        let body = &rest[head + 4..];
        let end = body.windows(between.len()).position(|window| window == between.as_bytes()).unwrap();
        parts.push((kind.to_owned(), body[..end].to_vec()));
        match &body[end + between.len()..] {
            b"--\r\n" => return parts,
            more => rest = more.strip_prefix(b"\r\n").unwrap(),
        }
    }
}

fn chest(number: u32) -> String {
    let (series, instance) = (series_uid(CHEST, 1), instance_uid(CHEST, 1, number));
    format!("/studies/{CHEST}/series/{series}/instances/{instance}")
}

fn cine() -> String {
    let (series, instance) = (series_uid(OF_JOHN, 2), instance_uid(OF_JOHN, 2, 1));
    format!("/studies/{OF_JOHN}/series/{series}/instances/{instance}")
}

/// A world, and the token of John, whose loop is compressed.
async fn with_loop() -> (World, String) {
    let world = World::new().await;
    let token = world.token_of("E20-2", &[OF_JOHN]).await;
    (world, token)
}

async fn ask(world: &World, token: &str, path: &str, accept: &str) -> Answer {
    world.ask(axum::http::Method::GET, &format!("/{token}{path}"), &[("accept", accept)]).await
}

#[tokio::test]
async fn whole_files_are_the_bytes_that_were_uploaded() {
    let world = World::new().await;
    for accept in [DICOM_PARTS, "*/*", "multipart/related", "multipart/related;type=application/dicom"] {
        let answer = world.get_with(&chest(2), &[("accept", accept)]).await;
        assert!(!answer.header(CONTENT_LENGTH).is_empty());
        assert_eq!(answer.header(CACHE_CONTROL), "private, no-store");
        assert_eq!(parts(&answer), [("application/dicom".to_owned(), uploaded("chest/2"))], "{accept}");
    }
    let single = world.get_with(&chest(2), &[("accept", "application/dicom")]).await;
    assert_eq!(single.header(CONTENT_TYPE), "application/dicom");
    assert_eq!(single.bytes, uploaded("chest/2"));
    let series = world.get(&format!("/studies/{CHEST}/series/{}", series_uid(CHEST, 1))).await;
    let of_series: Vec<_> = parts(&series).into_iter().map(|(_, bytes)| bytes).collect();
    assert_eq!(of_series, ["chest/1", "chest/2", "chest/3"].map(uploaded));
    let study = world.get_with(&format!("/studies/{CHEST}"), &[("accept", DICOM_PARTS)]).await;
    let mut of_study: Vec<_> = parts(&study).into_iter().map(|(_, bytes)| bytes).collect();
    let mut all = ["chest/1", "chest/2", "chest/3", "chest/report", "chest/curve"].map(uploaded).to_vec();
    of_study.sort();
    all.sort();
    assert!(of_study == all, "{} of {} files", of_study.len(), all.len());
    let several = format!("/studies/{CHEST}");
    assert_eq!(world.get_with(&several, &[("accept", "application/dicom")]).await.status, 406);
    let stored = format!("application/dicom; transfer-syntax={EXPLICIT}");
    let answer = world.get_with(&chest(1), &[("accept", &stored)]).await;
    assert_eq!(answer.bytes, uploaded("chest/1"));
    world.close().await;
}

#[tokio::test]
async fn a_compressed_instance_comes_in_explicit_little_endian_when_that_is_asked_for() {
    let (world, token) = with_loop().await;
    let stored = ask(&world, &token, &cine(), DICOM_PARTS).await;
    assert_eq!(parts(&stored)[0].1, uploaded("john/loop"));
    let accept = format!("application/dicom; transfer-syntax={EXPLICIT}");
    let explicit = ask(&world, &token, &cine(), &accept).await;
    assert_eq!(explicit.status, 200);
    assert_eq!(explicit.header(CONTENT_LENGTH), explicit.bytes.len().to_string());
    assert!(explicit.bytes.ends_with(&loop_frames().concat()));
    assert!(explicit.bytes.windows(EXPLICIT.len()).any(|window| window == EXPLICIT.as_bytes()));
    let instance = instance_uid(OF_JOHN, 2, 1);
    assert!(explicit.bytes.windows(instance.len()).any(|window| window == instance.as_bytes()));
    let in_parts = format!("multipart/related; type=\"application/dicom\"; transfer-syntax={EXPLICIT}");
    let answer = ask(&world, &token, &cine(), &in_parts).await;
    assert_eq!(parts(&answer)[0].1, explicit.bytes);
    // What is stored as it is wanted stays byte for byte.
    let all = ask(&world, &token, &format!("/studies/{OF_JOHN}"), &in_parts).await;
    let mut bytes: Vec<_> = parts(&all).into_iter().map(|(_, bytes)| bytes).collect();
    let mut expected = vec![uploaded("john/1"), explicit.bytes];
    bytes.sort();
    expected.sort();
    assert!(bytes == expected);
    let other = "application/dicom; transfer-syntax=1.2.840.10008.1.2.4.80";
    let refused = ask(&world, &token, &cine(), other).await;
    let said = refused.text();
    assert!(refused.status == 406 && said.contains(RLE) && said.contains(EXPLICIT), "{said}");
    world.close().await;
}

#[tokio::test]
async fn what_cannot_be_decoded_whole_goes_out_as_it_is_stored_among_others_and_by_itself_is_refused() {
    let world = World::new().await;
    // A second loop, whose second frame says that it has more segments than there can be.
    let (uid, other) = (instance_uid(OF_JOHN, 2, 1), instance_uid(OF_JOHN, 2, 9));
    let mut broken = uploaded("john/loop");
    while let Some(place) = broken.windows(uid.len()).position(|window| window == uid.as_bytes()) {
        broken[place..place + uid.len()].copy_from_slice(other.as_bytes());
    }
    let second = &loop_streams()[1];
    let place = broken.windows(second.len()).rposition(|window| window == second).unwrap();
    broken[place] = 0xFF;
    world.add(OF_JOHN, "john/broken", broken.clone()).await;
    let token = world.token_of("E20-2", &[OF_JOHN]).await;
    let accept = format!("multipart/related; type=\"application/dicom\"; transfer-syntax={EXPLICIT}");
    let series = format!("/studies/{OF_JOHN}/series/{}", series_uid(OF_JOHN, 2));
    let mut all = parts(&ask(&world, &token, &series, &accept).await);
    all.sort();
    let [(explicit, decoded), (rle, stored)] = &all[..] else { panic!("{} parts", all.len()) };
    assert_eq!(*explicit, format!("application/dicom;transfer-syntax={EXPLICIT}"));
    assert!(decoded.ends_with(&loop_frames().concat()));
    assert_eq!(
        (rle.as_str(), stored),
        (format!("application/dicom;transfer-syntax={RLE}").as_str(), &broken)
    );
    let alone = ask(&world, &token, &format!("{series}/instances/{other}"), &accept).await;
    assert_eq!(alone.status, 406, "{}", alone.text());
    world.close().await;
}

#[tokio::test]
async fn frames_are_ranges_of_the_upload_and_say_how_they_are_encoded() {
    let (world, token) = with_loop().await;
    let frames = format!("{}/frames", chest(3));
    let native = format!("application/octet-stream;transfer-syntax={EXPLICIT}");
    for accept in ["*/*", "multipart/related; type=application/octet-stream; transfer-syntax=*"] {
        let answer = world.get_with(&format!("{frames}/1"), &[("accept", accept)]).await;
        assert_eq!(parts(&answer), [(native.clone(), pixels(3))], "{accept}");
    }
    let single = world.get_with(&format!("{frames}/1"), &[("accept", "application/octet-stream")]).await;
    assert_eq!((single.header(CONTENT_TYPE), &single.bytes), (native.as_str(), &pixels(3)));
    let streams = loop_streams();
    let kind = format!("image/dicom-rle;transfer-syntax={RLE}");
    for accept in ["*/*", "multipart/related; type=\"application/octet-stream\"; transfer-syntax=*"] {
        let answer = ask(&world, &token, &format!("{}/frames/2,1", cine()), accept).await;
        let expected = [1, 0].map(|frame: usize| (kind.clone(), streams[frame].clone()));
        assert_eq!(parts(&answer), expected, "{accept}");
    }
    let decoded = format!("multipart/related; type=\"application/octet-stream\"; transfer-syntax={EXPLICIT}");
    let answer = ask(&world, &token, &format!("{}/frames/1,2", cine()), &decoded).await;
    let expected: Vec<_> = loop_frames().into_iter().map(|frame| (native.clone(), frame)).collect();
    assert_eq!(parts(&answer), expected);
    let refused = ask(&world, &token, &format!("{}/frames/1", cine()), "image/jls").await;
    let said = refused.text();
    assert!(
        refused.status == 406 && said.contains(&format!("image/dicom-rle; transfer-syntax={RLE}")),
        "{said}"
    );
    world.close().await;
}

#[tokio::test]
async fn frames_that_are_none_are_refused() {
    let world = World::new().await;
    let report =
        format!("/studies/{CHEST}/series/{}/instances/{}", series_uid(CHEST, 2), instance_uid(CHEST, 2, 1));
    for (path, status) in [
        (format!("{}/frames/0", chest(1)), 400),
        (format!("{}/frames/x", chest(1)), 400),
        (format!("{}/frames/1,0", chest(1)), 400),
        (format!("{}/frames/2", chest(1)), 404),
        (format!("{}/frames/1000000000", chest(1)), 404),
        (format!("{}/frames/99999999999999999999", chest(1)), 404),
        (format!("{report}/frames/1"), 404),
        (format!("{}/frames/1", cine()), 404),
        (cine(), 404),
        (format!("{}/rendered", cine()), 404),
        (format!("{}/frames/2/rendered", chest(1)), 404),
        (format!("{}/rendered?frame=1", chest(1)), 200),
        (format!("{}/rendered?frame=2", chest(1)), 404),
        (format!("{}/rendered?frame=0", chest(1)), 400),
        (format!("{}/thumbnail?frame=abc", chest(1)), 400),
        (format!("{}/rendered?frames=1", chest(1)), 400),
        (format!("{}/rendered?annotation=patient", chest(1)), 400),
        (format!("{}/frames/1/rendered?frame=1", chest(1)), 400),
        (format!("/studies/{CHEST}/rendered?frame=1"), 400),
    ] {
        assert_eq!(world.get(&path).await.status.as_u16(), status, "{path}");
    }
    world.close().await;
}

#[tokio::test]
async fn pictures_come_as_they_are_asked_for() {
    let world = World::new().await;
    let instance = chest(1);
    for (accept, content_type, magic) in [
        ("*/*", "image/jpeg", &b"\xFF\xD8\xFF"[..]),
        ("image/png", "image/png", b"\x89PNG"),
        ("image/webp;q=0.5, image/gif", "image/webp", b"RIFF"),
    ] {
        for path in [
            format!("{instance}/rendered"),
            format!("{instance}/frames/1/rendered?window=100,50,linear&viewport=64,32&quality=50"),
            format!("{instance}/thumbnail?viewport=8,8"),
            format!("/studies/{CHEST}/series/{}/thumbnail", series_uid(CHEST, 1)),
            format!("/studies/{CHEST}/rendered"),
        ] {
            let answer = world.get_with(&path, &[("accept", accept)]).await;
            assert_eq!(answer.header(CONTENT_TYPE), content_type, "{path}: {}", answer.status);
            assert!(answer.bytes.starts_with(magic), "{path}");
        }
    }
    let answer = world.get_with(&format!("{instance}/rendered"), &[("accept", "image/gif")]).await;
    assert!(answer.status == 406 && answer.text().contains("image/png"));
    for query in ["window=1", "viewport=0,1", "quality=101", "window=1,2,cubic"] {
        let answer = world.get(&format!("{instance}/rendered?{query}")).await;
        let name = query.split('=').next().unwrap();
        assert!(answer.status == 400 && answer.text().contains(name), "{query}");
    }
    let accept = "multipart/related; type=image/png";
    let found = parts(&world.get_with(&format!("{instance}/rendered"), &[("accept", accept)]).await);
    assert!(found.len() == 1 && found[0].0 == "image/png" && found[0].1.starts_with(b"\x89PNG"));
    world.close().await;
}

#[tokio::test]
async fn the_frame_that_is_asked_for_is_the_one_that_is_shown() {
    let (world, token) = with_loop().await;
    let mut shown = Vec::new();
    for path in ["rendered?", "rendered?frame=1&", "rendered?frame=2&", "frames/2/rendered?"] {
        let path = format!("{}/{path}window=600,100", cine());
        shown.push(ask(&world, &token, &path, "image/png").await);
    }
    assert!(shown.iter().all(|answer| answer.status == 200));
    let [default, first, second, by_path] = &shown[..] else { panic!("four pictures") };
    assert!(default.bytes == first.bytes && second.bytes == by_path.bytes && first.bytes != second.bytes);
    assert_eq!(ask(&world, &token, &format!("{}/rendered?frame=3", cine()), "image/png").await.status, 404);
    world.close().await;
}

#[tokio::test]
async fn the_older_way_has_everything_in_its_query() {
    let world = World::new().await;
    let (series, instance) = (series_uid(CHEST, 1), instance_uid(CHEST, 1, 2));
    let address = format!("/wado?requestType=WADO&studyUID={CHEST}&seriesUID={series}&objectUID={instance}");
    for (more, status, content_type) in [
        ("", 200, "image/jpeg"),
        ("&contentType=image/png&frameNumber=1&windowCenter=40&windowWidth=400&rows=8", 200, "image/png"),
        ("&contentType=application/dicom", 200, "application/dicom"),
        ("&contentType=application%2Fdicom&transferSyntax=1.2.840.10008.1.2.1", 200, "application/dicom"),
        ("&contentType=text/html", 406, ""),
        ("&frameNumber=2", 404, ""),
        ("&frameNumber=0", 400, ""),
        ("&windowCenter=1", 400, ""),
        ("&anonymize=yes", 400, ""),
        ("&imageQuality=0", 400, ""),
    ] {
        let answer = world.get(&format!("{address}{more}")).await;
        assert_eq!(answer.status.as_u16(), status, "{more}");
        if status == 200 {
            assert_eq!(answer.header(CONTENT_TYPE), content_type, "{more}");
        }
        if content_type == "application/dicom" {
            assert_eq!(answer.bytes, uploaded("chest/2"));
        }
    }
    assert_eq!(world.get(&address.replace("WADO&", "&")).await.status, 400);
    assert_eq!(world.get(&address.replace(&instance, "1.2.3")).await.status, 404);
    world.close().await;
}
