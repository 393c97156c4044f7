//! What the pages of a consultation show.

use std::collections::BTreeMap;

use filmless_consult::{
    ConsultationId, ConsultationState, EndReason, MemberId, MemberRole, MemberStatus, Opinion,
};
use filmless_domain::audit::Actor;
use filmless_domain::{Channel, StudyInstanceUid};
use filmless_store::index::{ChannelState, ConsultationRecord, MemberMessageRecord, MemberRecord};
use jiff::Timestamp;

use super::Consultations;
use super::places::{Place, is_of_share};
use crate::DeliveryError;
use crate::parts::Common;
use crate::sight::find_in_sight;
use crate::viewing::Session;

/// A line of a list of consultations.
#[derive(Debug, Clone)]
pub struct ConsultationLine {
    /// Which.
    pub id: ConsultationId,
    /// How far it has come.
    pub state: ConsultationState,
    /// Why it ended.
    pub ended: Option<EndReason>,
    /// When it was started.
    pub created_at: Timestamp,
    /// Until when its studies are open, unless it was stopped: one that the chair ended lets its members look until then.
    pub ends_at: Timestamp,
    /// Number of studies.
    pub studies: usize,
    /// Who started it.
    pub starter: String,
}

/// A member, as the pages show them.
#[derive(Debug, Clone)]
pub struct MemberLine {
    /// Which.
    pub id: MemberId,
    /// Name.
    pub name: String,
    /// Title; may be empty.
    pub title: String,
    /// Where they work.
    pub facility: String,
    /// Number of their licence to practise; may be empty.
    pub licence: String,
    /// What they are.
    pub role: MemberRole,
    /// How far they have come.
    pub status: MemberStatus,
    /// When they first came.
    pub came_at: Option<Timestamp>,
    /// When their studies were opened with their link, newest first.
    pub opened: Vec<(StudyInstanceUid, Timestamp)>,
    /// What became of the messages to them, newest first.
    pub messages: Vec<(Channel, ChannelState, Timestamp)>,
}

/// A consultation, as its page shows it.
#[derive(Debug, Clone)]
pub struct ConsultationView {
    /// The consultation.
    pub record: ConsultationRecord,
    /// Its members: chair, secretary, then the others by name.
    pub members: Vec<MemberLine>,
}

/// Whether a study is in sight, and is that account's.
pub(super) async fn is_in_sight(
    common: &Common,
    account_key: &str,
    study: &StudyInstanceUid,
) -> Result<bool, DeliveryError> {
    let seen = find_in_sight(common, study).await?;
    Ok(seen.is_some_and(|(study, _)| study.account_key.as_deref() == Some(account_key)))
}

impl Consultations {
    /// The consultations of a session, newest first: all of the patient's; those that were started with a share; the one of a
    /// seat.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn list(&self, session: &Session) -> Result<Vec<ConsultationLine>, DeliveryError> {
        let lines = self.list_of_account(&session.account_key).await?;
        let is_theirs = |record: &ConsultationRecord| match (&session.share, session.seat()) {
            (_, Some(seat)) => record.consultation.id == seat.consultation,
            (Some(share), None) => is_of_share(record, &share.id),
            (None, None) => true,
        };
        Ok(lines.iter().filter(|record| is_theirs(record)).map(line).collect())
    }

    /// Those of an account that were opened, newest first, as they are now.
    pub(crate) async fn list_of_account(
        &self,
        account_key: &str,
    ) -> Result<Vec<ConsultationRecord>, DeliveryError> {
        let mut records = Vec::new();
        for record in self.common.index.consultations_of_account(account_key).await? {
            if record.consultation.state != ConsultationState::Draft {
                records.push(self.up_to_date(record).await?);
            }
        }
        Ok(records)
    }

    /// A consultation for whoever has a place in it.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn view(
        &self,
        session: &Session,
        id: &ConsultationId,
    ) -> Result<Option<(Place, ConsultationView)>, DeliveryError> {
        let Some(place) = self.place(session, id).await? else { return Ok(None) };
        let record = self.up_to_date(place.record).await?;
        let view = self.view_of(record.clone()).await?;
        Ok(Some((Place { record, ..place }, view)))
    }

    /// A consultation with its members.
    pub(crate) async fn view_of(
        &self,
        record: ConsultationRecord,
    ) -> Result<ConsultationView, DeliveryError> {
        let index = &self.common.index;
        let id = &record.consultation.id;
        let mut messages: BTreeMap<MemberId, Vec<MemberMessageRecord>> = BTreeMap::new();
        for message in index.member_messages(id).await? {
            messages.entry(message.member.clone()).or_default().push(message);
        }
        let mut accesses = Vec::new();
        for study in &record.consultation.studies {
            let found = index.accesses(study).await?.into_iter();
            accesses.extend(found.map(|access| (access.actor, study.clone(), access.opened_at)));
        }
        let shares = index.shares(&record.consultation.account).await?;
        let members = index.members(id).await?.into_iter().map(|member| {
            // Each of their links is its own share.
            let theirs = |actor: &Actor| {
                let Actor::Share { share } = actor else { return false };
                shares.iter().any(|known| {
                    known.id == *share
                        && known
                            .seat
                            .as_ref()
                            .is_some_and(|s| s.consultation == *id && s.member == member.member.id)
                })
            };
            let opened = accesses.iter().filter(|(actor, ..)| theirs(actor));
            let opened = opened.map(|(_, study, at)| (study.clone(), *at)).collect();
            let told = messages.remove(&member.member.id).unwrap_or_default();
            member_line(member, opened, &told)
        });
        let mut members: Vec<MemberLine> = members.collect();
        members.sort_by(|a, b| (a.role, &a.name).cmp(&(b.role, &b.name)));
        Ok(ConsultationView { record, members })
    }

    /// The opinions of a consultation, oldest first, for members who were admitted.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn opinions(&self, place: &Place) -> Result<Vec<Opinion>, DeliveryError> {
        match place.admitted() {
            Some(_) => Ok(self.common.index.opinions(&place.record.consultation.id).await?),
            None => Ok(Vec::new()),
        }
    }
}

fn member_line(
    record: MemberRecord,
    mut opened: Vec<(StudyInstanceUid, Timestamp)>,
    told: &[MemberMessageRecord],
) -> MemberLine {
    opened.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
    let member = record.member;
    MemberLine {
        id: member.id,
        name: member.name,
        title: member.title,
        facility: member.facility,
        licence: member.licence,
        role: member.role,
        status: member.status,
        came_at: record.came_at,
        opened,
        messages: told.iter().rev().map(|m| (m.channel, m.delivery.state, m.created_at)).collect(),
    }
}

pub(crate) fn line(record: &ConsultationRecord) -> ConsultationLine {
    let consultation = &record.consultation;
    ConsultationLine {
        id: consultation.id.clone(),
        state: consultation.state,
        ended: consultation.ended,
        created_at: record.created_at,
        ends_at: consultation.ends_at,
        studies: consultation.studies.len(),
        starter: record.starter.clone(),
    }
}
