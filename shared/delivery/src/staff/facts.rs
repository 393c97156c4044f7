//! What images, order and account say about the patient, side by side, for staff to check before they release by hand.
//! Only for roles that may release.

use std::collections::BTreeSet;

use filmless_domain::audit::AuditAction;
use filmless_domain::identity::{AcceptedPairs, Agreement, Fact, compare, pair_digest};
use filmless_domain::staff::Act;
use filmless_domain::{AccessionNumber, HoldReason, PatientDemographics, StudyInstanceUid, person_name};
use filmless_store::index::{HeldWanted, OrderRecord, ReviewRecord, StudyRecord};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::Serialize;

use super::worklist::held_where;
use super::{Desk, StaffError};
use crate::sight::{beside, facts_digest, person_of};

/// Most studies in one list of mismatches.
pub const MISMATCHES_MAX: usize = 100;
/// Reasons for holding a study whose patient differs.
const MISMATCHES: [HoldReason; 4] = [
    HoldReason::PatientMismatch,
    HoldReason::CharacterSetMismatch,
    HoldReason::AccountMismatch,
    HoldReason::TwoPatients,
];
/// How many studies are compared with their orders at a time.
const STUDIES_AT_ONCE: usize = 16;

/// A person as a source describes them. `Debug` hides it.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stated {
    /// Patient ID.
    pub patient_id: String,
    /// Issuer of Patient ID.
    pub issuer: String,
    /// Name, as displayed.
    pub name: String,
    /// Birth date, ISO 8601, or only the year.
    pub birth_date: String,
    /// There is a birth date, but it cannot be read.
    pub is_birth_date_unreadable: bool,
    /// Sex.
    pub sex: String,
    /// Which of its facts prevent the release.
    pub doubts: Vec<Fact>,
}

/// Images, order and account of one study.
#[derive(Clone, Serialize)]
pub struct IdentityView {
    /// Which study.
    pub study_instance_uid: StudyInstanceUid,
    /// The order it would be released under.
    pub accession_number: AccessionNumber,
    /// What the order says: the person it would be shown to.
    pub order: Stated,
    /// The person who owns the account of that patient code, if there is one.
    pub account: Option<Stated>,
    /// What the files say, each spelling once.
    pub images: Vec<Stated>,
    /// All accession numbers in the files.
    pub accessions: Vec<AccessionNumber>,
    /// Whether anything prevents the release.
    pub differs: bool,
    /// Whether the account belongs to somebody else; then a release alone is not enough.
    pub is_account_anothers: bool,
    /// Whether the order was cancelled.
    pub is_cancelled: bool,
    /// Files of another patient, in quarantine.
    pub strangers: usize,
    /// Names what was seen; a decision repeats it.
    pub seen: String,
    /// Who has decided already and waits for a second member of staff.
    pub asked: Option<Asked>,
    /// Whether the hospital requires four eyes.
    pub four_eyes: bool,
}

/// A decision that waits for another member of staff.
#[derive(Debug, Clone, Serialize)]
pub struct Asked {
    /// Who decided.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// Whether they said that these are one person.
    pub is_same_person: bool,
    /// Whether the member looking now decided it.
    pub is_own: bool,
}

impl std::fmt::Debug for Stated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stated(hidden)")
    }
}

impl std::fmt::Debug for IdentityView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdentityView(hidden)")
    }
}

/// What was looked at, and the pairs that would have to be one person.
pub(super) struct Looked {
    pub view: IdentityView,
    pub pairs: BTreeSet<String>,
}

