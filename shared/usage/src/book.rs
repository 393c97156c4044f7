//! What a part of the ledger says about each study: one row per study, in the order of their first events.

mod booked_sums;
mod words;

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroI64;

use filmless_domain::usage::{Payer, StorageClass, UsageKind};
use filmless_domain::{Channel, PerChannel};
use foldhash::fast::RandomState;
use indexmap::IndexMap;

pub use self::booked_sums::BookedSums;
use self::booked_sums::charged_vnd;
use self::words::{Word, Words};
use crate::line::Text;
use crate::{Line, Month};

/// Milliseconds since 1970. Zero itself never occurs, which halves the space.
type Moment = NonZeroI64;

/// The studies of one month or of several.
#[derive(Debug, Default)]
pub struct Book {
    /// In the order of their first events, and in one vector: a hash table of rows would take twice their space while
    /// it grows.
    studies: IndexMap<Box<str>, StudyRow, RandomState>,
    /// What was booked, by what its lines say. A correction counts where the booking that it corrects was counted.
    booked: BTreeMap<BookedFor, BookedSums>,
    /// Films of studies that were counted more than once, or at another month's price.
    other_films: HashMap<Box<str>, Vec<Films>>,
    words: Words,
    events: u64,
}

/// What a release line, or its correction, is grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct BookedFor {
    department: Option<Word>,
    modality: Option<Word>,
    payer: Payer,
    concerns: Option<Month>,
}

/// [`BookedSums`] of one department, modality, payer, and month whose prices apply.
#[derive(Debug, Clone, Copy)]
pub struct Booked<'a> {
    /// Requesting department.
    pub department: Option<&'a str>,
    /// Modality.
    pub modality: Option<&'a str>,
    /// The payer.
    pub payer: Payer,
    /// The earlier month that corrections concern; `None` for first bookings.
    pub concerns: Option<Month>,
    /// The sums.
    pub sums: BookedSums,
}

/// Avoided films of a modality, at the prices of a month; without a month, of the book's.
#[derive(Debug, Clone, Copy)]
struct Films {
    modality: Option<Word>,
    concerns: Option<Month>,
    avoided: i32,
}

/// What is known of one study. Memory may hold a million of them for a month, so small counts use small types.
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
    /// What happened to it. Erasure does not change this.
    pub state: Option<UsageKind>,
    pub is_erased: bool,
    pub instances: i32,
    pub images: i32,
    pub slips: i32,
    /// Messages handed to the provider of each channel.
    pub sent: PerChannel<i32>,
    pub delivered: i32,
    pub failed: i32,
    pub openings: i32,
    pub downloads: i32,
    pub shares: i32,
    pub films_avoided: i32,
    pub films_printed: i32,
    /// The modality by which its films were counted.
    film_modality: Option<Word>,
    /// Releases that stand, within the reach of the book: negative if an earlier one was taken back.
    pub booked: i32,
    /// What was charged for it, minus what was taken back.
    pub charged_vnd: i64,
    pub corrections: i32,
    pub original_bytes: i64,
    pub derived_bytes: i64,
    pub served_bytes: i64,
}

/// A row with its words resolved.
#[derive(Debug, Clone, Copy)]
pub struct Study<'a> {
    /// The Study Instance UID.
    pub uid: &'a str,
    /// Its row.
    pub row: &'a StudyRow,
    other_films: &'a [Films],
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

    /// The payer.
    #[must_use]
    pub fn payer(&self) -> Payer {
        self.row.payer.unwrap_or(Payer::Unknown)
    }

    /// Modality.
    #[must_use]
    pub fn modality(&self) -> Option<&'a str> {
        self.word(self.row.modality)
    }

    /// Avoided films: modality, the month whose prices apply (`None`: the book's), and how many.
    pub fn films_avoided(&self) -> impl Iterator<Item = (Option<&'a str>, Option<Month>, i64)> {
        let others: i32 = self.other_films.iter().map(|films| films.avoided).sum();
        let own = Films {
            modality: self.row.film_modality,
            concerns: None,
            avoided: self.row.films_avoided - others,
        };
        let (words, others) = (self.words, self.other_films);
        std::iter::once(own)
            .chain(others.iter().copied())
            .map(move |films| (words.get(films.modality), films.concerns, films.avoided.into()))
    }

    /// Whether it was released within the reach of the book, and not taken back.
    #[must_use]
    pub fn is_released(&self) -> bool {
        self.row.released_at.is_some() && self.row.booked > 0
    }

    /// The service code.
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

    /// Number of events taken in.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Number of studies.
    #[must_use]
    pub fn len(&self) -> usize {
        self.studies.len()
    }

    /// Whether no event was taken in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.studies.is_empty()
    }

    /// The studies, in the order of their first events.
    #[must_use]
    pub fn studies(&self) -> Vec<Study<'_>> {
        let words = &self.words;
        let films = |uid: &str| self.other_films.get(uid).map_or(&[][..], Vec::as_slice);
        self.studies.iter().map(|(uid, row)| Study { uid, row, other_films: films(uid), words }).collect()
    }

    /// What was booked: releases and their corrections, each where it was booked.
    pub fn booked(&self) -> impl Iterator<Item = Booked<'_>> {
        self.booked.iter().map(|(key, sums)| Booked {
            department: self.words.get(key.department),
            modality: self.words.get(key.modality),
            payer: key.payer,
            concerns: key.concerns,
            sums: *sums,
        })
    }

    /// Takes in a line. Lines come in ledger order; the last order wins.
    pub fn take(&mut self, line: &Line<'_>) {
        self.events += 1;
        let uid = line.study_instance_uid.as_ref();
        if !self.studies.contains_key(uid) {
            self.studies.insert(uid.into(), StudyRow::default());
        }
        let Some(row) = self.studies.get_mut(uid) else { return };
        row.describe(line, &mut self.words);
        row.count(line);
        let Some(more) = BookedSums::of(line) else { return };
        let mut word = |text: &Option<Text<'_>>| text.as_deref().map(|text| self.words.number(text));
        let (department, modality) = (word(&line.department), word(&line.modality));
        let key = BookedFor { department, modality, payer: line.payer, concerns: line.concerns };
        self.booked.entry(key).or_default().add(more);
        if more.films_avoided == 0 {
            return;
        }
        if line.concerns.is_none() && row.film_modality.is_none_or(|known| Some(known) == modality) {
            row.film_modality = modality;
        } else {
            let films = Films { modality, concerns: line.concerns, avoided: small(more.films_avoided) };
            self.other_films.entry(uid.into()).or_default().push(films);
        }
    }
}

