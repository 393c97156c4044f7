//! Consultations: invitations, the page of each one, and the acts of its members.

pub(crate) mod acts;
pub(crate) mod cards;
pub(crate) mod form;
pub(crate) mod invited;
pub(crate) mod list;
pub(crate) mod minutes;
pub(crate) mod opinions;
pub(crate) mod seat;
pub(crate) mod show;
pub(crate) mod standing;
pub(crate) mod start;
pub(crate) mod words;

use filmless_delivery::consult::live::Live;
use filmless_delivery::consult::{ConsultationId, Consultations, MemberId};

use crate::error::PortalError;
use crate::visitor::Visitor;

/// The use cases; where there are none, nothing below is found.
pub(crate) fn consultations(visitor: &Visitor) -> Result<&Consultations, PortalError> {
    visitor.services.consultations.as_ref().ok_or(PortalError::NotFound)
}

/// The rooms, where the record of every consultation is kept.
pub(crate) fn live(visitor: &Visitor) -> Result<&Live, PortalError> {
    visitor.services.rooms.as_ref().map(|rooms| &rooms.live).ok_or(PortalError::NotFound)
}

/// The consultation that an address names.
pub(crate) fn id_of(segment: &str) -> Result<ConsultationId, PortalError> {
    ConsultationId::parse(segment).map_err(|_| PortalError::NotFound)
}

/// The member that an address names.
pub(crate) fn member_of(segment: &str) -> Result<MemberId, PortalError> {
    MemberId::parse(segment).map_err(|_| PortalError::NotFound)
}
