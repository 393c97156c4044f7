//! Claims as a table: CSV with comma or semicolon, or TSV. Columns are found by name, in any order.

use std::collections::HashMap;

use super::bad_row::BadRow;
use super::fields::FIELDS;
use super::place::Place;
use super::rows::Claims;
use super::text;
use crate::UsageError;

/// Where a record begins. The reader's own position may be before the line feed of the previous line.
fn begin_of(record: &csv::ByteRecord, bytes: &[u8]) -> usize {
    let at = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or_default();
    let at = at.min(bytes.len());
    at + bytes[at..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
}

/// The delimiter of a header: the mark that occurs most often in it.
fn delimiter_of(bytes: &[u8]) -> u8 {
    let header = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let count = |mark: u8| header.iter().filter(|byte| **byte == mark).count();
    [b',', b';', b'\t'].into_iter().max_by_key(|mark| (count(*mark), *mark == b',')).unwrap_or(b',')
}

/// Excel's own first line, `sep=;`, names the delimiter. Returns it and what follows the line.
fn without_sep(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = (bytes[..end].trim_ascii_end(), &bytes[end + 1..]);
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let (word, mark) = line.split_at_checked(4)?;
    // A tab at the end of the line was trimmed like a space.
    match (word.eq_ignore_ascii_case(b"sep="), mark) {
        (true, []) => Some((b'\t', rest)),
        (true, [mark @ (b',' | b';' | b'\t' | b'|')]) => Some((*mark, rest)),
        _ => None,
    }
}

/// Reads a table.
pub fn read(claims: &mut Claims, file: &str, bytes: &[u8]) -> Result<(), UsageError> {
    let place = |line| Place { file: file.to_owned(), dossier: None, line };
    let cut = || UsageError::Claims { why: format!("{}: UTF-16 bị cụt", place(1)) };
    let bytes = text::without_utf16(bytes).ok_or_else(cut)?;
    let bytes = bytes.as_ref();
    let (first, delimiter, bytes) = match without_sep(bytes) {
        Some((delimiter, rest)) => (2, delimiter, rest),
        None => (1, delimiter_of(bytes), bytes),
    };
    let unusable = |why: String| UsageError::Claims { why: format!("{}: {why}", place(first)) };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(bytes);
    let header = reader.headers().map_err(|_| unusable("dòng tiêu đề không phải UTF-8".into()))?.clone();
    if header.len() > claims.limits.columns_max {
        return Err(unusable("dòng tiêu đề có quá nhiều cột".into()));
    }
    let mut columns: HashMap<String, usize> = HashMap::new();
    for (n, name) in header.iter().enumerate() {
        let name = name.trim().to_uppercase();
        if FIELDS.iter().any(|field| field.name == name) && columns.contains_key(&name) {
            return Err(unusable(format!("dòng tiêu đề có hai cột {name}")));
        }
        columns.insert(name, n);
    }
    for field in FIELDS.iter().filter(|field| field.is_required) {
        if !columns.contains_key(field.name) {
            return Err(unusable(format!("dòng tiêu đề thiếu {}", field.name)));
        }
    }
    let mut record = csv::ByteRecord::new();
    let (mut line, mut counted) = (first, 0);
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {
                let begins = begin_of(&record, bytes);
                line += bytes[counted..begins].iter().filter(|byte| **byte == b'\n').count() as u64;
                counted = begins;
                if record.iter().all(|value| value.trim_ascii().is_empty()) {
                    continue;
                }
                if record.len() != header.len() {
                    let reason = format!("có {} ô thay vì {}", record.len(), header.len());
                    claims.bad_rows.push(BadRow::new(place(line), None, reason));
                    continue;
                }
                claims.take(place(line), |name| {
                    let raw = columns.get(name).and_then(|n| record.get(*n)).unwrap_or_default();
                    std::str::from_utf8(raw).map(str::trim).map_err(|_| "không phải UTF-8")
                })?;
            }
            Err(_) => return Err(unusable("không phải bảng CSV".into())),
        }
    }
}
