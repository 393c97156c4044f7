//! Every day, the hotline is called to the list of patients whom no message reached.

use filmless_domain::StudyInstanceUid;
use filmless_slip::{UnreachedContent, unreached_message};
use filmless_store::port::Email;
use tracing::info;

use crate::notice::HOSPITAL_TIME;
use crate::staff::list_unreached;
use crate::{DeliveryError, Services};

/// How many days the list goes back.
const DAYS: u16 = 7;

/// Writes to the support mailbox when somebody has to be called, once a day; says how many there are.
///
/// # Errors
/// [`DeliveryError`].
pub async fn announce_unreached(services: &Services) -> Result<usize, DeliveryError> {
    let mut studies: Vec<StudyInstanceUid> =
        list_unreached(services, DAYS).await?.into_iter().map(|line| line.study_instance_uid).collect();
    studies.dedup();
    let now = services.clock.now();
    let date = now.to_zoned(HOSPITAL_TIME).date();
    if studies.is_empty() || !services.index.claim_day("UNREACHED", date).await? {
        return Ok(studies.len());
    }
    let settings = &services.settings;
    let raw = unreached_message(&UnreachedContent {
        hospital: &settings.hospital,
        from: &settings.email_from,
        count: studies.len(),
        days: DAYS,
        list_url: &format!("{}/staff/unreached", settings.public_url),
        date: now,
    });
    let email = Email {
        idempotency_key: format!("unreached-{date}"),
        from: settings.email_from.clone(),
        to: settings.hospital.support_email.clone(),
        raw: raw.map_err(DeliveryError::internal("an email"))?,
    };
    if let Err(error) = services.email.send(&email).await {
        services.index.release_day("UNREACHED", date).await?;
        return Err(error.into());
    }
    info!(count = studies.len(), "the hotline was called to its list");
    Ok(studies.len())
}
