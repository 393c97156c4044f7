//! `filmless usage`: what finance asks of the ledger.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::Context;
use export_usage::export::{PriceFile, export_month, months_of_ledger, price_file, read_book, write_month};
use export_usage::layout;
use export_usage::ledger::Ledger;
use export_usage::verify::{Verification, verify};
use filmless_delivery::audit::Record;
use filmless_delivery::{Services, log};
use filmless_domain::audit::{Actor, AuditAction};
use filmless_store::index::LogName;
use filmless_usage::claims::{
    Claims, FINDING_COLUMNS, Reconciliation, evidence_headings, evidence_lines, finding_lines, reconcile,
};
use filmless_usage::manifest::Manifest;
use filmless_usage::prices::DEFAULT_PRICES;
use filmless_usage::queries::{NamedQuery, QUERIES, duckdb_tables};
use filmless_usage::table::{Cell, write_csv};
use filmless_usage::{Month, workbook};
use serde_json::json;

use crate::cli::{SystemOptions, UsageAct, UsageOptions};
use crate::{print, system};

pub async fn run(options: UsageOptions) -> anyhow::Result<ExitCode> {
    let system = &options.system;
    match options.act {
        UsageAct::Query { name, month, from, print } => {
            query(system, name.as_deref(), month, from.as_deref(), print).await
        }
        UsageAct::Export { month: Some(month), out: Some(out), from: Some(from) } => {
            let ledger = Ledger::of_copy(&from, jiff::Timestamp::now());
            let text = fs::read_to_string(from.join(layout::PRICES)).unwrap_or(DEFAULT_PRICES.to_owned());
            let manifest = export_to(&ledger, month, &PriceFile::parse(text)?, &out).await?;
            print(&exported(&manifest.into_iter().collect::<Vec<_>>(), system.json));
            Ok(ExitCode::SUCCESS)
        }
        UsageAct::Export { month, out, .. } => {
            let services = opened(system, "usage exported").await?;
            export(&services, month, out.as_deref(), system.json).await
        }
        UsageAct::Verify { month } => {
            let services = opened(system, "usage verified").await?;
            let found = verify(&services, month).await?;
            print(&if system.json { serde_json::to_string(&found)? } else { told(&found) });
            Ok(if found.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        UsageAct::Reconcile { claims, month, out } => {
            let services = opened(system, "usage reconciled with claims").await?;
            let file =
                fs::File::open(&claims).with_context(|| format!("cannot read {}", claims.display()))?;
            let claims = Claims::read(file)?;
            let ledger = Ledger::open(&services).await?;
            // A study may have come before the month of its claim, or be delivered after it.
            let book = read_book(&ledger, month.after(-1), month.after(1)).await?;
            let result = reconcile(&claims, &book, month);
            if let Some(out) = &out {
                write_reconciliation(&result, month, out)?;
            }
            print(&if system.json {
                reconciled_json(&result, month)
            } else {
                reconciled(&result, out.as_deref())
            });
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The services, with this act in the audit log and the latest events in the ledger.
async fn opened(options: &SystemOptions, what: &str) -> anyhow::Result<Services> {
    let services = system::services(options).await?;
    let (member, source) = system::operator();
    let read = Record::new(AuditAction::ReadLog, Actor::Staff { subject: member.subject }).from(&source);
    read.detail(what).write(&services).await?;
    log::seal(&services.index, &services.usage, LogName::Usage, services.clock.now(), true)
        .await
        .context("the latest events could not be moved into the ledger")?;
    Ok(services)
}

async fn export(
    services: &Services,
    month: Option<Month>,
    out: Option<&Path>,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let months = match month {
        Some(month) => vec![month],
        None => months_of_ledger(services).await?,
    };
    let prices = price_file(services).await?;
    let mut done = Vec::new();
    for month in months {
        let manifest = match out {
            Some(folder) => export_to(&Ledger::open(services).await?, month, &prices, folder).await?,
            None => export_month(services, month, &prices).await?,
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
            "{}  {} events, {} files. {} studies released, {} films avoided, {} đ saved, {} đ for messages.",
            manifest.month,
            manifest.rows,
            manifest.files.len(),
            total.studies_released,
            total.films_avoided,
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
            "The usage ledger holds: {} events in {} objects.\nHead {}",
            ledger.head.sequence, ledger.objects, ledger.head.digest
        ));
    }
    for month in &found.months {
        let state = if month.differences.is_empty() { "holds" } else { "differs" };
        let newer = match month.newer_events {
            0 => String::new(),
            newer => format!(", {newer} newer ones are not in it"),
        };
        let prices = if month.other_prices { ", prices changed since" } else { "" };
        lines.push(format!("{}  {state}: {} events{newer}{prices}", month.month, month.rows));
        lines.extend(month.differences.iter().map(|d| format!("  {}  {}", d.what, d.key)));
    }
    lines.extend(found.not_exported.iter().map(|month| format!("{month}  not exported yet")));
    lines.join("\n")
}

async fn query(
    options: &SystemOptions,
    name: Option<&str>,
    month: Option<Month>,
    from: Option<&Path>,
    only_print: bool,
) -> anyhow::Result<ExitCode> {
    let Some(name) = name else {
        for query in QUERIES {
            print(&format!("{:<10}  {}", query.name, query.about()));
        }
        return Ok(ExitCode::SUCCESS);
    };
    let Some(query) = NamedQuery::find(name) else {
        let known: Vec<_> = QUERIES.iter().map(|query| query.name).collect();
        eprintln!("filmless: there is no query `{name}`; there are {}", known.join(", "));
        return Ok(ExitCode::from(2));
    };
    let month = month.unwrap_or_else(|| Month::of(jiff::Timestamp::now()));
    let statement = query.statement(month);
    let script = match (from, options.env) {
        (Some(folder), _) => format!("{}{statement};\n", duckdb_tables(&folder.display().to_string())),
        (None, true) => {
            let services = system::services(options).await?;
            let tables = duckdb_tables(&format!("s3://{}", services.usage.name()));
            let secret =
                "INSTALL httpfs; LOAD httpfs;\nCREATE SECRET (TYPE s3, PROVIDER credential_chain);\n";
            format!("{secret}{tables}{statement};\n")
        }
        (None, false) => {
            let data = crate::instance::Running::find(&options.target)?.data;
            let bucket = data.join("buckets").join(crate::instance::USAGE_BUCKET);
            format!("{}{statement};\n", duckdb_tables(&bucket.display().to_string()))
        }
    };
    if only_print {
        print(&format!("duckdb <<'SQL'\n{script}SQL"));
        return Ok(ExitCode::SUCCESS);
    }
    let mut command = Command::new("duckdb");
    if options.json {
        command.arg("-json");
    }
    let Ok(mut duckdb) = command.stdin(Stdio::piped()).spawn() else {
        print(&format!("duckdb <<'SQL'\n{script}SQL"));
        return Ok(ExitCode::SUCCESS);
    };
    if let Some(mut input) = duckdb.stdin.take() {
        input.write_all(script.as_bytes()).context("duckdb does not listen")?;
    }
    Ok(if duckdb.wait()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn write_reconciliation(result: &Reconciliation<'_>, month: Month, out: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let create = |name: String| {
        let file = out.join(name);
        fs::File::create(&file)
            .map(BufWriter::new)
            .with_context(|| format!("cannot write {}", file.display()))
    };
    let headings = FINDING_COLUMNS.map(|(heading, _)| heading);
    write_csv(create(format!("doi-chieu-{month}.csv"))?, &headings, finding_lines(result))?;
    let mut sink = create(format!("doi-chieu-{month}.xlsx"))?;
    workbook::write_table(&mut sink, "Đối chiếu BHYT", month, &FINDING_COLUMNS, finding_lines(result))?;
    sink.flush()?;
    let lines = evidence_lines(result);
    let cells = lines.iter().map(|line| line.iter().map(|text| Cell::Text(text)).collect());
    write_csv(create(format!("bang-chung-{month}.csv"))?, &evidence_headings(), cells)?;
    Ok(())
}

fn reconciled_json(result: &Reconciliation<'_>, month: Month) -> String {
    json!({
        "month": month,
        "claims": result.claims,
        "matched_claims": result.matched_claims,
        "other_rows": result.other_rows,
        "bad_rows": result.bad_rows,
        "findings": result.findings,
    })
    .to_string()
}

fn reconciled(result: &Reconciliation<'_>, out: Option<&Path>) -> String {
    let mut lines = vec![format!(
        "{} claim lines of imaging, {} with a study; {} rows of other groups passed over.",
        result.claims, result.matched_claims, result.other_rows
    )];
    for row in result.bad_rows {
        let field = row.field.map(|field| format!("{field} ")).unwrap_or_default();
        lines.push(format!("line {}: not usable: {field}{}", row.line, row.reason));
    }
    for finding in &result.findings {
        let place = finding.line.map_or_else(|| "no line".to_owned(), |line| format!("line {line}"));
        lines.push(format!(
            "{place}: {} {} {}: {}",
            finding.kind.as_str(),
            finding.ma_lk,
            finding.ma_dich_vu,
            finding.detail
        ));
    }
    if let Some(out) = out {
        lines.push(format!("Written to {}", out.display()));
    }
    lines.join("\n")
}
