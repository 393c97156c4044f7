//! Queries about the events of one month: studies, films, messages.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::answer::{Answer, Value};
use super::event::Event;
use crate::queries::query::Query;
use crate::{Month, Prices};

/// The latest value that any event gave.
struct Latest<T>(Option<(i64, T)>);

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Clone> Latest<T> {
    fn take(&mut self, sequence: i64, said: Option<&T>) {
        if let Some(said) = said
            && self.0.as_ref().is_none_or(|(known, _)| *known < sequence)
        {
            self.0 = Some((sequence, said.clone()));
        }
    }

    fn get(&self) -> Option<&T> {
        self.0.as_ref().map(|(_, said)| said)
    }
}

/// Kinds that set the state of a study. Erasure takes nothing back.
const STATES: [&str; 4] = ["study-released", "study-held", "study-shown", "study-recalled"];

/// `studies.sql`.
pub struct Studies {
    month: Month,
    studies: HashMap<Arc<str>, Known>,
    /// Releases and their charges, by department, modality and payer.
    booked: BTreeMap<[String; 3], [i64; 2]>,
}

#[derive(Default)]
struct Known {
    department: Latest<String>,
    modality: Latest<String>,
    payer: Latest<String>,
    is_received: bool,
    state: Latest<String>,
}

impl Studies {
    pub fn of(month: Month) -> Self {
        Self { month, studies: HashMap::new(), booked: BTreeMap::new() }
    }

    fn book(&mut self, event: &Event) {
        let text = |text: &Option<String>, default: &str| text.as_deref().unwrap_or(default).to_owned();
        let group = [text(&event.department, ""), text(&event.modality, ""), text(&event.payer, "unknown")];
        let sums = self.booked.entry(group).or_default();
        sums[0] += event.released();
        sums[1] += event.charged_vnd();
    }
}

impl Query for Studies {
    fn wants(&self, month: Month) -> bool {
        month == self.month
    }

    fn take(&mut self, _: Month, event: &Event) {
        if event.released() != 0 {
            self.book(event);
        }
        let known = self.studies.entry(event.study.clone()).or_default();
        if event.takes_back() {
            return;
        }
        known.department.take(event.sequence, event.department.as_ref());
        known.modality.take(event.sequence, event.modality.as_ref());
        known.payer.take(event.sequence, event.payer.as_ref().filter(|payer| *payer != "unknown"));
        known.is_received |= event.kind == "study-received";
        known.state.take(event.sequence, Some(&event.kind).filter(|kind| STATES.contains(&kind.as_str())));
    }

    fn answer(&self, _: &Prices) -> Answer {
        let mut groups: BTreeMap<[&str; 3], [i64; 4]> = BTreeMap::new();
        for known in self.studies.values() {
            let department = known.department.get().map_or("", String::as_str);
            let modality = known.modality.get().map_or("", String::as_str);
            let payer = known.payer.get().map_or("unknown", String::as_str);
            let sums = groups.entry([department, modality, payer]).or_default();
            sums[0] += i64::from(known.is_received);
            sums[2] += i64::from(known.state.get().is_some_and(|state| state == "study-recalled"));
        }
        for (group, [released, charged_vnd]) in &self.booked {
            let sums = groups.entry(group.each_ref().map(String::as_str)).or_default();
            sums[1] += released;
            sums[3] += charged_vnd;
        }
        let row = |(group, sums): (&[&str; 3], &[i64; 4])| {
            group.iter().map(|text| Value::from(*text)).chain(sums.iter().map(|n| Value::from(*n))).collect()
        };
        Answer {
            columns: &[
                "department",
                "modality",
                "payer",
                "studies_received",
                "studies_released",
                "studies_recalled",
                "charged_vnd",
            ],
            rows: groups.iter().map(row).collect(),
        }
    }
}

/// `films.sql`.
pub struct Films {
    month: Month,
    /// By modality and by the month whose prices apply.
    films: BTreeMap<(String, Month), [i64; 2]>,
}

