//! The figures of a month, for the first sheet, the manifest and the finance page.

use std::collections::BTreeMap;

use filmless_domain::PerChannel;
use filmless_domain::usage::{Payer, UsageKind};
use serde::{Deserialize, Serialize};

use crate::book::{Book, Booked, BookedSums, Study};
use crate::{Month, Prices};

/// Sums over studies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are documented in docs/USAGE.md")]
pub struct Figures {
    pub studies_received: i64,
    pub studies_released: i64,
    pub studies_recalled: i64,
    pub studies_held: i64,
    pub studies_opened: i64,
    pub released_and_opened: i64,
    pub released_and_notified: i64,
    pub films_avoided: i64,
    pub films_printed: i64,
    pub film_saved_vnd: i64,
    pub charged_vnd: i64,
    #[serde(flatten)]
    pub sent: PerChannel<i64>,
    pub messages_delivered: i64,
    pub messages_failed: i64,
    pub message_cost_vnd: i64,
    pub slips: i64,
    pub downloads: i64,
    pub shares: i64,
    pub corrections: i64,
    pub original_bytes: i64,
    pub derived_bytes: i64,
    pub served_bytes: i64,
}

/// Figures of one department, modality and payer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Requesting department; empty if the order names none.
    pub department: String,
    /// Modality; empty if unknown.
    pub modality: String,
    /// The payer.
    pub payer: Payer,
    /// Their figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// The figures of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Which month.
    pub month: Month,
    /// Number of events.
    pub events: u64,
    /// Number of studies with an event.
    pub studies: u64,
    /// The whole month.
    pub total: Figures,
    /// By department, modality and payer, sorted.
    pub groups: Vec<Group>,
}

/// What the avoided films would have cost.
#[must_use]
pub fn film_saved_vnd(study: &Study<'_>, prices: &Prices, month: Month) -> i64 {
    let cost = |(modality, concerns, films): (Option<&str>, Option<Month>, i64)| {
        prices.cost("film", modality.unwrap_or_default(), concerns.unwrap_or(month), films)
    };
    study.films_avoided().map(cost).sum()
}

/// What the messages cost.
#[must_use]
pub fn message_cost_vnd(study: &Study<'_>, prices: &Prices, month: Month) -> i64 {
    study.row.sent.iter().map(|(channel, sent)| prices.cost(channel.as_str(), "", month, sent.into())).sum()
}

impl Figures {
    /// Figures of a study, except the booked ones.
    fn of(study: &Study<'_>, prices: &Prices, month: Month) -> Self {
        let row = study.row;
        let one = |is_so: bool| i64::from(is_so);
        let released = study.is_released();
        Self {
            studies_received: one(row.received_at().is_some()),
            studies_recalled: one(row.state == Some(UsageKind::StudyRecalled)),
            studies_held: one(row.state == Some(UsageKind::StudyHeld) && !row.is_erased),
            studies_opened: one(row.opened_at().is_some()),
            released_and_opened: one(released && row.opened_at().is_some()),
            released_and_notified: one(released && row.notified_at().is_some()),
            sent: row.sent.map(i64::from),
            messages_delivered: row.delivered.into(),
            messages_failed: row.failed.into(),
            message_cost_vnd: message_cost_vnd(study, prices, month),
            slips: row.slips.into(),
            downloads: row.downloads.into(),
            shares: row.shares.into(),
            corrections: row.corrections.into(),
            original_bytes: row.original_bytes,
            derived_bytes: row.derived_bytes,
            served_bytes: row.served_bytes,
            ..Self::default()
        }
    }

    /// The booked figures.
    fn booked(booked: &Booked<'_>, prices: &Prices, month: Month) -> Self {
        let BookedSums { studies, charged_vnd, films_avoided, films_printed } = booked.sums;
        let modality = booked.modality.unwrap_or_default();
        let film_saved_vnd = prices.cost("film", modality, booked.concerns.unwrap_or(month), films_avoided);
        let studies_released = studies;
        Self {
            studies_released,
            charged_vnd,
            films_avoided,
            films_printed,
            film_saved_vnd,
            ..Self::default()
        }
    }

    fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.members().into_iter().zip(other.clone().members()) {
            *mine += *theirs;
        }
        self.sent += other.sent;
    }

    fn members(&mut self) -> [&mut i64; 21] {
        [
            &mut self.studies_received,
            &mut self.studies_released,
            &mut self.studies_recalled,
            &mut self.studies_held,
            &mut self.studies_opened,
            &mut self.released_and_opened,
            &mut self.released_and_notified,
            &mut self.films_avoided,
            &mut self.films_printed,
            &mut self.film_saved_vnd,
            &mut self.charged_vnd,
            &mut self.messages_delivered,
            &mut self.messages_failed,
            &mut self.message_cost_vnd,
            &mut self.slips,
            &mut self.downloads,
            &mut self.shares,
            &mut self.corrections,
            &mut self.original_bytes,
            &mut self.derived_bytes,
            &mut self.served_bytes,
        ]
    }
}

impl Summary {
    /// Sums up a book.
    #[must_use]
    pub fn of(book: &Book, month: Month, prices: &Prices) -> Self {
        let mut total = Figures::default();
        let mut groups: BTreeMap<(&str, &str, Payer), Figures> = BTreeMap::new();
        for study in book.studies() {
            let figures = Figures::of(&study, prices, month);
            total.add(&figures);
            let key =
                (study.department().unwrap_or_default(), study.modality().unwrap_or_default(), study.payer());
            groups.entry(key).or_default().add(&figures);
        }
        for booked in book.booked() {
            let figures = Figures::booked(&booked, prices, month);
            total.add(&figures);
            let key =
                (booked.department.unwrap_or_default(), booked.modality.unwrap_or_default(), booked.payer);
            groups.entry(key).or_default().add(&figures);
        }
        let groups = groups
            .into_iter()
            .map(|((department, modality, payer), figures)| Group {
                department: department.to_owned(),
                modality: modality.to_owned(),
                payer,
                figures,
            })
            .collect();
        Self { month, events: book.events(), studies: book.len() as u64, total, groups }
    }
}
