//! Claims as sent to the insurance: `GIAMDINHHS` with one `HOSO` per visit, which holds the tables XML1 to XML15 in
//! base64 (QĐ 130/QĐ-BYT as amended by 4750 and 3176). XML1 is the visit, XML3 its services, XML4 their results.

use std::collections::{HashMap, VecDeque};

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::bad_row::BadRow;
use super::fields::FIELDS;
use super::place::Place;
use super::rows::Claims;
use super::text;
use super::walk::{Step, Walk};
use crate::UsageError;

/// Padding is optional, because some writers omit it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// The root element of a file.
const ROOT: &str = "GIAMDINHHS";
/// What XML1 adds to each service.
const OF_VISIT: [&str; 4] = ["MA_BN", "MA_THE_BHYT", "NGAY_VAO", "NGAY_RA"];
/// What XML4 adds to a service.
const OF_RESULT: [&str; 3] = ["KET_LUAN", "MA_BS_DOC_KQ", "NGAY_KQ"];

type Fields = HashMap<&'static str, String>;

/// One row of an inner table.
struct Row {
    line: u64,
    fields: Fields,
}

/// One `HOSO` being read.
#[derive(Default)]
struct Dossier {
    /// The inner tables, still in base64: name, content, and the line where it began.
    tables: Vec<(String, String, u64)>,
}

/// Reads a file of claims.
pub fn read(claims: &mut Claims, file: &str, text: &str) -> Result<(), UsageError> {
    let depth_max = claims.limits.depth_max;
    let mut walk = Walk::new(text, depth_max);
    let (mut number, mut declared) = (0, None);
    let mut dossier = Dossier::default();
    let mut path: Vec<String> = Vec::new();
    let (mut table, mut body) = (String::new(), String::new());
    loop {
        let step = walk.step();
        let line = walk.line();
        let place = || Place { file: file.to_owned(), dossier: Some(number).filter(|n| *n > 0), line };
        match step.map_err(|why| refused(&place(), why))? {
            Step::Open(name) => {
                if walk.depth() == 1 && name != ROOT {
                    return Err(refused(&place(), "phần tử gốc không phải GIAMDINHHS"));
                }
                match name.as_ref() {
                    "HOSO" => number += 1,
                    "FILEHOSO" => (table, body) = (String::new(), String::new()),
                    _ => {}
                }
                path.push(name.into_owned());
            }
            Step::Text(text) => match path.last().map(String::as_str) {
                Some("LOAIHOSO") => table += text.trim(),
                Some("NOIDUNGFILE") => body += &text,
                Some("SOLUONGHOSO") => {
                    declared = declared.or(text.trim().parse::<u64>().ok().map(|n| (n, line)))
                }
                _ => {}
            },
            Step::Close => match path.pop().as_deref() {
                Some("FILEHOSO") => {
                    dossier.tables.push((table.to_uppercase(), std::mem::take(&mut body), line));
                }
                Some("HOSO") => std::mem::take(&mut dossier).finish(claims, &place())?,
                _ => {}
            },
            Step::End => break,
        }
    }
    let whole = |line| Place { file: file.to_owned(), dossier: None, line };
    if number == 0 || !dossier.tables.is_empty() {
        return Err(refused(&whole(1), "không có HOSO nào, hoặc FILEHOSO nằm ngoài HOSO"));
    }
    if let Some((declared, line)) = declared.filter(|(declared, _)| *declared != number) {
        let reason = format!("khai {declared} hồ sơ, trong tệp có {number}");
        claims.bad_rows.push(BadRow::new(whole(line), Some("SOLUONGHOSO"), reason));
    }
    Ok(())
}

fn refused(place: &Place, why: &str) -> UsageError {
    UsageError::Claims { why: format!("{place}: {why}") }
}

