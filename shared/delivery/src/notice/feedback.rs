//! What providers report about messages: delivered, bounced, complained about, unreachable.

use filmless_domain::Channel;
use filmless_domain::usage::UsageKind;
use filmless_store::StoreError;
use filmless_store::index::{
    ChannelState, EarlyReport, Index, LogEntry, MessagePointer, NoticeRecord, Transaction, TransactionOutcome,
};
use tracing::{info, instrument, warn};

use super::member_feedback::mark_member_reported;
use super::report::{MARK_TRIES_MAX, Outcome, is_unsettled};
use crate::DeliveryError;
use crate::parts::{Common, Release};
use crate::record::outbox;
use crate::record::usage::{self, Pen};
use crate::release::issue::{Issue, NOTICES_PER_DAY_MAX, Ways};
use crate::sight::find_in_sight;

pub use super::report::{Feedback, Verdict, read_report};

/// How long a report waits for its message: far longer than a dead-letter queue can delay storing its id.
const EARLY_REPORT_SECONDS: i64 = 7 * 24 * 3600;

/// Longest message id, in bytes: no provider has longer ones, and the table's keys are limited.
const PROVIDER_ID_BYTES_MAX: usize = 512;

/// Whether a report's message was known when it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It is one of ours.
    OfKnown,
    /// Not one of ours so far. The report is kept for a week, in case it came before we stored the message's id.
    OfUnknown,
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
    let Some(message) = index.message(&feedback.provider_id).await? else {
        let is_members = mark_member_reported(common, feedback).await?;
        return Ok(if is_members { Marked::Known } else { Marked::Unknown });
    };
    let (study, channel) = (&message.study_instance_uid, message.channel);
    for _ in 0..MARK_TRIES_MAX {
        let Some(notice) = index.notice(study, message.link_version).await? else { return Ok(Marked::Known) };
        let Some(known) = notice.channel(channel) else { return Ok(Marked::Known) };
        let reported = match feedback.verdict.outcome(known, common.clock.now()) {
            Outcome::New(reported) => reported,
            // The run that marked it may have ended before it tried the next channel.
            Outcome::KnownToHaveFailed => return Ok(Marked::Failed(Box::new(notice))),
            Outcome::Nothing => return Ok(Marked::Known),
        };
        let state = reported.state;
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
