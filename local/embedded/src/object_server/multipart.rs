//! Uploads in parts. Each part is a file of its own until the upload is completed; then they are joined.

use std::{fs::File, io};

use base64::{Engine, engine::general_purpose::STANDARD};
use s3s::{
    S3Request, S3Response, S3Result,
    crypto::{Checksum as _, Crc64Nvme, Md5},
    dto::{
        AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
        CompleteMultipartUploadOutput, CompletedPart, CreateMultipartUploadInput,
        CreateMultipartUploadOutput, UploadPartInput, UploadPartOutput,
    },
    s3_error,
};

use super::conditions::{WriteConditions, strong};
use super::event::Creation;
use super::files::{Files, Staged};
use super::headers::{StoredChecksums, stored_headers};
use super::multipart_rows::{self, PartRow, UploadRow};
use super::publish::NewObject;
use super::put::announced_algorithm;
use super::receive::{Promise, ReceivedFile, receive};
use super::rows;
use crate::object_server::answers::{blocking, internal, random_id};
use crate::object_server::multipart_rows::FinishedUpload;
use crate::object_server::server::ObjectServer;

/// Highest part number, S3's own limit; the lowest is 1.
const PART_NUMBER_MAX: i32 = 10_000;
/// Smallest part except the last, S3's own limit.
const PART_BYTES_MIN: u64 = 5 * 1024 * 1024;
/// Largest object of an upload in parts, S3's own limit.
const OBJECT_BYTES_MAX: u64 = 5 * 1024 * 1024 * 1024 * 1024;

