//! The figures that a hospital reports at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::kinds::Kind;
use crate::truth::Truth;

#[derive(Debug, Clone, Default)]
pub struct Figures {
    pub people: usize,
    pub exams: usize,
    pub files: usize,
    pub orders: usize,
    pub steps: usize,
    pub looks: usize,
    pub opened: usize,
    /// How often software was shown something.
    pub by_software: usize,
    pub fetched: usize,
    pub downloads: usize,
    pub messages: usize,
    pub slips: usize,
    pub shares: usize,
    pub merges: usize,
    /// Releases in which staff confirmed that the named people are one person.
    pub same_person: usize,
    pub sweeps: usize,
    pub is_report_asked: bool,
    pub undetectable: usize,
    /// Examinations whose files somebody asked for as one download.
    pub asked_for: BTreeSet<usize>,
    pub was_held: BTreeSet<usize>,
    pub released_by_staff: BTreeSet<usize>,
    /// Examinations without a mistake that are not shown at the end: must stay empty.
    pub clean_unseen: Vec<usize>,
    pub clean: usize,
    /// Per mistake: how many, shown at the end, of these after staff looked, needlessly hidden.
    pub kinds: BTreeMap<Kind, [usize; 4]>,
    /// Examinations with a mistake that still belong to their subject, and how many of those are not shown at the end.
    pub rightful: usize,
    pub needlessly_held: usize,
    /// The latter, by number.
    pub needless: Vec<usize>,
}

impl Figures {
    /// Whether somebody waits for a download of one of these examinations.
    pub fn wants_download(&self, exams: &BTreeSet<usize>) -> bool {
        !self.asked_for.is_disjoint(exams)
    }

    /// Counts what happened to each examination.
    pub fn count(&mut self, truth: &Truth, shown: &BTreeSet<usize>, done: &BTreeSet<usize>) {
        for exam in truth.exams.iter().filter(|exam| done.contains(&exam.number)) {
            let number = exam.number;
            let is_shown = shown.contains(&number);
            self.undetectable += usize::from(exam.taken_for.is_some());
            if exam.is_clean() {
                self.clean += 1;
                if !is_shown {
                    self.clean_unseen.push(number);
                }
                continue;
            }
            let is_rightful = truth.may_be_released(number);
            let is_needless = is_rightful && !is_shown;
            self.rightful += usize::from(is_rightful);
            self.needlessly_held += usize::from(is_needless);
            if is_needless {
                self.needless.push(number);
            }
            for kind in &exam.mistakes {
                let by_staff = is_shown && self.released_by_staff.contains(&number);
                let counts = self.kinds.entry(*kind).or_default();
                for (count, is_so) in counts.iter_mut().zip([true, is_shown, by_staff, is_needless]) {
                    *count += usize::from(is_so);
                }
            }
        }
    }

    /// Adds another hospital's figures.
    pub fn add(&mut self, other: &Self) {
        for (sum, one) in [
            (&mut self.people, other.people),
            (&mut self.exams, other.exams),
            (&mut self.files, other.files),
            (&mut self.orders, other.orders),
            (&mut self.steps, other.steps),
            (&mut self.looks, other.looks),
            (&mut self.opened, other.opened),
            (&mut self.by_software, other.by_software),
            (&mut self.fetched, other.fetched),
            (&mut self.downloads, other.downloads),
            (&mut self.messages, other.messages),
            (&mut self.slips, other.slips),
            (&mut self.shares, other.shares),
            (&mut self.merges, other.merges),
            (&mut self.same_person, other.same_person),
            (&mut self.sweeps, other.sweeps),
            (&mut self.undetectable, other.undetectable),
            (&mut self.clean, other.clean),
            (&mut self.rightful, other.rightful),
            (&mut self.needlessly_held, other.needlessly_held),
        ] {
            *sum += one;
        }
        self.clean_unseen.extend(&other.clean_unseen);
        for (kind, counts) in &other.kinds {
            let sums = self.kinds.entry(*kind).or_default();
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} people, {} studies, {} files, {} orders; {} steps, {} messages, {} slips read, {} shares, {} merges, {} said to be one person",
            self.people,
            self.exams,
            self.files,
            self.orders,
            self.steps,
            self.messages,
            self.slips,
            self.shares,
            self.merges,
            self.same_person
        )?;
        writeln!(
            f,
            "the oracle looked {} times, {} sweeps, opened {} studies, {} by software, fetched {} objects, {} downloads",
            self.looks, self.sweeps, self.opened, self.by_software, self.fetched, self.downloads
        )?;
        writeln!(
            f,
            "without a mistake: {} studies, {} not shown; {} that nobody could tell from another's",
            self.clean,
            self.clean_unseen.len(),
            self.undetectable
        )?;
        for (kind, [all, shown, by_staff, needless]) in &self.kinds {
            let kind = format!("{kind:?}");
            writeln!(
                f,
                "  {kind:<24} {all:>4}, shown {shown:>4} ({by_staff} by staff), needlessly held {needless}"
            )?;
        }
        let share = self.needlessly_held as f64 * 100.0 / self.rightful.max(1) as f64;
        write!(
            f,
            "with a mistake, and rightly theirs: {}; needlessly held {} ({share:.1} %)",
            self.rightful, self.needlessly_held
        )
    }
}
