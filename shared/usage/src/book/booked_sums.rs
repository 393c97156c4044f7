//! The sums that lines of the ledger book.

use filmless_domain::usage::UsageKind;

use crate::Line;

/// Releases and their sums.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are documented in docs/USAGE.md")]
pub struct BookedSums {
    pub studies: i64,
    pub charged_vnd: i64,
    pub films_avoided: i64,
    pub films_printed: i64,
}

impl BookedSums {
    /// What a line books; `None` if it is of another kind.
    pub(super) fn of(line: &Line<'_>) -> Option<Self> {
        let quantity = line.quantity;
        match line.kind {
            UsageKind::StudyReleased | UsageKind::ReleaseCorrected => {
                Some(Self { studies: quantity, charged_vnd: charged_vnd(line), ..Self::default() })
            }
            UsageKind::FilmAvoided => Some(Self { films_avoided: quantity, ..Self::default() }),
            UsageKind::FilmPrinted => Some(Self { films_printed: quantity, ..Self::default() }),
            _ => None,
        }
    }

    pub(super) const fn add(&mut self, more: Self) {
        self.studies += more.studies;
        self.charged_vnd += more.charged_vnd;
        self.films_avoided += more.films_avoided;
        self.films_printed += more.films_printed;
    }
}

/// What a release charges, or what its correction takes back.
pub(super) fn charged_vnd(line: &Line<'_>) -> i64 {
    line.unit_price_vnd.unwrap_or_default().saturating_mul(line.quantity)
}
