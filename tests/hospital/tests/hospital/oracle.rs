//! Knows the truth, and looks at everything that anybody can see as soon as it may have changed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use filmless_delivery::Services;
use filmless_delivery::viewing::{Portal, Session, StudyDownload, StudySummary};
use filmless_domain::{AccessionNumber, DownloadKind, StudyInstanceUid};
use serde_json::Value;

use crate::exam::exam_in;
use crate::figures::Figures;
use crate::pictures::{self, Pictures};
use crate::pixels::Mark;
use crate::seats::{SOURCE, Seats};
use crate::software::Tokens;
use crate::truth::Truth;

/// Something that must never happen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    pub step: usize,
    pub what: &'static str,
    /// The person who learned it.
    pub by: usize,
    /// The person it is about.
    pub of: usize,
    pub exam: usize,
    pub detail: String,
}

pub struct Oracle {
    pub truth: Truth,
    pub seats: Seats,
    pub software: Tokens,
    pub pictures: Pictures,
    pub figures: Figures,
    pub violations: Vec<Violation>,
    pub step: usize,
    /// What the index said about an examination at the last look.
    known: HashMap<usize, String>,
    told: BTreeSet<(&'static str, usize, usize)>,
}

/// A viewer: an account, or a share of it.
struct Viewer {
    session: Session,
    person: usize,
    is_share: bool,
}

impl Oracle {
    pub fn new(truth: Truth) -> Self {
        Self {
            truth,
            seats: Seats::default(),
            software: Tokens::default(),
            pictures: Pictures::new(),
            figures: Figures::default(),
            violations: Vec::new(),
            step: 0,
            known: HashMap::new(),
            told: BTreeSet::new(),
        }
    }

    pub fn violate(&mut self, what: &'static str, by: usize, of: usize, exam: usize, detail: String) {
        if self.told.insert((what, by, exam)) {
            self.violations.push(Violation { step: self.step, what, by, of, exam, detail });
        }
    }

    /// Looks at those of these examinations that changed.
    pub async fn look(&mut self, services: &Services, exams: &BTreeSet<usize>, is_certain: bool) {
        let mut changed = BTreeSet::new();
        let mut people = BTreeSet::new();
        for exam in exams {
            if self.has_changed(services, *exam).await || is_certain {
                changed.insert(*exam);
                people.extend(self.truth.exams[*exam].people());
            }
        }
        if changed.is_empty() {
            return;
        }
        // Before anybody looks again, who would be given another token.
        self.look_with_software(services, &changed).await;
        for account in self.seats.of_people(&people) {
            self.look_as(services, &account, &changed, false).await;
        }
    }

    async fn look_with_software(&mut self, services: &Services, exams: &BTreeSet<usize>) {
        for shown in self.software.shown(services, exams).await {
            self.figures.by_software += 1;
            let person = shown.person;
            for exam in shown.studies.iter().filter_map(|study| exam_of(study.as_str())) {
                let owner = self.truth.owner(exam);
                if owner != person {
                    self.violate("opened by software", person, owner, exam, String::new());
                }
                if self.truth.recalled.contains(&exam) {
                    self.violate("opened by software what was recalled", person, owner, exam, String::new());
                }
            }
            self.check_pixels("got files by software", person, &shown.marks);
        }
    }

    /// Lets everybody sign in anew and look at everything.
    pub async fn sweep(&mut self, services: &Services) {
        let all: Vec<String> = self.seats.accounts.keys().cloned().collect();
        for account in all {
            let person = self.seats.accounts[&account].person;
            let exams = self.truth.exams.iter().filter(|exam| exam.people().contains(&person));
            let exams: BTreeSet<usize> = exams.map(|exam| exam.number).collect();
            self.look_as(services, &account, &exams, true).await;
        }
        self.figures.sweeps += 1;
    }

    async fn has_changed(&mut self, services: &Services, exam: usize) -> bool {
        let this = &self.truth.exams[exam];
        let record = services.index.study(&uid_of(&this.uid())).await.unwrap();
        let mut study = serde_json::to_value(&record).unwrap();
        for moment in ["last_received_at", "settle_due_ms", "reconciled_at"] {
            if let Value::Object(fields) = &mut study {
                fields.remove(moment);
            }
        }
        let mut known = study.to_string();
        for accession in this.accessions() {
            let accession = AccessionNumber::parse(accession).unwrap();
            let order = services.index.order(&accession).await.unwrap();
            known += &serde_json::to_string(&order).unwrap();
        }
        known += &self.truth.owner(exam).to_string();
        self.known.insert(exam, known.clone()) != Some(known)
    }

    async fn look_as(&mut self, services: &Services, name: &str, exams: &BTreeSet<usize>, anew: bool) {
        self.software.now = services.clock.now();
        let portal = Portal::new(services.clone());
        let Some(mut account) = self.seats.accounts.remove(name) else { return };
        let person = account.person;
        let session = account.session(&portal, name, &self.truth.people[person], anew).await;
        let mut viewers: Vec<Viewer> =
            session.into_iter().map(|session| Viewer { session, person, is_share: false }).collect();
        for cookie in account.shares.clone() {
            let session = portal.session(&cookie, SOURCE).await.unwrap();
            viewers.extend(session.map(|session| Viewer { session, person, is_share: true }));
        }
        self.seats.accounts.insert(name.to_owned(), account);
        for viewer in viewers {
            self.figures.looks += 1;
            for line in portal.list_studies(&viewer.session).await.unwrap() {
                self.check_line(viewer.person, &line);
            }
            for exam in exams {
                self.open(&portal, &viewer, *exam).await;
            }
        }
    }

