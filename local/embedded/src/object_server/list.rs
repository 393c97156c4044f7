//! Listing: keys in byte order, folded at a delimiter, page by page.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rusqlite::{Connection, params};
use s3s::{
    S3Error, S3Request, S3Response, S3Result,
    dto::{
        CommonPrefix, EncodingType, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input,
        ListObjectsV2Output, Object, ObjectStorageClass,
    },
    s3_error,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::database::DatabaseError;

use super::conditions::strong;
use super::rows::{self, timestamp};
use crate::object_server::server::ObjectServer;

/// Largest page, S3's own limit.
pub(super) const PAGE_MAX: i32 = 1000;
/// Rows fetched at a time if a common prefix may make the rest useless.
const BATCH_WITH_DELIMITER: usize = 64;

/// What a client asks for, in either version of the request.
#[derive(Debug, Clone)]
struct Query {
    bucket: String,
    prefix: String,
    delimiter: String,
    /// Names up to and including this one were already listed.
    after: String,
    max: usize,
}

#[derive(Debug, Default)]
struct Page {
    objects: Vec<Listed>,
    prefixes: Vec<String>,
    /// The last name of this page, if there are more.
    next: Option<String>,
}

#[derive(Debug)]
struct Listed {
    key: String,
    size: u64,
    etag: String,
    modified_ms: i64,
}

impl ObjectServer {
    pub(super) async fn list_v2(
        &self,
        req: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = req.input;
        let after = match &input.continuation_token {
            Some(token) => from_token(token)?,
            None => input.start_after.clone().unwrap_or_default(),
        };
        let max = page_size(input.max_keys)?;
        let page = self.list_page(&input.bucket, &input.prefix, &input.delimiter, after, max).await?;
        let names = Names::new(input.encoding_type.as_ref());
        let key_count = page.objects.len() + page.prefixes.len();
        Ok(S3Response::new(ListObjectsV2Output {
            name: Some(input.bucket),
            max_keys: Some(max),
            key_count: i32::try_from(key_count).ok(),
            is_truncated: Some(page.next.is_some()),
            next_continuation_token: page.next.as_deref().map(to_token),
            contents: Some(page.objects.into_iter().map(|listed| names.object(listed)).collect()),
            common_prefixes: names.prefixes(page.prefixes),
            continuation_token: input.continuation_token,
            prefix: input.prefix.map(|prefix| names.show(&prefix)),
            delimiter: input.delimiter.map(|delimiter| names.show(&delimiter)),
            start_after: input.start_after.map(|after| names.show(&after)),
            encoding_type: input.encoding_type,
            ..Default::default()
        }))
    }

    pub(super) async fn list_v1(
        &self,
        req: S3Request<ListObjectsInput>,
    ) -> S3Result<S3Response<ListObjectsOutput>> {
        let input = req.input;
        let max = page_size(input.max_keys)?;
        let after = input.marker.clone().unwrap_or_default();
        let page = self.list_page(&input.bucket, &input.prefix, &input.delimiter, after, max).await?;
        let names = Names::new(input.encoding_type.as_ref());
        Ok(S3Response::new(ListObjectsOutput {
            name: Some(input.bucket),
            max_keys: Some(max),
            is_truncated: Some(page.next.is_some()),
            next_marker: page.next.as_deref().map(|next| names.show(next)),
            contents: Some(page.objects.into_iter().map(|listed| names.object(listed)).collect()),
            common_prefixes: names.prefixes(page.prefixes),
            marker: Some(input.marker.map(|marker| names.show(&marker)).unwrap_or_default()),
            prefix: input.prefix.map(|prefix| names.show(&prefix)),
            delimiter: input.delimiter.map(|delimiter| names.show(&delimiter)),
            encoding_type: input.encoding_type,
            ..Default::default()
        }))
    }

    async fn list_page(
        &self,
        bucket: &str,
        prefix: &Option<String>,
        delimiter: &Option<String>,
        after: String,
        max: i32,
    ) -> S3Result<Page> {
        let query = Query {
            bucket: bucket.to_owned(),
            prefix: prefix.clone().unwrap_or_default(),
            delimiter: delimiter.clone().unwrap_or_default(),
            after,
            max: usize::try_from(max).unwrap_or_default(),
        };
        self.shared
            .database
            .read(move |c| {
                if !rows::bucket_exists(c, &query.bucket)? {
                    return Err(s3_error!(NoSuchBucket));
                }
                Ok::<_, S3Error>(page(c, &query)?)
            })
            .await
    }
}

/// Walks the keys in order. Keys that fold into one common prefix are skipped, not walked through.
fn page(connection: &Connection, query: &Query) -> Result<Page, DatabaseError> {
    let mut page = Page::default();
    if query.max == 0 {
        return Ok(page);
    }
    let mut position = Position::start(query);
    let mut last = String::new();
    let rows_max = if query.delimiter.is_empty() { query.max + 1 } else { BATCH_WITH_DELIMITER };
    loop {
        let batch = batch(connection, query, &position, rows_max)?;
        let fetched = batch.len();
        let mut jumped = false;
        for listed in batch {
            let folded = fold(&listed.key, &query.prefix, &query.delimiter).map(str::to_owned);
            if page.objects.len() + page.prefixes.len() == query.max {
                page.next = Some(last);
                return Ok(page);
            }
            match folded {
                Some(prefix) => {
                    position = Position::beyond(&prefix);
                    last.clone_from(&prefix);
                    page.prefixes.push(prefix);
                    jumped = true;
                    break;
                }
                None => {
                    position = Position::After(listed.key.clone());
                    last.clone_from(&listed.key);
                    page.objects.push(listed);
                }
            }
        }
        if !jumped && fetched < rows_max {
            return Ok(page);
        }
    }
}

/// Where to continue in the order of keys.
#[derive(Debug)]
enum Position {
    From(String),
    After(String),
    /// After every key with this prefix.
    Beyond(Vec<u8>),
}

impl Position {
    fn start(query: &Query) -> Self {
        // If a page ended with a common prefix, the next one starts after everything below it.
        match fold(&query.after, &query.prefix, &query.delimiter) {
            Some(folded) if folded == query.after => Self::beyond(folded),
            _ if query.after < query.prefix => Self::From(query.prefix.clone()),
            _ => Self::After(query.after.clone()),
        }
    }

    fn beyond(prefix: &str) -> Self {
        Self::Beyond(successor(prefix.as_bytes()))
    }
}

/// The smallest byte string greater than everything that begins with `prefix`. UTF-8 never contains the byte 0xFF, so
/// the last byte can always be raised.
fn successor(prefix: &[u8]) -> Vec<u8> {
    let mut next = prefix.to_vec();
    if let Some(last) = next.last_mut() {
        *last = last.saturating_add(1);
    }
    next
}

fn batch(
    connection: &Connection,
    query: &Query,
    position: &Position,
    rows_max: usize,
) -> Result<Vec<Listed>, DatabaseError> {
    let rows_max = i64::try_from(rows_max).unwrap_or(i64::MAX);
    let (comparison, from) = match position {
        Position::From(key) => (">=", key.as_bytes()),
        Position::After(key) => (">", key.as_bytes()),
        Position::Beyond(bytes) => (">=", bytes.as_slice()),
    };
    let end = if query.prefix.is_empty() { vec![0xFF] } else { successor(query.prefix.as_bytes()) };
    // Keys are text, but the bounds may not be UTF-8: both are compared byte by byte.
    let sql = format!(
        "SELECT key, size, etag, modified_ms FROM object
         WHERE bucket = ?1 AND latest = 1 AND path IS NOT NULL
           AND key {comparison} CAST(?2 AS TEXT) AND key < CAST(?3 AS TEXT)
         ORDER BY key LIMIT ?4"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![query.bucket, from, end, rows_max], |row| {
        Ok(Listed { key: row.get(0)?, size: row.get(1)?, etag: row.get(2)?, modified_ms: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The common prefix of the key: up to and including the first delimiter after the prefix.
pub(super) fn fold<'a>(key: &'a str, prefix: &str, delimiter: &str) -> Option<&'a str> {
    if delimiter.is_empty() {
        return None;
    }
    let rest = key.strip_prefix(prefix)?;
    let at = rest.find(delimiter)?;
    key.get(..prefix.len() + at + delimiter.len())
}

pub(super) fn page_size(asked: Option<i32>) -> S3Result<i32> {
    match asked.unwrap_or(PAGE_MAX) {
        asked if asked < 0 => Err(s3_error!(InvalidArgument, "a page cannot have fewer than no keys")),
        asked => Ok(asked.min(PAGE_MAX)),
    }
}

fn to_token(name: &str) -> String {
    URL_SAFE_NO_PAD.encode(name)
}

fn from_token(token: &str) -> S3Result<String> {
    let name = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    name.ok_or_else(|| s3_error!(InvalidArgument, "the continuation token is not one of ours"))
}

/// How names are written: as they are, or URL-encoded, since XML cannot contain every character of a key.
pub(super) struct Names {
    encoded: bool,
}

impl Names {
    pub(super) fn new(encoding: Option<&EncodingType>) -> Self {
        Self { encoded: encoding.is_some_and(|encoding| encoding.as_str() == EncodingType::URL) }
    }

    pub(super) fn show(&self, name: &str) -> String {
        const ENCODED: &AsciiSet =
            &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/').remove(b'*');
        if self.encoded { utf8_percent_encode(name, ENCODED).to_string() } else { name.to_owned() }
    }

    pub(super) fn prefixes(&self, prefixes: Vec<String>) -> Option<Vec<CommonPrefix>> {
        let shown = prefixes.into_iter().map(|prefix| CommonPrefix { prefix: Some(self.show(&prefix)) });
        (shown.len() > 0).then(|| shown.collect())
    }

    fn object(&self, listed: Listed) -> Object {
        Object {
            key: Some(self.show(&listed.key)),
            size: i64::try_from(listed.size).ok(),
            e_tag: Some(strong(&listed.etag)),
            last_modified: Some(timestamp(listed.modified_ms)),
            storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
            ..Default::default()
        }
    }
}
