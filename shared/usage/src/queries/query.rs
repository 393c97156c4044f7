//! The interface of every query.

use crate::queries::answer::Answer;
use crate::queries::event::Event;
use crate::{Month, Prices};

/// A query, while it reads events.
pub(super) trait Query {
    /// Whether it needs the events of a month.
    fn wants(&self, month: Month) -> bool;
    /// Takes in an event of a month.
    fn take(&mut self, month: Month, event: &Event);
    /// Returns the answer.
    fn answer(&self, prices: &Prices) -> Answer;
}