    /// Checks one line of "my studies".
    fn check_line(&mut self, person: usize, line: &StudySummary) {
        let Some(exam) = exam_of(line.study_instance_uid.as_str()) else { return };
        let owner = self.truth.owner(exam);
        if owner != person {
            let what = if line.is_released { "listed" } else { "listed on its way" };
            self.violate(what, person, owner, exam, format!("{:?}", line.title));
        }
        if let Some(named) = line.title.as_deref().and_then(exam_in) {
            self.check_title(person, exam, named);
        }
        if line.date.is_some_and(|date| date != self.truth.exams[exam].date()) {
            self.violate("listed with another date", person, owner, exam, String::new());
        }
        if let Some(poster) = &line.poster_url {
            let marks = self.pictures.of_poster(poster);
            self.check_pixels("saw a poster", person, &marks);
        }
    }

    /// A title names an examination, which must be theirs.
    fn check_title(&mut self, person: usize, exam: usize, named: usize) {
        let owner = self.truth.owner(named);
        let subject = self.truth.exams[named].subject;
        if owner != person && subject != person {
            self.violate("read a title", person, owner, exam, format!("of examination {named}"));
        }
    }

    fn check_pixels(&mut self, what: &'static str, person: usize, marks: &BTreeSet<Mark>) {
        for mark in marks {
            let owner = self.truth.owner_of_pixels(*mark);
            // A person's own pixels are theirs under any label.
            if owner != person && mark.person != person {
                self.violate(what, person, mark.person, mark.exam, format!("{mark:?}"));
            }
        }
    }

    /// Opens a study by its address, whether it was listed or not.
    async fn open(&mut self, portal: &Portal, viewer: &Viewer, exam: usize) {
        let uid = uid_of(&self.truth.exams[exam].uid());
        let Some(view) = portal.open_study(&viewer.session, &uid).await.unwrap() else { return };
        self.figures.opened += 1;
        let (person, owner) = (viewer.person, self.truth.owner(exam));
        self.software.make(portal, &viewer.session, (person, exam), uid.clone()).await;
        let birth = serde_json::to_value(view.birth_date).unwrap();
        let birth = birth.as_str().unwrap_or_default();
        for printed in [view.patient_name.as_str(), view.patient_id.as_str(), birth] {
            if !self.truth.is_written_of(person, printed) {
                self.violate("read a name, code or birth date", person, owner, exam, printed.to_owned());
            }
        }
        self.check_line(person, &view.summary);
        for series in &view.series {
            let marks = self.pictures.of_series(series);
            self.check_pixels("saw images", person, &marks);
        }
        if self.truth.recalled.contains(&exam) {
            self.violate("saw what was recalled", person, owner, exam, String::new());
        }
        if self.figures.is_report_asked && !viewer.is_share && !self.truth.is_signed(exam) && owner == person
        {
            self.violate("saw what is not signed", person, owner, exam, String::new());
        }
    }

    /// Fetches what its patient can: all files in one download, and each file by itself.
    pub async fn fetch(&mut self, services: &Services, exam: usize) {
        let portal = Portal::new(services.clone());
        let people = self.truth.exams[exam].people();
        for name in self.seats.of_people(&people) {
            let Some(mut account) = self.seats.accounts.remove(&name) else { continue };
            let person = account.person;
            let session = account.session(&portal, &name, &self.truth.people[person], false).await;
            self.seats.accounts.insert(name.clone(), account);
            let Some(session) = session else { continue };
            let uid = uid_of(&self.truth.exams[exam].uid());
            if let Some(StudyDownload::Ready { url, .. }) =
                portal.find_download(&session, &uid, DownloadKind::Uploaded).await.unwrap()
                && let Some(zip) = self.pictures.fetch(&url)
            {
                self.figures.downloads += 1;
                self.check_pixels("downloaded", person, &pictures::of_zip(zip));
            }
            for instance in services.index.instances(&uid).await.unwrap() {
                let url = portal.original_url(&session, &uid, &instance.sop_instance_uid).await.unwrap();
                if let Some(file) = url.and_then(|url| self.pictures.fetch(&url)) {
                    self.check_pixels("downloaded", person, &pictures::of_file(&file).into_iter().collect());
                }
            }
        }
    }

    /// The studies that their owners can open at the end.
    pub async fn shown_to_their_owners(&mut self, services: &Services) -> BTreeSet<usize> {
        let portal = Portal::new(services.clone());
        let mut listed: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for name in self.seats.accounts.keys().cloned().collect::<Vec<_>>() {
            let Some(mut account) = self.seats.accounts.remove(&name) else { continue };
            let person = account.person;
            if let Some(session) = account.session(&portal, &name, &self.truth.people[person], false).await {
                let lines = portal.list_studies(&session).await.unwrap();
                let released = lines.iter().filter(|line| line.is_released);
                let exams = released.filter_map(|line| exam_of(line.study_instance_uid.as_str()));
                listed.entry(person).or_default().extend(exams);
            }
            self.seats.accounts.insert(name, account);
        }
        let exams = self.truth.exams.iter();
        let is_shown =
            |subject: usize, exam: usize| listed.get(&subject).is_some_and(|exams| exams.contains(&exam));
        exams.filter(|exam| is_shown(exam.subject, exam.number)).map(|exam| exam.number).collect()
    }
}

pub fn uid_of(text: &str) -> StudyInstanceUid {
    StudyInstanceUid::parse(text).unwrap()
}

/// The examination with this Study Instance UID.
pub fn exam_of(uid: &str) -> Option<usize> {
    uid.strip_prefix("1.2.826.0.1.3680043.10.998.")?.parse().ok()
}
