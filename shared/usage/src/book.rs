//! What a stretch of the ledger says of each study: one row per study, in the order of their first events.

use std::collections::HashMap;
use std::num::{NonZeroI64, NonZeroU32};

use filmless_domain::usage::{Payer, StorageClass, UsageKind};
use foldhash::fast::RandomState;
use indexmap::IndexMap;

use crate::Line;
use crate::line::Text;

/// Text that many rows share, by its number from 1.
type Word = NonZeroU32;

/// Milliseconds since 1970; that moment itself never comes, which saves half the room.
type Moment = NonZeroI64;

/// Studies of a month (or of several).
#[derive(Debug, Default)]
pub struct Book {
    /// In the order of their first events. One after the other, too: a table of rows would take twice their room while it
    /// grows.
    studies: IndexMap<Box<str>, StudyRow, RandomState>,
    words: Words,
    events: u64,
}

/// Each text once, and its number.
#[derive(Debug, Default)]
struct Words {
    texts: Vec<Box<str>>,
    numbers: HashMap<Box<str>, Word>,
}

/// What is known of one study. A month may have a million of them in memory: what cannot be many is a small number.
#[derive(Debug, Clone, Default)]
#[allow(
    missing_docs,
    reason = "the fields are the columns of the monthly table, documented in docs/USAGE.md"
)]
pub struct StudyRow {
    pub accession_number: Option<Box<str>>,
    pub episode: Option<Box<str>>,
    department: Option<Word>,
    visit_class: Option<Word>,
    payer: Option<Payer>,
    modality: Option<Word>,
    service_code: Option<Word>,
    price_variant: Option<Word>,
    pub unit_price_vnd: Option<i64>,
    received_at: Option<Moment>,
    released_at: Option<Moment>,
    notified_at: Option<Moment>,
    opened_at: Option<Moment>,
    first_image_at: Option<Moment>,
    pub state: Option<UsageKind>,
    pub instances: i32,
    pub images: i32,
    pub slips: i32,
    pub sms_parts: i32,
    pub emails: i32,
    pub delivered: i32,
    pub failed: i32,
    pub openings: i32,
    pub downloads: i32,
    pub shares: i32,
    pub films_avoided: i32,
    pub films_printed: i32,
    pub corrections: i32,
    pub original_bytes: i64,
    pub derived_bytes: i64,
    pub served_bytes: i64,
}

/// A row with its words.
#[derive(Debug, Clone, Copy)]
pub struct Study<'a> {
    /// Which study.
    pub uid: &'a str,
    /// What is known of it.
    pub row: &'a StudyRow,
    words: &'a Words,
}

impl<'a> Study<'a> {
    fn word(&self, word: Option<Word>) -> Option<&'a str> {
        self.words.get(word)
    }

    /// Requesting department.
    #[must_use]
    pub fn department(&self) -> Option<&'a str> {
        self.word(self.row.department)
    }

    /// `outpatient`, `inpatient`, `emergency`.
    #[must_use]
    pub fn visit_class(&self) -> Option<&'a str> {
        self.word(self.row.visit_class)
    }

    /// Who pays.
    #[must_use]
    pub fn payer(&self) -> Payer {
        self.row.payer.unwrap_or(Payer::Unknown)
    }

    /// Modality.
    #[must_use]
    pub fn modality(&self) -> Option<&'a str> {
        self.word(self.row.modality)
    }

    /// Code of the service.
    #[must_use]
    pub fn service_code(&self) -> Option<&'a str> {
        self.word(self.row.service_code)
    }

    /// `pacs` or `film`.
    #[must_use]
    pub fn price_variant(&self) -> Option<&'a str> {
        self.word(self.row.price_variant)
    }
}

impl Book {
    /// An empty book.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of events that were taken in.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Number of studies.
    #[must_use]
    pub fn len(&self) -> usize {
        self.studies.len()
    }

    /// Whether nothing was taken in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.studies.is_empty()
    }

    /// The studies, in the order of their first events.
    #[must_use]
    pub fn studies(&self) -> Vec<Study<'_>> {
        let words = &self.words;
        self.studies.iter().map(|(uid, row)| Study { uid, row, words }).collect()
    }

    /// Takes a line in. Lines come in the order of the ledger; the last order wins.
    pub fn take(&mut self, line: &Line<'_>) {
        self.events += 1;
        let uid = line.study_instance_uid.as_ref();
        if let Some(row) = self.studies.get_mut(uid) {
            row.describe(line, &mut self.words);
            row.count(line);
            return;
        }
        let mut row = StudyRow::default();
        row.describe(line, &mut self.words);
        row.count(line);
        self.studies.insert(uid.into(), row);
    }
}

