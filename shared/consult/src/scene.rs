//! Who sends a message, when, and what it is about.

use jiff::Timestamp;

use crate::consultation::Consultation;
use crate::contents::Contents;
use crate::ids::MemberId;
use crate::member::Member;
use crate::outgoing::MarkEntry;

/// What is looked up before the room takes a message, at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The server's clock.
    pub now: Timestamp,
    /// The consultation.
    pub consultation: &'a Consultation,
    /// What its studies hold.
    pub contents: &'a Contents,
    /// Who sends.
    pub by: &'a Member,
    /// The member whom the message names ([`crate::Incoming::named`]), if there is one with that id.
    pub named: Option<&'a Member>,
    /// The mark with the message's id ([`crate::Incoming::id`]), if there is one.
    pub mark: Option<&'a MarkEntry>,
    /// Whose the message's id is, if a mark ever had it: also after that mark was deleted.
    pub author: Option<&'a MemberId>,
}
