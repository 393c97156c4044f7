//! `filmless usage`: what finance wants from the ledger.

mod query;
mod reconcile;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use export_usage::export::{PriceFile, export_month, months_of_ledger, price_file, write_month};
use export_usage::layout;
use export_usage::ledger::Ledger;
use export_usage::verify::{Verification, verify};
use filmless_delivery::parts::{Common, Export};
use filmless_delivery::record::audit::Record;
use filmless_delivery::record::log;
use filmless_domain::audit::{Actor, AuditAction};
use filmless_store::index::LogName;
use filmless_usage::Month;
use filmless_usage::manifest::Manifest;
use filmless_usage::prices::DEFAULT_PRICES;
use serde_json::json;

use crate::cli::{SystemOptions, UsageAct, UsageOptions};
use crate::counted::counted;
use crate::print::print;
use crate::system;

pub async fn run(options: UsageOptions) -> anyhow::Result<ExitCode> {
    let system = &options.system;
    match options.act {
        UsageAct::Query(asked) => query::run(system, &asked).await,
        UsageAct::Export { month: Some(month), out: Some(out), from: Some(from) } => {
            let ledger = Ledger::of_copy(&from, jiff::Timestamp::now());
            let text = fs::read_to_string(from.join(layout::PRICES)).unwrap_or(DEFAULT_PRICES.to_owned());
            let manifest = export_to(&ledger, month, &PriceFile::parse(text)?, &out).await?;
            print(&exported(&manifest.into_iter().collect::<Vec<_>>(), system.json));
            Ok(ExitCode::SUCCESS)
        }
        UsageAct::Export { month, out, .. } => {
            let parts = opened(system, "usage exported").await?;
            export(&parts, month, out.as_deref(), system.json).await
        }
        UsageAct::Verify { month } => {
            let parts = opened(system, "usage verified").await?;
            let found = verify(&parts, month).await?;
            print(&if system.json { serde_json::to_string(&found)? } else { told(&found) });
            Ok(if found.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        UsageAct::Reconcile { claims, month, out, from } => {
            let claims = reconcile::read_claims(&claims)?;
            if let Some(from) = &from {
                let ledger = Ledger::of_copy(from, jiff::Timestamp::now());
                return reconcile::compare(&ledger, &claims, month, out.as_deref(), system.json).await;
            }
            let parts = opened(system, "usage reconciled with claims").await?;
            reconcile::run(&parts, &claims, month, out.as_deref(), system.json).await
        }
    }
}

/// The services, after recording this act in the audit log and sealing the latest events into the ledger.
async fn opened(options: &SystemOptions, what: &str) -> anyhow::Result<Export> {
    let services = system::services(options).await?;
    let (member, source) = system::operator();
    let read = Record::new(AuditAction::ReadLog, Actor::Staff { subject: member.subject }).from(&source);
    read.detail(what).write(&Common::from(&services)).await?;
    log::seal(&services.index, &services.usage, LogName::Usage, services.clock.now(), true)
        .await
        .context("the latest events could not be moved into the ledger")?;
    Ok(services.into())
}

async fn export(
    parts: &Export,
    month: Option<Month>,
    out: Option<&Path>,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let months = match month {
        Some(month) => vec![month],
        None => months_of_ledger(parts).await?,
    };
    let prices = price_file(parts).await?;
    let mut done = Vec::new();
    for month in months {
        let manifest = match out {
            Some(folder) => export_to(&Ledger::open(parts).await?, month, &prices, folder).await?,
            None => export_month(parts, month, &prices).await?,
        };
        done.extend(manifest);
    }
    print(&exported(&done, json));
    Ok(ExitCode::SUCCESS)
}

fn exported(done: &[Manifest], json: bool) -> String {
    if json {
        let months: Vec<_> = done
            .iter()
            .map(|m| json!({ "month": m.month, "rows": m.rows, "files": m.files, "chain": m.chain }))
            .collect();
        return json!({ "months": months }).to_string();
    }
    if done.is_empty() {
        return "Nothing to export: the ledger has no event of that time.".to_owned();
    }
    let line = |manifest: &Manifest| {
        let total = &manifest.summary.total;
        format!(
            "{}  {}, {}. {} released, {} avoided, {} đ saved, {} đ for messages.",
            manifest.month,
            counted(manifest.rows, "event"),
            counted(manifest.files.len(), "file"),
            counted(total.studies_released, "study"),
            counted(total.films_avoided, "film"),
            total.film_saved_vnd,
            total.message_cost_vnd,
        )
    };
    done.iter().map(line).collect::<Vec<_>>().join("\n")
}

async fn export_to(
    ledger: &Ledger,
    month: Month,
    prices: &PriceFile,
    folder: &Path,
) -> anyhow::Result<Option<Manifest>> {
    let file = folder.join(layout::PRICES);
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    }
    fs::write(&file, &prices.text).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(write_month(ledger, month, prices, folder).await?)
}

fn told(found: &Verification) -> String {
    if let Some(error) = &found.ledger_error {
        return format!("The usage ledger does not hold. {error}.");
    }
    let mut lines = Vec::new();
    if let Some(ledger) = &found.ledger {
        lines.push(format!(
            "The usage ledger holds: {} in {}.\nHead {}",
            counted(ledger.head.sequence, "event"),
            counted(ledger.objects, "object"),
            ledger.head.digest
        ));
    }
    for month in &found.months {
        let state = if month.differences.is_empty() { "holds" } else { "differs" };
        let newer = match month.newer_events {
            0 => String::new(),
            newer => format!(", without {}", counted(newer, "newer event")),
        };
        let prices = if month.other_prices { ", prices changed since" } else { "" };
        lines.push(format!("{}  {state}: {}{newer}{prices}", month.month, counted(month.rows, "event")));
        lines.extend(month.differences.iter().map(|d| format!("  {}  {}", d.what, d.key)));
    }
    lines.extend(found.not_exported.iter().map(|month| format!("{month}  not exported yet")));
    lines.join("\n")
}
