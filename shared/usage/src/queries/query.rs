//! What every query does.

use crate::queries::answer::Answer;
use crate::queries::event::Event;
use crate::{Month, Prices};

/// A query while it reads events.
pub(super) trait Query {
    /// Whether it asks for events of a month.
    fn wants(&self, month: Month) -> bool;
    /// Takes an event of a month in.
    fn take(&mut self, month: Month, event: &Event);
    /// Ends.
    fn answer(&self, prices: &Prices) -> Answer;
}
