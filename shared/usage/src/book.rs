//! What a stretch of the ledger says of each study: one row per study, in the order of their first events.

use std::collections::HashMap;

use filmless_domain::usage::{Payer, StorageClass, UsageKind};

use crate::Line;
use crate::line::Text;

/// Text that many rows share.
type Word = u32;

/// Studies of a month (or of several).
#[derive(Debug, Default)]
pub struct Book {
    studies: HashMap<Box<str>, StudyRow>,
    words: Words,
    events: u64,
}

/// Each text once, and its number.
#[derive(Debug, Default)]
struct Words {
    texts: Vec<Box<str>>,
    numbers: HashMap<Box<str>, Word>,
}

/// What is known of one study. Times are milliseconds since 1970.
#[derive(Debug, Clone, Default)]
#[allow(
    missing_docs,
    reason = "the fields are the columns of the monthly table, documented in docs/USAGE.md"
)]
pub struct StudyRow {
    first_sequence: u64,
    pub accession_number: Option<Box<str>>,
    pub episode: Option<Box<str>>,
    department: Option<Word>,
    visit_class: Option<Word>,
    payer: Option<Payer>,
    modality: Option<Word>,
    service_code: Option<Word>,
    price_variant: Option<Word>,
    pub unit_price_vnd: Option<i64>,
    pub received_at: Option<i64>,
    pub released_at: Option<i64>,
    pub notified_at: Option<i64>,
    pub opened_at: Option<i64>,
    pub first_image_at: Option<i64>,
    pub state: Option<UsageKind>,
    pub instances: i64,
    pub images: i64,
    pub slips: i64,
    pub sms_parts: i64,
    pub emails: i64,
    pub delivered: i64,
    pub failed: i64,
    pub openings: i64,
    pub downloads: i64,
    pub shares: i64,
    pub films_avoided: i64,
    pub films_printed: i64,
    pub corrections: i64,
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
        let mut studies: Vec<_> =
            self.studies.iter().map(|(uid, row)| Study { uid: uid.as_ref(), row, words }).collect();
        studies.sort_unstable_by_key(|study| study.row.first_sequence);
        studies
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
        let mut row = StudyRow { first_sequence: line.chain.sequence, ..StudyRow::default() };
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
        let number = Word::try_from(self.texts.len()).unwrap_or(Word::MAX);
        self.texts.push(said.into());
        self.numbers.insert(said.into(), number);
        *known = Some(number);
    }

    fn get(&self, word: Option<Word>) -> Option<&str> {
        self.texts.get(word? as usize).map(AsRef::as_ref)
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
        let (at, quantity) = (line.at_ms(), line.quantity);
        match line.kind {
            UsageKind::StudyReceived => {
                self.received_at.get_or_insert(at);
                self.instances += quantity;
            }
            UsageKind::StudyRendered => self.images = quantity,
            UsageKind::BytesStored => match line.storage_class {
                Some(StorageClass::Original) => self.original_bytes += quantity,
                _ => self.derived_bytes += quantity,
            },
            UsageKind::StudyReleased => {
                self.released_at.get_or_insert(at);
                self.state = Some(line.kind);
            }
            UsageKind::StudyHeld
            | UsageKind::StudyShown
            | UsageKind::StudyRecalled
            | UsageKind::StudyErased => self.state = Some(line.kind),
            UsageKind::OrderCorrected => self.corrections += 1,
            UsageKind::FilmAvoided => self.films_avoided += quantity,
            UsageKind::FilmPrinted => self.films_printed += quantity,
            UsageKind::SlipMade => self.slips += quantity,
            UsageKind::SmsSent => {
                self.notified_at.get_or_insert(at);
                self.sms_parts += quantity;
            }
            UsageKind::EmailSent => {
                self.notified_at.get_or_insert(at);
                self.emails += quantity;
            }
            UsageKind::MessageDelivered => self.delivered += 1,
            UsageKind::MessageFailed => self.failed += 1,
            UsageKind::LinkOpened => {}
            UsageKind::StudyOpened => {
                self.opened_at.get_or_insert(at);
                self.openings += 1;
            }
            UsageKind::FirstImage => {
                self.first_image_at.get_or_insert(at);
            }
            UsageKind::Download => self.downloads += quantity,
            UsageKind::ShareCreated => self.shares += quantity,
            UsageKind::BytesServed => self.served_bytes += quantity,
        }
    }
}
