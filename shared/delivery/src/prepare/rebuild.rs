//! Makes derived objects again. Everything in the derived bucket can be made from the studies bucket and the index.

use filmless_domain::{StudyInstanceUid, StudyState};
use filmless_store::index::StudyRecord;
use jiff::ToSpan;
use jiff::tz::TimeZone;
use serde::Serialize;
use tracing::info;

use crate::DeliveryError;
use crate::parts::Common;
use crate::prepare::settle;
use crate::record::outbox;

/// What a rebuild started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// Studies that are being made again.
    pub studies: Vec<StudyInstanceUid>,
    /// Studies that were skipped because they are recalled or unknown.
    pub passed_over: Vec<StudyInstanceUid>,
}

/// Has every series of a study rendered again. The old rendering is shown meanwhile, and no second notice goes out.
///
/// # Errors
/// [`DeliveryError`]; running it again continues.
pub async fn rebuild(
    common: &Common,
    study: &StudyInstanceUid,
    report: &mut Rebuilt,
) -> Result<(), DeliveryError> {
    let index = &common.index;
    match index.study(study).await? {
        Some(record) if record.state != StudyState::Recalled => {
            index.forget_rendering(study).await?;
            restart(common, &record).await?;
            info!(study_instance_uid = %study, "study is made anew");
            report.studies.push(study.clone());
        }
        _ => report.passed_over.push(study.clone()),
    }
    Ok(())
}

/// The same for every study of the last `days` days.
///
/// # Errors
/// [`DeliveryError`]; running it again continues.
pub async fn rebuild_all(common: &Common, days: u16) -> Result<Rebuilt, DeliveryError> {
    let today = common.clock.now().to_zoned(TimeZone::UTC).date();
    let mut report = Rebuilt::default();
    for back in (0..i32::from(days)).rev() {
        for study in common.index.studies_of_day(today.saturating_sub(back.days())).await? {
            rebuild(common, &study.study_instance_uid, &mut report).await?;
        }
    }
    Ok(report)
}

/// Settles a study again, which renders whatever is not rendered yet.
pub(crate) async fn restart(common: &Common, study: &StudyRecord) -> Result<(), DeliveryError> {
    let now = common.clock.now();
    let entry = settle::check_entry(common, &study.study_instance_uid, std::time::Duration::ZERO)?;
    if common.index.restart_study(study, now, &entry).await? {
        outbox::send_now(common, &entry).await?;
    }
    Ok(())
}
