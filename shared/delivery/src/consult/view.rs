//! What the pages of a consultation show.

use std::collections::BTreeMap;

use filmless_consult::{
    Consultation, ConsultationId, ConsultationState, EndReason, MemberId, MemberRole, MemberStatus, Opinion,
};
use filmless_domain::audit::Actor;
use filmless_domain::{Channel, StudyInstanceUid};
use filmless_store::index::{
    ChannelState, ConsultationRecord, MemberMessageKind, MemberMessageRecord, MemberRecord, VisitRecord,
};
use futures::future::try_join_all;
use jiff::Timestamp;

use super::Consultations;
use super::message_rules::Ways;
use super::places::{Place, Who};
use super::stop::is_of_share;
use crate::DeliveryError;
use crate::parts::Common;
use crate::sight::{are_all_in_sight, find_in_sight};
use crate::viewing::Session;

/// How many visits of each member are shown.
const VISITS_SHOWN: i32 = 20;

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
    /// When they were in the room, newest first: from and until; without an end while they are there.
    pub visits: Vec<(Timestamp, Option<Timestamp>)>,
    /// What became of the newest message of each kind to them, newest first.
    pub messages: Vec<MessageLine>,
    /// Whether they come with an account of the hospital, so that there is no code.
    pub signs_in: bool,
    /// The channels by which the last message did not arrive.
    pub broken: Vec<Channel>,
    /// The channels by which a link may go.
    pub reached_by: Vec<Channel>,
}

/// A message to a member, as the pages show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageLine {
    /// What it brings.
    pub kind: MemberMessageKind,
    /// How it goes.
    pub channel: Channel,
    /// How far it came.
    pub state: ChannelState,
    /// When it was made.
    pub at: Timestamp,
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
        let members = index.members(id).await?;
        let came = members.iter().filter(|member| member.came_at.is_some());
        let visits_of = came.map(|member| index.visits(id, &member.member.id, VISITS_SHOWN));
        let mut visits: BTreeMap<MemberId, Vec<VisitRecord>> = BTreeMap::new();
        for visit in try_join_all(visits_of).await?.into_iter().flatten() {
            visits.entry(visit.member.clone()).or_default().push(visit);
        }
        let members = members.into_iter().map(|member| {
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
            let was_here = visits.remove(&member.member.id).unwrap_or_default();
            member_line(member, opened, &was_here, &told)
        });
        let mut members: Vec<MemberLine> = members.collect();
        members.sort_by(|a, b| (a.role, &a.name).cmp(&(b.role, &b.name)));
        Ok(ConsultationView { record, members })
    }

    /// Whether somebody may read what was asked. Patient and starter may not once a study is out of sight: it may speak of images
    /// that turned out to be somebody else's.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn may_read_question(&self, place: &Place) -> Result<bool, DeliveryError> {
        let Consultation { account, studies, ended, .. } = &place.record.consultation;
        Ok(match place.who {
            Who::Member(_) => true,
            Who::Patient | Who::Starter => {
                *ended != Some(EndReason::Recalled)
                    && are_all_in_sight(&self.common, account, studies).await?
            }
        })
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
    was_here: &[VisitRecord],
    told: &[MemberMessageRecord],
) -> MemberLine {
    opened.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
    let signs_in = record.signs_in();
    let member = record.member;
    let ways = Ways::of(&member, told);
    let message = |message: &MemberMessageRecord| MessageLine {
        kind: message.kind,
        channel: message.channel,
        state: message.delivery.state,
        at: message.created_at,
    };
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
        visits: was_here.iter().map(|visit| (visit.came_at, visit.left_at)).collect(),
        messages: newest_of_each(told).into_iter().map(message).collect(),
        signs_in,
        reached_by: ways.known().to_vec(),
        broken: ways.into_broken(),
    }
}

/// The newest message of each kind on each channel, newest first.
fn newest_of_each(told: &[MemberMessageRecord]) -> Vec<&MemberMessageRecord> {
    let mut newest: Vec<&MemberMessageRecord> = Vec::new();
    for message in told.iter().rev() {
        if newest.iter().all(|known| (known.kind, known.channel) != (message.kind, message.channel)) {
            newest.push(message);
        }
    }
    newest
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
