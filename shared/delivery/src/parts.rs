//! What each use case works with, and no more: a Lambda function gets only what its role allows.
//!
//! A program builds [`Services`] once, or one part by itself; each part is made from them by `From`.

use std::sync::Arc;

use filmless_domain::Channel;
use filmless_store::port::{Clock, Messenger, Messengers, Queue, Randomness};
use filmless_store::sealing::Sealer;
use filmless_store::{Bucket, Index};
use jiff::civil::Date;
use jiff::tz::{self, TimeZone};

use crate::services::{Services, Settings};

/// What every step reads and writes: the index with its logs, and the messages to the next step.
#[derive(Clone)]
pub struct Common {
    /// The index.
    pub index: Index,
    /// The queues.
    pub queue: Arc<dyn Queue>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Source of secrets and of entry ids.
    pub randomness: Arc<dyn Randomness>,
    /// The hospital's choices.
    pub settings: Arc<Settings>,
}

impl Common {
    /// Today's date where it is latest on earth: no child is refused for being born in another time zone.
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
    /// What we made from them.
    pub derived: Bucket,
}

/// Issuing: for the publish gate, and for anything else that makes a password, a link and a slip.
#[derive(Clone)]
pub struct Release {
    /// Index, queues, time.
    pub common: Common,
    /// Slips and QR codes.
    pub slips: Bucket,
    /// Seals secrets on their way.
    pub sealer: Arc<dyn Sealer>,
}

/// Sending messages to patients. After a failed message the next channel is tried, with its own slip.
#[derive(Clone)]
pub struct Notify {
    /// Index, queues, time.
    pub common: Common,
    /// To issue the next notice.
    pub release: Release,
    /// The messenger of each channel.
    pub messengers: Messengers,
}

/// What the portal needs, the only part that is open to the public.
#[derive(Clone)]
pub struct Viewing {
    /// Index, queues, time.
    pub common: Common,
    /// The hospital's uploads.
    pub studies: Bucket,
    /// What we made from them.
    pub derived: Bucket,
}

/// What staff see and do.
#[derive(Clone)]
pub struct Console {
    /// Index, queues, time.
    pub common: Common,
    /// The hospital's uploads, to list what was refused and to read a long result.
    pub studies: Bucket,
    /// What we made from them; a recall deletes it.
    pub derived: Bucket,
    /// The audit log.
    pub audit: Bucket,
    /// The usage ledger and its exports.
    pub usage: Bucket,
    /// To issue slips.
    pub release: Release,
    /// To erase a patient; `None` if the console may not.
    pub erase: Option<Erase>,
}

/// Consultations: what is written down about them, and their messages.
#[derive(Clone)]
pub struct Consulting {
    /// Index, queues, time.
    pub common: Common,
    /// The hospital's uploads: minutes become instances of their study.
    pub studies: Bucket,
    /// What we made from them: minutes print previews.
    pub derived: Bucket,
    /// Seals secrets on their way.
    pub sealer: Arc<dyn Sealer>,
}

/// Erasing for good.
#[derive(Clone)]
pub struct Erase {
    /// Index, queues, time.
    pub common: Common,
    /// The hospital's uploads.
    pub studies: Bucket,
    /// What we made from them.
    pub derived: Bucket,
    /// Slips and QR codes.
    pub slips: Bucket,
    /// The messengers, so that a file outbox can delete messages.
    pub messengers: Messengers,
}

/// Jobs by the clock.
#[derive(Clone)]
pub struct Upkeep {
    /// Index, queues, time.
    pub common: Common,
    /// The audit log.
    pub audit: Bucket,
    /// The usage ledger.
    pub usage: Bucket,
    /// Emails the hotline about its list.
    pub email: Arc<dyn Messenger>,
    /// To end retention.
    pub erase: Erase,
}

/// Finding what was lost.
#[derive(Clone)]
pub struct Reconcile {
    /// Index, queues, time.
    pub common: Common,
    /// The hospital's uploads.
    pub studies: Bucket,
    /// What we made from them.
    pub derived: Bucket,
}

/// Exporting the usage ledger, and telling finance about it.
#[derive(Clone)]
pub struct Export {
    /// The index: it says where the ledger ends.
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

/// Makes a part from the services, field by field, with a `Debug` that prints only its name.
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
part!(Consulting { studies, derived, sealer } common: Common::from);
part!(Erase { studies, derived, slips, messengers } common: Common::from);
part!(Upkeep { audit, usage } common: Common::from, email: email_of, erase: Erase::from);
part!(Reconcile { studies, derived } common: Common::from);
part!(Export { index, usage, clock, settings } email: email_of);

impl From<&Console> for Consulting {
    fn from(console: &Console) -> Self {
        let Console { common, studies, derived, release, .. } = console.clone();
        Self { common, studies, derived, sealer: release.sealer }
    }
}

fn email_of(services: &Services) -> Arc<dyn Messenger> {
    services.messengers.shared(Channel::Email)
}
