//! S3, DynamoDB and durable queues in one process and one folder.
//!
//! The embedded profile speaks the same protocols as the cloud, so one implementation of storage serves both.
//! Everything under the data folder survives a kill at any moment:
//!
//! ```text
//! DIR/system-key.json                 the system's own access key, made once at random (mode 0600)
//! DIR/keys.json                       the access key of whoever uploads, likewise
//! DIR/lock                            held while a process owns the folder
//! DIR/embedded.db                     SQLite: what is stored under which name, and the queues
//! DIR/filmless.db                     SQLite: the DynamoDB tables
//! DIR/buckets/<bucket>/<key>          the bytes of every object, as plain files
//! DIR/buckets/.versions/<bucket>/     the bytes of overwritten and deleted objects of versioned buckets
//! DIR/buckets/.staged/                uploads on their way in
//! DIR/buckets/.parts/                 parts of multipart uploads that are not complete yet
//! ```
//!
//! One rule makes this safe: **the row is the truth**. Bytes are first written and synchronised under a temporary name.
//! One transaction then inserts the object's row together with its event. Only then is the file renamed to the plain
//! path in the row. The next start finishes whatever a kill interrupted between these steps.
//!
//! ```no_run
//! use filmless_embedded::{Credentials, Embedded, EmbeddedConfig, EmbeddedError};
//!
//! # async fn start() -> Result<(), EmbeddedError> {
//! let folder = std::path::Path::new("data");
//! let mut config = EmbeddedConfig::new(folder.into(), Credentials::of_the_system(folder)?);
//! config.buckets.insert("studies".to_owned());
//! let servers = Embedded::open(config).await?;
//! println!("S3 at {}, DynamoDB at {}", servers.s3_url(), servers.dynamodb_url());
//! # Ok(())
//! # }
//! ```

pub mod backup;
mod credentials;
mod database;
mod embedded;
mod error;
mod folder_lock;
mod http_listener;
mod object_server;
mod queue;
mod room;
mod servers;
mod sweeper;
mod table_server;
mod uploader;

pub use crate::database::DatabaseError;
pub use crate::uploader::Uploader;
pub use credentials::Credentials;
pub use embedded::{Embedded, EmbeddedConfig};
pub use error::EmbeddedError;
pub use folder_lock::own_folder;
pub use http_listener::{HttpListener, ListenerLimits, PeerAddress};
pub use queue::{DeadLetter, Depth, DurableQueue, QueueError, Received, Retry, RetryPolicy};
pub use room::{Frames, InProcessRoom, LineEnd, WAITING_BYTES_MAX};
pub use sweeper::{Expiry, Sweeper, Swept};
