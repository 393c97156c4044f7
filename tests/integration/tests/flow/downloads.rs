//! Downloads are packed once, however often somebody asks, and block nobody.

use crate::portal::{Browser, path_of, released};
use crate::system::{System, link_of};

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
    // The second one who asked looks again, and finds it.
    system.until_idle().await;
    assert_eq!(system.log().matches("study packed for download").count(), 1, "{}", system.log());
}
