//! A sheet of lines: how it looks and prints.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet};

use crate::table::Cell;

const OFFSET_MS: i64 = 7 * 3600 * 1000;
const DAY_MS: i64 = 24 * 3600 * 1000;
/// 1970-01-01 as a spreadsheet's day number.
const EPOCH_DAY: f64 = 25_569.0;
/// How many rows high the chart is at most.
const CHART_ROWS: u32 = 26;
/// Height of a line of text, in points.
const LINE_POINTS: f64 = 13.5;
/// Most lines that a row shows; rows cannot be higher than 409 points.
const ROW_LINES_MAX: u32 = 30;
/// The label of the totals.
const TOTAL: &str = "Tổng cộng";

/// The result of writing a cell.
pub type Put = Result<(), rust_xlsxwriter::XlsxError>;

/// The formats of cells.
pub struct Formats {
    pub title: Format,
    pub note: Format,
    pub heading: Format,
    pub text: Format,
    pub wrapped: Format,
    pub unit: Format,
    pub number: Format,
    pub dong: Format,
    pub time: Format,
    pub total: Format,
    pub total_dong: Format,
}

impl Formats {
    /// The formats of all sheets.
    pub fn new() -> Self {
        // Beside a text of several lines, short texts stand at the top.
        let body = || Format::new().set_font_name("Arial").set_font_size(10).set_align(FormatAlign::Top);
        let heading = body()
            .set_bold()
            .set_text_wrap()
            .set_background_color(Color::RGB(0xDD_EB_F7))
            .set_border(FormatBorder::Thin)
            .set_align(FormatAlign::Center)
            .set_align(FormatAlign::VerticalCenter);
        Self {
            title: body().set_bold().set_font_size(14),
            note: body().set_italic().set_font_color(Color::RGB(0x59_59_59)),
            heading,
            total: body().set_bold().set_num_format("#,##0").set_border_top(FormatBorder::Thin),
            total_dong: body().set_bold().set_num_format("#,##0\\ \"đ\"").set_border_top(FormatBorder::Thin),
            text: body(),
            wrapped: body().set_text_wrap(),
            unit: body().set_indent(1),
            number: body().set_num_format("#,##0"),
            dong: body().set_num_format("#,##0\\ \"đ\""),
            time: body().set_num_format("dd/mm/yyyy hh:mm").set_align(FormatAlign::Center),
        }
    }

    /// Formats for a list that people read line by line: texts wrap, and no number touches the text after it.
    pub fn of_list() -> Self {
        let usual = Self::new();
        let apart =
            |format: Format| format.set_align(FormatAlign::Right).set_indent(1).set_align(FormatAlign::Top);
        let text = usual.text.set_text_wrap().set_align(FormatAlign::Top);
        Self { text, number: apart(usual.number), dong: apart(usual.dong), ..Self::new() }
    }
}

/// How a sheet of lines prints: landscape, as wide as the paper, with its heading on every page.
#[derive(Clone, Copy)]
pub struct Paper {
    /// How many columns are printed: the first ones.
    pub columns: usize,
    /// Whether the sums of all numbers follow the lines.
    pub has_totals: bool,
    /// Whether texts wrap. Programs that do not fit row heights themselves find them in the file.
    pub wraps: bool,
}

/// Writes a heading and lines.
pub fn lines_sheet<'a>(
    sheet: &mut Worksheet,
    columns: &[(&str, u8)],
    lines: impl Iterator<Item = Vec<Cell<'a>>>,
    paper: Paper,
    formats: &Formats,
) -> Put {
    // Write everything above the lines first: a constant-memory sheet cannot go back.
    sheet.set_row_height(0, 58)?;
    for (column, (heading, width)) in (0..).zip(columns) {
        sheet.set_column_width(column, f64::from(*width))?;
        sheet.write_string_with_format(0, column, *heading, &formats.heading)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    sheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3).set_footer("&L&A&RTrang &P/&N");
    let mut totals = Vec::new();
    let mut row = 0;
    for line in lines {
        row += 1;
        if paper.wraps {
            let texts = line.iter().zip(columns).map(|(cell, (_, width))| lines_of(cell, *width));
            sheet
                .set_row_height(row, LINE_POINTS * f64::from(texts.max().unwrap_or(1).min(ROW_LINES_MAX)))?;
        }
        totals.resize(line.len().max(totals.len()), Cell::Text(""));
        for (column, cell) in (0..).zip(&line) {
            write_cell(sheet, row, column, cell, paper.wraps, formats)?;
            if let Some(total) = totals.get_mut(usize::from(column)) {
                add(total, cell);
            }
        }
    }
    let last = u16::try_from(columns.len()).unwrap_or(u16::MAX).saturating_sub(1);
    sheet.autofilter(0, 0, row.max(1), last)?;
    if paper.has_totals {
        row = row.max(1) + 1;
        for (column, total) in (0..).zip(totals) {
            match total {
                Cell::Number(Some(sum)) => write_integer(sheet, row, column, sum, &formats.total)?,
                Cell::Dong(Some(sum)) => write_integer(sheet, row, column, sum, &formats.total_dong)?,
                _ => {
                    let text = if column == 0 { TOTAL } else { "" };
                    sheet.write_string_with_format(row, column, text, &formats.total)?;
                }
            }
        }
    }
    let printed = u16::try_from(paper.columns).unwrap_or(u16::MAX).saturating_sub(1);
    // A chart beside the lines may be longer than they are.
    let rows = if printed > last { row.max(CHART_ROWS) } else { row.max(1) };
    sheet.set_print_area(0, 0, rows, printed)?;
    Ok(())
}

