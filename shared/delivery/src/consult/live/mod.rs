//! The room of a consultation while it is held: who joins, what they say, and when it ends.
//!
//! Nothing is remembered between two messages but what a look at the index confirms. A message costs one read of all items that
//! it depends on (`BatchGetItem`); one that is recorded costs a transaction of two items on top, and nothing else. Who has to
//! hear of it stands in the room itself.

mod absent;
mod act;
mod append;
mod contents;
mod deliver;
mod end;
mod entrance;
mod hear;
mod house;
mod join;
mod judge;
mod leave;
mod look;
mod note;
mod poll;
mod polling;
mod record;
mod shelves;
mod ticket;
mod visit;
mod writing;

pub use entrance::Live;
pub use hear::Heard;
pub(crate) use note::{Made, Maker};
pub use poll::{LOOK_EVERY, POLL_MESSAGES_MAX, Poll, PollAnswer};
pub use ticket::TicketAnswer;
