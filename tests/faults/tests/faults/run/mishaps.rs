//! Single mishaps to a delivered study, made by hand because chance meets them too seldom.

use std::sync::Arc;

use filmless_delivery::Services;
use filmless_domain::{PatientDemographics, PatientId, StudyInstanceUid};
use filmless_store::index::{Arrival, StrangerRecord, Touched, UploadOwner, UploadRecord};
use tokio::runtime::Runtime;

use super::{MINUTE, Run};
use crate::invariants;
use crate::scenario::Scenario;
use crate::world::Setup;

/// Delivers a study whose modality named another patient until the archive corrected it. Then the first file's event
/// comes again, and ends right after the comparison. Returns what does not hold once everything has come to rest.
pub fn with_a_comparison_cut_short(servers: &Arc<Runtime>, setup: &Setup) -> Result<Vec<String>, String> {
    mended_then(servers, setup, compare_with_another)
}

/// The same, but the first file's event ended with a refusal, and the message that looks at the file again is lost.
pub fn with_a_refusal_left_behind(servers: &Arc<Runtime>, setup: &Setup) -> Result<Vec<String>, String> {
    mended_then(servers, setup, async |services, study| {
        compare_with_another(services, study).await;
        let index = &services.index;
        let uploads = index.uploads_of(UploadOwner::Study(study)).await.unwrap();
        let instances = index.instances(study).await.unwrap();
        let corrected = |upload: &UploadRecord| instances.iter().find(|now| now.key == upload.key);
        let (upload, now) =
            uploads.into_iter().find_map(|upload| corrected(&upload).map(|now| (upload, now))).unwrap();
        let stranger = StrangerRecord {
            upload,
            bytes: now.bytes,
            written_at: now.written_at.unwrap() - MINUTE,
            sop_instance_uid: Some(now.sop_instance_uid.clone()),
        };
        index.add_stranger(study, &stranger).await.unwrap();
    })
}

/// Delivers one file of a study; the late event of a file that it corrected leaves what that one said, and then the second
/// file comes. Returns what is refused, for all files are of one patient, and what does not hold.
pub fn with_a_late_event_of_what_was_corrected(
    servers: &Arc<Runtime>,
    setup: &Setup,
) -> Result<Vec<String>, String> {
    let scenario = Scenario::mended();
    let mut run = Run::start(servers, setup, &scenario)?;
    // The last comes first here; the files of the other patient are not sent.
    let second = run.uploads.remove(0);
    run.uploads.retain(|upload| upload.key.starts_with("orders/") || upload.after > MINUTE);
    run.until_idle(false)?;
    let study = StudyInstanceUid::parse(&scenario.studies[0].study.uid).unwrap();
    run.hospital(async |services| {
        compare_with_another(services, &study).await;
        services.index.add_contradicting_facts(&of_another(&study)).await.unwrap();
    });
    run.uploads.push(second);
    run.until_idle(false)?;
    let mut broken = run.world.weather.calls();
    broken.retain(|call| call.contains("quarantine/"));
    broken.extend(run.at_rest(setup, &scenario)?);
    Ok(broken)
}

/// A file of another patient comes to a study, and its event ends right after the comparison.
async fn compare_with_another(services: &Services, study: &StudyInstanceUid) {
    let (rules, now) = (&services.settings.identity, services.clock.now());
    let touched = services.index.touch_study(&of_another(study), rules, now).await.unwrap();
    assert!(matches!(touched, Touched::OtherPatient(_)));
}

fn of_another(study: &StudyInstanceUid) -> Arrival {
    let patient = PatientDemographics {
        id: PatientId::parse("N20-OTHER").ok(),
        name: Some("TRAN^VAN BINH".into()),
        ..PatientDemographics::default()
    };
    Arrival {
        study_instance_uid: study.clone(),
        patient,
        accession_number: None,
        study_date: None,
        image_date: None,
        description: None,
    }
}

/// Delivers a study that the archive corrected, applies the mishap, and returns what does not hold at rest.
fn mended_then(
    servers: &Arc<Runtime>,
    setup: &Setup,
    mishap: impl AsyncFnOnce(&Services, &StudyInstanceUid),
) -> Result<Vec<String>, String> {
    let scenario = Scenario::mended();
    let mut run = Run::start(servers, setup, &scenario)?;
    run.until_idle(false)?;
    let study = StudyInstanceUid::parse(&scenario.studies[0].study.uid).unwrap();
    run.hospital(async |services| mishap(services, &study).await);
    run.at_rest(setup, &scenario)
}

impl Run {
    /// What does not hold once everything has come to rest.
    fn at_rest(&mut self, setup: &Setup, scenario: &Scenario) -> Result<Vec<String>, String> {
        self.recover(setup.seed)?;
        let checks = invariants::check(&self.process.services, &self.world, scenario);
        self.process.run(checks).ok_or_else(|| "killed in calm weather".into())
    }
}
