//! Answers named queries without a database: each does what its SQL says, event by event.

use bytes::Bytes;

use crate::queries::answer::Answer;
use crate::queries::event::read;
use crate::queries::of_month::{Films, Messages, Studies};
use crate::queries::over_time::{MonthEnd, Reach, Storage, UnitCost};
use crate::queries::query::Query;
use crate::{Month, Prices, UsageError};

/// A named query about a month, while it reads the exports.
pub struct Asked {
    query: Box<dyn Query>,
}

impl Asked {
    pub(super) fn new(name: &str, month: Month) -> Option<Self> {
        let query: Box<dyn Query> = match name {
            "films" => Box::new(Films::of(month)),
            "messages" => Box::new(Messages::of(month)),
            "month-end" => Box::new(MonthEnd::of(month)),
            "reach" => Box::new(Reach::of(month)),
            "storage" => Box::new(Storage::of(month)),
            "studies" => Box::new(Studies::of(month)),
            "unit-cost" => Box::new(UnitCost::of(month)),
            _ => return None,
        };
        Some(Self { query })
    }

    /// Whether it needs the files of a month.
    #[must_use]
    pub fn wants(&self, month: Month) -> bool {
        self.query.wants(month)
    }

    /// Takes in an exported Parquet file of a month.
    ///
    /// # Errors
    /// [`UsageError::Parquet`].
    pub fn take(&mut self, month: Month, file: Bytes) -> Result<(), UsageError> {
        read(file, |event| self.query.take(month, event))
    }

    /// The answer, at these prices.
    #[must_use]
    pub fn answer(&self, prices: &Prices) -> Answer {
        self.query.answer(prices)
    }
}
