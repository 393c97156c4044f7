//! What each use case works with, and no more: a function of Lambda is given only what its role allows.
//!
//! The root of a program builds [`Services`] once, or a part by itself; each part is made of them by `From`.

use std::sync::Arc;

use filmless_domain::Channel;
use filmless_store::port::{Clock, Messenger, Messengers, Queue, Randomness};
use filmless_store::sealing::Sealer;
use filmless_store::{Bucket, Index};
use jiff::civil::Date;
use jiff::tz::{self, TimeZone};

use crate::services::{Services, Settings};

/// What every step reads, and writes down what it did with: the index and its logs, the messages to the next step.
#[derive(Clone)]
pub struct Common {
    /// The index.
    pub index: Index,
    /// The queues.
    pub queue: Arc<dyn Queue>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where secrets and names of entries come from.
    pub randomness: Arc<dyn Randomness>,
    /// The hospital's choices.
    pub settings: Arc<Settings>,
}

impl Common {
    /// The date where it is the latest on earth: nobody's child is refused for having been born in another time zone.
    pub(crate) fn latest_today(&self) -> Date {
        self.clock.now().to_zoned(TimeZone::fixed(tz::offset(14))).date()
    }
}

/// Taking uploads in.
#[derive(Clone)]
pub struct Intake {
    /// Index, queues, time.
    pub common: Common,
    /// The hospital's uploads.
    pub studies: Bucket,
}

/// Settling studies and rendering their series.
#[derive(Clone)]
pub struct Prepare {
    /// Index, queues, time.
    pub common: Common,
    /// The hospital's uploads.
    pub studies: Bucket,
    /// What we make of them.
    pub derived: Bucket,
}

/// Issuing: the publish gate, and whoever else makes a password, a link and a slip.
#[derive(Clone)]
pub struct Release {
    /// Index, queues, time.
    pub common: Common,
    /// Slips and QR codes.
    pub slips: Bucket,
    /// Seals secrets on their way.
    pub sealer: Arc<dyn Sealer>,
}

/// Sending messages to patients. One that failed is followed by another over the next channel, with a slip of its own.
#[derive(Clone)]
pub struct Notify {
    /// Index, queues, time.
    pub common: Common,
    /// What another notice is issued with.
    pub release: Release,
    /// What sends the messages of each channel.
    pub messengers: Messengers,
}

/// What the only public door opens.
#[derive(Clone)]
pub struct Viewing {
    /// Index, queues, time.
    pub common: Common,
    /// The hospital's uploads.
    pub studies: Bucket,
    /// What we make of them.
    pub derived: Bucket,
}

/// What staff see and do.
#[derive(Clone)]
pub struct Console {
    /// Index, queues, time.
    pub common: Common,
    /// The hospital's uploads: what was refused is listed, a long result is read.
    pub studies: Bucket,
    /// What we make of them: a recall deletes it.
    pub derived: Bucket,
    /// The audit log.
    pub audit: Bucket,
    /// The usage ledger and its exports.
    pub usage: Bucket,
    /// What slips are issued with.
    pub release: Release,
    /// What a patient is erased with; none where the console may not.
    pub erase: Option<Erase>,
}

/// Erasing for good.
#[derive(Clone)]
pub struct Erase {
    /// Index, queues, time.
    pub common: Common,
    /// The hospital's uploads.
    pub studies: Bucket,
    /// What we make of them.
    pub derived: Bucket,
    /// Slips and QR codes.
    pub slips: Bucket,
    /// What keeps messages, and forgets them.
    pub messengers: Messengers,
}

/// What has to happen by the clock.
#[derive(Clone)]
pub struct Upkeep {
    /// Index, queues, time.
    pub common: Common,
    /// The audit log.
    pub audit: Bucket,
    /// The usage ledger.
    pub usage: Bucket,
    /// Calls the hotline to its list.
    pub email: Arc<dyn Messenger>,
    /// What ends retention.
    pub erase: Erase,
}

/// Finding what was lost.
#[derive(Clone)]
pub struct Reconcile {
    /// Index, queues, time.
    pub common: Common,
    /// The hospital's uploads.
    pub studies: Bucket,
    /// What we make of them.
    pub derived: Bucket,
}

/// Exporting the usage ledger, and telling finance of it.
#[derive(Clone)]
pub struct Export {
    /// The index: where the ledger ends.
    pub index: Index,
    /// The usage ledger and its exports.
    pub usage: Bucket,
    /// Email.
    pub email: Arc<dyn Messenger>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The hospital's choices.
    pub settings: Arc<Settings>,
}

/// Makes a part of the services, field by field, and gives it a `Debug` that says its name alone.
macro_rules! part {
    ($part:ident { $($field:ident),* } $($nested:ident: $how:expr),*) => {
        impl From<&Services> for $part {
            fn from(services: &Services) -> Self {
                Self { $($field: services.$field.clone(),)* $($nested: $how(services),)* }
            }
        }

        impl From<Services> for $part {
            fn from(services: Services) -> Self {
                Self::from(&services)
            }
        }

        impl std::fmt::Debug for $part {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(stringify!($part))
            }
        }
    };
}

part!(Common { index, queue, clock, randomness, settings });
part!(Intake { studies } common: Common::from);
part!(Prepare { studies, derived } common: Common::from);
part!(Release { slips, sealer } common: Common::from);
part!(Notify { messengers } common: Common::from, release: Release::from);
part!(Viewing { studies, derived } common: Common::from);
part!(Console { studies, derived, audit, usage }
    common: Common::from, release: Release::from, erase: |services: &Services| Some(Erase::from(services)));
part!(Erase { studies, derived, slips, messengers } common: Common::from);
part!(Upkeep { audit, usage } common: Common::from, email: email_of, erase: Erase::from);
part!(Reconcile { studies, derived } common: Common::from);
part!(Export { index, usage, clock, settings } email: email_of);

fn email_of(services: &Services) -> Arc<dyn Messenger> {
    services.messengers.shared(Channel::Email)
}
