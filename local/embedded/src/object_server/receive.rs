//! Receives bytes: piece by piece into a staged file, hashed on the way, never all in memory.

use crate::object_server::answers::blocking;
use std::{io::Write, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures::StreamExt;
use s3s::{
    S3Error, S3ErrorCode, S3Result, TrailingHeaders,
    checksum::ChecksumHasher,
    crypto::{Checksum as _, Md5},
    dto::StreamingBlob,
    s3_error,
};

use super::files::{Files, Staged};
use super::headers::StoredChecksums;

/// Bytes collected before they are written to the disk.
const BATCH_BYTES: usize = 512 * 1024;

/// Limits of an upload.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReceiveLimits {
    /// Largest object of a single PUT, or part.
    pub(super) bytes_max: u64,
    /// How long a sender may be silent.
    pub(super) silence_max: Duration,
}

impl Default for ReceiveLimits {
    fn default() -> Self {
        Self { bytes_max: 5 * 1024 * 1024 * 1024, silence_max: Duration::from_secs(60) }
    }
}

/// What the sender promises about the bytes.
#[derive(Debug, Default)]
pub(super) struct Promise {
    pub(super) content_length: Option<i64>,
    pub(super) content_md5: Option<String>,
    pub(super) checksums: StoredChecksums,
    /// Checksums that follow the bytes.
    pub(super) trailers: Option<TrailingHeaders>,
    /// Algorithm to compute even if nothing was promised.
    pub(super) algorithm: Option<String>,
}

/// Bytes on the disk that match the sender's promise.
#[derive(Debug)]
pub(super) struct ReceivedFile {
    pub(super) id: String,
    pub(super) staged: Staged,
    pub(super) size: u64,
    pub(super) md5: String,
    pub(super) checksums: StoredChecksums,
}

/// A staged file and the running hashes; moves to a blocking thread and back with every batch.
struct Sink {
    staged: Staged,
    size: u64,
    md5: Md5,
    hasher: ChecksumHasher,
}

impl Sink {
    fn write(mut self, batch: &[Bytes]) -> std::io::Result<Self> {
        for bytes in batch {
            self.md5.update(bytes);
            self.hasher.update(bytes);
            self.staged.file()?.write_all(bytes)?;
        }
        Ok(self)
    }
}

/// Receives the whole body and flushes it to the disk.
pub(super) async fn receive(
    files: &Files,
    limits: ReceiveLimits,
    mut body: StreamingBlob,
    promise: Promise,
) -> S3Result<ReceivedFile> {
    let too_large = |n: u64| n > limits.bytes_max;
    if promise.content_length.and_then(|n| u64::try_from(n).ok()).is_some_and(too_large) {
        return Err(s3_error!(EntityTooLarge));
    }
    let id = crate::object_server::answers::random_id()?;
    let staged = {
        let (files, id) = (files.clone(), id.clone());
        blocking(move || files.stage(&id)).await?
    };
    let mut sink = Sink { staged, size: 0, md5: Md5::new(), hasher: hasher(&promise)? };
    let mut batch: Vec<Bytes> = Vec::new();
    let mut batched = 0;
    loop {
        let next = tokio::time::timeout(limits.silence_max, body.next())
            .await
            .map_err(|_| s3_error!(RequestTimeout))?;
        let Some(next) = next else { break };
        let bytes = next.map_err(broken_body)?;
        sink.size += bytes.len() as u64;
        if too_large(sink.size) {
            return Err(s3_error!(EntityTooLarge));
        }
        batched += bytes.len();
        batch.push(bytes);
        if batched >= BATCH_BYTES {
            let full = std::mem::take(&mut batch);
            batched = 0;
            sink = blocking(move || sink.write(&full)).await?;
        }
    }
    let sink = blocking(move || {
        let mut sink = sink.write(&batch)?;
        sink.staged.synchronise()?;
        Ok(sink)
    })
    .await?;
    let md5 = hex::encode(sink.md5.finalize());
    let checksums = StoredChecksums::from(sink.hasher.finalize());
    verify(promise, sink.size, &md5, &checksums)?;
    Ok(ReceivedFile { id, staged: sink.staged, size: sink.size, md5, checksums })
}

/// The requested hashes: promised in a header, announced as a trailer, or named as the algorithm.
fn hasher(promise: &Promise) -> S3Result<ChecksumHasher> {
    let wanted = |name: &str, promised: &Option<String>| {
        promised.is_some() || promise.algorithm.as_deref().is_some_and(|a| a.eq_ignore_ascii_case(name))
    };
    let known = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"];
    if let Some(algorithm) = &promise.algorithm
        && !known.iter().any(|name| name.eq_ignore_ascii_case(algorithm))
    {
        return Err(s3_error!(InvalidRequest, "unknown checksum algorithm"));
    }
    let sums = &promise.checksums;
    Ok(ChecksumHasher {
        crc32: wanted("CRC32", &sums.crc32).then(Default::default),
        crc32c: wanted("CRC32C", &sums.crc32c).then(Default::default),
        crc64nvme: wanted("CRC64NVME", &sums.crc64nvme).then(Default::default),
        sha1: wanted("SHA1", &sums.sha1).then(Default::default),
        sha256: wanted("SHA256", &sums.sha256).then(Default::default),
    })
}

fn verify(promise: Promise, size: u64, md5: &str, computed: &StoredChecksums) -> S3Result<()> {
    if promise.content_length.is_some_and(|promised| u64::try_from(promised).ok() != Some(size)) {
        return Err(s3_error!(IncompleteBody));
    }
    if let Some(promised) = promise.content_md5 {
        let promised = STANDARD.decode(promised).map_err(|_| s3_error!(InvalidDigest))?;
        if promised.len() != 16 {
            return Err(s3_error!(InvalidDigest));
        }
        if hex::encode(promised) != md5 {
            return Err(s3_error!(BadDigest, "the Content-MD5 does not match the bytes received"));
        }
    }
    let mut promised = promise.checksums;
    if let Some(trailers) = promise.trailers.and_then(|trailers| trailers.take()) {
        let trailer =
            |name: &str| trailers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        promised.crc32 = promised.crc32.or(trailer("x-amz-checksum-crc32"));
        promised.crc32c = promised.crc32c.or(trailer("x-amz-checksum-crc32c"));
        promised.crc64nvme = promised.crc64nvme.or(trailer("x-amz-checksum-crc64nvme"));
        promised.sha1 = promised.sha1.or(trailer("x-amz-checksum-sha1"));
        promised.sha256 = promised.sha256.or(trailer("x-amz-checksum-sha256"));
    }
    for (promised, computed) in [
        (&promised.crc32, &computed.crc32),
        (&promised.crc32c, &computed.crc32c),
        (&promised.crc64nvme, &computed.crc64nvme),
        (&promised.sha1, &computed.sha1),
        (&promised.sha256, &computed.sha256),
    ] {
        // There is nothing to compare an unannounced trailer with, so it is refused.
        if promised.is_some() && promised != computed {
            return Err(s3_error!(BadDigest, "a checksum does not match the bytes received"));
        }
    }
    Ok(())
}

/// A wrong signature or chunk is the sender's fault, and so is a body that breaks off.
fn broken_body(error: s3s::StdError) -> S3Error {
    match error.downcast::<S3Error>() {
        Ok(error) => *error,
        Err(error) => S3Error::with_source(S3ErrorCode::IncompleteBody, error),
    }
}
