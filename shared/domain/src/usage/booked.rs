//! What a released study is booked as, and how that is taken back: to the last dong, whatever order, images and price
//! list say by then.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

use super::{UsageContext, UsageEvent, UsageKind, UsageUnit, event_id, films_of, films_printed_of};
use crate::Order;
use crate::hospital::HOSPITAL_TIME;

/// Why a release is taken back, other than by a hold ([`HoldReason`](crate::HoldReason)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Reversal {
    /// The study was recalled.
    Recalled,
    /// A fact that finance counts by changed: it is booked anew.
    OrderChanged,
}

impl Reversal {
    /// The stable code, in the events of the ledger.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }
}

/// A release as it is in the ledger. Kept with the study while it is valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booked {
    /// Distinguishes the events of this release from those of another release of the study.
    occasion: String,
    /// When it was released.
    at: Timestamp,
    /// What its lines say about the study.
    context: UsageContext,
    /// Number of images by which its films were counted.
    images: u32,
    films_avoided: i64,
    films_printed: i64,
}

impl Booked {
    /// A release; it is the `number`th change to the study's booking.
    #[must_use]
    pub fn new(number: u32, at: Timestamp, context: UsageContext, order: &Order, images: u32) -> Self {
        let occasion = if number == 1 { String::new() } else { number.to_string() };
        let printed = films_printed_of(&context, order, images);
        let avoided = (films_of(&context, order, images) - printed).max(0);
        Self { occasion, at, context, images, films_avoided: avoided, films_printed: printed }
    }

    /// The events of a release: the study, and its films, printed or not.
    #[must_use]
    pub fn released(&self) -> Vec<UsageEvent> {
        let event = |kind| self.context.event(kind, &self.occasion, self.at);
        let released = event(UsageKind::StudyReleased).count(1, UsageUnit::Study);
        let films = self.films().into_iter().filter(|(_, films)| *films > 0);
        let films = films.map(|(kind, films)| event(kind).count(films, UsageUnit::Film));
        std::iter::once(released).chain(films).collect()
    }

    /// Takes all of it back, as the `number`th change; `reason` is a code.
    #[must_use]
    pub fn reversed(&self, number: u32, at: Timestamp, reason: &str) -> Vec<UsageEvent> {
        self.corrections(-1, &format!("{number} reversed"), at, reason)
    }

    /// The release according to this order, and the events that replace the booked one; `None` if finance counts the
    /// same. Images that came later change nothing: their films were counted at the release.
    #[must_use]
    pub fn restated(
        &self,
        number: u32,
        at: Timestamp,
        context: UsageContext,
        order: &Order,
    ) -> Option<(Self, Vec<UsageEvent>)> {
        let context = UsageContext { modality: self.context.modality.clone(), ..context };
        let now = Self::new(1, self.at, context, order, self.images);
        let now = Self { occasion: self.occasion.clone(), ..now };
        if now == *self {
            return None;
        }
        let corrected = now.context.event(UsageKind::OrderCorrected, &number.to_string(), at);
        let mut events = vec![now.correction(corrected, UsageKind::StudyReleased)];
        events.extend(self.reversed(number, at, Reversal::OrderChanged.code()));
        events.extend(now.corrections(1, &format!("{number} booked"), at, Reversal::OrderChanged.code()));
        Some((now, events))
    }

    fn films(&self) -> [(UsageKind, i64); 2] {
        [(UsageKind::FilmAvoided, self.films_avoided), (UsageKind::FilmPrinted, self.films_printed)]
    }

    fn corrections(&self, sign: i64, occasion: &str, at: Timestamp, reason: &str) -> Vec<UsageEvent> {
        let event = |kind, of, quantity: i64, unit| {
            let event = self.context.event(kind, occasion, at).count(sign * quantity, unit).because(reason);
            self.correction(event, of)
        };
        let study = event(UsageKind::ReleaseCorrected, UsageKind::StudyReleased, 1, UsageUnit::Study);
        let films = self.films().into_iter().filter(|(_, films)| *films > 0);
        let films = films.map(|(kind, films)| event(kind, kind, films, UsageUnit::Film));
        std::iter::once(study).chain(films).collect()
    }