impl ObjectServer {
    pub(super) async fn create_upload(
        &self,
        req: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let mut input = req.input;
        self.bucket_must_exist(&input.bucket).await?;
        let upload = UploadRow {
            upload_id: random_id()?,
            key: input.key.clone(),
            created_ms: self.now_ms(),
            headers: stored_headers!(input),
        };
        let (bucket, upload_id) = (input.bucket.clone(), upload.upload_id.clone());
        self.shared.database.write(move |c| multipart_rows::create(c, &bucket, &upload)).await?;
        Ok(S3Response::new(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(upload_id),
            checksum_algorithm: input.checksum_algorithm,
            checksum_type: input.checksum_type,
            ..Default::default()
        }))
    }

    pub(super) async fn put_part(
        &self,
        req: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        let announced = announced_algorithm(&req.headers);
        let mut input = req.input;
        self.upload_must_exist(&input.bucket, &input.key, &input.upload_id).await?;
        let body = input.body.take().ok_or_else(|| s3_error!(IncompleteBody))?;
        let promise = Promise {
            content_length: input.content_length,
            content_md5: input.content_md5,
            checksums: StoredChecksums {
                crc32: input.checksum_crc32,
                crc32c: input.checksum_crc32c,
                crc64nvme: input.checksum_crc64nvme,
                sha1: input.checksum_sha1,
                sha256: input.checksum_sha256,
            },
            trailers: req.trailing_headers,
            algorithm: announced.or(input.checksum_algorithm.map(|a| a.as_str().to_owned())),
        };
        let received = receive(&self.shared.files, self.shared.limits, body, promise).await?;
        let part =
            self.record_part(input.bucket, input.key, input.upload_id, input.part_number, received).await?;
        Ok(S3Response::new(UploadPartOutput {
            e_tag: Some(strong(&part.etag)),
            checksum_crc32: part.checksums.crc32,
            checksum_crc32c: part.checksums.crc32c,
            checksum_crc64nvme: part.checksums.crc64nvme,
            checksum_sha1: part.checksums.sha1,
            checksum_sha256: part.checksums.sha256,
            ..Default::default()
        }))
    }

    /// Moves received bytes to the parts and records them. The file comes first, so a row never names a missing file.
    pub(super) async fn record_part(
        &self,
        bucket: String,
        key: String,
        upload_id: String,
        number: i32,
        received: ReceivedFile,
    ) -> S3Result<PartRow> {
        if !(1..=PART_NUMBER_MAX).contains(&number) {
            return Err(s3_error!(InvalidArgument, "part numbers go from 1 to 10000"));
        }
        let part = PartRow {
            number,
            file: received.id,
            size: received.size,
            etag: received.md5,
            modified_ms: self.now_ms(),
            checksums: received.checksums,
        };
        let (files, file, staged) = (self.shared.files.clone(), part.file.clone(), received.staged);
        blocking(move || std::fs::rename(staged.release(), files.part(&file))).await?;
        let recorded = part.clone();
        let outcome = self
            .shared
            .database
            .write(move |c| {
                multipart_rows::find(c, &bucket, &key, &upload_id)?.ok_or_else(|| s3_error!(NoSuchUpload))?;
                Ok::<_, s3s::S3Error>(multipart_rows::put_part(c, &upload_id, &recorded)?)
            })
            .await;
        // The file without a row: the replaced part, or this one if its upload is gone.
        let lost = outcome.as_ref().map_or_else(|_| Some(part.file.clone()), Clone::clone);
        self.remove_parts(lost.into_iter().collect()).await;
        outcome.map(|_| part)
    }

    pub(super) async fn complete_upload(
        &self,
        req: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let input = req.input;
        let (bucket, key) = (input.bucket.clone(), input.key.clone());
        let Some(upload) = self.find_upload(&bucket, &key, &input.upload_id).await? else {
            return self.completed_before(bucket, key, &input.upload_id).await;
        };
        let listed = input.multipart_upload.and_then(|list| list.parts).unwrap_or_default();
        let id = upload.upload_id.clone();
        let stored = self.shared.database.read(move |c| multipart_rows::parts(c, &id, 0, i64::MAX)).await?;
        let parts = choose_parts(&listed, stored)?;
        let size: u64 = parts.iter().map(|part| part.size).sum();
        if size > OBJECT_BYTES_MAX {
            return Err(s3_error!(EntityTooLarge));
        }
        if input.mpu_object_size.is_some_and(|promised| u64::try_from(promised).ok() != Some(size)) {
            return Err(s3_error!(InvalidRequest, "the parts do not come to the promised size"));
        }
        let version_id = random_id()?;
        let promised_crc64 = input.checksum_crc64nvme;
        let staged = self.join_parts(&version_id, &parts, promised_crc64.clone()).await?;
        let mut headers = upload.headers;
        headers.checksums.crc64nvme = promised_crc64;
        let published = self
            .publish(NewObject {
                bucket: input.bucket,
                key: input.key,
                version_id,
                staged,
                size,
                etag: etag_of_parts(&parts)?,
                headers,
                conditions: WriteConditions { if_match: input.if_match, if_none_match: input.if_none_match },
                how: Creation::CompleteMultipartUpload,
                upload: Some(FinishedUpload {
                    upload_id: upload.upload_id,
                    parts: parts.into_iter().map(|part| part.file).collect(),
                }),
            })
            .await?;
        Ok(self.completed(bucket, key, &published.etag, published.version_id))
    }

    /// Gives a client that missed the first answer the same answer again.
    async fn completed_before(
        &self,
        bucket: String,
        key: String,
        upload_id: &str,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let id = upload_id.to_owned();
        let row = self.shared.database.read(move |c| rows::by_upload_id(c, &id)).await?;
        let row = row
            .filter(|row| row.bucket == bucket && row.key == key)
            .ok_or_else(|| s3_error!(NoSuchUpload))?;
        let version_id = self.shown_version(&bucket, &row.version_id);
        Ok(self.completed(bucket, key, &row.etag, version_id))
    }

    fn completed(
        &self,
        bucket: String,
        key: String,
        etag: &str,
        version_id: Option<String>,
    ) -> S3Response<CompleteMultipartUploadOutput> {
        S3Response::new(CompleteMultipartUploadOutput {
            bucket: Some(bucket),
            key: Some(key),
            e_tag: Some(strong(etag)),
            version_id,
            ..Default::default()
        })
    }

    async fn join_parts(
        &self,
        version_id: &str,
        parts: &[PartRow],
        promised_crc64: Option<String>,
    ) -> S3Result<Staged> {
        let (files, id) = (self.shared.files.clone(), version_id.to_owned());
        let names: Vec<_> = parts.iter().map(|part| part.file.clone()).collect();
        let hashed = promised_crc64.is_some();
        let (staged, crc64) = blocking(move || join_files(&files, &id, &names, hashed)).await?;
        if promised_crc64 != crc64 {
            return Err(s3_error!(BadDigest, "a checksum does not match the parts"));
        }
        Ok(staged)
    }

    pub(super) async fn abort_upload(
        &self,
        req: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let AbortMultipartUploadInput { bucket, key, upload_id, .. } = req.input;
        let lost = self
            .shared
            .database
            .write(move |c| {
                multipart_rows::find(c, &bucket, &key, &upload_id)?.ok_or_else(|| s3_error!(NoSuchUpload))?;
                Ok::<_, s3s::S3Error>(multipart_rows::remove(c, &upload_id)?)
            })
            .await?;
        self.remove_parts(lost).await;
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }

    /// Removes files of parts that no row names. What cannot be removed now is removed at the next start.
    pub(super) async fn remove_parts(&self, files: Vec<String>) {
        if files.is_empty() {
            return;
        }
        let parts = self.shared.files.clone();
        let removed =
            blocking(move || files.iter().try_for_each(|file| std::fs::remove_file(parts.part(file)))).await;
        if let Err(error) = removed {
            tracing::warn!(error = &error as &dyn std::error::Error, "parts of an upload were left behind");
        }
    }

    pub(super) async fn upload_must_exist(
        &self,
        bucket: &str,
        key: &str,
        upload_id: &str,
    ) -> S3Result<UploadRow> {
        self.find_upload(bucket, key, upload_id).await?.ok_or_else(|| s3_error!(NoSuchUpload))
    }

    async fn find_upload(&self, bucket: &str, key: &str, upload_id: &str) -> S3Result<Option<UploadRow>> {
        let (bucket, key, upload_id) = (bucket.to_owned(), key.to_owned(), upload_id.to_owned());
        Ok(self.shared.database.read(move |c| multipart_rows::find(c, &bucket, &key, &upload_id)).await?)
    }
}

