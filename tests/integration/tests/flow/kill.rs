use std::time::Duration;

use crate::sample::Study;
use crate::system::System;

const KILLS: u32 = 20;
const SLICES: u32 = 4;

/// Kills the process at moments spread over the whole way of a study, from the upload to the notices. No clock of its
/// own sets them: the machine's speed varies, so each run kills at other points.
#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_finishes_every_study_with_each_notice_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut studies = Vec::new();
    for round in 0..KILLS {
        let system = System::start_in(folder.path(), &[]);
        let study = Study::numbered(1000 + round);
        for number in 1..=SLICES {
            system.upload(&format!("incoming/{round}/{number}"), study.slice(1, number)).await;
        }
        system.upload_order(&study.order()).await;
        studies.push(study);
        tokio::time::sleep(Duration::from_millis(u64::from(round * 131 % 2000))).await;
        system.kill();
    }
    let system = System::start_in(folder.path(), &[]);
    for study in &studies {
        let released = system.until(&study.uid, "released").await;
        assert_eq!(released["instances"], SLICES, "{released}");
        assert_eq!(released["notices"].as_array().unwrap().len(), 2);
        assert!(system.slip(&study.uid, "slip.pdf").await.is_some());
    }
    let count = studies.len();
    assert_eq!((system.all_sms().len(), system.all_emails().len()), (count, count));
    assert!(system.quarantined().is_empty());
}