/// How many lines a cell takes in a column this wide. A letter is about as wide as a digit.
fn lines_of(cell: &Cell<'_>, width: u8) -> u32 {
    let Cell::Text(text) = cell else { return 1 };
    let width = usize::from(width.saturating_sub(1)).max(1);
    let (mut lines, mut used) = (1, 0);
    for word in text.split_whitespace() {
        let letters = word.chars().count();
        let with_space = used + usize::from(used > 0) + letters;
        if with_space <= width {
            used = with_space;
            continue;
        }
        // A word longer than the column is broken.
        let own = letters.div_ceil(width).max(1);
        lines += if used > 0 { own } else { own - 1 };
        used = letters - (own - 1) * width;
    }
    u32::try_from(lines).unwrap_or(u32::MAX)
}

/// Adds up counts and amounts, but not texts and times.
fn add(total: &mut Cell<'_>, cell: &Cell<'_>) {
    let sum = match total {
        Cell::Number(Some(sum)) | Cell::Dong(Some(sum)) => *sum,
        _ => 0,
    };
    match cell {
        Cell::Number(number) => *total = Cell::Number(Some(sum + number.unwrap_or_default())),
        Cell::Dong(dong) => *total = Cell::Dong(Some(sum + dong.unwrap_or_default())),
        Cell::Text(_) | Cell::Time(_) => {}
    }
}

fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell<'_>,
    wraps: bool,
    formats: &Formats,
) -> Put {
    let text_format = if wraps { &formats.wrapped } else { &formats.text };
    match cell {
        // Unknown values are blank; a count or an amount of none is 0.
        Cell::Text("") | Cell::Number(None) | Cell::Dong(None) | Cell::Time(None) => Ok(()),
        Cell::Text(text) => sheet.write_string_with_format(row, column, *text, text_format).map(|_| ()),
        Cell::Number(Some(number)) => write_integer(sheet, row, column, *number, &formats.number),
        Cell::Dong(Some(dong)) => write_integer(sheet, row, column, *dong, &formats.dong),
        Cell::Time(Some(at_ms)) => {
            sheet.write_number_with_format(row, column, serial_day(*at_ms), &formats.time).map(|_| ())
        }
    }
}

/// A spreadsheet only knows doubles, which are exact up to 2^53.
#[allow(clippy::cast_precision_loss, reason = "spreadsheets hold doubles; sums of dong stay below 2^53")]
pub fn write_integer(sheet: &mut Worksheet, row: u32, column: u16, number: i64, format: &Format) -> Put {
    sheet.write_number_with_format(row, column, number as f64, format).map(|_| ())
}

/// An instant as a spreadsheet's day number, in the hospital's time.
#[allow(clippy::cast_precision_loss, reason = "milliseconds of this century are far below 2^53")]
fn serial_day(at_ms: i64) -> f64 {
    EPOCH_DAY + (at_ms + OFFSET_MS) as f64 / DAY_MS as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_as_high_as_its_longest_text() {
        for (text, width, lines) in [
            ("", 10, 1),
            ("Giá có in", 10, 1),
            ("Giá có in phim nhưng không in phim", 23, 2),
            ("a/thang11.zip/XML_15.xml", 13, 2),
            ("tệp a/thang11.zip/XML_15.xml", 13, 3),
            ("a bb ccc dddd", 5, 3),
        ] {
            assert_eq!(lines_of(&Cell::Text(text), width), lines, "{text}");
        }
        assert_eq!(lines_of(&Cell::Number(Some(1_000_000)), 3), 1);
    }
}