impl Words {
    /// Replaces a known word by what is said now, and keeps it where nothing is said.
    fn renew(&mut self, known: &mut Option<Word>, said: &Option<Text<'_>>) {
        let Some(said) = said.as_deref() else { return };
        if known.is_some_and(|word| self.get(Some(word)) == Some(said)) {
            return;
        }
        if let Some(number) = self.numbers.get(said) {
            *known = Some(*number);
            return;
        }
        self.texts.push(said.into());
        let number = u32::try_from(self.texts.len()).ok().and_then(Word::new).unwrap_or(Word::MAX);
        self.numbers.insert(said.into(), number);
        *known = Some(number);
    }

    fn get(&self, word: Option<Word>) -> Option<&str> {
        self.texts.get(word?.get() as usize - 1).map(AsRef::as_ref)
    }
}

/// Replaces what is known by what is said now, and keeps it where nothing is said.
fn renew(known: &mut Option<Box<str>>, said: &Option<Text<'_>>) {
    if let Some(said) = said.as_deref()
        && known.as_deref() != Some(said)
    {
        *known = Some(said.into());
    }
}

impl StudyRow {
    /// When its first instances came, in milliseconds since 1970.
    #[must_use]
    pub fn received_at(&self) -> Option<i64> {
        self.received_at.map(Moment::get)
    }

    /// When it was first released.
    #[must_use]
    pub fn released_at(&self) -> Option<i64> {
        self.released_at.map(Moment::get)
    }

    /// When the first message went out.
    #[must_use]
    pub fn notified_at(&self) -> Option<i64> {
        self.notified_at.map(Moment::get)
    }

    /// When it was first opened.
    #[must_use]
    pub fn opened_at(&self) -> Option<i64> {
        self.opened_at.map(Moment::get)
    }

    /// When its first image was on a screen.
    #[must_use]
    pub fn first_image_at(&self) -> Option<i64> {
        self.first_image_at.map(Moment::get)
    }

    fn describe(&mut self, line: &Line<'_>, words: &mut Words) {
        renew(&mut self.accession_number, &line.accession_number);
        renew(&mut self.episode, &line.episode);
        words.renew(&mut self.department, &line.department);
        words.renew(&mut self.visit_class, &line.visit_class);
        words.renew(&mut self.modality, &line.modality);
        words.renew(&mut self.service_code, &line.service_code);
        words.renew(&mut self.price_variant, &line.price_variant);
        if line.payer != Payer::Unknown || self.payer.is_none() {
            self.payer = Some(line.payer);
        }
        self.unit_price_vnd = line.unit_price_vnd.or(self.unit_price_vnd);
    }

    fn count(&mut self, line: &Line<'_>) {
        let (at, quantity) = (Moment::new(line.at_ms()), line.quantity);
        match line.kind {
            UsageKind::StudyReceived => {
                self.received_at = self.received_at.or(at);
                add(&mut self.instances, quantity);
            }
            UsageKind::StudyRendered => self.images = small(quantity),
            UsageKind::BytesStored => match line.storage_class {
                Some(StorageClass::Original) => self.original_bytes += quantity,
                _ => self.derived_bytes += quantity,
            },
            UsageKind::StudyReleased => {
                self.released_at = self.released_at.or(at);
                self.state = Some(line.kind);
            }
            UsageKind::StudyHeld
            | UsageKind::StudyShown
            | UsageKind::StudyRecalled
            | UsageKind::StudyErased => self.state = Some(line.kind),
            UsageKind::OrderCorrected => add(&mut self.corrections, 1),
            UsageKind::FilmAvoided => add(&mut self.films_avoided, quantity),
            UsageKind::FilmPrinted => add(&mut self.films_printed, quantity),
            UsageKind::SlipMade => add(&mut self.slips, quantity),
            UsageKind::SmsSent => {
                self.notified_at = self.notified_at.or(at);
                add(&mut self.sms_parts, quantity);
            }
            UsageKind::EmailSent => {
                self.notified_at = self.notified_at.or(at);
                add(&mut self.emails, quantity);
            }
            UsageKind::MessageDelivered => add(&mut self.delivered, 1),
            UsageKind::MessageFailed => add(&mut self.failed, 1),
            UsageKind::LinkOpened => {}
            UsageKind::StudyOpened => {
                self.opened_at = self.opened_at.or(at);
                add(&mut self.openings, 1);
            }
            UsageKind::FirstImage => {
                self.first_image_at = self.first_image_at.or(at);
            }
            UsageKind::Download => add(&mut self.downloads, quantity),
            UsageKind::ShareCreated => add(&mut self.shares, quantity),
            UsageKind::BytesServed => self.served_bytes += quantity,
        }
    }
}

/// A number of things of one study; no study has more than fit.
fn small(quantity: i64) -> i32 {
    i32::try_from(quantity).unwrap_or(if quantity < 0 { i32::MIN } else { i32::MAX })
}

fn add(sum: &mut i32, quantity: i64) {
    *sum = sum.saturating_add(small(quantity));
}
