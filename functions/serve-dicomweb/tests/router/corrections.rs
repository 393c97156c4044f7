//! Instances that were corrected, until their series is rendered again: whatever is asked, all answers are of one file.

use axum::http::header::ETAG;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::files::{self, instance_uid, pixels, series_uid};
use crate::values;
use crate::world::{CHEST, World};

/// What all routes say of one instance of the chest.
#[derive(Debug, PartialEq)]
struct Told {
    /// Slice Location in the metadata of the study, the series and the instance, and where it is searched for.
    locations: [Vec<Value>; 4],
    file: Vec<u8>,
    frame: Vec<u8>,
}

impl Told {
    async fn of(world: &World, number: u32) -> Self {
        let uid = instance_uid(CHEST, 1, number);
        let series = format!("/studies/{CHEST}/series/{}", series_uid(CHEST, 1));
        let instance = format!("{series}/instances/{uid}");
        let mut locations = [const { Vec::new() }; 4];
        for (place, path) in [
            format!("/studies/{CHEST}/metadata"),
            format!("{series}/metadata"),
            format!("{instance}/metadata"),
            format!("{series}/instances?includefield=SliceLocation"),
        ]
        .iter()
        .enumerate()
        {
            let answer = world.get(path).await.json();
            let all = answer.as_array().unwrap();
            let of_it: Vec<Value> =
                all.iter().filter(|one| one["00080018"]["Value"][0] == uid).cloned().collect();
            locations[place] = values(&json!(of_it), "00201041");
        }
        let single = |accept| [("accept", accept)];
        let file = world.get_with(&instance, &single("application/dicom")).await;
        let frame =
            world.get_with(&format!("{instance}/frames/1"), &single("application/octet-stream")).await;
        assert_eq!((file.status, frame.status), (StatusCode::OK, StatusCode::OK));
        Self { locations, file: file.bytes, frame: frame.bytes }
    }
}

fn expected(location: f64, file: Vec<u8>) -> Told {
    let frame = file[file.len() - pixels(2).len()..].to_vec();
    Told { locations: [const { Vec::new() }; 4].map(|_: Vec<Value>| vec![json!(location)]), file, frame }
}

#[tokio::test]
async fn metadata_searches_frames_and_files_are_of_one_file_before_and_after_a_correction_is_rendered() {
    let world = World::new().await;
    let uploaded = files::all().into_iter().find(|(name, _)| name == "chest/2").unwrap().1;
    let (right, metadata) =
        (files::corrected_slice(2), format!("/studies/{CHEST}/series/{}/metadata", series_uid(CHEST, 1)));
    let packed = async || {
        world.get(&format!("/studies/{CHEST}/packs")).await.json()["series"].as_array().unwrap().len()
    };
    let etag = async || world.get(&metadata).await.header(ETAG).to_owned();
    assert_eq!(Told::of(&world, 2).await, expected(10.0, uploaded));
    let (packs, first) = (packed().await, etag().await);

    world.upload("chest/2", right.clone()).await;
    assert_eq!(Told::of(&world, 2).await, expected(12.0, right.clone()), "not rendered yet");
    let corrected = etag().await;
    assert_ne!(corrected, first, "whoever has the earlier metadata gets these");
    assert_eq!(packed().await, packs - 1, "no frame comes from a pack that shows the earlier file");
    let before = world.get(&metadata).await.json();

    world.prepare(CHEST).await;
    assert_eq!(Told::of(&world, 2).await, expected(12.0, right), "rendered");
    assert_eq!((etag().await, packed().await), (corrected, packs));
    assert_eq!(world.get(&metadata).await.json(), before, "both describe the same files, in the same words");
    world.close().await;
}

#[tokio::test]
async fn an_instance_that_came_late_is_in_the_metadata_as_soon_as_it_can_be_had() {
    let world = World::new().await;
    let series = format!("/studies/{CHEST}/series/{}", series_uid(CHEST, 1));
    world.upload("chest/late", files::late_slice()).await;
    let late = instance_uid(CHEST, 1, 4);
    let frame =
        world.ask(Method::GET, &format!("/{}{series}/instances/{late}/frames/1", world.token), &[]).await;
    assert_eq!(frame.status, StatusCode::OK);
    for path in [format!("{series}/metadata"), format!("{series}/instances")] {
        let told = values(&world.get(&path).await.json(), "00080018");
        let expected = [1, 2, 3, 4].map(|number| json!(instance_uid(CHEST, 1, number)));
        assert_eq!(told, expected, "{path}");
    }
    world.close().await;
}
