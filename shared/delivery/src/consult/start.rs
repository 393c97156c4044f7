//! Starting a consultation.

use filmless_consult::{
    BadField, Consent, ConsentForm, Consultation, ConsultationId, ConsultationState, Fault, Member,
    MemberRole,
};
use filmless_domain::audit::{Actor, AuditAction};
use filmless_domain::hospital::end_of_day;
use filmless_domain::usage::UsageKind;
use filmless_domain::{Language, PatientId, StudyInstanceUid};
use filmless_store::index::{ConsultationRecord, Index, LogName, MemberRecord, Transaction};
use jiff::{SignedDuration, Timestamp};

use super::Consultations;
use super::invite::Invited;
use super::message_rules::LinkBy;
use super::new_member::{NewMember, add_member, member_of};
use super::printable::demand_printable;
use super::view::is_in_sight;
use crate::DeliveryError;
use crate::record::audit::Record;
use crate::record::usage::{self, Pen};
use crate::viewing::Session;

/// Most consultations that are open at a time and were started with one share.
pub const CONSULTATIONS_OF_SHARE_MAX: usize = 3;

/// Most consultations that are started with one share within a day, however soon they end: each invites people.
pub const CONSULTATIONS_OF_SHARE_A_DAY_MAX: usize = 6;
const SHARE_WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// Most consultations of one account that are open at a time.
pub const CONSULTATIONS_OPEN_MAX: usize = 20;

/// A request for a consultation, as typed.
#[derive(Clone, Default)]
pub struct StartRequest {
    /// Which studies.
    pub studies: Vec<StudyInstanceUid>,
    /// What is asked.
    pub question: String,
    /// For how many days.
    pub days: u32,
    /// The call; may be empty.
    pub voice_link: String,
    /// Who took the patient's consent.
    pub consent_by: String,
    /// How.
    pub consent_form: Option<ConsentForm>,
    /// When; `None` if it was not told, or is no moment.
    pub consent_at: Option<Timestamp>,
    /// The members.
    pub members: Vec<NewMember>,
    /// Which of them leads, by its place in the list.
    pub chair: Option<usize>,
    /// Which of them writes the minutes.
    pub secretary: Option<usize>,
    /// The language of its messages.
    pub language: Language,
    /// Who starts it, for people to read.
    pub starter: String,
    /// Whether members may save marks in the studies: if the hospital says so; who starts it with a share says nothing here.
    pub may_annotate: bool,
}

impl std::fmt::Debug for StartRequest {
    /// Hides names and addresses.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StartRequest(hidden)")
    }
}

/// A consultation that was started. Secrets that no message carries are shown once.
#[derive(Debug)]
pub struct Started {
    /// Which.
    pub id: ConsultationId,
    /// How each member was invited.
    pub invited: Vec<Invited>,
}

/// What came of a request.
#[derive(Debug)]
pub enum StartAnswer {
    /// It is open, and its members are invited.
    Started(Started),
    /// The request cannot be met as it is.
    Bad(BadField),
    /// A study is not in sight, or is not this patient's.
    NotInSight,
    /// The account has [`CONSULTATIONS_OPEN_MAX`] open already, or the share [`CONSULTATIONS_OF_SHARE_MAX`],
    /// or [`CONSULTATIONS_OF_SHARE_A_DAY_MAX`] were started with it.
    TooMany,
}

/// Whose consultation it is, and who starts it.
pub(crate) struct Owner<'a> {
    pub account_key: &'a str,
    pub patient_id: &'a PatientId,
    pub patient_name: &'a str,
    pub started_by: Actor,
    pub source: &'a str,
    /// Until when at the latest: a share gives nobody more than it has.
    pub ends_by: Option<Timestamp>,
}