/// Replaces the known text with the new one, if there is one.
fn renew(known: &mut Option<Box<str>>, said: &Option<Text<'_>>) {
    if let Some(said) = said.as_deref()
        && known.as_deref() != Some(said)
    {
        *known = Some(said.into());
    }
}

impl StudyRow {
    /// When its first instances arrived, in milliseconds since 1970.
    #[must_use]
    pub fn received_at(&self) -> Option<i64> {
        self.received_at.map(Moment::get)
    }

    /// When it was first released, in milliseconds since 1970.
    #[must_use]
    pub fn released_at(&self) -> Option<i64> {
        self.released_at.map(Moment::get)
    }

    /// When the first message went out, in milliseconds since 1970.
    #[must_use]
    pub fn notified_at(&self) -> Option<i64> {
        self.notified_at.map(Moment::get)
    }

    /// When it was first opened, in milliseconds since 1970.
    #[must_use]
    pub fn opened_at(&self) -> Option<i64> {
        self.opened_at.map(Moment::get)
    }

    /// When its first image was on a screen, in milliseconds since 1970.
    #[must_use]
    pub fn first_image_at(&self) -> Option<i64> {
        self.first_image_at.map(Moment::get)
    }

    fn describe(&mut self, line: &Line<'_>, words: &mut Words) {
        if line.concerns.is_some() && line.quantity < 0 {
            // A line that takes back says how the study was booked, not how it is now.
            return;
        }
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

    fn book(&mut self, line: &Line<'_>) {
        add(&mut self.booked, line.quantity);
        self.charged_vnd += charged_vnd(line);
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
                self.is_erased = false;
                // The release that stands, if an earlier one was taken back.
                self.released_at = self.released_at.filter(|_| self.booked > 0).or(at);
                self.state = Some(line.kind);
                self.book(line);
            }
            UsageKind::ReleaseCorrected => self.book(line),
            UsageKind::StudyHeld | UsageKind::StudyShown | UsageKind::StudyRecalled => {
                (self.state, self.is_erased) = (Some(line.kind), false);
            }
            UsageKind::StudyErased => self.is_erased = true,
            UsageKind::OrderCorrected => add(&mut self.corrections, 1),
            UsageKind::FilmAvoided => add(&mut self.films_avoided, quantity),
            UsageKind::FilmPrinted => add(&mut self.films_printed, quantity),
            UsageKind::SlipMade => add(&mut self.slips, quantity),
            UsageKind::MessageSent | UsageKind::SmsSent | UsageKind::EmailSent => {
                self.notified_at = self.notified_at.or(at);
                // Events of older ledgers name their channel, too.
                if let Some(channel) = line.channel.as_deref().and_then(Channel::of_word) {
                    add(&mut self.sent[channel], quantity);
                }
            }
            UsageKind::MessageDelivered => add(&mut self.delivered, 1),
            UsageKind::MessageFailed => add(&mut self.failed, 1),
            UsageKind::LinkOpened
            | UsageKind::ServedToSoftware
            | UsageKind::MarksSaved
            | UsageKind::ConsultationStarted
            | UsageKind::OpinionSigned
            | UsageKind::MinutesSigned => {}
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

/// A count within one study; it always fits.
fn small(quantity: i64) -> i32 {
    i32::try_from(quantity).unwrap_or(if quantity < 0 { i32::MIN } else { i32::MAX })
}

fn add(sum: &mut i32, quantity: i64) {
    *sum = sum.saturating_add(small(quantity));
}
