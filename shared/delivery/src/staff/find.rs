//! Finds patients by patient code or accession number (with or without dashes), phone number (all of it, or its last
//! digits), birth date, or words of the name.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use filmless_domain::audit::AuditAction;
use filmless_domain::ids::HOSPITAL_ID_BYTES_MAX;
use filmless_domain::staff::Act;
use filmless_domain::{
    AccessionNumber, BirthDate, PatientId, PhoneNumber, StudyInstanceUid, TypedAnswer, person_name,
};
use filmless_store::index::{
    AccountRecord, Contact, HeldWanted, OrderRecord, PHONE_END_DIGITS, SearchRecord, StudyRecord,
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::worklist::held_where;
use super::{Desk, Refusal, StaffError};
use crate::credentials;
use crate::staff::status::{Reason, reason_of_hold};
use crate::viewing::ShareLine;

/// How many days back held studies are searched by the name in their images.
const HELD_DAYS: u16 = 31;
/// Most patients in one answer.
const HITS_MAX: usize = 50;
/// Most patients for a search of a single word.
const HITS_MAX_OF_WORD: i32 = 50;
/// How many of them are read at a time.
const HITS_AT_ONCE: usize = 16;
/// Most digits taken for the end of a phone number.
const PHONE_END_DIGITS_MAX: usize = 9;
/// How long a search is kept: a shift.
const SEARCH_SECONDS: i64 = 8 * 3600;
/// Longer than any id of a search.
const SEARCH_ID_BYTES_MAX: usize = 128;
/// Longest query, in characters.
const QUERY_CHARS_MAX: usize = 200;

/// One patient found.
#[derive(Clone, Serialize)]
pub struct PatientHit {
    /// The hospital's code.
    pub patient_id: PatientId,
    /// Name of the latest order.
    pub name: String,
    /// Birth date of the latest order, ISO 8601.
    pub birth_date: String,
    /// The code this one was merged into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<PatientId>,
    /// Number of studies, including those of the code it was merged into.
    pub studies: usize,
}

/// One patient, as the hotline needs to see them.
#[derive(Clone, Serialize)]
pub struct PatientView {
    /// The hospital's code.
    pub patient_id: PatientId,
    /// Name of the latest order.
    pub name: String,
    /// Birth date of the latest order, ISO 8601.
    pub birth_date: String,
    /// The code this one was merged into; account, studies and shares are shared with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<PatientId>,
    /// Where messages go.
    pub phone: Option<String>,
    /// Where emails go.
    pub email: Option<String>,
    /// Whether staff corrected these.
    pub is_corrected: bool,
    /// Account name, once something was released.
    pub account: Option<String>,
    /// Their studies, newest first.
    pub studies: Vec<StudyBrief>,
    /// Their shares, newest first.
    pub shares: Vec<ShareLine>,
}

/// One study of a patient. Nothing in it leads to an image.
#[derive(Debug, Clone, Serialize)]
pub struct StudyBrief {
    /// Which study.
    pub study_instance_uid: StudyInstanceUid,
    /// Accession number.
    pub accession_number: Option<AccessionNumber>,
    /// Study date.
    pub date: Option<Date>,
    /// Date of its images, if the study has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_date: Option<Date>,
    /// Description, if any.
    pub description: Option<String>,
    /// Modalities.
    pub modalities: Vec<String>,
    /// Its state.
    pub state: &'static str,
    /// Why it is held.
    pub reason: Option<Reason>,
    /// When it was first released.
    pub released_at: Option<Timestamp>,
}

/// A patient, and the records read to find them.
struct Found {
    hit: PatientHit,
    account: Option<AccountRecord>,
    latest: Option<OrderRecord>,
    studies: Vec<StudyRecord>,
}

impl std::fmt::Debug for PatientHit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PatientHit(hidden)")
    }
}

impl std::fmt::Debug for PatientView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PatientView(hidden)")
    }
}

/// Checks that a query can be searched for.
fn wanted(query: &str) -> Result<&str, StaffError> {
    let query = query.trim();
    if query.is_empty() || query.chars().count() > QUERY_CHARS_MAX {
        return Err(Refusal::BadSearch.into());
    }
    Ok(query)
}

impl Desk {
    /// Keeps a query for a shift. Returns its id, to use where the typed text must not be visible: in an address.
    ///
    /// # Errors
    /// [`StaffError`]; `bad-search` if the query cannot be searched for.
    pub async fn keep_search(&self, query: &str) -> Result<String, StaffError> {
        self.demand(Act::Find, AuditAction::FindPatient).await?;
        let (common, query) = (&self.common, wanted(query)?.to_owned());
        let id = credentials::new_token(common.randomness.as_ref())?;
        let subject = self.member.subject.clone();
        let expires_at = common.clock.now().as_second() + SEARCH_SECONDS;
        common.index.keep_search(id.expose(), &SearchRecord { subject, query, expires_at }).await?;
        Ok(id.expose().to_owned())
    }

