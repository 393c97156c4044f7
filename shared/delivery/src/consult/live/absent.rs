//! Those who are gone without having said so: presence ends by itself, also in a room in which nobody says anything.

use filmless_consult::ConsultationId;
use filmless_store::index::Transaction;
use futures::{StreamExt, stream};

use super::entrance::Live;
use super::look::{Asks, Look};
use super::polling::is_polling;
use crate::DeliveryError;

/// How many rooms are looked through at a time.
const ROOMS_AT_ONCE: usize = 16;

impl Live {
    /// Has everybody leave their room who is gone, and ends every room whose time is over. Returns how many connections left.
    ///
    /// # Errors
    /// [`DeliveryError`] of the first room that failed, after all others: the next run continues.
    pub async fn let_absent_leave(&self) -> Result<usize, DeliveryError> {
        let (mut left, mut failed) = (0, None);
        let rooms = stream::iter(self.common.index.open_rooms().await?)
            .map(|consultation| async move { self.let_absent_leave_room(&consultation).await });
        // One that fails keeps none of the others.
        for done in rooms.buffer_unordered(ROOMS_AT_ONCE).collect::<Vec<_>>().await {
            match done {
                Ok(gone) => left += gone,
                Err(error) => {
                    failed.get_or_insert(error);
                }
            }
        }
        failed.map_or(Ok(left), Err)
    }

    async fn let_absent_leave_room(&self, consultation: &ConsultationId) -> Result<usize, DeliveryError> {
        let index = &self.common.index;
        let Some(look) = self.look(consultation, &Asks::default()).await? else {
            // It was erased.
            let _ = index.commit(Transaction::new().forget_open_room(consultation, None)).await?;
            return Ok(0);
        };
        if look.room.ended.is_none()
            && let Some(reason) = self.over(&look)
        {
            self.end(consultation, reason).await?;
        }
        let open: Vec<String> = look.room.here.keys().filter(|id| !is_polling(id)).cloned().collect();
        let mut gone = self.room.gone(&open).await?;
        gone.extend(self.unknown(consultation, &look).await?);
        gone.sort_unstable();
        gone.dedup();
        for connection in &gone {
            self.leave(consultation, connection).await?;
        }
        if let Some(look) = self.look(consultation, &Asks::default()).await?
            && look.room.here.is_empty()
        {
            // Unmet if somebody came meanwhile.
            let forgotten = Transaction::new().forget_open_room(consultation, Some(look.read));
            let _ = index.commit(forgotten).await?;
        }
        Ok(gone.len())
    }

    /// Has connections leave a room that are over by time, or of which nothing is known any more.
    pub(super) async fn sweep(&self, consultation: &ConsultationId) -> Result<(), DeliveryError> {
        let Some(look) = self.look(consultation, &Asks::default()).await? else { return Ok(()) };
        for connection in self.unknown(consultation, &look).await? {
            self.depart(consultation, &connection).await?;
        }
        Ok(())
    }

    /// Those in a room of which nothing is known any more.
    async fn unknown(
        &self,
        consultation: &ConsultationId,
        look: &Look,
    ) -> Result<Vec<String>, DeliveryError> {
        let known = self.common.index.room_connections(consultation, look.now).await?;
        let is_unknown = |id: &&String| known.iter().all(|known| known.id != **id);
        Ok(look.room.here.keys().filter(is_unknown).cloned().collect())
    }
}
