//! What happens to a room from its pages: the chair's acts, and somebody who waits.

use filmless_consult::{Applied, ConsultationId, Incoming, MemberId, Refusal, Room, Scene};
use filmless_store::StoreError;
use filmless_store::index::Transaction;

use super::append::{APPEND_TRIES_MAX, Written};
use super::deliver::Sender;
use super::entrance::Live;
use super::look::Asks;
use super::writing::Writing;
use crate::DeliveryError;
use crate::viewing::Session;

/// Somebody with a place in a consultation.
struct Seated<'a> {
    consultation: &'a ConsultationId,
    member: &'a MemberId,
    source: &'a str,
}

impl Live {
    /// The chair admits, removes or ends from a page. The room and everybody in it hear of it.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn act(
        &self,
        session: &Session,
        consultation: &ConsultationId,
        act: &Incoming,
    ) -> Result<Result<(), Refusal>, DeliveryError> {
        let seat = session.seat().filter(|seat| seat.consultation == *consultation);
        let Some(seat) = seat else { return Ok(Err(Refusal::NotAdmitted)) };
        let seated = Seated { consultation, member: &seat.member, source: &session.source };
        let apply = |room: &mut Room, scene: &Scene<'_>| room.apply(scene, act.clone());
        self.happen(&seated, Some(act), &apply).await
    }

    /// A member entered their code, and waits for the chair.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn knock(
        &self,
        consultation: &ConsultationId,
        member: &MemberId,
    ) -> Result<Result<(), Refusal>, DeliveryError> {
        let seated = Seated { consultation, member, source: "" };
        let apply = |room: &mut Room, scene: &Scene<'_>| room.knock(scene);
        self.happen(&seated, None, &apply).await
    }

    async fn happen(
        &self,
        seated: &Seated<'_>,
        incoming: Option<&Incoming>,
        apply: &(dyn Fn(&mut Room, &Scene<'_>) -> Result<Applied, Refusal> + Sync),
    ) -> Result<Result<(), Refusal>, DeliveryError> {
        let about = incoming.map(|incoming| Asks::of(seated.member, incoming)).unwrap_or_default();
        let asks = Asks { member: Some(seated.member), ..about };
        for _ in 0..APPEND_TRIES_MAX {
            let Some(mut look) = self.look(seated.consultation, &asks).await? else {
                return Ok(Err(Refusal::NotAdmitted));
            };
            let Some(speaker) = look.speaker(&asks, seated.source)? else {
                return Ok(Err(Refusal::NotAdmitted));
            };
            let before = look.here();
            let mut room = std::mem::take(&mut look.room);
            let applied = match apply(&mut room, &look.scene(&speaker)) {
                Ok(applied) => applied,
                Err(refusal) => return Ok(Err(refusal)),
            };
            look.room = room;
            let with = Transaction::new();
            let writing = Writing { look, before, applied, speaker: Some(&speaker), with };
            if let Written::Done(appended) = self.append_line(writing).await? {
                self.deliver(*appended, &mut Sender::Nobody).await?;
                return Ok(Ok(()));
            }
        }
        Err(StoreError::Contention { operation: "act on a room" }.into())
    }
}
