//! `filmless reconcile` and `filmless rebuild`: find what was lost, and make derived objects again.

use std::fmt::Write;
use std::process::ExitCode;

use anyhow::Context;
use filmless_delivery::parts::{Common, Reconcile};
use filmless_delivery::prepare::rebuild::{Rebuilt, rebuild as rebuild_study, rebuild_all};
use filmless_delivery::upkeep::reconcile::{Reconciled, Scope, reconcile};
use filmless_domain::StudyInstanceUid;

use crate::cli::{RebuildOptions, ReconcileOptions};
use crate::counted::counted;
use crate::print::print;
use crate::system;

/// Exit code 1 if something was found and not restarted.
pub async fn run(options: ReconcileOptions) -> anyhow::Result<ExitCode> {
    let parts = Reconcile::from(system::services(&options.system).await?);
    let prefixes = if options.prefix.is_empty() { vec![String::new()] } else { options.prefix };
    let scope = Scope {
        prefixes,
        days: options.days,
        grace_seconds: u32::try_from(options.grace.as_secs()).context("that grace is too long")?,
        crawl_versions_max: 0,
        is_thorough: true,
        repair: options.repair,
    };
    let done = reconcile(&parts, &scope).await.context("not everything could be checked")?;
    let found = done.found.values().sum::<usize>();
    let left = found - done.mended;
    print(&if options.system.json { serde_json::to_string(&done)? } else { text(&done, options.repair) });
    Ok(if left == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn text(done: &Reconciled, with_repair: bool) -> String {
    let mut text = String::new();
    for finding in &done.findings {
        let study = finding.study_instance_uid.as_ref().map(|uid| uid.as_str());
        let what = study.or(finding.key.as_ref().map(|key| key.as_str())).unwrap_or_default();
        let count = finding.count.map(|count| format!(" ({count})")).unwrap_or_default();
        let _ = writeln!(text, "{:<20} {what}{count}", finding.code.code());
    }
    let found = done.found.values().sum::<usize>();
    let _ = write!(
        text,
        "{} and {} looked at; ",
        counted(done.objects, "object"),
        counted(done.studies, "study")
    );
    let _ = match (found, with_repair) {
        (0, _) => write!(text, "nothing is lost."),
        (found, true) => write!(text, "{}, {} told to go on.", counted(found, "finding"), done.mended),
        (found, false) => {
            write!(text, "{}; --repair tells what stands still to go on.", counted(found, "finding"))
        }
    };
    text
}

pub async fn rebuild(options: RebuildOptions) -> anyhow::Result<ExitCode> {
    let common = Common::from(system::services(&options.system).await?);
    let done = if options.all {
        rebuild_all(&common, options.days).await.context("not every study was reached")?
    } else {
        let mut done = Rebuilt::default();
        for typed in &options.studies {
            let study = StudyInstanceUid::parse(typed).context("the study is not a Study Instance UID")?;
            rebuild_study(&common, &study, &mut done).await.context("not every study was reached")?;
        }
        done
    };
    if options.system.json {
        print(&serde_json::to_string(&done)?);
    } else {
        print(&format!(
            "{} made anew, {} passed over.",
            counted(done.studies.len(), "study"),
            done.passed_over.len()
        ));
    }
    let is_all = options.all || done.passed_over.is_empty();
    Ok(if is_all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
