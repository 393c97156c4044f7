//! Staff who know the truth, and do what the product allows.

use filmless_delivery::Services;
use filmless_delivery::staff::{ContactCorrection, Decision, Desk, Extent, ListAsked, StaffError};
use filmless_domain::staff::{Role, StaffMember};
use filmless_domain::{AccessionNumber, PatientId};

use crate::oracle::{Oracle, exam_of, uid_of};

/// How many days back staff look at held studies.
const DAYS: u16 = 10;

fn desk(services: &Services) -> Desk {
    let member = StaffMember { subject: "records".into(), name: "Hồ sơ".into(), roles: Role::ALL.into() };
    Desk::new(services.clone(), member, "203.0.113.20".into())
}

impl Oracle {
    /// Releases studies that are held although they are right; returns the examinations it touched.
    pub async fn work_through_held(&mut self, services: &Services) -> Vec<usize> {
        let desk = desk(services);
        let mut released = Vec::new();
        let held = desk.held(&ListAsked::of_days(DAYS), &Extent::Whole).await.unwrap();
        for held in held.rows {
            let Some(exam) = exam_of(held.study.study_instance_uid.as_str()) else { continue };
            self.figures.was_held.insert(exam);
            if !self.truth.may_be_released(exam) {
                continue;
            }
            let this = &self.truth.exams[exam];
            let accession = AccessionNumber::parse(&this.accession).unwrap();
            let order = services.index.order(&accession).await.unwrap();
            // The current order is for this person, and signed where that is required.
            let is_theirs = order.is_some_and(|order| {
                let patient = &order.order.patient;
                self.truth.is_written_of(this.subject, &patient.name) && self.truth.is_signed(exam)
            });
            if is_theirs && self.release(&desk, exam, &accession).await {
                self.figures.released_by_staff.insert(exam);
                released.push(exam);
            }
        }
        released
    }

    /// Reads the facts and releases. Confirms that they are one person where that is so.
    async fn release(&mut self, desk: &Desk, exam: usize, accession: &AccessionNumber) -> bool {
        let uid = uid_of(&self.truth.exams[exam].uid());
        let Ok(view) = desk.identity(&uid, Some(accession)).await else { return false };
        let subject = self.truth.exams[exam].subject;
        let is_same_person =
            view.images.iter().chain(&view.account).all(|stated| self.truth.is_stated_of(subject, stated));
        let decision = Decision {
            order: Some(accession.clone()),
            reason: "đúng người bệnh".into(),
            seen: view.seen,
            is_same_person,
        };
        let decided = desk.release(&uid, &decision).await;
        self.figures.same_person += usize::from(decided.is_ok() && is_same_person);
        decided.is_ok()
    }

    pub async fn recall(&mut self, services: &Services, exam: usize) {
        let uid = uid_of(&self.truth.exams[exam].uid());
        if desk(services).recall(&uid, "nhầm người bệnh").await.is_ok() {
            self.truth.recalled.insert(exam);
        }
    }

    pub async fn correct_contact(&mut self, services: &Services, exam: usize) {
        let this = &self.truth.exams[exam];
        // Skip codes that belong to somebody else: staff look the patient up.
        if !this.is_clean() {
            return;
        }
        let (subject, code) = (this.subject, PatientId::parse(&this.orders[0].id).unwrap());
        let phone = format!("077{subject:07}");
        let correction = ContactCorrection { phone: Some(phone.clone()), email: None };
        if desk(services).correct_contact(&code, &correction).await.is_ok() {
            self.truth.reaches(&phone, subject);
        }
    }

    pub async fn merge(&mut self, services: &Services, person: usize) {
        let codes = &self.truth.people[person].codes;
        let (from, into) = (PatientId::parse(&codes[0]).unwrap(), PatientId::parse(&codes[1]).unwrap());
        if desk(services).merge(&from, &into, "một người, hai mã").await.is_ok() {
            self.figures.merges += 1;
        }
    }

    /// Asks to merge two people who look alike. The product has to refuse.
    pub async fn merge_doubles(&mut self, services: &Services, person: usize) {
        let Some(double) = self.truth.people[person].double else { return };
        let code = |person: usize| PatientId::parse(&self.truth.people[person].codes[0]).unwrap();
        let merged: Result<_, StaffError> =
            desk(services).merge(&code(person), &code(double), "nhìn giống nhau").await;
        if merged.is_ok() && code(person) != code(double) {
            let exam =
                self.truth.exams.iter().find(|exam| exam.subject == person).map_or(0, |exam| exam.number);
            self.violate("was merged", person, double, exam, "two people look alike".into());
        }
    }
}
