//! The figures of a month by email, to each mailbox that is named, once it is over and exported.

use filmless_domain::ObjectKey;
use filmless_slip::{FinanceContent, finance_message};
use filmless_store::Served;
use filmless_store::port::{Email, Message};
use sha2::{Digest, Sha256};
use tracing::info;

use crate::DeliveryError;
use crate::parts::Export;

/// Below it lies a mark per month and mailbox: it was written to. Marks name no mailbox.
const MARKS: &str = "status/reports/";

/// Studies released, what was charged for them, films avoided and printed, film money saved, cost of messages.
pub type ReportFigures = [i64; 6];

/// Writes to each mailbox of [`crate::Settings::finance_report_to`] that was not written to for this month (`2026-11`); says
/// how many those are. A message that the provider did not take is tried again by the next run; one of which a crash leaves
/// open whether it went out, is not.
///
/// # Errors
/// [`DeliveryError`] of the last mailbox that was not written to; the others have their message.
pub async fn send_finance_report(
    export: &Export,
    month: &str,
    figures: ReportFigures,
) -> Result<usize, DeliveryError> {
    let (mut sent, mut failed) = (0, None);
    for to in &export.settings.finance_report_to {
        match send(export, month, figures, to).await {
            Ok(is_sent) => sent += usize::from(is_sent),
            // The others get theirs.
            Err(error) => failed = Some(error),
        }
    }
    if sent > 0 {
        info!(month, sent, "finance has the figures of a month by email");
    }
    failed.map_or(Ok(sent), Err)
}

async fn send(export: &Export, month: &str, figures: ReportFigures, to: &str) -> Result<bool, DeliveryError> {
    let settings = &export.settings;
    let raw = finance_message(&FinanceContent {
        hospital: &settings.hospital,
        from: &settings.email_from,
        to,
        page_url: &format!("{}/staff/finance", settings.public_url),
        month,
        figures,
        date: export.clock.now(),
    });
    let raw = raw.map_err(DeliveryError::internal("an email"))?;
    let digest = hex::encode(Sha256::digest(to.as_bytes()));
    let name = format!("{month}-{}", &digest[..16]);
    let internal = DeliveryError::internal::<filmless_domain::object_key::InvalidKey>("a mark of a report");
    let mark = ObjectKey::parse(&format!("{MARKS}{name}")).map_err(internal)?;
    if !export.usage.put_new(&mark, "sent", Served::uncached("text/plain")).await? {
        return Ok(false);
    }
    let email = Email {
        idempotency_key: format!("finance-report-{name}"),
        from: settings.email_from.clone(),
        to: to.to_owned(),
        raw,
    };
    if let Err(error) = export.email.send(&Message::Email(email)).await {
        export.usage.delete_all_versions(&mark).await?;
        return Err(error.into());
    }
    Ok(true)
}
