//! What will happen in a hospital. All of it follows from a seed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use crate::chance::Chance;
use crate::exam::{Exam, Facts, File, HOUR, MINUTE, Order};
use crate::kinds::Kind;
use crate::mistakes::Clerk;
use crate::people::{Person, people};

/// How large a hospital is, and how error-prone.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub seed: u64,
    pub people: usize,
    pub exams: usize,
    pub days: u32,
    /// How many of 1,000 examinations have a mistake.
    pub mistakes_per_mille: usize,
}

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    File {
        exam: usize,
        place: usize,
    },
    Order {
        exam: usize,
        place: usize,
    },
    /// A file arrives again, unchanged.
    Again {
        exam: usize,
    },
    /// Staff recall an examination.
    Recall {
        exam: usize,
    },
    /// The patient downloads all files.
    Download {
        exam: usize,
    },
    /// The patient shares it.
    Share {
        exam: usize,
    },
    /// Staff correct the phone number by hand.
    Contact {
        exam: usize,
    },
    /// Staff merge a person's two codes.
    Merge {
        person: usize,
    },
    /// Somebody wants to merge two people who look alike.
    MergeDoubles {
        person: usize,
    },
    /// Staff go through the held studies.
    Desk,
    /// Everybody looks at everything.
    Sweep,
    /// The hourly `reconcile`.
    Reconcile,
}

impl Act {
    /// The examination that this is about.
    pub fn exam(self) -> Option<usize> {
        match self {
            Self::File { exam, .. }
            | Self::Order { exam, .. }
            | Self::Again { exam }
            | Self::Recall { exam } => Some(exam),
            Self::Download { exam } | Self::Share { exam } | Self::Contact { exam } => Some(exam),
            _ => None,
        }
    }

    /// The person that this is about, if it is about no examination.
    pub fn person(self) -> Option<usize> {
        match self {
            Self::Merge { person } | Self::MergeDoubles { person } => Some(person),
            _ => None,
        }
    }
}

/// The complete plan.
#[derive(Debug, Clone)]
pub struct Plan {
    pub people: Vec<Person>,
    pub exams: Vec<Exam>,
    /// In order of time.
    pub acts: Vec<(Timestamp, Act)>,
}

impl Plan {
    pub fn new(size: &Size, start: Timestamp) -> Self {
        let mut chance = Chance::new(size.seed, 11);
        let people = people(&mut chance, size.people);
        let mut exams = exams(&mut chance, &people, size, start);
        mark_what_lies_in_people(&people, &mut exams);
        make_mistakes(&mut chance, &people, &mut exams, size.mistakes_per_mille);
        sign_later(&mut chance, &mut exams);
        let acts = acts(&mut chance, &people, &exams, size, start);
        Self { people, exams, acts }
    }

    /// The same plan with only these examinations.
    pub fn only(&self, exams: &BTreeSet<usize>) -> Self {
        let people: BTreeSet<usize> = exams.iter().flat_map(|exam| self.exams[*exam].people()).collect();
        let mut plan = self.clone();
        plan.acts.retain(|(_, act)| {
            act.exam().is_none_or(|exam| exams.contains(&exam))
                && act.person().is_none_or(|p| people.contains(&p))
        });
        plan
    }
}

fn exams(chance: &mut Chance, people: &[Person], size: &Size, start: Timestamp) -> Vec<Exam> {
    let seconds = u64::from(size.days) * 86_400;
    let mut times: Vec<Timestamp> =
        (0..size.exams).map(|_| start + Duration::from_secs(3600 + chance.next() % seconds)).collect();
    times.sort_unstable();
    let middle = start + Duration::from_secs(seconds / 2);
    times
        .into_iter()
        .enumerate()
        .map(|(number, at)| {
            let person = &people[chance.below(people.len())];
            let code = match person.codes.as_slice() {
                [first, second] => {
                    if at < middle {
                        first
                    } else {
                        second
                    }
                }
                codes => &codes[0],
            };
            exam(chance, person, code, number, at)
        })
        .collect()
}

fn exam(chance: &mut Chance, person: &Person, code: &str, number: usize, at: Timestamp) -> Exam {
    let accession = format!("A{number:07}");
    let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let facts = Facts::right(person, code, &accession, day, chance.per_mille(500));
    let count = [1, 1, 2, 2, 3][chance.below(5)];
    let mut files: Vec<File> = (1..=count)
        .map(|place: u32| File {
            at: at + Duration::from_secs(20) * place,
            number: place,
            key: format!("incoming/{number}/{place}"),
            facts: facts.clone(),
            pixels_of: person.number,
            is_mended: false,
        })
        .collect();
    if chance.per_mille(80) {
        let late = at + MINUTE * u32::try_from(5 + chance.below(2000)).unwrap();
        files.push(File { at: late, number: 9, key: format!("incoming/{number}/late"), ..files[0].clone() });
    }
    let ordered_at = if chance.per_mille(700) {
        at - MINUTE * 40
    } else {
        at + MINUTE * u32::try_from(2 + chance.below(120)).unwrap()
    };
    let mut order = Order::right(person, code, &accession, at);
    order.at = ordered_at;
    Exam {
        number,
        subject: person.number,
        accession,
        at,
        files,
        orders: vec![order],
        mistakes: BTreeSet::new(),
        taken_for: None,
        others: BTreeSet::new(),
        is_touched: false,
        recalled_at: None,
    }
}