impl Films {
    pub fn of(month: Month) -> Self {
        Self { month, films: BTreeMap::new() }
    }
}

impl Query for Films {
    fn wants(&self, month: Month) -> bool {
        month == self.month
    }

    fn take(&mut self, month: Month, event: &Event) {
        let [avoided, printed] = ["film-avoided", "film-printed"].map(|kind| event.films(kind));
        if (avoided, printed) != (0, 0) {
            let priced_in = event.concerns.unwrap_or(month);
            let sums = self.films.entry((event.modality.clone().unwrap_or_default(), priced_in)).or_default();
            sums[0] += avoided;
            sums[1] += printed;
        }
    }

    fn answer(&self, prices: &Prices) -> Answer {
        let mut modalities: BTreeMap<&str, [i64; 3]> = BTreeMap::new();
        for ((modality, priced_in), [avoided, printed]) in &self.films {
            let sums = modalities.entry(modality).or_default();
            sums[0] += avoided;
            sums[1] += printed;
            sums[2] += prices.cost("film", modality, *priced_in, *avoided);
        }
        let rows = modalities.into_iter().filter(|(_, sums)| *sums != [0; 3]).map(|(modality, sums)| {
            std::iter::once(Value::from(modality)).chain(sums.map(Value::from)).collect()
        });
        Answer {
            columns: &["modality", "films_avoided", "films_printed", "film_saved_vnd"],
            rows: rows.collect(),
        }
    }
}

/// `messages.sql`.
pub struct Messages {
    month: Month,
    channels: BTreeMap<String, [i64; 4]>,
}

impl Messages {
    pub fn of(month: Month) -> Self {
        Self { month, channels: BTreeMap::new() }
    }
}

impl Query for Messages {
    fn wants(&self, month: Month) -> bool {
        month == self.month
    }

    fn take(&mut self, _: Month, event: &Event) {
        let Some(channel) = &event.channel else { return };
        let [messages, parts, delivered, failed] = self.channels.entry(channel.clone()).or_default();
        match event.kind.as_str() {
            _ if event.is_sent() => (*messages, *parts) = (*messages + 1, *parts + event.quantity),
            "message-delivered" => *delivered += 1,
            "message-failed" => *failed += 1,
            _ => {}
        }
    }

    fn answer(&self, prices: &Prices) -> Answer {
        let rows = self.channels.iter().map(|(channel, sums)| {
            let cost = prices.cost(channel, "", self.month, sums[1]);
            let numbers = sums.iter().chain([&cost]).map(|n| Value::from(*n));
            std::iter::once(Value::from(channel.as_str())).chain(numbers).collect()
        });
        Answer {
            columns: &["channel", "messages", "parts", "delivered", "failed", "cost_vnd"],
            rows: rows.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_erased_study_counts_as_recalled_only_if_it_was() {
        let month: Month = "2026-11".parse().unwrap();
        let prices = Prices::parse(crate::prices::DEFAULT_PRICES).unwrap();
        for (kinds, recalled) in [
            (&["study-released", "study-erased"][..], 0),
            (&["study-received", "study-erased"], 0),
            (&["study-released", "study-recalled", "study-erased"], 1),
            (&["study-released", "study-recalled", "study-shown", "study-erased"], 0),
            (&["study-released", "study-recalled"], 1),
        ] {
            let mut asked = Studies::of(month);
            for (sequence, kind) in (1..).zip(kinds) {
                asked.take(
                    month,
                    &Event {
                        sequence,
                        kind: (*kind).to_owned(),
                        study: "1.2.3".into(),
                        department: None,
                        payer: None,
                        modality: None,
                        unit_price_vnd: Some(512_000),
                        quantity: 1,
                        channel: None,
                        storage_class: None,
                        is_correction: false,
                        concerns: None,
                    },
                );
            }
            let answer = asked.answer(&prices);
            let column = answer.columns.iter().position(|name| *name == "studies_recalled").unwrap();
            assert_eq!(answer.rows[0][column], Value::from(recalled), "{kinds:?}");
        }
    }
}
