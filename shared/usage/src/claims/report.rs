//! Findings as tables and text, in Vietnamese, each with its code.

use filmless_domain::Language;
use filmless_domain::usage::ClaimFinding;

use super::at_risk::Sum;
use super::{Finding, Reconciliation};
use crate::claims::bad_row::BadRow;
use crate::claims::place::Place;
use crate::table::{Cell, payer_vi};

/// The code of a row that is not usable.
pub const UNUSABLE: &str = "unusable-row";
const UNUSABLE_VI: &str = "Dòng không dùng được";

/// How many columns of [`FINDING_COLUMNS`] are printed: the first ones, which people read.
pub const PRINTED_FINDING_COLUMNS: usize = 11;
/// Columns of the list of rows to correct, with heading and width.
pub const FINDING_COLUMNS: [(&str, u8); 13] = [
    ("Sai lệch", 23),
    ("Tệp", 18),
    ("Hồ sơ (HOSO)", 8),
    ("Dòng", 9),
    ("MA_LK", 18),
    ("STT", 5),
    ("MA_DICH_VU", 14),
    ("Khoa", 7),
    ("Đối tượng", 10),
    ("Số tiền (đồng)", 14),
    ("Diễn giải", 36),
    ("Mã", 24),
    ("Mã ca chụp (Study Instance UID)", 48),
];

/// Columns of the amounts at risk.
pub const AT_RISK_COLUMNS: [(&str, u8); 5] =
    [("Theo", 16), ("Nhóm", 44), ("Số dòng", 10), ("Dòng không ghi tiền", 12), ("Số tiền (đồng)", 18)];

fn number(number: Option<u64>) -> Cell<'static> {
    Cell::Number(number.and_then(|number| i64::try_from(number).ok()))
}

fn line_of<'a>(finding: &'a Finding, place: Option<&'a Place>) -> Vec<Cell<'a>> {
    vec![
        Cell::Text(finding.kind.words(Language::Vi)),
        Cell::Text(place.map(|place| place.file.as_str()).unwrap_or_default()),
        number(place.and_then(|place| place.dossier)),
        number(place.map(|place| place.line)),
        Cell::Text(&finding.ma_lk),
        Cell::Text(&finding.stt),
        Cell::Text(&finding.ma_dich_vu),
        Cell::Text(&finding.department),
        Cell::Text(payer_vi(finding.payer)),
        Cell::Dong(finding.amount_vnd),
        Cell::Text(&finding.detail),
        Cell::Text(finding.kind.code()),
        Cell::Text(finding.study_instance_uid.as_deref().unwrap_or_default()),
    ]
}

/// The list of findings.
pub fn finding_lines<'a>(result: &'a Reconciliation<'_>) -> impl Iterator<Item = Vec<Cell<'a>>> {
    result.findings.iter().map(|finding| line_of(finding, finding.place.as_ref()))
}

/// The rows that are not usable, in the columns of the findings.
pub fn bad_row_lines<'a>(result: &'a Reconciliation<'_>) -> impl Iterator<Item = Vec<Cell<'a>>> {
    result.bad_rows.iter().map(|row| {
        let mut line = vec![
            Cell::Text(UNUSABLE_VI),
            Cell::Text(&row.place.file),
            number(row.place.dossier),
            number(Some(row.place.line)),
        ];
        line.extend([Cell::Text(&row.ma_lk), Cell::Text(""), Cell::Text(&row.ma_dich_vu)]);
        line.extend([Cell::Text(""), Cell::Text(""), Cell::Dong(None)]);
        line.extend([Cell::Text(&row.told), Cell::Text(UNUSABLE), Cell::Text("")]);
        line
    })
}

