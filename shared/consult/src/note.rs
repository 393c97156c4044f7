//! What is written outside the room, and recorded in it.

use crate::record::Event;

/// Something that is written outside the room, and recorded in it. It may happen after the end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of the events")]
pub enum Note {
    /// [`Event::Opinion`].
    Opinion { number: u32, digest: String },
    /// [`Event::Minutes`].
    Minutes { version: u32, digest: String },
    /// [`Event::Signature`].
    Signature { version: u32, digest: String },
}

impl From<Note> for Event {
    fn from(note: Note) -> Self {
        match note {
            Note::Opinion { number, digest } => Self::Opinion { number, digest },
            Note::Minutes { version, digest } => Self::Minutes { version, digest },
            Note::Signature { version, digest } => Self::Signature { version, digest },
        }
    }
}
