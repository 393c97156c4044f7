//! The monthly table: one line per study, with Vietnamese headings. CSV here, XLSX in [`crate::workbook`].

use std::borrow::Cow;
use std::io::Write;

use filmless_domain::usage::{Payer, UsageKind};
use filmless_domain::{Channel, PerChannel};
use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};

use crate::book::{Study, StudyRow};
use crate::summary::{film_saved_vnd, message_cost_vnd};
use crate::{Month, Prices, UsageError};

const HOSPITAL_TIME: TimeZone = TimeZone::fixed(offset(7));

/// The content of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell<'a> {
    /// A text.
    Text(&'a str),
    /// A number.
    Number(Option<i64>),
    /// An amount in dong.
    Dong(Option<i64>),
    /// An instant, in milliseconds since 1970.
    Time(Option<i64>),
}

/// A column: its heading, and its width in a workbook.
pub struct Column {
    /// Heading.
    pub heading: Cow<'static, str>,
    /// Width, in characters.
    pub width: u8,
}

const fn column(heading: &'static str, width: u8) -> Column {
    Column { heading: Cow::Borrowed(heading), width }
}

/// How many columns a workbook prints: the first ones.
pub const PRINTED_COLUMNS: usize = 14;

/// The columns before those of the channels. Columns that people read on paper come first.
const BEFORE_CHANNELS: [Column; 23] = [
    column("Số chỉ định", 17),
    column("Khoa chỉ định", 9),
    column("Đối tượng chi trả", 11),
    column("Phương thức chụp", 9),
    column("Mã dịch vụ", 14),
    column("Loại giá", 14),
    column("Trả kết quả lúc", 16),
    column("Trạng thái", 15),
    column("Tin đã tới", 7),
    column("Phim không phải in", 8),
    column("Phim đã in", 7),
    column("Tiền thu của ca (đồng)", 13),
    column("Tiền phim tiết kiệm (đồng)", 13),
    column("Chi phí tin nhắn (đồng)", 12),
    column("Mã lượt khám (MA_LK)", 20),
    column("Loại khám", 13),
    column("Đơn giá (đồng)", 13),
    column("Nhận ảnh lúc", 17),
    column("Gửi tin lúc", 17),
    column("Mở lần đầu lúc", 17),
    column("Thấy ảnh đầu tiên lúc", 17),
    column("Số tệp ảnh nhận", 11),
    column("Số phiếu đã in mã QR", 12),
];

/// The columns after those of the channels.
const AFTER_CHANNELS: [Column; 6] = [
    column("Tin không tới", 9),
    column("Số lượt mở", 9),
    column("Số lượt tải về", 9),
    column("Số lần chia sẻ", 9),
    column("Dung lượng lưu thêm (byte)", 17),
    column("Mã ca chụp (Study Instance UID)", 48),
];

/// The columns of the table for a month with these numbers of sent messages.
#[must_use]
pub fn columns(sent: &PerChannel<i64>) -> Vec<Column> {
    let of_channel = |(channel, _): (Channel, i64)| Column {
        heading: Cow::Owned(format!("Số {}", channel.counted().what_vi)),
        width: 9,
    };
    BEFORE_CHANNELS.into_iter().chain(sent.shown().map(of_channel)).chain(AFTER_CHANNELS).collect()
}

/// The payer, in Vietnamese.
#[must_use]
pub const fn payer_vi(payer: Payer) -> &'static str {
    match payer {
        Payer::Insured => "BHYT",
        Payer::SelfPay => "Tự chi trả",
        Payer::Unknown => "Chưa rõ",
    }
}

fn visit_class_vi(class: &str) -> &str {
    match class {
        "outpatient" => "Ngoại trú",
        "inpatient" => "Nội trú",
        "emergency" => "Cấp cứu",
        other => other,
    }
}

fn price_variant_vi(variant: &str) -> &str {
    match variant {
        "pacs" => "Không in phim",
        "film" => "Có in phim",
        other => other,
    }
}

const fn state_vi(row: &StudyRow) -> &'static str {
    match row.state {
        _ if row.is_erased => "Đã xóa",
        Some(UsageKind::StudyReleased | UsageKind::StudyShown) => "Đã trả kết quả",
        Some(UsageKind::StudyHeld) => "Đang giữ lại",
        Some(UsageKind::StudyRecalled) => "Đã thu hồi",
        _ => "",
    }
}

