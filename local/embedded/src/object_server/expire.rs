//! Does the work of lifecycle rules on AWS: deletes expired objects and abandoned uploads in parts.

use std::time::Duration;

use rusqlite::params;
use s3s::S3Result;

use crate::Expiry;
use crate::database::DatabaseError;

use super::multipart_rows;
use crate::object_server::server::ObjectServer;

/// Objects processed at a time.
const BATCH: i64 = 500;

impl ObjectServer {
    /// Deletes what a rule covers, and returns the number of objects. In a versioned bucket a marker takes their place.
    pub(crate) async fn expire(&self, rule: &Expiry) -> S3Result<usize> {
        let before_ms = self.before(rule.after);
        let mut expired = 0;
        loop {
            let (bucket, prefix) = (rule.bucket.clone(), rule.prefix.clone());
            let found = self.shared.database.read(move |c| due(c, &bucket, &prefix, before_ms)).await?;
            if found.is_empty() {
                return Ok(expired);
            }
            for (key, version_id) in found {
                // Only the version that was found: an object written under the same key in the meantime stays.
                let version_id = (!self.is_versioned(&rule.bucket)).then_some(version_id);
                self.delete_key(rule.bucket.clone(), key, version_id).await?;
                expired += 1;
            }
        }
    }

    /// Aborts uploads in parts that began at least this long ago, and returns their number.
    pub(crate) async fn abort_unfinished(&self, after: Duration) -> S3Result<usize> {
        let before_ms = self.before(after);
        let (uploads, parts) = self
            .shared
            .database
            .write(move |c| {
                let mut find = c.prepare_cached("SELECT upload_id FROM upload WHERE created_ms < ?1")?;
                let ids: Vec<String> =
                    find.query_map([before_ms], |row| row.get(0))?.collect::<Result<_, _>>()?;
                let mut parts = Vec::new();
                for id in &ids {
                    parts.extend(multipart_rows::remove(c, id)?);
                }
                Ok::<_, DatabaseError>((ids.len(), parts))
            })
            .await?;
        self.remove_parts(parts).await;
        Ok(uploads)
    }

    fn before(&self, after: Duration) -> i64 {
        self.now_ms().saturating_sub(i64::try_from(after.as_millis()).unwrap_or(i64::MAX))
    }
}

fn due(
    connection: &rusqlite::Connection,
    bucket: &str,
    prefix: &str,
    before_ms: i64,
) -> Result<Vec<(String, String)>, DatabaseError> {
    let mut find = connection.prepare_cached(
        "SELECT key, version_id FROM object
         WHERE bucket = ?1 AND latest = 1 AND path IS NOT NULL AND modified_ms < ?2
             AND substr(key, 1, length(?3)) = ?3
         ORDER BY key LIMIT ?4",
    )?;
    let rows =
        find.query_map(params![bucket, before_ms, prefix, BATCH], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