    /// An event that names the event of this release that it corrects, and the month that was booked in.
    fn correction(&self, event: UsageEvent, of: UsageKind) -> UsageEvent {
        let month = self.at.to_zoned(HOSPITAL_TIME).strftime("%Y-%m").to_string();
        let released = event_id(of, &self.context.study_instance_uid, &self.occasion);
        UsageEvent { concerns: Some(month), ..event.corrects(released) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{context, order};
    use super::*;
    use serde_json::{Value, json};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn booked(service: &Value) -> Booked {
        Booked::new(1, at("2026-11-30T16:59:59Z"), context(service), &order(service), 300)
    }

    /// Kind, quantity and price of every event.
    fn lines(events: &[UsageEvent]) -> Vec<(&'static str, i64, Option<i64>)> {
        events.iter().map(|e| (e.kind.as_str(), e.quantity, e.context.unit_price_vnd)).collect()
    }

    #[test]
    fn a_reversal_is_what_was_booked_with_the_other_sign_and_names_it() {
        let booked =
            booked(&json!({ "price_variant": "pacs", "unit_price_vnd": 512_000, "films_printed": 1 }));
        let released = booked.released();
        let reversed = booked.reversed(2, at("2026-12-01T01:00:00Z"), "recalled");
        assert_eq!(
            lines(&released),
            [
                ("study-released", 1, Some(512_000)),
                ("film-avoided", 2, Some(512_000)),
                ("film-printed", 1, Some(512_000))
            ]
        );
        assert_eq!(reversed.len(), released.len());
        for (taken_back, line) in reversed.iter().zip(&released) {
            assert_eq!((taken_back.quantity, &taken_back.context), (-line.quantity, &line.context));
            assert_eq!(taken_back.corrects.as_ref(), Some(&line.id));
            assert_eq!(
                taken_back.concerns.as_deref(),
                Some("2026-11"),
                "the hospital's month of the release"
            );
            assert_eq!(taken_back.reason.as_deref(), Some("recalled"));
            assert_ne!(taken_back.id, line.id);
        }
        assert_eq!(reversed, booked.reversed(2, at("2026-12-01T01:00:00Z"), "recalled"));
        assert_ne!(reversed[0].id, booked.reversed(4, at("2026-12-01T01:00:00Z"), "recalled")[0].id);
    }

    #[test]
    fn a_changed_order_takes_the_old_back_and_books_the_new() {
        let before = booked(&json!({ "price_variant": "pacs", "unit_price_vnd": 512_000 }));
        let service = json!({ "price_variant": "film", "unit_price_vnd": 532_000 });
        let (now, events) =
            before.restated(2, at("2026-12-01T01:00:00Z"), context(&service), &order(&service)).unwrap();
        assert_eq!(
            lines(&events),
            [
                ("order-corrected", 1, Some(532_000)),
                ("release-corrected", -1, Some(512_000)),
                ("film-avoided", -3, Some(512_000)),
                ("release-corrected", 1, Some(532_000)),
                ("film-printed", 3, Some(532_000)),
            ]
        );
        let mut ids: Vec<_> = events.iter().map(|event| &event.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), events.len());
        // A later reversal takes back what is booked now.
        let reversed = now.reversed(3, at("2026-12-02T01:00:00Z"), "recalled");
        assert_eq!(
            lines(&reversed),
            [("release-corrected", -1, Some(532_000)), ("film-printed", -3, Some(532_000))]
        );
        assert_eq!(now.restated(3, at("2026-12-02T01:00:00Z"), context(&service), &order(&service)), None);
    }

    #[test]
    fn images_that_come_late_restate_nothing() {
        let service = json!({ "price_variant": "pacs" });
        let before = booked(&service);
        let late = UsageContext { modality: Some("CT+PT".into()), ..context(&service) };
        assert_eq!(before.restated(2, at("2026-12-01T01:00:00Z"), late, &order(&service)), None);
    }
}