    /// The text of a search that this member kept.
    ///
    /// # Errors
    /// [`StaffError`]; also not found if it belongs to somebody else.
    pub async fn kept_search(&self, id: &str) -> Result<String, StaffError> {
        self.demand(Act::Find, AuditAction::FindPatient).await?;
        if id.len() > SEARCH_ID_BYTES_MAX {
            return Err(StaffError::NotFound);
        }
        let search = self.common.index.search(id, self.common.clock.now()).await?;
        let own = search.filter(|search| search.subject == self.member.subject);
        own.map(|search| search.query).ok_or(StaffError::NotFound)
    }

    /// Finds patients by code, accession number, phone number, birth date or name; ignores accents and case.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn find(&self, query: &str) -> Result<Vec<PatientHit>, StaffError> {
        self.demand(Act::Find, AuditAction::FindPatient).await?;
        let query = wanted(query)?;
        let mut found = BTreeSet::new();
        found.extend(self.found_by_number(query).await?);
        found.extend(self.found_by_name(query).await?);
        let hits: Vec<Option<PatientHit>> = stream::iter(found.into_iter().take(HITS_MAX))
            .map(|patient| self.hit(patient))
            .buffered(HITS_AT_ONCE)
            .try_collect()
            .await?;
        let hits: Vec<PatientHit> = hits.into_iter().flatten().collect();
        let record = self.record(AuditAction::FindPatient);
        record.detail(format!("{} found", hits.len())).write(&self.common).await?;
        Ok(hits)
    }

    async fn found_by_number(&self, query: &str) -> Result<Vec<PatientId>, StaffError> {
        let index = &self.common.index;
        let mut found = Vec::new();
        if let Ok(patient) = PatientId::parse(query)
            && (!index.orders_of_patient(&patient).await?.is_empty()
                || !index.studies_of_patient(&patient).await?.is_empty())
        {
            found.push(patient);
        }
        if let Ok(accession) = AccessionNumber::parse(query) {
            found.extend(index.order(&accession).await?.map(|o| o.order.patient.id));
            let studies = index.studies_of_accession(&accession).await?;
            found.extend(studies.into_iter().filter_map(|study| study.patient.id));
        }
        if let Ok(phone) = PhoneNumber::parse(query) {
            found.extend(index.patients_of_phone(&phone).await?.into_iter().map(|p| p.patient_id));
        }
        // A two-digit year may mean either century.
        if let TypedAnswer::Dates(dates) = BirthDate::read_answer(query) {
            for born in dates {
                found.extend(index.patients_born(born).await?.into_iter().map(|p| p.patient_id));
            }
        }
        let digits: String = query.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
        if (PHONE_END_DIGITS..=PHONE_END_DIGITS_MAX).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
        {
            found.extend(index.patients_of_phone_end(&digits).await?.into_iter().map(|p| p.patient_id));
        }
        if query.len() <= HOSPITAL_ID_BYTES_MAX {
            found.extend(index.patients_of_code(query).await?.into_iter().map(|p| p.patient_id));
        }
        Ok(found)
    }

    /// All words must be in the name.
    async fn found_by_name(&self, query: &str) -> Result<Vec<PatientId>, StaffError> {
        let words = person_name::words(query);
        // Long words tend to be rare.
        let Some(rarest) = words.iter().max_by_key(|word| word.len()) else { return Ok(Vec::new()) };
        let index = &self.common.index;
        let mut found = match words.len() {
            1 => index.first_patients_of_word(rarest, HITS_MAX_OF_WORD).await?,
            _ => index.patients_of_word(rarest).await?,
        };
        found.retain(|pointer| {
            let names: Vec<&str> = pointer.name.split(' ').collect();
            words.iter().all(|word| names.contains(&word.as_str()))
        });
        // Search studies that wait for their order, or differ from it, by the name in their images.
        let is_named = |study: &StudyRecord| {
            let names = person_name::words(study.patient.name.as_deref().unwrap_or_default());
            words.iter().all(|word| names.contains(word))
        };
        let patients = |held: &[StudyRecord]| {
            held.iter().filter_map(|study| study.patient.id.clone()).collect::<BTreeSet<PatientId>>()
        };
        let are_enough = |held: &[StudyRecord]| patients(held).len() >= HITS_MAX;
        let wanted = HeldWanted::Named(rarest);
        let held = held_where(&self.common, HELD_DAYS, wanted, is_named, are_enough).await?;
        let held = patients(&held);
        Ok(found.into_iter().map(|pointer| pointer.patient_id).chain(held).collect())
    }

    async fn hit(&self, patient_id: PatientId) -> Result<Option<PatientHit>, StaffError> {
        let index = &self.common.index;
        let account = index.account_of_patient(&patient_id).await?;
        let is_merged = account.is_some_and(|account| account.patient_id != patient_id);
        match self.latest_order(&patient_id).await? {
            // The usual case: only count the studies, do not read them.
            Some(latest) if !is_merged => Ok(Some(PatientHit {
                studies: index.count_studies_of_patient(&patient_id).await?,
                name: person_name::display(&latest.order.patient.name),
                birth_date: latest.order.patient.birth_date.into(),
                merged_into: None,
                patient_id,
            })),
            _ => Ok(self.one_found(patient_id).await?.map(|found| found.hit)),
        }
    }

    async fn one_found(&self, patient_id: PatientId) -> Result<Option<Found>, StaffError> {
        let index = &self.common.index;
        let account = index.account_of_patient(&patient_id).await?;
        let merged_into = account.as_ref().map(|a| a.patient_id.clone()).filter(|into| *into != patient_id);
        let mut studies = index.studies_of_patient(&patient_id).await?;
        // What was moved is found under both codes.
        if let Some(into) = &merged_into {
            studies.extend(index.studies_of_patient(into).await?);
            let mut seen = BTreeSet::new();
            studies.retain(|study| seen.insert(study.study_instance_uid.to_string()));
        }
        let latest = self.latest_order(&patient_id).await?;
        if latest.is_none() && studies.is_empty() {
            return Ok(None);
        }
        let (name, born) = match &latest {
            Some(latest) => (Some(latest.order.patient.name.clone()), Some(latest.order.patient.birth_date)),
            None => (
                studies.iter().find_map(|study| study.patient.name.clone()),
                studies.iter().find_map(|study| study.patient.birth_date),
            ),
        };
        let hit = PatientHit {
            patient_id,
            name: person_name::display(&name.unwrap_or_default()),
            birth_date: born.map(String::from).unwrap_or_default(),
            merged_into,
            studies: studies.len(),
        };
        Ok(Some(Found { hit, account, latest, studies }))
    }

    pub(super) async fn latest_order(&self, patient: &PatientId) -> Result<Option<OrderRecord>, StaffError> {
        let orders = self.common.index.orders_of_patient(patient).await?;
        Ok(orders.into_iter().max_by_key(|order| order.written_at))
    }

    /// One patient with contact, account, studies and shares.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn patient(&self, patient_id: &PatientId) -> Result<PatientView, StaffError> {
        self.demand(Act::Find, AuditAction::FindPatient).await?;
        let index = &self.common.index;
        let found = self.one_found(patient_id.clone()).await?.ok_or(StaffError::NotFound)?;
        let Found { hit, account, latest, mut studies } = found;
        let contact = match latest {
            Some(order) => index.contact_of(&order).await?,
            None => Contact::default(),
        };
        let shares = match &account {
            Some(account) => crate::viewing::list_shares_of(&self.common, &account.account_key).await?,
            None => Vec::new(),
        };
        let mut record = self.record(AuditAction::FindPatient);
        if let Some(account) = &account {
            record = record.account(&account.account_key);
        }
        record.write(&self.common).await?;
        studies.sort_by_key(|study| Reverse((study.study_date, study.released_at)));
        Ok(PatientView {
            patient_id: hit.patient_id,
            name: hit.name,
            birth_date: hit.birth_date,
            merged_into: hit.merged_into,
            phone: contact.phone.map(|phone| phone.as_str().to_owned()),
            email: contact.email,
            is_corrected: index.corrected_contact(patient_id).await?.is_some(),
            account: account.map(|account| account.account_name),
            studies: studies.iter().map(brief).collect(),
            shares,
        })
    }
}

pub(super) fn brief(study: &StudyRecord) -> StudyBrief {
    StudyBrief {
        study_instance_uid: study.study_instance_uid.clone(),
        accession_number: study.order_accession.clone().or_else(|| study.accession_number.clone()),
        date: study.study_date,
        image_date: study.image_date.filter(|_| study.study_date.is_none()),
        description: study.description.clone(),
        modalities: study.modalities.clone(),
        state: study.state.as_str(),
        reason: reason_of_hold(study),
        released_at: study.released_at,
    }
}
