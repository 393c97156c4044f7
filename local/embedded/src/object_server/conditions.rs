use http::{HeaderMap, HeaderValue, header};
use s3s::{
    S3Error, S3Result,
    dto::{ETag, ETagCondition, Timestamp},
    s3_error,
};

use super::rows::ObjectRow;

/// The preconditions of a read, RFC 9110 section 13.
#[derive(Debug, Default)]
pub(super) struct ReadConditions {
    pub(super) if_match: Option<ETagCondition>,
    pub(super) if_none_match: Option<ETagCondition>,
    pub(super) if_modified_since: Option<Timestamp>,
    pub(super) if_unmodified_since: Option<Timestamp>,
}

impl ReadConditions {
    /// `Err(NotModified)` or `Err(PreconditionFailed)` if the object must not be sent. Entity tags take precedence over
    /// dates (RFC 9110, 13.2.2).
    pub(super) fn check(&self, row: &ObjectRow) -> S3Result<()> {
        let modified = whole_seconds(row);
        match (&self.if_match, &self.if_unmodified_since) {
            (Some(condition), _) if !matches(condition, &row.etag) => {
                return Err(s3_error!(PreconditionFailed));
            }
            (None, Some(since)) if modified > *since => return Err(s3_error!(PreconditionFailed)),
            _ => {}
        }
        match (&self.if_none_match, &self.if_modified_since) {
            (Some(condition), _) if matches(condition, &row.etag) => Err(not_modified(row)),
            (None, Some(since)) if modified <= *since => Err(not_modified(row)),
            _ => Ok(()),
        }
    }
}

/// The preconditions of a write, for create-once and compare-and-swap.
#[derive(Debug, Clone, Default)]
pub(super) struct WriteConditions {
    pub(super) if_match: Option<ETagCondition>,
    pub(super) if_none_match: Option<ETagCondition>,
}

impl WriteConditions {
    /// Checks the current version; `None` if there is no object.
    pub(super) fn check(&self, current: Option<&ObjectRow>) -> S3Result<()> {
        let matched = |condition: &ETagCondition| current.is_some_and(|row| matches(condition, &row.etag));
        if self.if_match.is_some() && current.is_none() {
            return Err(s3_error!(NoSuchKey));
        }
        if self.if_match.as_ref().is_some_and(|condition| !matched(condition)) {
            return Err(s3_error!(PreconditionFailed));
        }
        if self.if_none_match.as_ref().is_some_and(matched) {
            return Err(s3_error!(PreconditionFailed));
        }
        Ok(())
    }
}

fn matches(condition: &ETagCondition, etag: &str) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(wanted) => wanted.value() == etag,
    }
}

/// HTTP dates have no fractions: a date taken from our own answer must compare as equal.
fn whole_seconds(row: &ObjectRow) -> Timestamp {
    super::rows::timestamp(row.modified_ms.div_euclid(1000) * 1000)
}

/// RFC 9110, 15.4.5: the answer names the entity tag.
fn not_modified(row: &ObjectRow) -> S3Error {
    let mut error = s3_error!(NotModified);
    if let Ok(value) = HeaderValue::from_str(&format!("\"{}\"", row.etag)) {
        error.set_headers(HeaderMap::from_iter([(header::ETAG, value)]));
    }
    error
}

pub(super) fn strong(etag: &str) -> ETag {
    ETag::Strong(etag.to_owned())
}