impl Consultations {
    /// Starts a consultation with a share that may; `None` for any other session.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn start_with_share(
        &self,
        session: &Session,
        request: &StartRequest,
    ) -> Result<Option<StartAnswer>, DeliveryError> {
        if !session.may_consult() {
            return Ok(None);
        }
        let shared = session.share.as_ref().map(|share| share.studies.as_slice()).unwrap_or_default();
        if !request.studies.iter().all(|study| shared.contains(study)) {
            return Ok(Some(StartAnswer::NotInSight));
        }
        let owner = Owner {
            account_key: &session.account_key,
            patient_id: &session.patient_id,
            patient_name: &session.patient_name,
            started_by: session.actor(),
            source: &session.source,
            ends_by: session.share.as_ref().map(|share| share.ends_at),
        };
        let request = StartRequest { may_annotate: session.may_annotate(), ..request.clone() };
        start(self, &owner, &request).await.map(Some)
    }
}

/// Starts a consultation about studies of an account. Whether each is in sight is checked here.
pub(crate) async fn start(
    consultations: &Consultations,
    owner: &Owner<'_>,
    request: &StartRequest,
) -> Result<StartAnswer, DeliveryError> {
    let common = &consultations.common;
    for study in &request.studies {
        if !is_in_sight(common, owner.account_key, study).await? {
            return Ok(StartAnswer::NotInSight);
        }
    }
    let now = common.clock.now();
    let known = common.index.consultations_of_account(owner.account_key).await?;
    let opened: Vec<_> = known.iter().filter(|record| record.consultation.is_open_at(now)).collect();
    let is_own = |record: &&ConsultationRecord| record.consultation.started_by == owner.started_by;
    let own = opened.iter().filter(|record| is_own(record)).count();
    let lately =
        known.iter().filter(|record| is_own(record) && record.created_at > now - SHARE_WINDOW).count();
    let is_full = matches!(owner.started_by, Actor::Share { .. })
        && (own >= CONSULTATIONS_OF_SHARE_MAX || lately >= CONSULTATIONS_OF_SHARE_A_DAY_MAX);
    if is_full || opened.len() >= CONSULTATIONS_OPEN_MAX {
        return Ok(StartAnswer::TooMany);
    }
    let (record, members) = match prepared(consultations, owner, request, now)? {
        Ok(prepared) => prepared,
        Err(bad) => return Ok(StartAnswer::Bad(bad)),
    };
    // First it is there and nobody knows of it, then it opens, then each member hears of it: whatever a crash leaves out,
    // whoever started it sees.
    let draft = Transaction::new().add_consultation(&record)?;
    common.index.commit(draft).await?.or_contention()?;
    for member in &members {
        add_member(consultations, &record, member).await?;
    }
    open(consultations, owner, &record, members.len()).await?;
    let mut invited = Vec::new();
    for member in &members {
        let by = (owner.started_by.clone(), owner.source);
        invited.extend(consultations.invite(&record, member, LinkBy::Usual, by).await?);
    }
    Ok(StartAnswer::Started(Started { id: record.consultation.id, invited }))
}

type Prepared = (ConsultationRecord, Vec<MemberRecord>);

