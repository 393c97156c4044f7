//! How two statements of one fact compare.

/// How two statements of one fact compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Agreement {
    /// They say the same.
    Agrees,
    /// They may belong to one person or to two: words in another order, a year against a date, an id whose issuer is
    /// unknown.
    Weak,
    /// One of them is missing.
    Unknown,
    /// They cannot belong to one person.
    Differs,
}
