//! Turns the schedule's event into jobs.

use filmless_delivery::record::{log, outbox};
use filmless_delivery::staff::daily_list;
use filmless_delivery::upkeep::retention;
use filmless_delivery::{DeliveryError, parts};
use filmless_runtime::error_chain;
use filmless_store::index::LogName;
use serde::{Deserialize, Serialize};
use tracing::{error, info};

/// What the schedule asks for: `{"job": "minutely"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct UpkeepEvent {
    /// Which job.
    pub job: Job,
}

/// The jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Job {
    /// Sends what a crash left in the outbox; moves events into the logs.
    Minutely,
    /// Tells the hotline whom to call; erases what is past its retention.
    Daily,
}

/// What was done.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Upkeep {
    /// Messages that were left in the outbox.
    pub swept: usize,
    /// Events that became lines of the logs.
    pub sealed: usize,
    /// Studies whose patient must be called.
    pub unreached: usize,
    /// Studies whose retention had ended.
    pub erased: usize,
}

/// Runs what is due. Running it again, or twice at once, changes nothing. A part that fails does not stop the others.
///
/// # Errors
/// [`DeliveryError`] of the first part that failed, after all have run: the next run continues.
pub async fn handle(upkeep: &parts::Upkeep, event: UpkeepEvent) -> Result<Upkeep, DeliveryError> {
    let mut done = Upkeep::default();
    let (mut parts, common) = (Parts::default(), &upkeep.common);
    match event.job {
        Job::Minutely => {
            done.swept = parts.take("sweep-outbox", outbox::sweep(common, false).await);
            for (part, name, bucket) in
                [("seal-audit", LogName::Audit, &upkeep.audit), ("seal-usage", LogName::Usage, &upkeep.usage)]
            {
                let sealed = log::seal(&common.index, bucket, name, common.clock.now(), false).await;
                done.sealed += parts.take(part, sealed);
            }
        }
        Job::Daily => {
            done.unreached = parts
                .take("call-hotline", daily_list::announce_unreached(common, upkeep.email.as_ref()).await);
            let erased = parts.take("end-retention", retention::end_retention(&upkeep.erase, false).await);
            done.erased = erased.studies.len();
        }
    }
    if done != Upkeep::default() {
        info!(
            job = ?event.job,
            swept = done.swept,
            sealed = done.sealed,
            unreached = done.unreached,
            erased = done.erased,
            "upkeep done"
        );
    }
    // An alarm expects this line.
    if matches!(event.job, Job::Daily) && parts.failed.is_none() {
        info!("daily upkeep done");
    }
    parts.end(done)
}

/// The parts of a job. A failure is logged at once and returned at the end.
#[derive(Default)]
struct Parts {
    failed: Option<DeliveryError>,
}

impl Parts {
    fn take<T: Default>(&mut self, part: &'static str, outcome: Result<T, DeliveryError>) -> T {
        outcome.unwrap_or_else(|failure| {
            error!(part, code = failure.code(), cause = error_chain(&failure), "part of the upkeep failed");
            self.failed.get_or_insert(failure);
            T::default()
        })
    }

    fn end(self, done: Upkeep) -> Result<Upkeep, DeliveryError> {
        self.failed.map_or(Ok(done), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_fails_is_told_at_the_end_and_stops_no_other() {
        let mut parts = Parts::default();
        assert_eq!(parts.take::<usize>("call-hotline", Err(DeliveryError::Busy)), 0);
        assert_eq!(parts.take("end-retention", Ok(3)), 3);
        assert!(matches!(parts.end(Upkeep::default()), Err(DeliveryError::Busy)));
        assert_eq!(Parts::default().end(Upkeep::default()).unwrap(), Upkeep::default());
    }

    #[test]
    fn schedules_name_their_job() {
        let job = |text: &str| serde_json::from_str::<UpkeepEvent>(text).map(|event| event.job).ok();
        assert_eq!(job(r#"{"job":"minutely"}"#), Some(Job::Minutely));
        assert_eq!(job(r#"{"job":"daily"}"#), Some(Job::Daily));
        assert_eq!(job(r#"{"job":"hourly"}"#), None);
    }
}