/// Everything as it is stored, or the first field that cannot be.
fn prepared(
    consultations: &Consultations,
    owner: &Owner<'_>,
    request: &StartRequest,
    now: Timestamp,
) -> Result<Result<Prepared, BadField>, DeliveryError> {
    if let Err(bad) = demand_printable([
        ("question", request.question.as_str()),
        ("consent.taken_by", request.consent_by.as_str()),
    ]) {
        return Ok(Err(bad));
    }
    let common = &consultations.common;
    let records = match members_of(consultations, request)? {
        Ok(records) => records,
        Err(bad) => return Ok(Err(bad)),
    };
    let members: Vec<Member> = records.iter().map(|record| record.member.clone()).collect();
    if request.secretary.is_some_and(|place| Some(place) == request.chair || place >= members.len()) {
        return Ok(Err(BadField { field: "secretary".to_owned(), kind: Fault::NotAllowed }));
    }
    let missing = |field: &str| Ok(Err(BadField { field: field.to_owned(), kind: Fault::Missing }));
    let Some(chair) = members.iter().find(|member| member.is_chair()).map(|member| member.id.clone()) else {
        return missing("chair");
    };
    let Some(form) = request.consent_form else { return missing("consent.form") };
    let Some(taken_at) = request.consent_at else { return missing("consent.taken_at") };
    let days = SignedDuration::from_hours(24 * i64::from(request.days));
    let ends_at = if days.is_zero() { now } else { end_of_day(now + days - SignedDuration::from_hours(24)) };
    let ends_at = owner.ends_by.map_or(ends_at, |ends_by| ends_at.min(ends_by));
    let (id, _) = crate::record::log::new_id(common)?;
    let secretary = members.iter().find(|member| member.role == MemberRole::Secretary);
    let voice_link = Some(request.voice_link.trim().to_owned()).filter(|link| !link.is_empty());
    let consultation = Consultation {
        id: ConsultationId::parse(&id).map_err(DeliveryError::internal("the id of a consultation"))?,
        account: owner.account_key.to_owned(),
        studies: request.studies.clone(),
        question: request.question.clone(),
        chair,
        secretary: secretary.map(|member| member.id.clone()),
        opens_at: now,
        ends_at,
        consent: Some(Consent { taken_by: request.consent_by.clone(), taken_at, form }),
        voice_link,
        started_by: owner.started_by.clone(),
        state: ConsultationState::Draft,
        ended: None,
    };
    // Opened on trial: what would be refused later is refused before anything is written.
    let consultation = match consultation.checked(&members) {
        Ok(consultation) => consultation,
        Err(bad) => return Ok(Err(bad)),
    };
    if let Err(bad) = consultation.clone().open(now) {
        return Ok(Err(bad));
    }
    let record = ConsultationRecord {
        consultation,
        patient_id: owner.patient_id.clone(),
        patient_name: owner.patient_name.to_owned(),
        language: request.language,
        starter: filmless_domain::invisible::one_line(&request.starter),
        may_annotate: request.may_annotate,
        created_at: now,
        ended_at: None,
    };
    Ok(Ok((record, records)))
}

/// Its members, or the first field of one that cannot be taken.
fn members_of(
    consultations: &Consultations,
    request: &StartRequest,
) -> Result<Result<Vec<MemberRecord>, BadField>, DeliveryError> {
    let (mut members, mut records): (Vec<Member>, Vec<MemberRecord>) = (Vec::new(), Vec::new());
    for (place, typed) in request.members.iter().enumerate() {
        let role = match place {
            place if Some(place) == request.chair => MemberRole::Chair,
            place if Some(place) == request.secretary => MemberRole::Secretary,
            _ => MemberRole::Member,
        };
        match member_of(consultations.new_member_id(&members)?, typed, role) {
            Ok(record) => {
                members.push(record.member.clone());
                records.push(record);
            }
            Err(bad) => return Ok(Err(BadField { field: format!("members[{place}].{}", bad.field), ..bad })),
        }
    }
    Ok(Ok(records))
}

/// Opens it, on the record.
async fn open(
    consultations: &Consultations,
    owner: &Owner<'_>,
    record: &ConsultationRecord,
    members: usize,
) -> Result<(), DeliveryError> {
    let common = &consultations.common;
    let consultation = &record.consultation;
    let detail = format!(
        "consultation {}, {} studies, {members} members",
        consultation.id,
        consultation.studies.len()
    );
    let audit = Record::new(AuditAction::StartConsultation, owner.started_by.clone()).from(owner.source);
    let entry = audit.account(owner.account_key).detail(detail).entry(common)?;
    let mut events = Vec::new();
    for study in &consultation.studies {
        if let Some(study) = common.index.study(study).await? {
            let pen = Pen::of_study(common, &study).await?;
            events.push(pen.event(UsageKind::ConsultationStarted, consultation.id.as_str()));
        }
    }
    let (key, opened) = Index::open_consultation_change(&consultation.id);
    let transaction = Transaction::new().update(key, opened).log(LogName::Audit, &entry)?;
    common.index.commit(usage::add(transaction, &events)?).await?.or_contention()?;
    Ok(())
}
