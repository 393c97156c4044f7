//! What is written outside the room, and recorded in it: opinions, minutes, signatures.

use async_trait::async_trait;
use filmless_consult::{BadField, ConsultationId, MemberId, Note};
use filmless_domain::chain::ChainHead;
use filmless_store::StoreError;
use filmless_store::index::Transaction;
use jiff::Timestamp;

use super::append::{APPEND_TRIES_MAX, Written};
use super::deliver::Sender;
use super::entrance::Live;
use super::look::Asks;
use super::writing::Writing;
use crate::DeliveryError;

/// What is to be recorded.
pub(crate) enum Made<T> {
    /// Something new: what the record says of it, and what is written with it.
    New {
        /// The line.
        note: Note,
        /// Written with the line, or neither is.
        with: Transaction,
        /// What it is.
        value: T,
    },
    /// It is there already.
    There(T),
    /// It cannot be taken.
    Bad(BadField),
}

/// Makes what is to be recorded.
#[async_trait]
pub(crate) trait Maker<T>: Sync {
    /// Makes it of the record as it is, at this moment.
    async fn make(&self, head: ChainHead, now: Timestamp) -> Result<Made<T>, DeliveryError>;
}

impl Live {
    /// Records something with all that is written for it. Its maker is asked again where somebody else wrote first. `None` if there is no such consultation.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub(crate) async fn write_down<T>(
        &self,
        consultation: &ConsultationId,
        by: &MemberId,
        maker: &impl Maker<T>,
    ) -> Result<Option<Result<T, BadField>>, DeliveryError> {
        for _ in 0..APPEND_TRIES_MAX {
            let Some(mut look) = self.look(consultation, &Asks::default()).await? else { return Ok(None) };
            let (note, with, value) = match maker.make(look.room.head.clone(), look.now).await? {
                Made::New { note, with, value } => (note, with, value),
                Made::There(value) => return Ok(Some(Ok(value))),
                Made::Bad(bad) => return Ok(Some(Err(bad))),
            };
            let before = look.here();
            let applied = look.room.note(look.now, by, note);
            match self.append_line(Writing { look, before, applied, speaker: None, with }).await? {
                Written::Done(appended) => {
                    self.deliver(*appended, &mut Sender::Nobody).await?;
                    return Ok(Some(Ok(value)));
                }
                Written::Again | Written::Unmet => {}
            }
        }
        Err(StoreError::Contention { operation: "write in a consultation" }.into())
    }
}