/// Marks examinations whose code was used before or whose name changed.
fn mark_what_lies_in_people(people: &[Person], exams: &mut [Exam]) {
    let mut users: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for person in people {
        for code in &person.codes {
            users.entry(code).or_default().push(person.number);
        }
    }
    for exam in exams {
        let person = &people[exam.subject];
        for code in &person.codes {
            exam.others.extend(users[code.as_str()].iter().filter(|user| **user != person.number));
        }
        if person.has_used_code {
            exam.mistakes.insert(Kind::UsedCode);
        } else if !exam.others.is_empty() {
            exam.is_touched = true;
        }
        if person.former.as_ref().is_some_and(|(_, until)| exam.date() >= *until) {
            exam.mistakes.insert(Kind::NameChanged);
        }
    }
}

fn make_mistakes(chance: &mut Chance, people: &[Person], exams: &mut [Exam], per_mille: usize) {
    let mut clerk = Clerk { chance, people, exams };
    for exam in 0..clerk.exams.len() {
        if !clerk.chance.per_mille(per_mille) || !clerk.exams[exam].mistakes.is_empty() {
            continue;
        }
        let kind = Kind::by_weight(clerk.chance);
        let made = clerk.make(exam, kind);
        if made && Kind::FORM.contains(&kind) && clerk.chance.per_mille(200) {
            let second = Kind::FORM[clerk.chance.below(Kind::FORM.len())];
            clerk.make(exam, second);
        }
    }
}

/// Some orders come first without a signed result, and again with it.
fn sign_later(chance: &mut Chance, exams: &mut [Exam]) {
    for exam in exams.iter_mut().filter(|exam| exam.orders.len() == 1) {
        if chance.per_mille(200) {
            let signed = exam.orders[0].clone();
            let at = signed.at + MINUTE * u32::try_from(5 + chance.below(300)).unwrap();
            exam.orders[0].is_signed = false;
            exam.orders.push(Order { at, ..signed });
        }
    }
}

fn acts(
    chance: &mut Chance,
    people: &[Person],
    exams: &[Exam],
    size: &Size,
    start: Timestamp,
) -> Vec<(Timestamp, Act)> {
    let mut acts = Vec::new();
    for exam in exams {
        let number = exam.number;
        acts.extend(
            exam.files.iter().enumerate().map(|(place, file)| (file.at, Act::File { exam: number, place })),
        );
        acts.extend(
            exam.orders
                .iter()
                .enumerate()
                .map(|(place, order)| (order.at, Act::Order { exam: number, place })),
        );
        acts.extend(exam.recalled_at.map(|at| (at, Act::Recall { exam: number })));
        let mut hours = |most: usize| HOUR * u32::try_from(3 + chance.below(most)).unwrap();
        let (shared, fetched, again) = (exam.at + hours(60), exam.at + hours(90), exam.at + hours(40));
        for (per_mille, at, act) in [
            (60, shared, Act::Share { exam: number }),
            (60, fetched, Act::Download { exam: number }),
            (60, again, Act::Again { exam: number }),
            (30, shared, Act::Contact { exam: number }),
        ] {
            if chance.per_mille(per_mille) {
                acts.push((at, act));
            }
        }
    }
    let end = start + HOUR * 24 * (size.days + 6);
    for person in people {
        if person.codes.len() == 2 {
            let at = start + HOUR * 24 * (size.days * 3 / 4);
            acts.push((at, Act::Merge { person: person.number }));
        }
        if person.double.is_some() && chance.per_mille(400) {
            let day = u32::try_from(chance.below(usize::try_from(size.days).unwrap())).unwrap();
            acts.push((start + HOUR * 24 * day, Act::MergeDoubles { person: person.number }));
        }
    }
    // Staff look at held studies once a day. Everybody looks at everything now and then, and at the end.
    for day in 1..size.days + 6 {
        acts.push((start + HOUR * 24 * day + HOUR * 9, Act::Desk));
    }
    for part in 1..=3 {
        let at = start + HOUR * (24 * size.days * part / 3);
        acts.push((at, Act::Reconcile));
        if part == 2 {
            acts.push((at + HOUR, Act::Sweep));
        }
    }
    acts.push((end, Act::Reconcile));
    acts.push((end + HOUR, Act::Desk));
    acts.push((end + HOUR * 2, Act::Sweep));
    acts.sort_by_key(|(at, _)| *at);
    acts
}
