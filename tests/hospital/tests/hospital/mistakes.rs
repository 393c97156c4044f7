//! The mistakes of modalities and clerks, and their later corrections.

use std::time::Duration;

use crate::chance::Chance;
use crate::exam::{Exam, Facts, File, HOUR, MINUTE, Order, without_marks};
use crate::kinds::Kind;
use crate::people::Person;

/// Makes mistakes in examinations. `other` is somebody else with an examination of their own.
pub struct Clerk<'a> {
    pub chance: &'a mut Chance,
    pub people: &'a [Person],
    pub exams: &'a mut [Exam],
}

impl Clerk<'_> {
    /// Makes this mistake in an examination; false where it is impossible.
    pub fn make(&mut self, exam: usize, kind: Kind) -> bool {
        let made = match kind {
            Kind::WrongPerson => self.wrong_person(exam),
            Kind::WrongAccession => self.wrong_accession(exam),
            Kind::WholeWrongEntry => self.whole_wrong_entry(exam),
            Kind::MistypedCode => self.mistyped_code(exam),
            Kind::BlankFirstIdThenOther => self.first_without_id_then_other(exam),
            Kind::SecondAccession => self.second_accession(exam),
            Kind::DoubleWithoutId => self.double_without_id(exam),
            Kind::OrderChangesHands => self.order_changes_hands(exam),
            Kind::OrderCancelled => self.order_cancelled(exam),
            Kind::AccessionReused => self.accession_reused(exam),
            Kind::OrderLate => self.order_late(exam),
            Kind::WrongContact | Kind::LateContact => self.contact(exam, kind),
            Kind::Recalled => {
                self.exams[exam].recalled_at = Some(self.exams[exam].at + HOUR * 30);
                true
            }
            _ => self.form(exam, kind),
        };
        if made {
            self.exams[exam].mistakes.insert(kind);
        }
        made
    }

    fn person(&self, exam: usize) -> &Person {
        &self.people[self.exams[exam].subject]
    }

    /// An examination close in time, as in a worklist, of somebody who is distinguishable from this one's subject.
    fn another(&mut self, exam: usize) -> Option<usize> {
        let count = self.exams.len();
        for _ in 0..20 {
            let near = (exam + count + self.chance.below(9) - 4) % count;
            let other = &self.exams[near];
            let is_another = self.people[other.subject].is_told_from(self.person(exam))
                && !self.people[other.subject]
                    .codes
                    .iter()
                    .any(|code| self.person(exam).codes.contains(code));
            if is_another && other.mistakes.is_empty() && near != exam {
                return Some(near);
            }
        }
        None
    }

    /// Sends the same files again, hours later, with the right facts.
    fn mend(&mut self, exam: usize, per_mille: usize) {
        if !self.chance.per_mille(per_mille) {
            return;
        }
        let after = HOUR * u32::try_from(1 + self.chance.below(60)).unwrap();
        let is_same_key = self.chance.per_mille(500);
        let person = self.person(exam).clone();
        let this = &mut self.exams[exam];
        let (code, day) =
            (this.orders.first().map_or(person.codes[0].clone(), |order| order.id.clone()), this.date());
        let last = this.files.iter().map(|file| file.at).max().unwrap_or(this.at);
        let again: Vec<File> = this
            .files
            .iter()
            .enumerate()
            .map(|(place, file)| File {
                at: last + after + MINUTE * u32::try_from(place).unwrap(),
                facts: Facts::right(&person, &code, &this.accession, day, true),
                key: if is_same_key { file.key.clone() } else { format!("{}-mended", file.key) },
                is_mended: true,
                ..file.clone()
            })
            .filter(|file| file.pixels_of == person.number)
            .collect();
        this.files.extend(again);
        this.mistakes.insert(Kind::Mended);
    }

    fn each_file(&mut self, exam: usize, change: impl Fn(usize, &mut Facts)) {
        for (place, file) in self.exams[exam].files.iter_mut().enumerate() {
            change(place, &mut file.facts);
        }
    }

    fn concerns(&mut self, exam: usize, other: usize) {
        let subject = self.exams[other].subject;
        self.exams[exam].others.insert(subject);
        self.exams[other].is_touched = true;
    }

    fn wrong_person(&mut self, exam: usize) -> bool {
        let Some(other) = self.another(exam) else { return false };
        let taken = self.exams[other].files[0].facts.clone();
        self.each_file(exam, |_, facts| {
            *facts = Facts { accession: facts.accession.clone(), ..taken.clone() }
        });
        self.concerns(exam, other);
        self.mend(exam, 600);
        true
    }

    fn wrong_accession(&mut self, exam: usize) -> bool {
        let Some(other) = self.another(exam) else { return false };
        let accession = self.exams[other].accession.clone();
        self.each_file(exam, |_, facts| facts.accession.clone_from(&accession));
        self.concerns(exam, other);
        self.mend(exam, 600);
        true
    }

    fn whole_wrong_entry(&mut self, exam: usize) -> bool {
        let Some(other) = self.another(exam) else { return false };
        let taken = self.exams[other].files[0].facts.clone();
        self.each_file(exam, |_, facts| *facts = taken.clone());
        self.exams[exam].taken_for = Some(self.exams[other].subject);
        self.concerns(exam, other);
        self.mend(exam, 800);
        true
    }

    fn mistyped_code(&mut self, exam: usize) -> bool {
        let Some(other) = self.another(exam) else { return false };
        let code = self.exams[other].orders[0].id.clone();
        let right = self.exams[exam].orders[0].clone();
        self.exams[exam].orders[0].id.clone_from(&code);
        self.each_file(exam, |_, facts| facts.id.clone_from(&code));
        self.concerns(exam, other);
        // This also touches whatever else the code opens, whenever it comes.
        let owner = self.exams[other].subject;
        for touched in self.exams.iter_mut().filter(|touched| touched.subject == owner) {
            touched.is_touched = true;
        }
        if self.chance.per_mille(500) {
            let at = right.at + HOUR * u32::try_from(3 + self.chance.below(40)).unwrap();
            self.exams[exam].orders.push(Order { at, ..right });
            self.mend(exam, 700);
            let (facts_id, at) = (self.exams[exam].orders[1].id.clone(), self.exams[exam].orders[1].at);
            for file in self.exams[exam].files.iter_mut().filter(|file| file.is_mended) {
                file.facts.id.clone_from(&facts_id);
                file.at = file.at.max(at);
            }
        }
        true
    }

    fn first_without_id_then_other(&mut self, exam: usize) -> bool {
        let Some(other) = self.another(exam) else { return false };
        let (theirs, subject) = (self.exams[other].files[0].facts.clone(), self.exams[other].subject);
        let this = &mut self.exams[exam];
        this.files[0].facts.id.clear();
        let second = File {
            at: this.files[0].at + Duration::from_secs(20),
            number: 7,
            key: format!("{}-other", this.files[0].key),
            facts: theirs,
            pixels_of: subject,
            is_mended: false,
        };
        this.files.truncate(1);
        this.files.push(second);
        self.concerns(exam, other);
        true
    }

    fn second_accession(&mut self, exam: usize) -> bool {
        let Some(other) = self.another(exam) else { return false };
        if self.exams[exam].files.len() < 2 {
            return false;
        }
        let accession = self.exams[other].accession.clone();
        self.exams[exam].files[1].facts.accession = accession;
        self.concerns(exam, other);
        self.mend(exam, 300);
        true
    }

    /// For two people who look alike: the wrong one's order, and no id to tell them apart.
    fn double_without_id(&mut self, exam: usize) -> bool {
        let subject = self.exams[exam].subject;
        let Some(double) = self.people[subject].double else { return false };
        let Some(other) = self.exams.iter().position(|e| e.subject == double && e.mistakes.is_empty()) else {
            return false;
        };
        let accession = self.exams[other].accession.clone();
        self.each_file(exam, |_, facts| {
            facts.id.clear();
            facts.name = without_marks(&facts.name);
            facts.accession.clone_from(&accession);
        });
        self.concerns(exam, other);
        true
    }

    /// The examination was booked for somebody else, images and all; the order is corrected while files still arrive.
    fn order_changes_hands(&mut self, exam: usize) -> bool {
        let Some(other) = self.another(exam) else { return false };
        let wrong = self.people[self.exams[other].subject].clone();
        let code = self.exams[other].orders[0].id.clone();
        let right = self.exams[exam].orders[0].clone();
        let booked = Order::right(&wrong, &code, &right.accession, right.at);
        let (accession, day) = (right.accession.clone(), self.exams[exam].date());
        self.each_file(exam, |_, facts| *facts = Facts::right(&wrong, &code, &accession, day, true));
        let last = self.exams[exam].files.iter().map(|file| file.at).max().unwrap_or(right.at);
        let at = last.max(right.at) + MINUTE * u32::try_from(1 + self.chance.below(400)).unwrap();
        let is_still_wrong = self.chance.per_mille(500);
        let this = &mut self.exams[exam];
        let late: Vec<File> = (0..3u32)
            .map(|step| File {
                at: at - MINUTE + Duration::from_secs(45) * step,
                number: 20 + step,
                key: format!("{}-late-{step}", this.files[0].key),
                facts: if is_still_wrong {
                    this.files[0].facts.clone()
                } else {
                    Facts::right(&self.people[this.subject], &right.id, &accession, day, true)
                },
                ..this.files[0].clone()
            })
            .collect();
        // Late files with the right patient show the mistake before the order does.
        this.files.extend(late.into_iter().filter(|file| is_still_wrong || file.at > at));
        this.orders = vec![booked, Order { at, ends_error: true, ..right }];
        this.taken_for = Some(wrong.number);
        self.concerns(exam, other);
        self.mend(exam, 400);
        true
    }

    fn order_cancelled(&mut self, exam: usize) -> bool {
        let after = MINUTE * [1, 20, 600][self.chance.below(3)];
        let this = &mut self.exams[exam];
        let order = this.orders[0].clone();
        this.orders.push(Order { at: order.at.max(this.at) + after, is_cancelled: true, ..order });
        true
    }

    fn accession_reused(&mut self, exam: usize) -> bool {
        let mut earlier = None;
        for _ in 0..20 {
            let other = self.chance.below(exam.max(1));
            let is_free = other < exam
                && self.exams[other].subject != self.exams[exam].subject
                && self.people[self.exams[other].subject].is_told_from(self.person(exam))
                && self.exams[other].mistakes.is_empty();
            if is_free {
                earlier = Some(other);
                break;
            }
        }
        let Some(other) = earlier else { return false };
        let accession = self.exams[other].accession.clone();
        let this = &mut self.exams[exam];
        this.accession.clone_from(&accession);
        this.orders[0].accession.clone_from(&accession);
        self.each_file(exam, |_, facts| facts.accession.clone_from(&accession));
        self.concerns(exam, other);
        let owner = self.exams[exam].subject;
        self.exams[other].others.insert(owner);
        true
    }

    fn order_late(&mut self, exam: usize) -> bool {
        let after = HOUR * u32::try_from(20 + self.chance.below(100)).unwrap();
        let at = self.exams[exam].at + after;
        self.exams[exam].orders[0].at = at;
        true
    }

    fn contact(&mut self, exam: usize, kind: Kind) -> bool {
        let after = HOUR * u32::try_from(2 + self.chance.below(30)).unwrap();
        let this = &mut self.exams[exam];
        let right = this.orders[0].clone();
        let phone = (kind == Kind::WrongContact).then(|| format!("0888{:06}", this.number));
        this.orders[0] = Order { phone, email: None, ..right.clone() };
        this.orders.push(Order { at: right.at.max(this.at) + after, ..right });
        true
    }

    fn form(&mut self, exam: usize, kind: Kind) -> bool {
        let person = self.person(exam).clone();
        let which = self.chance.below(3);
        let stranger = &self.people[self.chance.below(self.people.len())];
        let theirs = format!("={}", stranger.name.replacen(' ', "^", 1));
        let is_ideographic_of_another = stranger.is_told_from(&person);
        match kind {
            Kind::OtherIdeographic if !is_ideographic_of_another => return false,
            Kind::YearOnly | Kind::WrongBirthDate if person.knows_year_only => return false,
            _ => {}
        }
        self.each_file(exam, |place, facts| match kind {
            Kind::BlankFirstId if place == 0 => facts.id.clear(),
            Kind::NoAccession => facts.accession.clear(),
            Kind::WrongSex => facts.sex = if person.sex == "F" { "M" } else { "F" }.into(),
            Kind::WrongBirthDate => {
                facts.birth_date = format!("19{:02}0{}0{}", 40 + which * 7, 1 + which, 2 + which)
            }
            Kind::YearOnly => {
                facts.birth_date = format!("{}{}", person.born.year(), ["", "0000", "0101"][which])
            }
            Kind::NameReversed => {
                let (family, rest) = facts.name.split_once('^').unwrap_or((&facts.name, ""));
                facts.name = format!("{rest}^{family}");
            }
            Kind::IdForm => {
                let id = &facts.id;
                facts.id = [format!("{} {}", &id[..2], &id[2..]), id.to_lowercase(), format!("00{id}")]
                    [which]
                    .clone();
            }
            Kind::OtherIssuer => facts.issuer = "BV KHAC".into(),
            Kind::OtherIdeographic => {
                let first = facts.name.split('=').next().unwrap_or_default().to_owned();
                facts.name = first + &theirs;
            }
            _ => {}
        });
        if matches!(kind, Kind::WrongSex | Kind::WrongBirthDate | Kind::OtherIdeographic) {
            self.mend(exam, 300);
        }
        true
    }
}
