//! Remote consultation: doctors in several places look at the same images, and what they say counts.
//!
//! Everything here is pure: items and messages in, what to store and to send out; the server's clock is an argument.
//!
//! - [`Consultation`] and [`Member`]: whose images, for which question, until when, with whom.
//! - [`Incoming`] and [`Outgoing`]: what travels. Only the state of the view does, never an image.
//! - [`Room`]: who may do what. [`Room::apply`] refuses with a [`Refusal`], or says what is stored and sent ([`Applied`]).
//! - [`Recorded`]: the record, one chained line for everything that happened; [`Replay`] is everything as it was after a line.
//! - [`Opinion`] and [`Minutes`]: signed with name, licence number and time, over the digest of what was seen.

mod applied;
mod apply;
mod bad_field;
mod consultation;
mod contents;
mod course;
mod digest;
mod draft;
mod drawn;
mod entries;
mod ids;
mod incoming;
pub mod limits;
mod mark;
mod member;
mod minutes;
mod minutes_images;
mod minutes_text;
mod note;
mod opinion;
mod outgoing;
mod pace;
mod record;
mod refusal;
mod replay;
mod room;
mod scene;
mod signature;
mod typed;
mod verify;
mod view_state;
mod welcome;

pub use applied::{Applied, Change, To};
pub use bad_field::{BadField, Fault};
pub use consultation::{Consent, ConsentForm, Consultation, ConsultationState, EndReason};
pub use contents::Contents;
pub use course::{Course, ShownFrame};
pub use draft::DraftFacts;
pub use drawn::{Drawn, KEY_IMAGE};
pub use ids::{ConsultationId, EntryId, InvalidConsultId, MemberId};
pub use incoming::{Incoming, Ticket, Unread};
pub use mark::Mark;
pub use member::{Member, MemberRole, MemberStatus, MemberView};
pub use minutes::{Minutes, MinutesSignature, Replaced, SignedMinutes, WrittenMinutes};
pub use minutes_images::{ImageName, drawn_on, marked_images};
pub use minutes_text::{
    Attendee, KeyImage, MeasuredValue, MinutesMeasurement, MinutesOpinion, MinutesPatient, MinutesText,
    ShownSeries, Stay,
};
pub use note::Note;
pub use opinion::{Opinion, Seen, SignedOpinion};
pub use outgoing::{ChatEntry, MarkEntry, NewsKind, Outgoing, RoomView};
pub use pace::{Flow, Pace};
pub use record::{Entry, Event, Line, Passage, RECORD_VERSION, Recorded};
pub use refusal::Refusal;
pub use replay::{Anchor, Opened, RecordError, Replay};
pub use room::{RecentChat, Room};
pub use scene::Scene;
pub use signature::Signer;
pub use verify::{Behind, Broken, Unverified, Verified, VerifiedMinutes, verify};
pub use view_state::{
    Cine, FusionState, Grid, ObjectState, PaneState, Parts, PlaneKind, PlaneState, Projection, Turn,
    ViewPlace, ViewState, Window, WindowFunction,
};
