//! The index: one DynamoDB table. Every item type, key by key, is described in `docs/STORAGE-LAYOUT.md`.

mod access;
mod account;
mod act;
mod change;
mod contact;
mod erase;
mod instance;
mod link;
mod log;
mod notice;
mod order;
mod outbox;
mod search;
mod session;
mod share;
mod staff;
mod study;
mod table;

pub use access::{AccessMoment, AccessRecord};
pub use account::{AccountRecord, CredentialRecord, MERGES_MAX};
pub use act::ActRecord;
pub use change::{Change, Condition};
pub use contact::{Contact, ContactRecord};
pub use erase::OrderObject;
pub use instance::InstanceRecord;
pub use link::{LinkPointer, LinkRecord, LinkState};
pub use log::{LogEntry, LogHead, LogName};
pub use notice::{Channel, ChannelRecord, ChannelState, MessagePointer, NoticeRecord};
pub use order::{OrderRecord, UsageOfOrder};
pub use outbox::{OutboxMessage, OutboxRecord};
pub use search::PatientPointer;
pub use session::SessionRecord;
pub use share::{SharePointer, ShareRecord};
pub use study::{Arrival, SeriesRecord, StaffRelease, StudyPointer, StudyRecord, Touched};
pub use table::{Index, ItemKey, Transaction, TransactionOutcome};