/// The cells of a study, matching the [`columns`] of its month.
#[must_use]
pub fn cells<'a>(study: &Study<'a>, prices: &Prices, month: Month, sent: &PerChannel<i64>) -> Vec<Cell<'a>> {
    let row = study.row;
    let text = |text: Option<&'a str>| Cell::Text(text.unwrap_or_default());
    let number = |number: i64| Cell::Number(Some(number));
    let mut cells = vec![
        text(row.accession_number.as_deref()),
        text(study.department()),
        Cell::Text(payer_vi(study.payer())),
        text(study.modality()),
        text(study.service_code()),
        text(study.price_variant().map(price_variant_vi)),
        Cell::Time(row.released_at()),
        Cell::Text(state_vi(row)),
        number(row.delivered.into()),
        number(row.films_avoided.into()),
        number(row.films_printed.into()),
        Cell::Dong(Some(row.charged_vnd)),
        Cell::Dong(Some(film_saved_vnd(study, prices, month))),
        Cell::Dong(Some(message_cost_vnd(study, prices, month))),
        text(row.episode.as_deref()),
        text(study.visit_class().map(visit_class_vi)),
        Cell::Dong(row.unit_price_vnd),
        Cell::Time(row.received_at()),
        Cell::Time(row.notified_at()),
        Cell::Time(row.opened_at()),
        Cell::Time(row.first_image_at()),
        number(row.instances.into()),
        number(row.slips.into()),
    ];
    cells.extend(sent.shown().map(|(channel, _)| number(row.sent[channel].into())));
    cells.extend([
        number(row.failed.into()),
        number(row.openings.into()),
        number(row.downloads.into()),
        number(row.shares.into()),
        number(row.original_bytes + row.derived_bytes),
        Cell::Text(study.uid),
    ]);
    cells
}

/// An instant in the hospital's format: `2026-11-24 08:05:00`.
#[must_use]
pub fn local_time(at_ms: i64) -> String {
    let Ok(instant) = Timestamp::from_millisecond(at_ms) else { return String::new() };
    instant.to_zoned(HOSPITAL_TIME).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Writes lines as CSV (RFC 4180) with a byte order mark, which tells spreadsheets that it is UTF-8.
///
/// # Errors
/// [`UsageError`].
pub fn write_csv<'a>(
    mut sink: impl Write,
    headings: &[&str],
    lines: impl Iterator<Item = Vec<Cell<'a>>>,
) -> Result<u64, UsageError> {
    sink.write_all(b"\xef\xbb\xbf").map_err(UsageError::Io)?;
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(sink);
    writer.write_record(headings).map_err(UsageError::Csv)?;
    let mut rows = 0;
    for line in lines {
        for cell in &line {
            let written = match cell {
                Cell::Text(text) => writer.write_field(harmless(text).as_ref()),
                Cell::Number(Some(n)) | Cell::Dong(Some(n)) => writer.write_field(n.to_string()),
                Cell::Time(Some(at)) => writer.write_field(local_time(*at)),
                Cell::Number(None) | Cell::Dong(None) | Cell::Time(None) => writer.write_field(""),
            };
            written.map_err(UsageError::Csv)?;
        }
        writer.write_record(None::<&[u8]>).map_err(UsageError::Csv)?;
        rows += 1;
    }
    writer.flush().map_err(UsageError::Io)?;
    Ok(rows)
}

/// Puts an apostrophe before a text that a spreadsheet would run as a formula: codes come from outside.
fn harmless(text: &str) -> std::borrow::Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_is_what_a_spreadsheet_opens_without_asking() {
        let mut out = Vec::new();
        let lines = [
            vec![Cell::Text("Khoa \"A\", tầng 2"), Cell::Number(Some(-3)), Cell::Time(Some(0))],
            vec![Cell::Text("=1+1"), Cell::Dong(None), Cell::Time(None)],
        ];
        let rows = write_csv(&mut out, &["Khoa", "Số", "Lúc"], lines.into_iter()).unwrap();
        assert_eq!(rows, 2);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\u{feff}Khoa,Số,Lúc\r\n\"Khoa \"\"A\"\", tầng 2\",-3,1970-01-01 07:00:00\r\n'=1+1,,\r\n"
        );
    }
}
