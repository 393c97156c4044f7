//! Objects, index, accounts, queues, SMS and email. The only crate that uses the AWS SDK.
//!
//! A transaction names its conditions; the caller who commits it decides what an unmet one means:
//!
//! ```
//! use filmless_store::StoreError;
//! use filmless_store::index::{Change, Condition, Index, ItemKey, Transaction, TransactionOutcome};
//!
//! async fn mark(index: &Index, key: ItemKey) -> Result<bool, StoreError> {
//!     let once = Change::new().set("is_seen", true).when(&Condition::Absent("is_seen"));
//!     match index.commit(Transaction::new().update(key, once)).await? {
//!         TransactionOutcome::Committed => Ok(true),
//!         // Somebody was here before.
//!         TransactionOutcome::ConditionUnmet(_) => Ok(false),
//!     }
//! }
//! ```

pub mod aws;
pub mod calls;
pub mod connect;
mod error;
mod http;
mod in_process;
pub mod index;
mod listed_key;
mod listing;
pub mod messengers;
mod objects;
pub mod port;
pub mod sealing;

pub use connect::{Connection, Endpoints};
pub use error::StoreError;
pub use http::{HttpClient, HttpError};
pub use in_process::{HandedBody, ServersInProcess};
pub use index::Index;
pub use listed_key::ListMarker;
pub use listing::{ListedPage, ListedVersion};
pub use objects::{Bucket, ObjectStream, ObjectVersion, PRESIGNED_TTL_MAX, RangedRead, Served, Upload};
