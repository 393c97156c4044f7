//! From the schedule's event to the jobs.

use filmless_delivery::{DeliveryError, Services, daily_list, log, outbox, retention};
use filmless_store::index::LogName;
use serde::{Deserialize, Serialize};
use tracing::info;

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
    /// Send what a crash left in the outbox; move events into the logs.
    Minutely,
    /// Call the hotline to its list; erase what its retention has ended.
    Daily,
}

/// What was done.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Upkeep {
    /// Entries of the outbox that were left behind.
    pub swept: usize,
    /// Events that became lines of the logs.
    pub sealed: usize,
    /// Studies whose patient has to be called.
    pub unreached: usize,
    /// Studies whose retention had ended.
    pub erased: usize,
}

/// Runs a job; running it again, or twice at once, changes nothing.
///
/// # Errors
/// [`DeliveryError`]: the next run goes on.
pub async fn handle(services: &Services, event: UpkeepEvent) -> Result<Upkeep, DeliveryError> {
    let mut done = Upkeep::default();
    match event.job {
        Job::Minutely => {
            done.swept = outbox::sweep(services, false).await?;
            for (name, bucket) in [(LogName::Audit, &services.audit), (LogName::Usage, &services.usage)] {
                done.sealed += log::seal(&services.index, bucket, name, services.clock.now(), false).await?;
            }
        }
        Job::Daily => {
            done.unreached = daily_list::announce_unreached(services).await?;
            done.erased = retention::end_retention(services, false).await?.studies.len();
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
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_name_their_job() {
        let job = |text: &str| serde_json::from_str::<UpkeepEvent>(text).map(|event| event.job).ok();
        assert_eq!(job(r#"{"job":"minutely"}"#), Some(Job::Minutely));
        assert_eq!(job(r#"{"job":"daily"}"#), Some(Job::Daily));
        assert_eq!(job(r#"{"job":"hourly"}"#), None);
    }
}
