//! Queries that look beyond one month: reach, storage, unit-cost, month-end.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::answer::{Answer, Query, Value};
use super::event::Event;
use crate::{Month, Prices};

/// `reach.sql`.
pub struct Reach {
    month: Month,
    released: BTreeSet<(Arc<str>, String)>,
    since: HashMap<Arc<str>, [bool; 3]>,
}

impl Reach {
    pub fn of(month: Month) -> Self {
        Self { month, released: BTreeSet::new(), since: HashMap::new() }
    }
}

impl Query for Reach {
    fn wants(&self, month: Month) -> bool {
        month >= self.month
    }

    fn take(&mut self, month: Month, event: &Event) {
        let what = match event.kind.as_str() {
            "study-released" if month == self.month => {
                self.released.insert((event.study.clone(), event.department.clone().unwrap_or_default()));
                return;
            }
            "sms-sent" | "email-sent" => 0,
            "study-opened" => 1,
            "first-image" => 2,
            _ => return,
        };
        self.since.entry(event.study.clone()).or_default()[what] = true;
    }

    fn answer(&self, _: &Prices) -> Answer {
        let mut departments: BTreeMap<&str, [i64; 5]> = BTreeMap::new();
        for (study, department) in &self.released {
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
    /// What names no class comes last, as in SQL.
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
        let item = match event.kind.as_str() {
            "bytes-stored" => event.storage_class.as_deref(),
            "sms-sent" | "email-sent" if is_now => event.channel.as_deref(),
            "bytes-served" if is_now => Some("served"),
            "study-released" if is_now => {
                self.released += 1;
                Some("compute")
            }
            _ => None,
        };
        if let Some(item) = item {
            *self.used.entry(item.to_owned()).or_default() += event.quantity;
        }
    }

    fn answer(&self, prices: &Prices) -> Answer {
        let row = |(item, quantity): (&String, &i64)| {
            let (vnd, per) = prices.price(item, "", self.month)?;
            // As the SQL rounds: towards zero what is below it.
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

/// A quotient of two decimals, halves away from zero.
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
    booked: BTreeMap<String, [i64; 4]>,
    releases: HashMap<Arc<str>, Vec<(Month, i64)>>,
    corrections: Vec<(Month, Event)>,
}

impl MonthEnd {
    pub fn of(month: Month) -> Self {
        Self { month, booked: BTreeMap::new(), releases: HashMap::new(), corrections: Vec::new() }
    }
}

/// Events, dong charged, films avoided, films printed.
fn sums_of(event: &Event, charged_vnd: i64) -> [i64; 4] {
    let of = |kind: &str| if event.kind == kind { event.quantity } else { 0 };
    [1, charged_vnd, of("film-avoided"), of("film-printed")]
}

fn add(sums: &mut [i64; 4], more: [i64; 4]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
}

impl Query for MonthEnd {
    fn wants(&self, _: Month) -> bool {
        true
    }

    fn take(&mut self, month: Month, event: &Event) {
        let price = event.unit_price_vnd.unwrap_or_default();
        if event.kind == "study-released" {
            self.releases.entry(event.study.clone()).or_default().push((month, price));
        }
        if event.is_correction {
            self.corrections.push((month, event.clone()));
            return;
        }
        let is_booked = matches!(
            event.kind.as_str(),
            "study-released" | "film-avoided" | "film-printed" | "study-recalled"
        );
        if month == self.month && is_booked {
            let charged = if event.kind == "study-released" { price } else { 0 };
            add(self.booked.entry(event.kind.clone()).or_default(), sums_of(event, charged));
        }
    }

    fn answer(&self, _: &Prices) -> Answer {
        let mut corrections: BTreeMap<(Month, Month, &str), [i64; 4]> = BTreeMap::new();
        for (later, event) in &self.corrections {
            for (earlier, price) in self.releases.get(&event.study).into_iter().flatten() {
                if *later == self.month || *earlier == self.month {
                    let more = event.unit_price_vnd.unwrap_or_default() - price;
                    let charged = if event.kind == "order-corrected" { more } else { 0 };
                    let sums = corrections.entry((*later, *earlier, &event.kind)).or_default();
                    add(sums, sums_of(event, charged));
                }
            }
        }
        let row = |line: &str, booked_in: Month, concerns: Month, kind: &str, sums: &[i64; 4]| {
            let months = [booked_in, concerns].map(|month| Value::Text(month.to_string()));
            let texts = [line.into()].into_iter().chain(months).chain([kind.into()]);
            texts.chain(sums.iter().map(|n| Value::from(*n))).collect()
        };
        let booked = self.booked.iter().map(|(kind, sums)| row("booked", self.month, self.month, kind, sums));
        let corrected = corrections
            .iter()
            .map(|((booked_in, concerns, kind), sums)| row("correction", *booked_in, *concerns, kind, sums));
        Answer {
            columns: &[
                "line",
                "booked_in",
                "concerns",
                "kind",
                "events",
                "charged_vnd",
                "films_avoided",
                "films_printed",
            ],
            rows: booked.chain(corrected).collect(),
        }
    }
}
