//! Who somebody is in a consultation, by their session.

use filmless_consult::{Consultation, ConsultationId, ConsultationState, EndReason, MemberId, MemberStatus};
use filmless_store::index::{ConsultationRecord, MemberRecord};

use super::Consultations;
use super::stop::is_of_share;
use crate::DeliveryError;
use crate::parts::Common;
use crate::sight::are_all_in_sight;
use crate::viewing::Session;

/// Who somebody is in a consultation.
#[derive(Debug, Clone)]
pub enum Who {
    /// A member: invited, waiting or admitted, never removed.
    Member(Box<MemberRecord>),
    /// Its patient.
    Patient,
    /// Whoever started it with a share.
    Starter,
}

/// Somebody's place in a consultation.
#[derive(Debug, Clone)]
pub struct Place {
    /// The consultation.
    pub record: ConsultationRecord,
    /// Who they are in it.
    pub who: Who,
}

impl Place {
    /// The member, if they are one.
    #[must_use]
    pub fn member(&self) -> Option<&MemberRecord> {
        match &self.who {
            Who::Member(member) => Some(member),
            Who::Patient | Who::Starter => None,
        }
    }

    /// The member, if the chair admitted them.
    #[must_use]
    pub fn admitted(&self) -> Option<&MemberRecord> {
        self.member().filter(|member| member.member.is_admitted())
    }

    /// Whether they may send invitations again, make codes, and end it: the chair, and who started it.
    #[must_use]
    pub fn may_manage(&self) -> bool {
        match &self.who {
            Who::Member(member) => member.member.is_chair() && member.member.is_admitted(),
            Who::Starter => true,
            Who::Patient => false,
        }
    }

    /// Whether they may sign opinions and minutes: admitted members, as long as nothing was recalled.
    #[must_use]
    pub fn may_sign(&self) -> bool {
        self.admitted().is_some() && self.record.consultation.ended.is_none_or(EndReason::leaves_signing)
    }

    /// Whether they write the minutes: the secretary, or the chair.
    #[must_use]
    pub fn may_write_minutes(&self) -> bool {
        let consultation = &self.record.consultation;
        let is_writer = |member: &MemberId| {
            *member == consultation.chair || consultation.secretary.as_ref() == Some(member)
        };
        self.may_sign() && self.admitted().is_some_and(|member| is_writer(&member.member.id))
    }

    /// Whether they lead it: admit and remove.
    #[must_use]
    pub fn is_chair(&self) -> bool {
        self.admitted().is_some_and(|member| member.member.is_chair())
    }
}

impl Consultations {
    /// Somebody's place in a consultation; `None` for anybody who has none, and for one that does not exist.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn place(
        &self,
        session: &Session,
        id: &ConsultationId,
    ) -> Result<Option<Place>, DeliveryError> {
        let index = &self.common.index;
        let Some(record) = index.consultation(id).await? else { return Ok(None) };
        // A share is of one account; so is a consultation.
        if record.consultation.account != session.account_key {
            return Ok(None);
        }
        if let Some(seat) = session.seat() {
            if seat.consultation != *id {
                return Ok(None);
            }
            if !may_be_read(&self.common, session, &record).await? {
                return Ok(None);
            }
            let member = index.member(id, &seat.member).await?;
            let member = member.filter(|member| member.member.status != MemberStatus::Removed);
            return Ok(member.map(|member| Place { record, who: Who::Member(Box::new(member)) }));
        }
        let who = match &session.share {
            None => Who::Patient,
            Some(share) if is_of_share(&record, &share.id) => Who::Starter,
            Some(_) => return Ok(None),
        };
        // What is being prepared is not there yet.
        let is_there = record.consultation.state != ConsultationState::Draft;
        Ok(is_there.then_some(Place { record, who }))
    }

    /// The place of somebody who may invite, and end it.
    pub(super) async fn managed(
        &self,
        session: &Session,
        id: &ConsultationId,
    ) -> Result<Option<Place>, DeliveryError> {
        let place = self.place(session, id).await?.filter(Place::may_manage);
        // After a recall nobody comes back.
        Ok(place.filter(|place| {
            let consultation = &place.record.consultation;
            consultation.state == ConsultationState::Open
                || consultation.ended.is_some_and(EndReason::leaves_signing)
        }))
    }
}

/// Whether members may still read what was said: not once a study was recalled, held, or turns out to be somebody else's, also
/// before that is written down.
pub(super) async fn may_be_read(
    common: &Common,
    session: &Session,
    record: &ConsultationRecord,
) -> Result<bool, DeliveryError> {
    let Consultation { account, studies, ended, .. } = &record.consultation;
    let is_closed = ended.is_some_and(|reason| !reason.leaves_signing());
    // A share that the end left without studies is for what may be signed after it.
    let has_studies = session.share.as_ref().is_some_and(|share| !share.studies.is_empty());
    Ok(!is_closed && (!has_studies || are_all_in_sight(common, account, studies).await?))
}
