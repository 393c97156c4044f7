//! Emails a month's figures to each configured mailbox, once the month is over and exported.

use filmless_domain::ObjectKey;
use filmless_slip::{FinanceContent, finance_message};
use filmless_store::Served;
use filmless_store::port::{Email, Message};
use sha2::{Digest, Sha256};
use tracing::info;

use crate::DeliveryError;
use crate::parts::Export;

/// One mark below it for each month and mailbox that was written to. Marks name no mailbox.
const MARKS: &str = "status/reports/";

/// Studies released, charges for them, films avoided, films printed, film money saved, cost of messages.
pub type ReportFigures = [i64; 6];

/// Writes to each mailbox of [`crate::Settings::finance_report_to`] that has no email for this month (`2026-11`) yet;
/// returns how many it wrote to. The next run retries a failed email, but not one that may have gone out before a
/// crash.
///
/// # Errors
/// [`DeliveryError`] for the last mailbox that failed; the others have their message.
pub async fn send_finance_report(
    export: &Export,
    month: &str,
    figures: ReportFigures,
) -> Result<usize, DeliveryError> {
    let (mut sent, mut failed) = (0, None);
    for to in &export.settings.finance_report_to {
        match send(export, month, figures, to).await {
            Ok(is_sent) => sent += usize::from(is_sent),
            // The others still get theirs.
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
