//! Which part of a list is requested, and the addresses of its other pages.

use filmless_delivery::staff::{Extent, ListAsked, ListCursor, ListPage};
use jiff::civil::Date;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::choices::{Choice, choices, period};
use super::console::Console;
use super::trouble::Trouble;
use crate::texts::console::ReadingWords;

/// Modalities of hospitals (PS3.3 C.7.3.1.1.1) to filter a list by, whether or not the page has a study of each.
const MODALITIES: [&str; 14] =
    ["CR", "CT", "DX", "ES", "IO", "MG", "MR", "NM", "OT", "PT", "PX", "RF", "US", "XA"];
/// Longest reason or modality that an address may repeat, in bytes: a provider's word has up to 80 characters.
const ASKED_BYTES_MAX: usize = 320;

/// Which part of a list.
#[derive(Deserialize, Default)]
pub(crate) struct Narrowed {
    days: Option<u16>,
    #[serde(default)]
    pub(super) reason: String,
    #[serde(default)]
    pub(super) modality: String,
    #[serde(default)]
    day: String,
    #[serde(default)]
    after: String,
}

/// What surrounds the rows of a page.
pub(super) struct Around {
    /// `: 12`, or `: 50+` if there may be more; blank on later pages.
    pub(super) count: String,
    /// The text of a page without rows.
    pub(super) nothing: &'static str,
    pub(super) first_url: Option<String>,
    pub(super) next_url: Option<String>,
}

impl Narrowed {
    /// The query, after checking that the day exists.
    pub(super) fn asked(&self, console: &Console, days_otherwise: u16) -> Result<ListAsked, Trouble> {
        console.demand_days([&self.day])?;
        Ok(ListAsked {
            days: self.days(days_otherwise),
            day: self.day(),
            reason: self.reason.clone(),
            modality: self.modality.clone(),
        })
    }

    /// How many days back.
    pub(super) fn days(&self, otherwise: u16) -> u16 {
        period(self.days, otherwise)
    }

    /// The day, if one is named.
    pub(super) fn day(&self) -> Option<Date> {
        self.day.parse().ok()
    }

    /// The day, as the form shows it.
    pub(super) fn day_text(&self) -> String {
        self.day().map(|day| day.to_string()).unwrap_or_default()
    }

    /// The page; the first one if none is named or the named place does not exist.
    pub(super) fn page(&self) -> Extent {
        Extent::Page(ListCursor::parse(&self.after))
    }

    /// The modalities to choose from, including those on the page.
    pub(super) fn modalities<'a>(&self, of_page: impl Iterator<Item = &'a str>) -> Vec<Choice> {
        choices(of_page.chain(MODALITIES), &self.modality)
    }

    /// The address of the same part of the list: as a table, or of another page.
    pub(super) fn address(&self, path: &str) -> String {
        let encoded = |text: &str| match text.len() {
            0..=ASKED_BYTES_MAX => utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(),
            _ => String::new(),
        };
        let days = self.days.map(|days| days.to_string()).unwrap_or_default();
        let parts = [
            ("days", days),
            ("reason", encoded(&self.reason)),
            ("modality", encoded(&self.modality)),
            ("day", self.day_text()),
        ];
        let parts = parts.iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<String> = parts.map(|(name, value)| format!("{name}={value}")).collect();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }

    /// What surrounds the rows of a page of the list at that path.
    pub(super) fn around<T>(
        &self,
        path: &str,
        page: &ListPage<T>,
        words: &ReadingWords,
        none: &'static str,
    ) -> Around {
        let is_first = self.page() == Extent::Page(None);
        let address = self.address(path);
        let next_url = page.next.as_ref().map(|next| {
            let joint = if address.contains('?') { '&' } else { '?' };
            format!("{address}{joint}after={next}")
        });
        Around {
            count: if is_first { format!(": {}", page.counted()) } else { String::new() },
            nothing: match (is_first, &next_url) {
                (_, Some(_)) => words.on_next_page,
                (true, None) => none,
                (false, None) => words.no_more,
            },
            first_url: (!is_first).then_some(address),
            next_url,
        }
    }
}
