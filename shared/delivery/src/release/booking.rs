//! A study is booked for as long as its patient may see it. A release books it, hiding it takes that back, and
//! showing it again books it anew. A reversal takes back exactly what was booked, which the study remembers.

use filmless_domain::Order;
use filmless_domain::usage::{Booked, UsageContext, UsageEvent};
use filmless_store::index::{Booking, StudyRecord};

use crate::parts::Common;
use crate::record::usage;
use crate::{DeliveryError, sight};

/// The release of a study under an order.
pub(crate) fn of_release(
    common: &Common,
    study: &StudyRecord,
    order: &Order,
) -> Result<Booking, DeliveryError> {
    let booked = Booked::new(next(study), usage::now(common), context(study, order), order, study.images);
    booking(booked.released(), Some(booked))
}

/// What must be booked for a study that its patient sees under this order; `None` if the ledger says so already.
pub(crate) fn shown(
    common: &Common,
    study: &StudyRecord,
    order: &Order,
) -> Result<Option<Booking>, DeliveryError> {
    match &study.booked {
        // Released before studies remembered their booking: it stays as booked then.
        None if study.bookings == 0 => Ok(None),
        None => of_release(common, study, order).map(Some),
        Some(booked) => {
            let restated = booked.restated(next(study), usage::now(common), context(study, order), order);
            restated.map(|(now, events)| booking(events, Some(now))).transpose()
        }
    }
}

/// Takes back a study's booking; `None` if it is not booked. `reason` is a code.
pub(crate) async fn reversal(
    common: &Common,
    study: &StudyRecord,
    reason: &str,
) -> Result<Option<Booking>, DeliveryError> {
    let Some(booked) = standing(common, study).await? else { return Ok(None) };
    booking(booked.reversed(next(study), usage::now(common), reason), None).map(Some)
}

/// What a study is booked as. If it was released before that was kept, its order says so.
async fn standing(common: &Common, study: &StudyRecord) -> Result<Option<Booked>, DeliveryError> {
    let released_at = match (&study.booked, study.released_at) {
        (Some(booked), _) => return Ok(Some(booked.clone())),
        (None, Some(released_at)) if study.bookings == 0 => released_at,
        _ => return Ok(None),
    };
    let candidates = sight::orders_for(common, study).await?;
    let order = candidates.named().map(|record| &record.order);
    Ok(order.map(|order| Booked::new(1, released_at, context(study, order), order, study.images)))
}

fn context(study: &StudyRecord, order: &Order) -> UsageContext {
    UsageContext::new(&study.study_instance_uid, &study.modalities, Some(order))
}

/// The number of the next change to a study's booking.
const fn next(study: &StudyRecord) -> u32 {
    study.bookings.saturating_add(1)
}

fn booking(events: Vec<UsageEvent>, booked: Option<Booked>) -> Result<Booking, DeliveryError> {
    Ok(Booking { booked, usage: usage::entries(&events)? })
}
