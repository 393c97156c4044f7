//! Downloads: packed once however often somebody asks, and in nobody's way.

use std::time::{Duration, Instant};

use filmless_embedded::{DurableQueue, RetryPolicy};

use crate::portal::{Browser, path_of, released};
use crate::system::{PATIENCE, System, link_of};

#[tokio::test(flavor = "multi_thread")]
async fn twelve_requests_for_one_study_pack_it_once() {
    let system = System::start();
    let (study, sms) = released(&system, 44).await;
    let patient = Browser::default();
    patient.submit(&system, &path_of(&link_of(&sms)), &[("answer", "02/03/1958")]);
    let page = format!("/studies/{}/download", study.uid);
    for _ in 0..12 {
        patient.submit(&system, &page, &[]);
    }
    let portal = system.text("portal");
    let ready = || patient.get(&format!("{portal}{page}")).1.contains(".zip").then_some(());
    system.until_some("the download", ready).await;
    // Who came second looks again, and finds it.
    let queue = DurableQueue::attach(&system.embedded().data, RetryPolicy::default()).await.unwrap();
    let end = Instant::now() + PATIENCE;
    while !queue.is_idle().await.unwrap() {
        assert!(Instant::now() < end, "somebody is still packing");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(system.log().matches("study packed for download").count(), 1, "{}", system.log());
}
