//! Queries that look beyond one month: `reach`, `storage`, `unit-cost`, `month-end`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::answer::{Answer, Value};
use super::event::Event;
use crate::queries::query::Query;
use crate::{Month, Prices};

/// `reach.sql`.
pub struct Reach {
    month: Month,
    /// Releases of the month that stand at its end, with the department that the latest one names.
    released: HashMap<Arc<str>, (i64, String, i64)>,
    since: HashMap<Arc<str>, [bool; 3]>,
}

impl Reach {
    pub fn of(month: Month) -> Self {
        Self { month, released: HashMap::new(), since: HashMap::new() }
    }
}

impl Query for Reach {
    fn wants(&self, month: Month) -> bool {
        month >= self.month
    }

    fn take(&mut self, month: Month, event: &Event) {
        if month == self.month && event.released() != 0 {
            let (released, department, latest) = self.released.entry(event.study.clone()).or_default();
            *released += event.released();
            if event.released() > 0 && *latest < event.sequence {
                (*department, *latest) = (event.department.clone().unwrap_or_default(), event.sequence);
            }
            return;
        }
        let what = match event.kind.as_str() {
            _ if event.is_sent() => 0,
            "study-opened" => 1,
            "first-image" => 2,
            _ => return,
        };
        self.since.entry(event.study.clone()).or_default()[what] = true;
    }

    fn answer(&self, _: &Prices) -> Answer {
        let mut departments: BTreeMap<&str, [i64; 5]> = BTreeMap::new();
        for (study, (_, department, _)) in self.released.iter().filter(|(_, (released, ..))| *released > 0) {
            let [told, opened, saw] = self.since.get(study).copied().unwrap_or_default();
            let sums = departments.entry(department).or_default();
            for (sum, is_so) in sums.iter_mut().zip([true, told, opened, saw, !opened]) {
                *sum += i64::from(is_so);
            }
        }
        let row = |(department, sums): (&str, [i64; 5])| {
            std::iter::once(Value::from(department)).chain(sums.map(Value::from)).collect()
        };
        Answer {
            columns: &["department", "studies_released", "told", "opened", "saw_an_image", "never_opened"],
            rows: departments.into_iter().map(row).collect(),
        }
    }
}

/// `storage.sql`.
pub struct Storage {
    month: Month,
    /// Events without a class come last, as in SQL.
    classes: BTreeMap<(bool, String), [i64; 2]>,
}

impl Storage {
    pub fn of(month: Month) -> Self {
        Self { month, classes: BTreeMap::new() }
    }
}

impl Query for Storage {
    fn wants(&self, month: Month) -> bool {
        month <= self.month
    }

    fn take(&mut self, month: Month, event: &Event) {
        if event.kind != "bytes-stored" {
            return;
        }
        let class = event.storage_class.clone();
        let sums = self.classes.entry((class.is_none(), class.unwrap_or_default())).or_default();
        sums[0] += if month == self.month { event.quantity } else { 0 };
        sums[1] += event.quantity;
    }

    fn answer(&self, _: &Prices) -> Answer {
        let row = |((is_unknown, class), sums): (&(bool, String), &[i64; 2])| {
            let class = if *is_unknown { Value::Null } else { class.as_str().into() };
            std::iter::once(class).chain(sums.map(Value::from)).collect()
        };
        Answer {
            columns: &["storage_class", "bytes_added", "bytes_at_end"],
            rows: self.classes.iter().map(row).collect(),
        }
    }
}

/// `unit-cost.sql`.
pub struct UnitCost {
    month: Month,
    used: BTreeMap<String, i64>,
    released: i64,
}

impl UnitCost {
    pub fn of(month: Month) -> Self {
        Self { month, used: BTreeMap::new(), released: 0 }
    }
}

impl Query for UnitCost {
    fn wants(&self, month: Month) -> bool {
        month <= self.month
    }

    fn take(&mut self, month: Month, event: &Event) {
        let is_now = month == self.month;
        self.released += if is_now { event.released() } else { 0 };
        let item = match event.kind.as_str() {
            "bytes-stored" => event.storage_class.as_deref(),
            _ if is_now && event.is_sent() => event.channel.as_deref(),
            "bytes-served" if is_now => Some("served"),
            "study-released" if is_now => Some("compute"),
            _ => None,
        };
        if let Some(item) = item {
            *self.used.entry(item.to_owned()).or_default() += event.quantity;
        }
    }

    fn answer(&self, prices: &Prices) -> Answer {
        let row = |(item, quantity): (&String, &i64)| {
            let (vnd, per) = prices.price(item, "", self.month)?;
            // Round as the SQL does: negative amounts towards zero.
            let doubled = 2 * i128::from(*quantity) * i128::from(vnd) + i128::from(per);
            let cost = i64::try_from(doubled / (2 * i128::from(per))).unwrap_or(i64::MAX);
            Some(vec![item.as_str().into(), (*quantity).into(), cost.into(), hundredths(cost, self.released)])
        };
        Answer {
            columns: &["item", "quantity", "cost_vnd", "cost_per_study_vnd"],
            rows: self.used.iter().filter_map(row).collect(),
        }
    }
}

/// A quotient with two decimals, rounding half away from zero.
fn hundredths(amount: i64, count: i64) -> Value {
    if count <= 0 {
        return Value::Null;
    }
    let (amount, count) = (i128::from(amount), i128::from(count));
    let rounded = (2 * 100 * amount.abs() + count) / (2 * count) * amount.signum();
    Value::Hundredths(i64::try_from(rounded).unwrap_or(i64::MAX))
}

/// `month-end.sql`.
pub struct MonthEnd {
    month: Month,
    /// By line, month of booking, month concerned, and kind.
    lines: BTreeMap<(&'static str, Month, Month, String), [i64; 5]>,
}

/// Kinds that belong to a month itself.
const BOOKED: [&str; 4] = ["study-released", "film-avoided", "film-printed", "study-recalled"];

impl MonthEnd {
    pub fn of(month: Month) -> Self {
        Self { month, lines: BTreeMap::new() }
    }
}

impl Query for MonthEnd {
    fn wants(&self, month: Month) -> bool {
        month >= self.month
    }

    fn take(&mut self, month: Month, event: &Event) {
        let concerns = event.concerns.unwrap_or(month);
        let is_asked = month == self.month || concerns == self.month;
        if !is_asked || !(event.is_correction || BOOKED.contains(&event.kind.as_str())) {
            return;
        }
        let line = if event.is_correction { "correction" } else { "booked" };
        let sums = self.lines.entry((line, month, concerns, event.kind.clone())).or_default();
        let films = ["film-avoided", "film-printed"].map(|kind| event.films(kind));
        let more = [1, event.released(), event.charged_vnd(), films[0], films[1]];
        for (sum, more) in sums.iter_mut().zip(more) {
            *sum += more;
        }
    }

    fn answer(&self, _: &Prices) -> Answer {
        let row = |((line, booked_in, concerns, kind), sums): (&(&str, Month, Month, String), &[i64; 5])| {
            let months = [booked_in, concerns].map(|month| Value::Text(month.to_string()));
            let texts = [Value::from(*line)].into_iter().chain(months).chain([kind.as_str().into()]);
            texts.chain(sums.map(Value::from)).collect()
        };
        Answer {
            columns: &[
                "line",
                "booked_in",
                "concerns",
                "kind",
                "events",
                "studies",
                "charged_vnd",
                "films_avoided",
                "films_printed",
            ],
            rows: self.lines.iter().map(row).collect(),
        }
    }
}
