//! The S3 API over plain files and one SQLite database.

mod access;
mod answer;
mod answers;
mod buckets;
mod conditions;
mod copy;
mod delete;
mod event;
mod expire;
mod file_name;
mod files;
mod headers;
mod key_locks;
mod list;
mod list_uploads;
mod list_versions;
mod multipart;
mod multipart_rows;
mod operations;
mod publish;
mod put;
mod read;
mod receive;
mod recover;
mod rows;
mod server;

use crate::object_server::answers::internal;
use crate::object_server::server::ClockHandle;
use std::sync::Arc;

use filmless_store::port::Clock;
use s3s::{
    S3Error, S3ErrorCode,
    service::{S3Service, S3ServiceBuilder},
    validation::{AwsNameValidation, NameValidation},
};

use crate::database::Database;
use crate::database::DatabaseError;
use crate::queue::DurableQueue;
use crate::{Credentials, EmbeddedError, Uploader};

pub(crate) use answer::{CorsOrigins, answer};
use files::Files;
use key_locks::KeyLocks;
use receive::ReceiveLimits;
use server::Shared;
pub(crate) use server::{ObjectServer, ObjectServerConfig};

impl ObjectServer {
    /// Opens the folder, finishes what a kill interrupted, and makes the configured buckets.
    pub(crate) async fn open(
        config: ObjectServerConfig,
        database: Database,
        queue: Arc<DurableQueue>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, EmbeddedError> {
        let root = config.root.clone();
        let files = tokio::task::spawn_blocking(move || Files::open(root))
            .await
            .map_err(std::io::Error::other)
            .and_then(|opened| opened)
            .map_err(EmbeddedError::folder("create the bucket folders"))?;
        let shared = Shared {
            config,
            database,
            files,
            queue,
            clock: ClockHandle(clock),
            locks: KeyLocks::new(),
            limits: ReceiveLimits::default(),
        };
        let server = Self { shared: Arc::new(shared) };
        recover::finish_interrupted(&server.shared.database, &server.shared.files).await?;
        let buckets = &server.shared.config;
        for name in buckets.buckets.iter().chain(&buckets.event_buckets).chain(&buckets.versioned_buckets) {
            if !AwsNameValidation::new().validate_bucket_name(name) {
                return Err(EmbeddedError::BucketName { name: name.clone() });
            }
            server.make_bucket(name.clone()).await?;
        }
        Ok(server)
    }

    /// The HTTP service of this server, with signatures checked.
    pub(crate) fn into_service(self, system: Credentials, uploader: Option<Uploader>) -> S3Service {
        let keys = access::KeyRing { system, uploader };
        let mut builder = S3ServiceBuilder::new(self);
        builder.set_auth(keys.clone());
        builder.set_access(keys);
        builder.build()
    }

    /// `false` if the bucket existed before.
    async fn make_bucket(&self, name: String) -> Result<bool, EmbeddedError> {
        let (now_ms, files) = (self.now_ms(), self.shared.files.clone());
        let folder = name.clone();
        tokio::task::spawn_blocking(move || files.create_bucket(&folder))
            .await
            .map_err(std::io::Error::other)
            .and_then(|made| made)
            .map_err(EmbeddedError::folder("create a bucket folder"))?;
        Ok(self.shared.database.write(move |c| rows::create_bucket(c, &name, now_ms)).await?)
    }

    fn is_versioned(&self, bucket: &str) -> bool {
        self.shared.config.versioned_buckets.contains(bucket)
    }

    /// The version id as clients see it: only versioned buckets have one.
    fn shown_version(&self, bucket: &str, version_id: &str) -> Option<String> {
        self.is_versioned(bucket).then(|| version_id.to_owned())
    }

    fn now_ms(&self) -> i64 {
        self.shared.clock.0.now().as_millisecond()
    }
}

impl From<DatabaseError> for S3Error {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Closed => Self::with_source(S3ErrorCode::ServiceUnavailable, Box::new(error)),
            _ => internal(error),
        }
    }
}