impl Dossier {
    fn finish(self, claims: &mut Claims, place: &Place) -> Result<(), UsageError> {
        claims.count_dossier()?;
        let depth_max = claims.limits.depth_max;
        let mut rows_of = |name: &str, element: &str| {
            let mut rows = Vec::new();
            for (_, body, line) in self.tables.iter().filter(|(table, ..)| table == name) {
                match unpack(body).and_then(|text| read_rows(&text, element, depth_max)) {
                    Ok(found) => rows.extend(found),
                    Err(why) => {
                        let place = Place { line: *line, ..place.clone() };
                        claims.bad_rows.push(BadRow::new(
                            place,
                            Some("NOIDUNGFILE"),
                            format!("{name}: {why}"),
                        ));
                    }
                }
            }
            rows
        };
        let visit = rows_of("XML1", "TONG_HOP").into_iter().next().map(|row| row.fields).unwrap_or_default();
        let services = rows_of("XML3", "CHI_TIET_DVKT");
        let mut results: HashMap<(String, String), VecDeque<Fields>> = HashMap::new();
        for row in rows_of("XML4", "CHI_TIET_CLS") {
            results.entry(key(&row.fields)).or_default().push_back(row.fields);
        }
        for Row { line, mut fields } in services {
            let result = results.get_mut(&key(&fields)).and_then(|found| match found.len() {
                // The last one counts for all that follow.
                0 | 1 => found.front().cloned(),
                _ => found.pop_front(),
            });
            add(&mut fields, &visit, &OF_VISIT);
            add(&mut fields, &result.unwrap_or_default(), &OF_RESULT);
            let place = Place { line, ..place.clone() };
            claims.take(place, |name| Ok(fields.get(name).map(String::as_str).unwrap_or_default()))?;
        }
        Ok(())
    }
}

fn key(fields: &Fields) -> (String, String) {
    let of = |name| fields.get(name).cloned().unwrap_or_default();
    (of("MA_LK"), of("MA_DICH_VU"))
}

/// Adds fields that the row itself lacks.
fn add(fields: &mut Fields, from: &Fields, names: &[&'static str]) {
    for name in names {
        let is_blank = fields.get(name).is_none_or(String::is_empty);
        if let Some(value) = from.get(name).filter(|_| is_blank) {
            fields.insert(name, value.clone());
        }
    }
}

fn unpack(body: &str) -> Result<String, &'static str> {
    let packed: Vec<u8> = body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let bytes = BASE64.decode(packed).map_err(|_| "không phải base64")?;
    let text = text::of_xml(&bytes).ok_or("mã ký tự không đúng như khai báo")?;
    Ok(text.into_owned())
}

/// The wanted fields of every element with this name.
fn read_rows(text: &str, element: &str, depth_max: usize) -> Result<Vec<Row>, &'static str> {
    let mut walk = Walk::new(text, depth_max);
    let mut rows: Vec<Row> = Vec::new();
    // The depth of the current row, and its current field.
    let (mut row_depth, mut field): (Option<usize>, Option<&'static str>) = (None, None);
    loop {
        let step = walk.step()?;
        let depth = walk.depth();
        match step {
            Step::Open(name) if row_depth.is_none() && name == element => {
                row_depth = Some(depth);
                rows.push(Row { line: walk.line(), fields: Fields::new() });
            }
            Step::Open(name) if row_depth == Some(depth - 1) => {
                field = FIELDS.iter().map(|field| field.name).find(|known| *known == name);
            }
            Step::Text(text) => {
                if let (Some(field), Some(row)) = (field, rows.last_mut()) {
                    *row.fields.entry(field).or_default() += &text;
                }
            }
            Step::Close if row_depth == Some(depth + 1) => row_depth = None,
            Step::Close if row_depth == Some(depth) => field = None,
            Step::Open(_) | Step::Close => {}
            Step::End => break,
        }
    }
    for value in rows.iter_mut().flat_map(|row| row.fields.values_mut()) {
        let trimmed = value.trim().to_owned();
        *value = trimmed;
    }
    Ok(rows)
}
