//! What is to be written.

use filmless_consult::{Applied, MemberId};
use filmless_store::index::Transaction;

use super::look::{Look, Speaker};

/// Everything that is written with a line.
pub(super) struct Writing<'a> {
    pub look: Look,
    pub before: Vec<(String, MemberId)>,
    pub applied: Applied,
    /// Who did it; nobody if it was the clock or the hospital.
    pub speaker: Option<&'a Speaker>,
    /// What else has to be written with it, or nothing at all.
    pub with: Transaction,
}
