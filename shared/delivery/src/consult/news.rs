//! Telling members that something new is there.

use filmless_consult::{MemberId, MemberStatus};
use filmless_store::index::{
    ChannelState, ConsultationRecord, Index, MemberMessageKind, MemberMessageRecord, Transaction,
};
use jiff::{SignedDuration, Timestamp};

use super::Consultations;
use super::letters::Letters;
use super::message_rules::Ways;
use crate::DeliveryError;

/// A member hears of something new no more often.
const NEWS_EVERY: SignedDuration = SignedDuration::from_mins(10);

impl Consultations {
    /// Tells members that something new is there: everybody who was admitted, but for whoever made it.
    pub(super) async fn tell_others(
        &self,
        record: &ConsultationRecord,
        but: Option<&MemberId>,
    ) -> Result<(), DeliveryError> {
        for member in self.common.index.members(&record.consultation.id).await? {
            let who = &member.member;
            if who.status != MemberStatus::Admitted || Some(&who.id) == but {
                continue;
            }
            let told = self.common.index.messages_to(&record.consultation.id, &who.id).await?;
            let Some(channel) = Ways::of(who, &told).news() else { continue };
            let last = told.iter().rev().find(|message| message.kind == MemberMessageKind::News);
            let Some(delay) = news_delay(last, self.common.clock.now()) else { continue };
            let mut letters = Letters { record, member: &member, made: Vec::new(), delay };
            letters.add(self, MemberMessageKind::News, channel, None).await?;
            let (key, told) = Index::tell_member_change(&record.consultation.id, &member, letters.count());
            // Unmet if somebody else tells them something at this moment.
            letters.queue_up(self, Transaction::new().update(key, told)).await?;
        }
        Ok(())
    }
}

/// When a member hears of something new, who was last told like that; `None` if they are about to hear of it anyway.
fn news_delay(last: Option<&MemberMessageRecord>, now: Timestamp) -> Option<SignedDuration> {
    match last {
        Some(last) if last.delivery.state == ChannelState::Pending => None,
        Some(last) => {
            let told_at = last.delivery.at.unwrap_or(last.created_at);
            Some((told_at + NEWS_EVERY).duration_since(now).max(SignedDuration::ZERO))
        }
        None => Some(SignedDuration::ZERO),
    }
}
