//! What is true now, as far as anybody could know.

use std::collections::{BTreeMap, BTreeSet};

use filmless_delivery::staff::Stated;
use filmless_domain::PhoneNumber;
use filmless_domain::person_name::fold;

use crate::exam::{Exam, Order};
use crate::people::Person;
use crate::pixels::Mark;

/// The truth.
pub struct Truth {
    pub people: Vec<Person>,
    pub exams: Vec<Exam>,
    /// Examinations that counted as another person's, until the truth could be known.
    ended: BTreeSet<usize>,
    pub recalled: BTreeSet<usize>,
    pub cancelled: BTreeSet<usize>,
    /// Accession numbers with a signed result, and whose it is.
    signed: BTreeSet<(String, usize)>,
    /// Numbers and addresses, and whom clerks meant by each.
    contacts: BTreeMap<String, BTreeSet<usize>>,
    /// What clerks wrote about each person: names, birth dates, codes.
    written: BTreeMap<usize, BTreeSet<String>>,
}

impl Truth {
    pub fn new(people: Vec<Person>, exams: Vec<Exam>) -> Self {
        Self {
            people,
            exams,
            ended: BTreeSet::new(),
            recalled: BTreeSet::new(),
            cancelled: BTreeSet::new(),
            signed: BTreeSet::new(),
            contacts: BTreeMap::new(),
            written: BTreeMap::new(),
        }
    }

    /// Who owns an examination. One that was labelled and ordered as another person's throughout counts as theirs
    /// until the first message that says otherwise was handled: no system can look into the scanner.
    pub fn owner(&self, exam: usize) -> usize {
        match self.exams[exam].taken_for {
            Some(taken_for) if !self.ended.contains(&exam) => taken_for,
            _ => self.exams[exam].subject,
        }
    }

    /// Who owns these pixels.
    pub fn owner_of_pixels(&self, mark: Mark) -> usize {
        let exam = &self.exams[mark.exam];
        if mark.person == exam.subject { self.owner(mark.exam) } else { mark.person }
    }

    /// Whether a result of its owner is signed, under a number that the examination names.
    pub fn is_signed(&self, exam: usize) -> bool {
        let owner = self.owner(exam);
        let accessions = self.exams[exam].accessions();
        accessions.into_iter().any(|accession| self.signed.contains(&(accession.to_owned(), owner)))
    }

    /// From now on its true owner can be known.
    pub fn ends(&mut self, exam: usize) {
        self.ended.insert(exam);
    }

    /// Records an order that a clerk writes.
    pub fn writes(&mut self, order: &Order) {
        for contact in order.phone.iter().filter_map(|phone| normal(phone)).chain(order.email.clone()) {
            self.contacts.entry(contact).or_default().insert(order.about);
        }
        let written = self.written.entry(order.about).or_default();
        written.extend([words(&order.name), order.birth_date.clone(), order.id.clone()]);
        if order.is_signed {
            self.signed.insert((order.accession.clone(), order.about));
        }
    }

    /// Records where staff reach somebody.
    pub fn reaches(&mut self, contact: &str, person: usize) {
        if let Some(contact) = normal(contact) {
            self.contacts.entry(contact).or_default().insert(person);
        }
    }

    /// Whether clerks wrote down this number or address for that person.
    pub fn is_reached_at(&self, person: usize, contact: &str) -> bool {
        self.contacts.get(contact).is_some_and(|people| people.contains(&person))
    }

    /// Whether the hospital ever wrote this text about that person.
    pub fn is_written_of(&self, person: usize, text: &str) -> bool {
        let written = self.written.get(&person);
        written.is_some_and(|written| written.contains(text) || written.contains(&words(text)))
    }

    /// Whether staff who know the person would confirm them: the names are theirs, and the code is nobody else's.
    pub fn is_stated_of(&self, subject: usize, stated: &Stated) -> bool {
        let person = &self.people[subject];
        let sorted = |name: &str| {
            let mut words: Vec<String> = fold(name).split_whitespace().map(str::to_owned).collect();
            words.sort();
            words
        };
        let names = std::iter::once(&person.name).chain(person.former.as_ref().map(|(former, _)| former));
        let is_another = |other: &Person| other.number != subject && other.codes.contains(&stated.patient_id);
        names.into_iter().any(|name| sorted(name) == sorted(&stated.name))
            && !self.people.iter().any(is_another)
    }

    /// Whether everything that came for an examination is its subject's, and no file names another person. Then staff
    /// are right to release it under its own order.
    pub fn may_be_released(&self, exam: usize) -> bool {
        let exam = &self.exams[exam];
        let names_another = |id: &str| {
            self.people
                .iter()
                .any(|person| person.number != exam.subject && person.codes.iter().any(|code| code == id))
        };
        let is_right = exam.files.iter().all(|file| file.pixels_of == exam.subject);
        let is_named_right =
            exam.files.iter().filter(|file| !self.is_replaced(exam, file.number) || file.is_mended);
        let own = &self.people[exam.subject].codes;
        is_right
            && self.owner(exam.number) == exam.subject
            && is_named_right
                .into_iter()
                .all(|file| own.contains(&file.facts.id) || !names_another(&file.facts.id))
            && !self.recalled.contains(&exam.number)
            && !self.cancelled.contains(&exam.number)
    }

    fn is_replaced(&self, exam: &Exam, number: u32) -> bool {
        self.ended.contains(&exam.number)
            && exam.files.iter().any(|file| file.is_mended && file.number == number)
    }
}

/// A number or address as messages write it.
pub fn normal(contact: &str) -> Option<String> {
    if contact.contains('@') {
        return Some(contact.to_owned());
    }
    PhoneNumber::parse(contact).ok().map(|phone| phone.as_str().to_owned())
}

fn words(name: &str) -> String {
    filmless_domain::person_name::display(name)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}
