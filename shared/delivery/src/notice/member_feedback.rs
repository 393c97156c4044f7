//! What providers report about messages to the members of consultations. Nobody else is written to by itself: whoever started
//! the consultation, and its chair, see that a message did not arrive, and choose what to do.

use filmless_domain::usage::{UsageEvent, UsageKind};
use filmless_store::StoreError;
use filmless_store::index::{ChannelState, LogEntry, MemberMessageRecord};
use tracing::warn;

use super::report::{Feedback, MARK_TRIES_MAX, Outcome, Verdict};
use crate::DeliveryError;
use crate::parts::Common;
use crate::record::usage::{self, Pen};

/// Records a report about a message to a member. Returns whether it is one that we know.
pub(super) async fn mark_member_reported(
    common: &Common,
    feedback: &Feedback,
) -> Result<bool, DeliveryError> {
    let index = &common.index;
    let Some(pointer) = index.member_message_of(&feedback.provider_id).await? else { return Ok(false) };
    let (consultation, member) = (&pointer.consultation, &pointer.member);
    for _ in 0..MARK_TRIES_MAX {
        // Erased since.
        let found = index.member_message(consultation, member, pointer.number).await?;
        let Some(message) = found else { return Ok(true) };
        let Outcome::New(reported) = feedback.verdict.outcome(&message.delivery, common.clock.now()) else {
            return Ok(true);
        };
        let events = event_of(common, &message, reported.state).await?;
        if index.mark_member_message(&message, message.delivery.state, &reported, &events).await? {
            if reported.state == ChannelState::Failed {
                warn!(%consultation, channel = ?message.channel, "message to a member did not arrive");
            }
            return Ok(true);
        }
    }
    Err(StoreError::Contention { operation: "record a report" }.into())
}

/// Records a report that came before we had stored the id of the message.
pub(super) async fn record_early_report(common: &Common, provider_id: &str) -> Result<(), DeliveryError> {
    let Some(report) = common.index.kept_report(provider_id).await? else { return Ok(()) };
    let verdict = Verdict::of_kept(report.failure);
    mark_member_reported(common, &Feedback { provider_id: provider_id.to_owned(), verdict }).await.map(|_| ())
}

/// The event for the ledger, about the first study of the consultation; none once that study is erased.
async fn event_of(
    common: &Common,
    message: &MemberMessageRecord,
    state: ChannelState,
) -> Result<Vec<LogEntry>, DeliveryError> {
    let index = &common.index;
    let Some(record) = index.consultation(&message.consultation).await? else { return Ok(Vec::new()) };
    let Some(uid) = record.consultation.studies.first() else { return Ok(Vec::new()) };
    let Some(study) = index.study(uid).await? else { return Ok(Vec::new()) };
    let occasion =
        format!("consultation {} {} {} reported", message.consultation, message.member, message.number);
    let pen = Pen::of_study(common, &study).await?;
    let event = match state {
        ChannelState::Failed => pen.event(UsageKind::MessageFailed, &occasion).because("reported"),
        _ => pen.event(UsageKind::MessageDelivered, &occasion),
    };
    usage::entries(&[UsageEvent { channel: Some(message.channel.as_str().to_owned()), ..event }])
}
