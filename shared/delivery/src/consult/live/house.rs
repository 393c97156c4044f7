//! What the room has done outside it: a member's status with what their link opens, and the end of the consultation.

use filmless_consult::{EndReason, MemberStatus};
use filmless_domain::audit::Actor;
use filmless_store::index::{MemberRecord, Transaction};

use super::look::{Look, Speaker};
use crate::DeliveryError;
use crate::consult::members::{admit_in, remove_in};
use crate::consult::stop::end_in;
use crate::parts::Common;

impl Speaker {
    fn actor(&self) -> Actor {
        self.member.share.clone().map_or(Actor::System, |share| Actor::Share { share })
    }
}

/// Admits or removes a member.
pub(super) async fn set_status(
    common: &Common,
    transaction: Transaction,
    look: &Look,
    named: &MemberRecord,
    status: MemberStatus,
    by: &Speaker,
) -> Result<Transaction, DeliveryError> {
    let (record, actor) = (&look.record, (by.actor(), by.source.as_str()));
    let changed = if status == MemberStatus::Admitted {
        admit_in(transaction, common, record, named, actor)?
    } else {
        let share = match &named.share_digest {
            Some(digest) => common.index.share(digest).await?,
            None => None,
        };
        let is_share_open = share.is_some_and(|share| share.ended_at.is_none());
        remove_in(transaction, common, record, named, is_share_open, actor)?
    };
    changed.ok_or_else(|| DeliveryError::internal("a member's status")("it is another one"))
}

/// Ends the consultation, unless it has ended.
pub(super) fn end(
    common: &Common,
    transaction: Transaction,
    look: &Look,
    reason: EndReason,
    by: Option<&Speaker>,
) -> Result<Transaction, DeliveryError> {
    if look.record.consultation.ended.is_some() {
        return Ok(transaction);
    }
    let actor = by.map_or(Actor::System, Speaker::actor);
    end_in(transaction, common, &look.record, reason, (actor, by.map(|by| by.source.as_str())))
}
