//! Consultations: the hospital's staff, or a doctor with a share that may, open some of a patient's studies to doctors
//! elsewhere, for one question and a limited time.
//!
//! A member comes with a share that has a [`Seat`](filmless_store::index::Seat). Sight, recall, holds, audit and "who opened
//! this" are those of shares. A share of a member opens no study until the chair admits them, because it names none; removal
//! ends it, in the transaction that removes.

mod ending;
mod invite;
mod letters;
pub mod live;
mod members;
mod message_rules;
mod minutes;
mod minutes_draft;
mod minutes_images;
mod minutes_marks;
mod minutes_save;
mod minutes_typed;
mod new_member;
mod news;
mod opinions;
mod places;
pub(crate) mod printable;
mod record_file;
mod start;
mod stop;
mod view;

use std::sync::Arc;

use filmless_store::Bucket;
use filmless_store::sealing::Sealer;
use jiff::Timestamp;

use crate::parts::{Common, Consulting, Viewing};
use crate::viewing::Portal;

pub use filmless_consult::{
    Attendee, BadField, Consent, ConsentForm, Consultation, ConsultationId, ConsultationState, EndReason,
    Fault, Member, MemberId, MemberRole, MemberStatus, MinutesSignature, MinutesText, Opinion, ShownSeries,
    Signer, limits,
};
pub use filmless_store::index::{ChannelState, ConsultationRecord, MemberMessageKind, MemberRecord};

pub use invite::{CODE_REQUESTS_MAX, CodeAnswer, Invited, SIGNING_DAYS};
pub use members::{Again, MemberAct};
pub use message_rules::LinkBy;
pub use minutes::{MinutesAnswer, MinutesForm, MinutesView};
pub use minutes_images::OfferedImage;
pub use minutes_typed::{TypedImage, TypedMinutes};
pub use new_member::{ACCOUNT_CHARS_MAX, NewMember};
pub use opinions::{OpinionAnswer, TypedOpinion};
pub use places::{Place, Who};
pub use record_file::{RECORD_FILE_BYTES_MAX, RECORD_PART_BYTES_MAX, RecordFile, TakenRecord};
pub use start::{
    CONSULTATIONS_OF_SHARE_A_DAY_MAX, CONSULTATIONS_OF_SHARE_MAX, CONSULTATIONS_OPEN_MAX, StartAnswer,
    StartRequest, Started,
};
pub(crate) use start::{Owner, start};
pub(crate) use stop::{end_all_of_account, end_all_of_share, end_all_of_study, is_of_share};
pub(crate) use view::line as line_of;
pub use view::{ConsultationLine, ConsultationView, MemberLine, MessageLine};

/// The use cases of consultations.
#[derive(Clone)]
pub struct Consultations {
    common: Common,
    studies: Bucket,
    derived: Bucket,
    sealer: Arc<dyn Sealer>,
}

impl Consultations {
    /// Consultations, with these services.
    #[must_use]
    pub fn new(parts: impl Into<Consulting>) -> Self {
        let Consulting { common, studies, derived, sealer } = parts.into();
        Self { common, studies, derived, sealer }
    }

    /// What anybody may see who has a session.
    fn portal(&self) -> Portal {
        let (common, studies, derived) = (self.common.clone(), self.studies.clone(), self.derived.clone());
        Portal::new(Viewing { common, studies, derived })
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.common.clock.now()
    }
}

impl std::fmt::Debug for Consultations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Consultations")
    }
}
