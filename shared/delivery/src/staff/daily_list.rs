//! Sends the hotline a daily email about patients whom no message reached.

use filmless_domain::hospital::HOSPITAL_TIME;
use filmless_slip::{UnreachedContent, unreached_message};
use filmless_store::port::{Email, Message, Messenger};
use tracing::info;

use crate::DeliveryError;
use crate::parts::Common;
use crate::staff::{Extent, ListAsked, list_unreached};

/// How many days the list goes back.
const DAYS: u16 = 7;
/// Name of the job's turn.
const JOB: &str = "UNREACHED";

/// Once a day, writes to the support mailbox if somebody must be called; returns how many. Leaves out messages that
/// are still being tried or wait for the end of the quiet hours.
///
/// # Errors
/// [`DeliveryError`].
pub async fn announce_unreached(common: &Common, email: &dyn Messenger) -> Result<usize, DeliveryError> {
    let listed = list_unreached(common, &ListAsked::of_days(DAYS), &Extent::Whole).await?;
    let count = listed.rows.iter().filter(|line| line.why != "pending").count();
    let now = common.clock.now();
    let date = now.to_zoned(HOSPITAL_TIME).date();
    if count == 0 || !common.index.claim_day(JOB, date).await? {
        return Ok(count);
    }
    let settings = &common.settings;
    let raw = unreached_message(&UnreachedContent {
        hospital: &settings.hospital,
        from: &settings.email_from,
        list_url: &format!("{}/staff/unreached", settings.public_url),
        count,
        days: DAYS,
        date: now,
    });
    let message = Email {
        idempotency_key: format!("unreached-{date}"),
        from: settings.email_from.clone(),
        to: settings.hospital.support_email.clone(),
        raw: raw.map_err(DeliveryError::internal("an email"))?,
    };
    if let Err(error) = email.send(&Message::Email(message)).await {
        common.index.release_day(JOB, date).await?;
        return Err(error.into());
    }
    info!(count, "the hotline was called to its list");
    Ok(count)
}
