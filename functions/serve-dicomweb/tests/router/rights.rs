//! What a token that only sees gets of each route. The table of routes drives it: a new one has to be judged here.

use axum::http::Method;

use crate::files::{instance_uid, series_uid};
use crate::weasis::token_to_look;
use crate::world::{CHEST, World};

/// What somebody gets who may see and not take.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Gets {
    /// What the files say or show.
    Sight,
    /// A refusal that says why (403): the address of files as they were uploaded.
    NoFiles,
    /// What whoever knows nothing gets (404): nothing there is for them.
    Nothing,
}

/// What each route gives, with what stands behind its path.
fn judged(path: &str) -> Vec<(&'static str, Gets)> {
    match path {
        "/studies/{study_uid}"
        | "/studies/{study_uid}/series/{series_uid}"
        | "/studies/{study_uid}/series/{series_uid}/instances/{instance_uid}" => vec![("", Gets::NoFiles)],
        "/weasis.xml" | "/files/{study_uid}/{instance_uid}" => vec![("", Gets::Nothing)],
        "/wado" => {
            const OBJECT: &str =
                "?requestType=WADO&studyUID={study_uid}&seriesUID={series_uid}&objectUID={instance_uid}";
            const FILE: &str = "?requestType=WADO&studyUID={study_uid}&seriesUID={series_uid}&objectUID={instance_uid}&contentType=application/dicom";
            vec![(OBJECT, Gets::Sight), (FILE, Gets::NoFiles)]
        }
        "/studies"
        | "/series"
        | "/instances"
        | "/studies/{study_uid}/series"
        | "/studies/{study_uid}/instances"
        | "/studies/{study_uid}/series/{series_uid}/instances"
        | "/studies/{study_uid}/metadata"
        | "/studies/{study_uid}/series/{series_uid}/metadata"
        | "/studies/{study_uid}/series/{series_uid}/instances/{instance_uid}/metadata"
        | "/studies/{study_uid}/series/{series_uid}/instances/{instance_uid}/bulkdata/{*path}"
        | "/studies/{study_uid}/series/{series_uid}/instances/{instance_uid}/frames/{frames}"
        | "/studies/{study_uid}/packs" => vec![("", Gets::Sight)],
        path if path.ends_with("/rendered") || path.ends_with("/thumbnail") => vec![("", Gets::Sight)],
        path => panic!("nobody said what {path} gives to a token that only sees"),
    }
}

/// A file begins with 128 bytes and this (PS3.10 7.1).
fn holds_a_file(bytes: &[u8]) -> bool {
    bytes.windows(4).any(|window| window == b"DICM")
}

#[tokio::test]
async fn a_token_that_only_sees_gets_no_file_by_any_route() {
    let world = World::new().await;
    let look = token_to_look(&world).await;
    let takes = world.token.clone();
    let mut files = 0;
    for route in serve_dicomweb::routes() {
        for (behind, gets) in judged(route.path) {
            let path = [
                ("{study_uid}", CHEST.to_owned()),
                ("{series_uid}", series_uid(CHEST, 1)),
                ("{instance_uid}", instance_uid(CHEST, 1, 2)),
                ("{frames}", "1".to_owned()),
                ("{*path}", "00291001".to_owned()),
            ]
            .iter()
            .fold(format!("{}{behind}", route.path), |path, (name, value)| path.replace(name, value));
            let ask = async |token: &str, accept: &str| {
                world.ask(Method::GET, &format!("/{token}{path}"), &[("accept", accept)]).await
            };
            let seen = ask(&look, "*/*").await;
            let expected = match gets {
                Gets::Sight => 200,
                Gets::NoFiles => 403,
                Gets::Nothing => 404,
            };
            assert_eq!(seen.status.as_u16(), expected, "{path}: {}", String::from_utf8_lossy(&seen.bytes));
            // Whatever they ask for.
            for accept in [
                "*/*",
                "application/dicom",
                "multipart/related; type=\"application/dicom\"",
                "multipart/related; type=\"application/dicom\"; transfer-syntax=1.2.840.10008.1.2.1",
                "application/octet-stream",
            ] {
                let answer = ask(&look, accept).await;
                assert!(!holds_a_file(&answer.bytes), "{path} {accept}");
                assert!(answer.headers.get("location").is_none(), "{path} {accept}");
                assert!(gets == Gets::Sight || answer.status.as_u16() == expected, "{path} {accept}");
            }
            if gets == Gets::NoFiles {
                assert_eq!(seen.text(), format!("{}\n", filmless_dicomweb::Refusal::FilesNotAllowed));
                let taken = ask(&takes, "*/*").await;
                assert!(taken.status == 200 && holds_a_file(&taken.bytes), "{path}: with the right to take");
                files += 1;
            }
        }
    }
    assert_eq!(files, 4, "study, series, instance and WADO-URI");
    world.close().await;
}
