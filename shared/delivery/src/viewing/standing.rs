//! Where a member of a consultation stands whose browser still shows what it loaded. It is asked again and again by every page
//! that they have open, so it counts as no use of the session.

use filmless_consult::{Consultation, ConsultationId, EndReason, MemberStatus};
use filmless_store::index::ShareRecord;

use super::{Portal, find_session};
use crate::sight::are_all_in_sight;
use crate::{DeliveryError, credentials};

/// Where a member stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// They wait for the chair.
    Waiting,
    /// What they loaded they may see.
    In,
    /// The room has ended; images are open to their last day.
    RoomOver(EndReason),
    /// The studies are closed, while opinions and minutes may still be signed.
    StudiesClosed,
    /// They may see nothing any more, for this reason if there is one.
    Out(Option<EndReason>),
}

impl Portal {
    /// Where the member stands whose cookie this is, and in which consultation; `None` for anybody else.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn standing(
        &self,
        cookie: &str,
        source: &str,
    ) -> Result<Option<(ConsultationId, Standing)>, DeliveryError> {
        let (index, now) = (&self.common.index, self.common.clock.now());
        let digest = credentials::token_digest(cookie);
        let Some(session) = index.session(&digest, now).await? else { return Ok(None) };
        let share = match &session.share {
            Some(share) => index.share(share).await?,
            None => None,
        };
        let Some((share, seat)) = share.and_then(|share| share.seat.clone().map(|seat| (share, seat))) else {
            return Ok(None);
        };
        let of = |standing| Ok(Some((seat.consultation.clone(), standing)));
        let Some(record) = index.consultation(&seat.consultation).await? else {
            return of(Standing::Out(Some(EndReason::Recalled)));
        };
        let member = index.member(&seat.consultation, &seat.member).await?;
        let member = member.filter(|member| member.member.status != MemberStatus::Removed);
        let Some(member) = member else { return of(Standing::Out(Some(EndReason::Removed))) };
        let ended = record.consultation.ended;
        if matches!(ended, Some(EndReason::Recalled | EndReason::Withdrawn)) {
            return of(Standing::Out(ended));
        }
        let Consultation { account, studies, .. } = &record.consultation;
        if !share.studies.is_empty() && !are_all_in_sight(&self.common, account, studies).await? {
            return of(Standing::Out(Some(EndReason::Recalled)));
        }
        if find_session(&self.common, &digest, source).await?.is_none() {
            let is_by_time = share.ended_at.is_none() && !share.is_open(now);
            return of(Standing::Out(is_by_time.then_some(EndReason::Time)));
        }
        if !member.member.is_admitted() && ended.is_none() {
            return of(Standing::Waiting);
        }
        of(standing_in(&share, ended, seat.studies_until <= now.as_second()))
    }
}

fn standing_in(share: &ShareRecord, ended: Option<EndReason>, is_closed: bool) -> Standing {
    match ended {
        _ if is_closed && !share.studies.is_empty() => Standing::StudiesClosed,
        Some(reason) => Standing::RoomOver(reason),
        None => Standing::In,
    }
}