impl Desk {
    /// What images, order and account say about a study's patient.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn identity(
        &self,
        study: &StudyInstanceUid,
        order: Option<&AccessionNumber>,
    ) -> Result<IdentityView, StaffError> {
        self.demand(Act::Release, AuditAction::ReadHistory).await?;
        let case = self.case(study).await?;
        let order = self.order_for(&case.study, order).await?;
        let looked = self.look(&case.study, &order).await?;
        let record = self.record(AuditAction::ReadHistory).study(study);
        record.detail("facts of images and order").write(&self.common).await?;
        Ok(looked.view)
    }

    /// What the records office should check besides the held studies, newest first.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn reviews(&self) -> Result<Vec<ReviewRecord>, StaffError> {
        self.demand(Act::Release, AuditAction::ReadHistory).await?;
        let mut reviews = self.common.index.reviews().await?;
        reviews.reverse();
        Ok(reviews)
    }

    /// The studies of the last days that are held because a person differs, with what differs, oldest first; at most
    /// [`MISMATCHES_MAX`].
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn mismatches(&self, days: u16) -> Result<Vec<IdentityView>, StaffError> {
        self.demand(Act::Release, AuditAction::ReadHistory).await?;
        let is_one = |study: &StudyRecord| MISMATCHES.iter().any(|reason| study.is_held_for(*reason));
        let are_enough = |held: &[StudyRecord]| held.len() >= MISMATCHES_MAX;
        let wanted = HeldWanted::For(&MISMATCHES);
        let held = held_where(&self.common, days, wanted, is_one, are_enough).await?;
        let compared = stream::iter(held).map(|study| async move {
            match self.order_for(&study, None).await {
                Ok(order) => Ok::<_, StaffError>(Some(self.look(&study, &order).await?.view)),
                Err(_) => Ok(None),
            }
        });
        let compared: Vec<Option<IdentityView>> = compared.buffered(STUDIES_AT_ONCE).try_collect().await?;
        let views: Vec<IdentityView> = compared.into_iter().flatten().take(MISMATCHES_MAX).collect();
        let record = self.record(AuditAction::ReadHistory);
        record.detail(format!("{} mismatches", views.len())).write(&self.common).await?;
        Ok(views)
    }

    pub(super) async fn look(&self, study: &StudyRecord, order: &OrderRecord) -> Result<Looked, StaffError> {
        let (index, order) = (&self.common.index, &order.order);
        let accepted = index.accepted_pairs(&order.patient.id).await?;
        let ordered = order.demographics();
        let person = match index.account_of_patient(&order.patient.id).await? {
            Some(account) => person_of(&self.common, account).await?,
            None => None,
        };
        // The images and the account may state the same person.
        let mut pairs = BTreeSet::new();
        let mut side = |person: &PatientDemographics, shown: &PatientDemographics| {
            let stated = self.stated(person, shown, &ordered, &accepted);
            if !stated.doubts.is_empty() {
                pairs.insert(pair_digest(person, &ordered));
            }
            stated
        };
        let images: Vec<Stated> = study.persons().iter().map(|person| side(person, person)).collect();
        let account = person.as_ref().map(|person| side(&beside(person, order), person));
        let strangers = index.strangers(&study.study_instance_uid).await?.len();
        let is_account_anothers = account.as_ref().is_some_and(|account| !account.doubts.is_empty());
        let asked = index.asked_release(&study.study_instance_uid).await?;
        let said = person.as_ref().map(|person| pair_digest(person, &ordered)).unwrap_or_default();
        let seen = format!("{} {said} {strangers}", facts_digest(study, order));
        let view = IdentityView {
            study_instance_uid: study.study_instance_uid.clone(),
            accession_number: order.accession_number.clone(),
            order: self.stated(&ordered, &ordered, &ordered, &accepted),
            account,
            images,
            accessions: study.accessions().into_iter().cloned().collect(),
            differs: !pairs.is_empty() || study.two_patients || strangers > 0,
            is_account_anothers,
            is_cancelled: order.is_cancelled(),
            strangers,
            seen: crate::credentials::token_digest(&seen)[..32].to_owned(),
            asked: asked.map(|asked| Asked {
                is_own: asked.by == self.member.subject,
                by: asked.by,
                at: asked.at,
                reason: asked.reason,
                is_same_person: asked.is_same_person,
            }),
            four_eyes: self.common.settings.identity.four_eyes,
        };
        Ok(Looked { view, pairs })
    }

    /// Compares `person` with the order; `shown` is what is displayed.
    fn stated(
        &self,
        person: &PatientDemographics,
        shown: &PatientDemographics,
        ordered: &PatientDemographics,
        accepted: &AcceptedPairs,
    ) -> Stated {
        let rules = &self.common.settings.identity;
        let is_same = person == ordered || accepted.is_same_person(person, ordered, rules);
        let mut doubts = if is_same { Vec::new() } else { compare(person, ordered, rules).doubts() };
        // A patient code that agrees is not marked.
        if compare(person, ordered, rules).id == Agreement::Agrees {
            doubts.retain(|fact| *fact != Fact::PatientId);
        }
        if !is_same && doubts.is_empty() {
            doubts.push(Fact::Name);
        }
        Stated {
            patient_id: match &shown.id {
                Some(id) => id.as_str().to_owned(),
                None if shown.is_id_unreadable => "?".to_owned(),
                None => String::new(),
            },
            issuer: shown.issuer.clone().unwrap_or_default(),
            name: person_name::display(shown.name.as_deref().unwrap_or_default()),
            birth_date: shown.birth_date.map(String::from).unwrap_or_default(),
            is_birth_date_unreadable: shown.is_birth_date_unreadable,
            sex: shown.sex.clone().unwrap_or_default(),
            doubts,
        }
    }
}
