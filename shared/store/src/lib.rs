//! Objects, index, accounts, queues, SMS and email. The only crate that names the AWS SDK.

pub mod aws;
pub mod calls;
pub mod connect;
mod error;
mod http;
pub mod index;
mod listing;
mod objects;
pub mod port;
pub mod sealing;

pub use connect::{Connection, Endpoints};
pub use error::StoreError;
pub use http::{HttpClient, HttpError};
pub use index::Index;
pub use listing::{ListMarker, ListedPage, ListedVersion};
pub use objects::{Bucket, ObjectVersion, PRESIGNED_TTL_MAX, RangedRead, Served};
