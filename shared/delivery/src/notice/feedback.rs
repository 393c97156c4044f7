//! What providers report about messages: delivered, bounced, complained about, unreachable.

use filmless_domain::Channel;
use filmless_domain::usage::UsageKind;
use filmless_store::StoreError;
use filmless_store::index::{
    ChannelRecord, ChannelState, EarlyReport, Index, LogEntry, MessagePointer, NoticeRecord, Transaction,
    TransactionOutcome,
};
use serde_json::Value;
use tracing::{info, instrument, warn};

use crate::DeliveryError;
use crate::parts::{Common, Release};
use crate::record::outbox;
use crate::record::usage::{self, Pen};
use crate::release::issue::{Issue, NOTICES_PER_DAY_MAX, Ways};
use crate::sight::find_in_sight;

/// Longest detail from a provider that is kept, in characters.
const DETAIL_CHARS_MAX: usize = 80;

/// How long a report waits for its message: far longer than a dead-letter queue can delay storing its id.
const EARLY_REPORT_SECONDS: i64 = 7 * 24 * 3600;

/// How often a mark is retried because another report of the message came at the same time.
const MARK_TRIES_MAX: u32 = 4;

/// Longest message id, in bytes: no provider has longer ones, and the table's keys are limited.
const PROVIDER_ID_BYTES_MAX: usize = 512;

/// One report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// The provider's id of the message.
    pub provider_id: String,
    /// What happened to it.
    pub verdict: Verdict,
}

/// What happened to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It arrived.
    Delivered,
    /// It did not arrive, or its receiver does not want it: the provider's own code or word.
    Failed(String),
    /// The mailbox answered, but not with a refusal: it is full, or its owner is out of office. SES calls both
    /// transient; what it does not understand it calls undetermined.
    Unsettled(String),
}

impl Verdict {
    /// Why it did not arrive, if known.
    fn failure(&self) -> Option<String> {
        match self {
            Self::Delivered => None,
            Self::Failed(why) | Self::Unsettled(why) => Some(without_numbers(why)),
        }
    }

    /// Restores a stored verdict; its text tells how certain it is.
    fn of_kept(failure: Option<String>) -> Self {
        match failure {
            None => Self::Delivered,
            Some(why) if is_unsettled(&why) => Self::Unsettled(why),
            Some(why) => Self::Failed(why),
        }
    }
}

/// Whether a bounce with this text may not be one at all.
fn is_unsettled(why: &str) -> bool {
    ["bounce Transient", "bounce Undetermined"].iter().any(|word| why.starts_with(word))
}

/// Whether a report's message was known when it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It is one of ours.
    OfKnown,
    /// Not one of ours so far. The report is kept for a week, in case it came before we stored the message's id.
    OfUnknown,
}

/// Reads a report in AWS's format: an SES event, bare or in an SNS notification, or a line of the SMS log that SNS
/// keeps. `None` for anything that is not about delivery.
#[must_use]
pub fn read_report(text: &str) -> Option<Feedback> {
    let json: Value = serde_json::from_str(text).ok()?;
    if let Some(inner) = json["Message"].as_str() {
        return read_report(inner);
    }
    let text = |value: &Value| value.as_str().map(str::to_owned);
    if let Some(provider_id) = text(&json["mail"]["messageId"]) {
        let kind = json["eventType"].as_str().or(json["notificationType"].as_str())?;
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let verdict = match kind {
            "Delivery" => Verdict::Delivered,
            // SES retries a transient bounce for hours and reports once it gives up. It uses the same type for an
            // out-of-office note, which comes after the delivery.
            "Bounce" => {
                let bounce = &json["bounce"];
                let why =
                    format!("bounce {} {}", word(&bounce["bounceType"]), word(&bounce["bounceSubType"]));
                Verdict::of_kept(Some(why))
            }
            "Complaint" => Verdict::Failed("complaint".into()),
            "Reject" => Verdict::Failed("rejected".into()),
            _ => return None,
        };
        return Some(Feedback { provider_id, verdict });
    }
    let provider_id = text(&json["notification"]["messageId"])?;
    let verdict = match json["status"].as_str()? {
        "SUCCESS" => Verdict::Delivered,
        _ => Verdict::Failed(text(&json["delivery"]["providerResponse"]).unwrap_or_default()),
    };
    Some(Feedback { provider_id, verdict })
}

