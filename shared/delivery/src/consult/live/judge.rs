//! Whether a connection may go on. The judgement is that of the pages: the session of the connection, its seat, and the one rule
//! of sight. Between two judgements the look at the room tells whether anything that they rest on changed.

use filmless_consult::ConsultationId;
use filmless_store::index::{ConsultationRecord, RoomConnection, RoomItems, RoomWatched};
use jiff::Timestamp;

use super::entrance::Live;
use crate::DeliveryError;
use crate::judged::Judged;
use crate::sight::order_in_sight;
use crate::viewing::{FoundSession, find_session, see_session};

/// What is found of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It goes on.
    Stays,
    /// Its session is over, or its member may not see the studies any more.
    Leaves,
    /// A study of the consultation is out of everybody's sight: the room ends.
    Ends,
}

impl Live {
    /// Judges a connection anew, unless nothing has changed since it was judged.
    pub(super) async fn judge(
        &self,
        record: &ConsultationRecord,
        connection: &RoomConnection,
        items: Option<&RoomItems>,
    ) -> Result<Verdict, DeliveryError> {
        let remembered = self.judgements.get(&connection.id);
        let snapshot = match (&remembered, items) {
            (Some(remembered), Some(items)) => Some(items.snapshot(&remembered.watched)),
            _ => None,
        };
        if let (Some(remembered), Some(snapshot)) = (&remembered, &snapshot)
            && remembered.holds(self.common.clock.now(), snapshot)
        {
            return Ok(Verdict::Stays);
        }
        let judged_at = self.common.clock.now();
        let (verdict, rests_on) = self.whole_judgement(record, connection).await?;
        match rests_on {
            Some((watched, good_until)) => {
                // What changed while it was judged differs from this at the next message.
                let is_same = remembered.is_some_and(|before| before.watched == watched);
                let snapshot = snapshot.filter(|_| is_same);
                let found = connection.clone();
                let judged = Judged { watched, snapshot, judged_at, good_until, found };
                self.judgements.keep(&connection.id, judged);
            }
            None => self.judgements.forget(&connection.id),
        }
        Ok(verdict)
    }

    async fn whole_judgement(
        &self,
        record: &ConsultationRecord,
        connection: &RoomConnection,
    ) -> Result<(Verdict, Option<(RoomWatched, Timestamp)>), DeliveryError> {
        let (index, consultation) = (&self.common.index, &record.consultation);
        let studies = index.studies_among(&consultation.studies).await?;
        let mut orders = Vec::new();
        for uid in &consultation.studies {
            let study =
                studies.get(uid).filter(|study| study.account_key.as_ref() == Some(&consultation.account));
            let order = match study {
                Some(study) => order_in_sight(&self.common, study).await?,
                None => None,
            };
            match order {
                Some(order) => orders.push(order.order.accession_number),
                None => return Ok((Verdict::Ends, None)),
            }
        }
        let found = find_session(&self.common, &connection.session, &connection.source).await?;
        let Some(found) = found.and_then(FoundSession::in_use) else { return Ok((Verdict::Leaves, None)) };
        if !is_seated(&found, &consultation.id, connection) || !may_see_all(&found, record) {
            return Ok((Verdict::Leaves, None));
        }
        see_session(&self.common, &found).await?;
        let watched = RoomWatched {
            session: connection.session.clone(),
            share: found.record.share.clone(),
            account_key: found.session.account_key.clone(),
            studies: consultation.studies.clone(),
            orders,
        };
        Ok((Verdict::Stays, Some((watched, found.ends_at()?))))
    }
}

fn is_seated(found: &FoundSession, consultation: &ConsultationId, connection: &RoomConnection) -> bool {
    let seat = found.session.seat();
    seat.is_some_and(|seat| seat.consultation == *consultation && seat.member == connection.member)
}

/// Whether the share opens what the consultation does: not before the chair admits, and not after the studies close.
fn may_see_all(found: &FoundSession, record: &ConsultationRecord) -> bool {
    let share = found.session.share.as_ref();
    share.is_some_and(|share| record.consultation.studies.iter().all(|study| share.studies.contains(study)))
}