/// The stored parts the client names, checked the way S3 does.
fn choose_parts(listed: &[CompletedPart], stored: Vec<PartRow>) -> S3Result<Vec<PartRow>> {
    if listed.is_empty() {
        return Err(s3_error!(MalformedXML, "an upload needs at least one part"));
    }
    if !listed.is_sorted_by(|a, b| a.part_number < b.part_number) {
        return Err(s3_error!(InvalidPartOrder));
    }
    let mut stored: std::collections::HashMap<_, _> =
        stored.into_iter().map(|part| (part.number, part)).collect();
    let mut chosen = Vec::with_capacity(listed.len());
    for part in listed {
        let found = part
            .part_number
            .and_then(|number| stored.remove(&number))
            .ok_or_else(|| s3_error!(InvalidPart))?;
        if part.e_tag.as_ref().is_none_or(|etag| etag.value() != found.etag)
            || contradicts(part, &found.checksums)
        {
            return Err(s3_error!(InvalidPart));
        }
        chosen.push(found);
    }
    let all_but_last = chosen.split_last().map_or(&[][..], |(_, rest)| rest);
    if all_but_last.iter().any(|part| part.size < PART_BYTES_MIN) {
        return Err(s3_error!(EntityTooSmall));
    }
    Ok(chosen)
}

fn contradicts(part: &CompletedPart, stored: &StoredChecksums) -> bool {
    [
        (&part.checksum_crc32, &stored.crc32),
        (&part.checksum_crc32c, &stored.crc32c),
        (&part.checksum_crc64nvme, &stored.crc64nvme),
        (&part.checksum_sha1, &stored.sha1),
        (&part.checksum_sha256, &stored.sha256),
    ]
    .into_iter()
    .any(|(said, stored)| said.is_some() && stored.is_some() && said != stored)
}

/// S3's entity tag of an upload in parts: the MD5 of the parts' MD5s, and the number of parts.
fn etag_of_parts(parts: &[PartRow]) -> S3Result<String> {
    let mut md5 = Md5::new();
    for part in parts {
        md5.update(&hex::decode(&part.etag).map_err(internal)?);
    }
    Ok(format!("{}-{}", hex::encode(md5.finalize()), parts.len()))
}

/// Writes the parts one after another. If no hash is needed, the operating system copies them.
fn join_files(
    files: &Files,
    id: &str,
    parts: &[String],
    hashed: bool,
) -> io::Result<(Staged, Option<String>)> {
    let mut staged = files.stage(id)?;
    let mut crc64 = hashed.then(Crc64Nvme::new);
    for part in parts {
        let mut from = File::open(files.part(part))?;
        match &mut crc64 {
            Some(crc64) => io::copy(&mut Hashing { from, crc64 }, staged.file()?)?,
            None => io::copy(&mut from, staged.file()?)?,
        };
    }
    staged.synchronise()?;
    Ok((staged, crc64.map(|crc64| STANDARD.encode(crc64.finalize()))))
}

/// Hashes what is read through it.
struct Hashing<'a> {
    from: File,
    crc64: &'a mut Crc64Nvme,
}

impl io::Read for Hashing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.crc64.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}