/// Records a report, and tries the next channel of the hospital's policy if nothing else has reached the patient. A
/// report of an unknown message is kept until the message is known. The same report twice changes nothing.
///
/// # Errors
/// [`DeliveryError`]: the report must come again.
#[instrument(skip_all)]
pub async fn record_feedback(release: &Release, feedback: &Feedback) -> Result<Recorded, DeliveryError> {
    if feedback.provider_id.is_empty() || feedback.provider_id.len() > PROVIDER_ID_BYTES_MAX {
        warn!(bytes = feedback.provider_id.len(), "report of a message whose id is none");
        return Ok(Recorded::OfUnknown);
    }
    if record_of_known(release, feedback).await? {
        return Ok(Recorded::OfKnown);
    }
    let failure = feedback.verdict.failure();
    let expires_at = release.common.clock.now().as_second() + EARLY_REPORT_SECONDS;
    keep_early(&release.common, feedback, &EarlyReport { failure, expires_at }).await?;
    // A run that marks the message as sent looks for reports afterwards. If it looked before this report was kept,
    // the message is known now.
    if record_of_known(release, feedback).await? {
        return Ok(Recorded::OfKnown);
    }
    info!("report of an unknown message");
    Ok(Recorded::OfUnknown)
}

/// Of several reports of one message keep the worst; but a delivery replaces an unsettled one.
async fn keep_early(common: &Common, feedback: &Feedback, report: &EarlyReport) -> Result<(), DeliveryError> {
    let (index, id) = (&common.index, &feedback.provider_id);
    match feedback.verdict {
        Verdict::Unsettled(_) => return Ok(index.keep_first_report(id, report).await?),
        Verdict::Failed(_) | Verdict::Delivered => index.keep_report(id, report).await?,
    }
    let kept = index.kept_report(id).await?.and_then(|kept| kept.failure);
    match kept.filter(|why| feedback.verdict == Verdict::Delivered && is_unsettled(why)) {
        Some(why) => Ok(index.take_report_back(id, &why).await?),
        None => Ok(()),
    }
}

/// Records reports that came before the notice's messages were known.
///
/// # Errors
/// [`DeliveryError`].
pub(crate) async fn record_early_reports(
    release: &Release,
    notice: &NoticeRecord,
) -> Result<(), DeliveryError> {
    for report in early_reports(&release.common.index, notice).await? {
        record_of_known(release, &report).await?;
    }
    Ok(())
}

/// The same for a study that its patient does not see: no further channel is tried.
///
/// # Errors
/// [`DeliveryError`].
pub(crate) async fn mark_early_reports(common: &Common, notice: &NoticeRecord) -> Result<(), DeliveryError> {
    for report in early_reports(&common.index, notice).await? {
        mark_reported(common, &report).await?;
    }
    Ok(())
}

async fn early_reports(index: &Index, notice: &NoticeRecord) -> Result<Vec<Feedback>, DeliveryError> {
    let mut reports = Vec::new();
    for (_, message) in notice.messages().filter(|(_, message)| message.state == ChannelState::Sent) {
        let Some(provider_id) = message.provider_id.clone() else { continue };
        let Some(report) = index.kept_report(&provider_id).await? else { continue };
        reports.push(Feedback { provider_id, verdict: Verdict::of_kept(report.failure) });
    }
    Ok(reports)
}

