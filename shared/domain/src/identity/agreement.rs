//! How two statements of one fact stand to each other.

/// How two statements of one fact stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Agreement {
    /// They say the same.
    Agrees,
    /// They can be one person's, and two persons' as well: words in another order, a year against a date, an id whose
    /// issuer nobody knows.
    Weak,
    /// One of them says nothing.
    Unknown,
    /// They cannot be one person's.
    Differs,
}
