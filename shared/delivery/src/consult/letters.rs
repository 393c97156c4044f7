//! Messages to one member, written with the change that causes them.

use filmless_domain::{Channel, Secret};
use filmless_store::index::{
    Change, ChannelRecord, Condition, ConsultationRecord, MemberMessageKind, MemberMessageRecord,
    MemberRecord, OutboxMessage, OutboxRecord, Transaction, TransactionOutcome,
};
use jiff::SignedDuration;

use super::Consultations;
use crate::DeliveryError;
use crate::record::messages::{MemberTask, Task};
use crate::record::outbox;

/// Messages to one member, before they are written.
pub(super) struct Letters<'a> {
    pub record: &'a ConsultationRecord,
    pub member: &'a MemberRecord,
    pub made: Vec<MemberMessageRecord>,
    /// How long they wait.
    pub delay: SignedDuration,
}

impl Letters<'_> {
    pub async fn add(
        &mut self,
        consultations: &Consultations,
        kind: MemberMessageKind,
        channel: Channel,
        secret: Option<&Secret>,
    ) -> Result<(), DeliveryError> {
        let (consultation, member) = (&self.record.consultation.id, &self.member.member.id);
        let number = self.member.messages.saturating_add(self.count()).saturating_add(1);
        let context = MemberMessageRecord::seal_context(consultation, member, number);
        let sealed = match secret {
            Some(secret) => Some(consultations.sealer.seal(secret, &context).await?),
            None => None,
        };
        self.made.push(MemberMessageRecord {
            consultation: consultation.clone(),
            member: member.clone(),
            number,
            kind,
            channel,
            language: self.record.language,
            sealed,
            delivery: ChannelRecord::pending(),
            created_at: consultations.common.clock.now(),
        });
        Ok(())
    }

    pub fn count(&self) -> u32 {
        u32::try_from(self.made.len()).unwrap_or(u32::MAX)
    }

    /// Writes the messages with the change that causes them, and sends them; false if the change was not made.
    pub async fn queue_up(
        &self,
        consultations: &Consultations,
        mut transaction: Transaction,
    ) -> Result<bool, DeliveryError> {
        let common = &consultations.common;
        let new = || Change::new().when(&Condition::Absent("pk"));
        for message in &self.made {
            transaction = transaction.put(&message.key(), message, new())?;
        }
        let entry = match self.tasks()? {
            tasks if tasks.is_empty() => None,
            tasks => Some(outbox::entry(common, tasks)?),
        };
        if let Some(entry) = &entry {
            transaction = transaction.announce(entry)?;
        }
        if common.index.commit(transaction).await? != TransactionOutcome::Committed {
            return Ok(false);
        }
        if let Some(entry) = &entry {
            publish(consultations, entry).await;
        }
        Ok(true)
    }

    fn tasks(&self) -> Result<Vec<OutboxMessage>, DeliveryError> {
        let consultation = &self.record.consultation;
        let Some(study) = consultation.studies.first() else { return Ok(Vec::new()) };
        let task = |message: &MemberMessageRecord| MemberTask {
            study_instance_uid: study.clone(),
            consultation: consultation.id.clone(),
            member: message.member.clone(),
            number: message.number,
        };
        let delay_ms = u64::try_from(self.delay.as_millis()).unwrap_or_default();
        let delayed = |message: OutboxMessage| OutboxMessage { delay_ms, ..message };
        self.made.iter().map(|message| Ok(delayed(task(message).to_outbox()?))).collect()
    }
}

async fn publish(consultations: &Consultations, entry: &OutboxRecord) {
    outbox::leave_to_sweeper(outbox::publish(&consultations.common, entry).await);
}
