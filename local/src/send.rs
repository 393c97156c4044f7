//! `filmless send`: upload as a hospital does, over S3.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use filmless_domain::ObjectKey;
use filmless_store::{Bucket, Served};
use futures::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::cli::SendOptions;
use crate::counted::counted;
use crate::instance::{Running, STUDIES_BUCKET};
use crate::print::print;

mod upload;
mod wait;

use upload::Upload;

const UPLOADS_AT_ONCE: usize = 8;

#[derive(Debug, Serialize)]
struct Sent {
    files: usize,
    orders: usize,
    bytes: u64,
    failed: Vec<Failed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    became: Option<wait::Became>,
}

#[derive(Debug, Serialize)]
struct Failed {
    file: String,
    error: String,
}

pub async fn run(options: SendOptions) -> anyhow::Result<ExitCode> {
    let started = jiff::Timestamp::now();
    let running = Running::find(&options.target)?;
    let bucket = running.connection_of_uploader()?.bucket(STUDIES_BUCKET);
    let mut uploads = order_uploads(&options.order)?;
    let orders = uploads.len();
    let batch = new_batch()?;
    for path in &options.paths {
        uploads.extend(study_uploads(path, &batch)?);
    }
    let bar = progress(&uploads, options.json);
    let sent = upload_all(&bucket, &uploads, &bar).await;
    bar.finish_and_clear();
    let sent = Sent { files: uploads.len() - orders, orders, ..sent };
    let became = match options.wait {
        Some(seconds) => Some(wait::until_at_rest(&running, &uploads, started, seconds, options.json).await?),
        None => None,
    };
    let sent = Sent { became, ..sent };
    if options.json {
        print(&serde_json::to_string(&sent)?);
    } else {
        print(&format!(
            "{} and {} uploaded ({}).",
            counted(sent.files, "file"),
            counted(sent.orders, "order"),
            counted(sent.bytes, "byte")
        ));
        for failed in &sent.failed {
            eprintln!("filmless: {}: {}", failed.file, failed.error);
        }
        if let Some(became) = &sent.became {
            print(&crate::status::table(&became.status));
            if !became.is_complete {
                eprintln!(
                    "filmless: not everything has come to rest yet; `filmless status` tells more later"
                );
            }
        }
    }
    let is_waited_for = sent.became.as_ref().is_none_or(|became| became.is_complete);
    Ok(if sent.failed.is_empty() && is_waited_for { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A unique name for this upload, so that files of two uploads never share a key.
pub fn new_batch() -> anyhow::Result<String> {
    let mut random = [0; 4];
    getrandom::fill(&mut random).context("no randomness")?;
    Ok(format!("{}-{}", jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S"), hex::encode(random)))
}

pub fn order_uploads(files: &[PathBuf]) -> anyhow::Result<Vec<Upload>> {
    let batch = new_batch()?;
    files
        .iter()
        .map(|file| {
            anyhow::ensure!(file.is_file(), "{} is not a file", file.display());
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            Ok(Upload { file: file.clone(), key: format!("orders/{batch}/{name}") })
        })
        .collect()
}

/// The files at or below a path, ordered by name.
pub fn study_uploads(path: &Path, batch: &str) -> anyhow::Result<Vec<Upload>> {
    let root = path.canonicalize().with_context(|| format!("cannot read {}", path.display()))?;
    let base = root.parent().unwrap_or(&root).to_owned();
    let mut uploads = Vec::new();
    let mut folders = vec![root.clone()];
    if root.is_file() {
        folders.clear();
        uploads.push(root);
    }
    while let Some(folder) = folders.pop() {
        for entry in
            std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?
        {
            let entry = entry?.path();
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.is_file() {
                uploads.push(entry);
            }
        }
    }
    uploads.sort();
    let key = |file: &Path| {
        let relative = file.strip_prefix(&base).unwrap_or(file).to_string_lossy().into_owned();
        format!("incoming/{batch}/{relative}")
    };
    Ok(uploads.into_iter().map(|file| Upload { key: key(&file), file }).collect())
}

fn progress(uploads: &[Upload], is_quiet: bool) -> ProgressBar {
    if is_quiet {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} files, {eta} left");
    let bar = ProgressBar::new(uploads.len() as u64);
    style.map_or(bar.clone(), |style| bar.with_style(style))
}

async fn upload_all(bucket: &Bucket, uploads: &[Upload], bar: &ProgressBar) -> Sent {
    let results: Vec<Result<u64, Failed>> = stream::iter(uploads)
        .map(|upload| async move {
            let result = upload_one(bucket, upload).await;
            bar.inc(1);
            result.map_err(|e| Failed { file: upload.file.display().to_string(), error: format!("{e:#}") })
        })
        .buffer_unordered(UPLOADS_AT_ONCE)
        .collect()
        .await;
    let mut sent = Sent { files: 0, orders: 0, bytes: 0, failed: Vec::new(), became: None };
    for result in results {
        match result {
            Ok(bytes) => sent.bytes += bytes,
            Err(failed) => sent.failed.push(failed),
        }
    }
    sent
}

/// Uploads one file and returns its size.
pub async fn upload_one(bucket: &Bucket, upload: &Upload) -> anyhow::Result<u64> {
    let bytes = tokio::fs::metadata(&upload.file).await.context("cannot read the file")?.len();
    let is_json = upload.key.starts_with("orders/");
    let content_type = if is_json { "application/json" } else { "application/dicom" };
    let key = ObjectKey::parse(&upload.key)?;
    let served = Served::uncached(content_type);
    bucket.put_file(&key, &upload.file, served).await.context("upload failed")?;
    Ok(bytes)
}
