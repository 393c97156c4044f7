//! `filmless backup` and `filmless restore`.

use std::num::NonZeroUsize;
use std::process::ExitCode;

use anyhow::{Context, ensure};
use filmless_embedded::backup::{self, BackedUp, Progress, Restored, Verified};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::cli::{BackupOptions, RestoreOptions};
use crate::counted::counted;
use crate::instance::Running;
use crate::print::print;

const MIB: u64 = 1 << 20;
/// How many objects without bytes are listed by name. All are counted, and `--json` names all.
const LOST_NAMED_MAX: usize = 100;

pub async fn run(options: BackupOptions) -> anyhow::Result<ExitCode> {
    tokio::task::spawn_blocking(move || if options.verify { verify(&options) } else { make(&options) })
        .await?
}

fn make(options: &BackupOptions) -> anyhow::Result<ExitCode> {
    let data = match &options.target.data {
        Some(data) if options.target.to.is_none() => data.clone(),
        _ => Running::find(&options.target)?.data,
    };
    let data = data.canonicalize().with_context(|| format!("cannot read {}", data.display()))?;
    let folder = std::path::absolute(&options.folder)?;
    ensure!(!folder.starts_with(&data), "a backup does not belong into the data folder itself");
    let (bar, mut show) = progress(options.json);
    let done = backup::back_up(&data, &folder, options.keep.map(NonZeroUsize::get), &mut show)?;
    bar.finish_and_clear();
    let BackedUp { name, objects, objects_new, bytes_new, lost, removed, held_still } = done;
    if options.json {
        let millis = held_still.as_millis() as u64;
        print(
            &json!({
                "backup": name, "objects": objects, "objects_new": objects_new, "bytes_new": bytes_new,
                "lost": lost, "removed": removed, "held_still_ms": millis,
            })
            .to_string(),
        );
    } else {
        print(&format!(
            "{name}: {}, {objects_new} of them new ({} MiB).",
            counted(objects, "object"),
            bytes_new.div_ceil(MIB)
        ));
        if removed > 0 {
            print(&format!("{} removed.", counted(removed, "older backup")));
        }
    }
    if lost.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    for path in lost.iter().take(LOST_NAMED_MAX) {
        eprintln!("filmless: no bytes: buckets/{path}");
    }
    eprintln!(
        "filmless: {} without bytes in the data folder and in earlier backups; everything else is in the backup",
        counted(lost.len(), "object")
    );
    Ok(ExitCode::FAILURE)
}

fn verify(options: &BackupOptions) -> anyhow::Result<ExitCode> {
    let (bar, mut show) = progress(options.json);
    let Verified { backups, files, bytes, damaged } = backup::verify(&options.folder, &mut show)?;
    bar.finish_and_clear();
    if options.json {
        print(&json!({ "backups": backups, "files": files, "bytes": bytes, "damaged": damaged }).to_string());
    } else {
        print(&format!(
            "{}, {} ({} MiB) read.",
            counted(backups.len(), "backup"),
            counted(files, "file"),
            bytes.div_ceil(MIB)
        ));
        for what in &damaged {
            eprintln!("filmless: damaged: {what}");
        }
    }
    Ok(if damaged.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub async fn restore(options: RestoreOptions) -> anyhow::Result<ExitCode> {
    tokio::task::spawn_blocking(move || {
        let (bar, mut show) = progress(options.json);
        let done = backup::restore(&options.folder, options.backup.as_deref(), &options.data, &mut show)?;
        bar.finish_and_clear();
        let Restored { name, made_at, objects, bytes } = done;
        if options.json {
            let made_at = made_at.to_string();
            print(
                &json!({ "backup": name, "made_at": made_at, "objects": objects, "bytes": bytes })
                    .to_string(),
            );
        } else {
            print(&format!("{name} restored: {} ({} MiB).", counted(objects, "object"), bytes.div_ceil(MIB)));
            print(&format!("Start it with `filmless up --data {}`.", options.data.display()));
        }
        Ok(ExitCode::SUCCESS)
    })
    .await?
}

/// A progress bar on the terminal, unless the output is JSON.
fn progress(is_hidden: bool) -> (ProgressBar, impl FnMut(Progress)) {
    let bar = if is_hidden { ProgressBar::hidden() } else { ProgressBar::new(0) };
    if let Ok(style) = ProgressStyle::with_template("{pos}/{len} files {wide_bar} {eta}") {
        bar.set_style(style);
    }
    let shown = bar.clone();
    (bar, move |progress: Progress| {
        shown.set_length(progress.files_all);
        shown.set_position(progress.files);
    })
}