/// Returns whether the message is known.
async fn record_of_known(release: &Release, feedback: &Feedback) -> Result<bool, DeliveryError> {
    match mark_reported(&release.common, feedback).await? {
        Marked::Unknown => Ok(false),
        Marked::Known => Ok(true),
        Marked::Failed(notice) => {
            try_next_channel(release, &notice).await?;
            Ok(true)
        }
    }
}

/// The result of marking a channel as reported.
enum Marked {
    /// Not a message of ours so far.
    Unknown,
    /// Marked, or no mark was needed.
    Known,
    /// A message of this notice did not arrive.
    Failed(Box<NoticeRecord>),
}

async fn mark_reported(common: &Common, feedback: &Feedback) -> Result<Marked, DeliveryError> {
    let index = &common.index;
    let Some(message) = index.message(&feedback.provider_id).await? else { return Ok(Marked::Unknown) };
    let (study, channel) = (&message.study_instance_uid, message.channel);
    for _ in 0..MARK_TRIES_MAX {
        let Some(notice) = index.notice(study, message.link_version).await? else { return Ok(Marked::Known) };
        let Some(known) = notice.channel(channel) else { return Ok(Marked::Known) };
        let (state, detail) = match (&feedback.verdict, known.state) {
            (Verdict::Delivered, ChannelState::Sent) => (ChannelState::Delivered, None),
            // The two reports may come in either order.
            (Verdict::Delivered, ChannelState::Failed)
                if known.detail.as_deref().is_some_and(is_unsettled) =>
            {
                (ChannelState::Delivered, None)
            }
            (Verdict::Failed(_), ChannelState::Sent | ChannelState::Delivered)
            | (Verdict::Unsettled(_), ChannelState::Sent) => {
                (ChannelState::Failed, feedback.verdict.failure())
            }
            // The run that marked it may have ended before it tried the next channel.
            (Verdict::Failed(_) | Verdict::Unsettled(_), ChannelState::Failed) => {
                return Ok(Marked::Failed(Box::new(notice)));
            }
            _ => return Ok(Marked::Known),
        };
        let reported = ChannelRecord { state, detail, at: Some(common.clock.now()), ..known.clone() };
        let event = event_of(common, &message, state).await?;
        if index.mark_channel(&notice, channel, known.state, &reported, &event).await? {
            if state == ChannelState::Failed {
                warn!(study_instance_uid = %study, ?channel, "message did not arrive");
                return Ok(Marked::Failed(Box::new(notice)));
            }
            return Ok(Marked::Known);
        }
    }
    Err(StoreError::Contention { operation: "record a report" }.into())
}

async fn event_of(
    common: &Common,
    message: &MessagePointer,
    state: ChannelState,
) -> Result<Vec<LogEntry>, DeliveryError> {
    let Some(record) = common.index.study(&message.study_instance_uid).await? else {
        return Ok(Vec::new());
    };
    let channel = message.channel.as_str();
    let occasion = format!("{} {channel} reported", message.link_version);
    let pen = Pen::of_study(common, &record).await?;
    let event = match state {
        ChannelState::Failed => pen.event(UsageKind::MessageFailed, &occasion).because("reported"),
        _ => pen.event(UsageKind::MessageDelivered, &occasion),
    };
    usage::entries(&[event.message(channel, message.link_version)])
}

/// A provider's text may repeat the address: remove digits and anything that looks like an address.
fn without_numbers(text: &str) -> String {
    let words = text.split_whitespace().filter(|word| !word.contains('@'));
    let kept = words.collect::<Vec<_>>().join(" ");
    kept.chars().filter(|c| !c.is_ascii_digit() && !c.is_control()).take(DETAIL_CHARS_MAX).collect()
}