/// The amounts at risk; the total comes last.
pub fn at_risk_lines<'a>(result: &'a Reconciliation<'_>) -> Vec<Vec<Cell<'a>>> {
    let line = |by: &'static str, group: &'a str, sum: &Sum| {
        vec![
            Cell::Text(by),
            Cell::Text(group),
            number(Some(sum.rows)),
            number(Some(sum.rows_without_amount)),
            Cell::Dong(Some(sum.amount_vnd)),
        ]
    };
    let named = |department: &'a str| if department.is_empty() { "(không ghi)" } else { department };
    let sums = &result.at_risk;
    let claimed = |kind: &ClaimFinding| *kind != ClaimFinding::StudyWithoutClaim;
    let mut lines: Vec<_> = sums
        .findings
        .iter()
        .filter(|(kind, _)| claimed(kind))
        .map(|(kind, sum)| line("Sai lệch", kind.words(Language::Vi), sum))
        .collect();
    lines.extend(sums.departments.iter().map(|(department, sum)| line("Khoa", named(department), sum)));
    lines.extend(sums.payers.iter().map(|(payer, sum)| line("Đối tượng", payer_vi(*payer), sum)));
    lines.push(line("Tổng cộng", "Mỗi dòng một lần, dù có nhiều sai lệch", &sums.total));
    lines.push(line("Ngoài tổng", ClaimFinding::StudyWithoutClaim.words(Language::Vi), &sums.unclaimed));
    lines
}

fn bad_row_text(row: &BadRow) -> String {
    let of = format!("{} {}", row.ma_lk, row.ma_dich_vu);
    let of = if row.ma_lk.is_empty() { String::new() } else { format!("{}: ", of.trim_end()) };
    format!("{}: {UNUSABLE}: {UNUSABLE_VI}: {of}{}", row.place, row.told)
}

fn finding_text(finding: &Finding) -> String {
    let place = finding.place.as_ref().map_or_else(|| "không có dòng".to_owned(), ToString::to_string);
    let amount = finding.amount_vnd.map(|vnd| format!(" {} đ.", dong(vnd))).unwrap_or_default();
    let stt = if finding.stt.is_empty() { String::new() } else { format!(" STT {}", finding.stt) };
    format!(
        "{place}: {}: {}: {}{stt} {}: {}{amount}",
        finding.kind.code(),
        finding.kind.words(Language::Vi),
        finding.ma_lk,
        finding.ma_dich_vu,
        finding.detail
    )
}

/// The list line by line, and the amounts.
#[must_use]
pub fn findings_text(result: &Reconciliation<'_>) -> Vec<String> {
    let mut lines: Vec<String> = result.bad_rows.iter().map(bad_row_text).collect();
    lines.extend(result.findings.iter().map(finding_text));
    for (group, claims) in &result.unknown_machines {
        lines.push(format!("Mã máy {group}: không có trong QĐ 130, không xét ({claims} dòng)."));
    }
    for line in at_risk_lines(result) {
        if let [Cell::Text(by), Cell::Text(group), Cell::Number(rows), _, Cell::Dong(vnd)] = line[..] {
            let (rows, vnd) = (rows.unwrap_or_default(), dong(vnd.unwrap_or_default()));
            lines.push(format!("{by}: {group}: {rows} dòng, {vnd} đ"));
        }
    }
    lines
}

/// An amount as people write it: `1.234.567`.
fn dong(vnd: i64) -> String {
    let digits = vnd.unsigned_abs().to_string();
    let mut told = if vnd < 0 { "-".to_owned() } else { String::new() };
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            told.push('.');
        }
        told.push(digit);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Width of landscape A4 between the sheet margins, in pixels of 1/96 inch.
    const PAPER: f64 = (297.0 / 25.4 - 2.0 * 0.4) * 96.0;

    /// A digit of the standard font is 7 pixels wide, and a column has 5 more (ECMA-376 18.3.1.13).
    fn printed_points(columns: &[(&str, u8)]) -> f64 {
        let pixels: f64 = columns.iter().map(|(_, width)| f64::from(*width) * 7.0 + 5.0).sum();
        10.0 * (PAPER / pixels).min(1.0)
    }

    #[test]
    fn what_is_printed_can_be_read_on_paper() {
        for columns in [&FINDING_COLUMNS[..PRINTED_FINDING_COLUMNS], &AT_RISK_COLUMNS] {
            assert!(printed_points(columns) >= 8.5, "{}", printed_points(columns));
        }
    }
}
