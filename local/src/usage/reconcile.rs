//! `filmless usage reconcile`: compares claim files with the ledger.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use export_usage::claims::{read_claimed, write_list};
use export_usage::ledger::Ledger;
use filmless_delivery::parts::Export;
use filmless_usage::claims::{
    Claims, FINDING_COLUMNS, LOOK_BACK_MONTHS_MAX, Reconciliation, bad_row_lines, evidence_headings,
    evidence_lines, finding_lines, findings_text, is_of_macos, may_be_claims, reconcile,
};
use filmless_usage::table::{Cell, write_csv};
use filmless_usage::{Month, UsageError};
use serde_json::json;

use crate::print::print;

/// Reads files, and in folders every file that may contain claims, ordered by name.
pub fn read_claims(paths: &[PathBuf]) -> anyhow::Result<Claims> {
    let mut claims = Claims::default();
    for path in paths {
        if path.is_dir() {
            read_folder(&mut claims, path)?;
        } else {
            read_file(&mut claims, path)?;
        }
    }
    anyhow::ensure!(!claims.is_empty(), "there is no claim in these files");
    Ok(claims)
}

fn read_folder(claims: &mut Claims, folder: &Path) -> anyhow::Result<()> {
    let cannot = || format!("cannot read {}", folder.display());
    let entries: Result<Vec<_>, _> = fs::read_dir(folder).with_context(cannot)?.collect();
    let mut paths: Vec<PathBuf> =
        entries.with_context(cannot)?.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.display().to_string();
        if is_of_macos(&name) {
            continue;
        }
        if path.is_dir() {
            read_folder(claims, &path)?;
        } else if may_be_claims(&name) || name.to_lowercase().ends_with(".zip") {
            read_file(claims, &path)?;
        } else {
            claims.other_files.push(name);
        }
    }
    Ok(())
}

fn read_file(claims: &mut Claims, path: &Path) -> anyhow::Result<()> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(claims.add(&name, &bytes)?)
}

/// Compares, writes the results, and reports.
pub async fn run(
    parts: &Export,
    claims: &Claims,
    month: Month,
    out: Option<&Path>,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let ledger = Ledger::open(parts).await?;
    compare(&ledger, claims, month, out, json).await
}

/// Like [`run`], over a ledger from any source.
pub async fn compare(
    ledger: &Ledger,
    claims: &Claims,
    month: Month,
    out: Option<&Path>,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let book = read_claimed(ledger, claims, month).await?;
    let result = reconcile(claims, &book, month);
    if let Some(out) = out {
        write(&result, month, out)?;
    }
    print(&if json { as_json(&result, claims, month) } else { told(&result, claims, month, out) });
    Ok(ExitCode::SUCCESS)
}

fn write(result: &Reconciliation<'_>, month: Month, out: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let create = |name: String| {
        let file = out.join(name);
        fs::File::create(&file)
            .map(BufWriter::new)
            .with_context(|| format!("cannot write {}", file.display()))
    };
    let headings = FINDING_COLUMNS.map(|(heading, _)| heading);
    let lines = || finding_lines(result).chain(bad_row_lines(result));
    write_csv(create(format!("doi-chieu-{month}.csv"))?, &headings, lines())?;
    let mut sink = create(format!("doi-chieu-{month}.xlsx"))?;
    write_list(&mut sink, result, month)?;
    sink.flush().map_err(UsageError::Io)?;
    let lines = evidence_lines(result);
    let cells = lines.iter().map(|line| line.iter().map(|text| Cell::Text(text)).collect());
    write_csv(create(format!("bang-chung-{month}.csv"))?, &evidence_headings(), cells)?;
    Ok(())
}

fn as_json(result: &Reconciliation<'_>, claims: &Claims, month: Month) -> String {
    json!({
        "month": month,
        "ledger_from": claims.first_month(month),
        "claims_before_ledger": claims.lines_before(claims.first_month(month)),
        "dossiers": claims.dossiers,
        "claims": result.claims,
        "matched_claims": result.matched_claims,
        "other_rows": result.other_rows,
        "other_files": claims.other_files,
        "bad_rows": result.bad_rows,
        "findings": result.findings,
        "at_risk": result.at_risk,
        "unknown_machines": result.unknown_machines,
    })
    .to_string()
}

fn told(result: &Reconciliation<'_>, claims: &Claims, month: Month, out: Option<&Path>) -> String {
    let mut lines = vec![format!(
        "{} dòng chẩn đoán hình ảnh, {} dòng có ca chụp; bỏ qua {} dòng nhóm khác.",
        result.claims, result.matched_claims, result.other_rows
    )];
    lines.extend(
        claims.other_files.iter().map(|name| format!("Không đọc tệp {name}: không phải XML, CSV, TSV.")),
    );
    let first = claims.first_month(month);
    let before = claims.lines_before(first);
    if before > 0 {
        lines.push(format!(
            "{before} dòng ghi y lệnh hoặc thực hiện trước tháng {}. Sổ chỉ được đọc từ tháng đó ({LOOK_BACK_MONTHS_MAX} tháng \
             trước kỳ đối chiếu): xin xem lại năm của các dòng này.",
            first,
        ));
    }
    lines.extend(findings_text(result));
    if let Some(out) = out {
        lines.push(format!("Đã ghi vào {}", out.display()));
    }
    lines.join("\n")
}