/// After a message failed, tells the patient over the next channel of the hospital's policy, if there is one.
async fn try_next_channel(release: &Release, failed: &NoticeRecord) -> Result<(), DeliveryError> {
    let (index, study) = (&release.common.index, &failed.study_instance_uid);
    let notices = index.notices(study).await?;
    if notices.len() >= NOTICES_PER_DAY_MAX {
        return Ok(());
    }
    let Some((mut record, order)) = find_in_sight(&release.common, study).await? else { return Ok(()) };
    let Some(key) = record.account_key.clone() else { return Ok(()) };
    let Some(account) = index.account_after_merges(&key).await? else { return Ok(()) };
    let contact = index.contact_of(&order).await?;
    let tried: Vec<(Channel, bool)> = notices.iter().flat_map(|notice| tried_of(notice, failed)).collect();
    let next = release.common.settings.channels.next(&tried, |reach| contact.is_known(reach));
    let Some(next) = next else { return Ok(()) };
    let before = record.clone();
    record.link_version += 1;
    let ways = Ways::only(next, contact);
    let issue = Issue::new(release, &record, &order.order, &account, ways).await?;
    let (study_key, change) = Index::link_version_change(&before, record.link_version);
    let transaction = issue.add_to(Transaction::new().update(study_key, change))?;
    match index.commit(transaction).await? {
        TransactionOutcome::Committed => {
            outbox::leave_to_sweeper(issue.announce(release).await);
            Ok(())
        }
        // Another run issued a notice at the same moment.
        TransactionOutcome::ConditionUnmet(_) => Ok(()),
    }
}

/// A notice's channels, and whether each failed. Those of an earlier notice count as failed: do not wait for them.
fn tried_of<'a>(
    notice: &'a NoticeRecord,
    failed: &NoticeRecord,
) -> impl Iterator<Item = (Channel, bool)> + use<'a> {
    let is_earlier = notice.link_version < failed.link_version;
    notice
        .messages()
        .map(move |(channel, message)| (channel, is_earlier || message.state == ChannelState::Failed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_read_as_the_providers_write_them() {
        let ses = r#"{"eventType":"Bounce","mail":{"messageId":"e1"},
            "bounce":{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{"emailAddress":"a@b.vn"}]}}"#;
        let failed = |id: &str, why: &str| {
            Some(Feedback { provider_id: id.into(), verdict: Verdict::Failed(why.into()) })
        };
        assert_eq!(read_report(ses), failed("e1", "bounce Permanent General"));
        let unsettled = |kind: &str| ses.replace("Permanent", kind);
        for kind in ["Transient", "Undetermined"] {
            let verdict = Verdict::Unsettled(format!("bounce {kind} General"));
            assert_eq!(read_report(&unsettled(kind)), Some(Feedback { provider_id: "e1".into(), verdict }));
        }
        let within = serde_json::json!({ "Type": "Notification", "Message": ses }).to_string();
        assert_eq!(read_report(&within), failed("e1", "bounce Permanent General"));
        let sms = r#"{"notification":{"messageId":"s1","timestamp":"2026-03-01 02:03:04.567"},
            "delivery":{"destination":"+84903123456","providerResponse":"Phone is currently unreachable/unavailable"},
            "status":"FAILURE"}"#;
        assert_eq!(read_report(sms), failed("s1", "Phone is currently unreachable/unavailable"));
        let delivered = sms.replace("FAILURE", "SUCCESS");
        assert_eq!(read_report(&delivered).unwrap().verdict, Verdict::Delivered);
        for nothing in
            [r#"{"eventType":"Open","mail":{"messageId":"e1"}}"#, "{}", "not json", r#"{"status":"SUCCESS"}"#]
        {
            assert_eq!(read_report(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_providers_word_is_kept_without_the_address() {
        assert_eq!(without_numbers("Phone +84903123456 is unreachable"), "Phone + is unreachable");
        assert_eq!(
            without_numbers("smtp; 550 5.1.1 <hoa@example.vn> unknown user"),
            "smtp;  .. unknown user"
        );
        assert_eq!(without_numbers(&"x".repeat(500)).len(), DETAIL_CHARS_MAX);
    }
}
