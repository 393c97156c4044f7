//! The monthly workbook (XLSX): figures first, then departments, then one line per study. Dates and amounts are typed,
//! so that a spreadsheet can sort and sum them.

mod sheet;

use std::borrow::Cow;
use std::io::Write;

use rust_xlsxwriter::{Chart, ChartType, DocProperties, ExcelDateTime, Workbook, Worksheet};

use crate::book::Study;
use crate::summary::{Figures, Summary};
use crate::table::{Cell, PRINTED_COLUMNS, cells, columns, payer_vi};
use crate::{Month, Prices, UsageError};
use sheet::{Formats, Paper, Put, lines_sheet, write_integer};

/// Most lines of one sheet between heading and totals: Excel's limit.
const SHEET_LINES_MAX: usize = 1_048_574;
/// The sheet of the chart.
const CHART: &str = "Biểu đồ";
/// Most bars that a chart can label.
const CHART_BARS_MAX: usize = 12;
/// How many columns wide its sheet is, with lines and chart.
const CHART_COLUMNS: usize = 15;
/// Writes the workbook of a month; returns the number of studies in it.
///
/// # Errors
/// [`UsageError::Workbook`].
pub fn write_month(
    sink: impl Write + Send,
    summary: &Summary,
    studies: &[Study<'_>],
    prices: &Prices,
) -> Result<u64, UsageError> {
    let mut workbook = Workbook::new();
    let mut write = || -> Put {
        let formats = Formats::new();
        set_properties(&mut workbook, summary.month)?;
        figures_sheet(workbook.add_worksheet(), summary, &formats)?;
        groups_sheet(workbook.add_worksheet(), summary, &formats)?;
        chart_sheet(workbook.add_worksheet(), summary, &formats)?;
        let mut sheets = studies.chunks(SHEET_LINES_MAX).collect::<Vec<_>>();
        if sheets.is_empty() {
            sheets.push(&[]);
        }
        for (number, studies) in (1..).zip(sheets) {
            let sheet = workbook.add_worksheet_with_constant_memory()?;
            sheet.set_name(sheet_name("Chi tiết", number))?;
            let sent = &summary.total.sent;
            let lines = studies.iter().map(|study| cells(study, prices, summary.month, sent));
            let columns = columns(sent);
            let columns: Vec<_> = columns.iter().map(|c| (c.heading.as_ref(), c.width)).collect();
            lines_sheet(
                sheet,
                &columns,
                lines,
                Paper { columns: PRINTED_COLUMNS, has_totals: true, wraps: false },
                &formats,
            )?;
        }
        Ok(())
    };
    write().map_err(UsageError::Workbook)?;
    workbook.save_to_writer(sink).map_err(UsageError::Workbook)?;
    Ok(studies.len() as u64)
}

/// A table of a workbook.
pub struct Table<'a> {
    /// Name of its sheet.
    pub name: &'static str,
    /// Headings and widths.
    pub columns: &'a [(&'static str, u8)],
    /// How many columns are printed: the first ones.
    pub printed_columns: usize,
    /// Its lines.
    pub lines: Box<dyn Iterator<Item = Vec<Cell<'a>>> + 'a>,
}

/// Writes a workbook with one sheet per table. Lines beyond a sheet's limit continue on a further sheet.
///
/// # Errors
/// [`UsageError::Workbook`].
pub fn write_tables(sink: impl Write + Send, month: Month, tables: Vec<Table<'_>>) -> Result<(), UsageError> {
    let mut workbook = Workbook::new();
    let write = || -> Put {
        set_properties(&mut workbook, month)?;
        let formats = Formats::of_list();
        for table in tables {
            let mut lines = table.lines.peekable();
            for number in 1.. {
                let sheet = workbook.add_worksheet();
                sheet.set_name(sheet_name(table.name, number))?;
                let paper = Paper { columns: table.printed_columns, has_totals: false, wraps: true };
                lines_sheet(sheet, table.columns, lines.by_ref().take(SHEET_LINES_MAX), paper, &formats)?;
                if lines.peek().is_none() {
                    break;
                }
            }
        }
        Ok(())
    };
    write().map_err(UsageError::Workbook)?;
    workbook.save_to_writer(sink).map_err(UsageError::Workbook)
}

fn sheet_name(name: &str, number: usize) -> String {
    if number == 1 { name.to_owned() } else { format!("{name} {number}") }
}

/// The same month gives the same bytes, because the file's date is the day after the month.
fn set_properties(workbook: &mut Workbook, month: Month) -> Put {
    let day = month.after(1).first_day();
    let (year, number) = (day.year().unsigned_abs(), day.month().unsigned_abs());
    let created = ExcelDateTime::from_ymd(year, number, 1)?;
    let title = format!("Trả kết quả không in phim, tháng {month}");
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&created));
    Ok(())
}

fn month_vi(month: Month) -> String {
    let day = month.first_day();
    format!("tháng {:02}/{}", day.month(), day.year())
}

fn figures_sheet(sheet: &mut Worksheet, summary: &Summary, formats: &Formats) -> Put {
    sheet.set_name("Tổng hợp")?;
    sheet.set_column_width(0, 46)?.set_column_width(1, 20)?.set_column_width(2, 12)?;
    let title = format!("Trả kết quả không in phim, {}", month_vi(summary.month));
    sheet.write_string_with_format(0, 0, title, &formats.title)?;
    let note = "Mỗi con số cộng từ sổ ghi chỉ thêm, không sửa; kiểm lại bằng filmless usage verify.";
    sheet.write_string_with_format(1, 0, note, &formats.note)?;
    for (column, heading) in (0..).zip(["Chỉ tiêu", "Giá trị", "Đơn vị"]) {
        sheet.write_string_with_format(3, column, heading, &formats.heading)?;
    }
    for (row, (label, value, unit)) in (4..).zip(figure_lines(&summary.total)) {
        sheet.write_string_with_format(row, 0, label.as_ref(), &formats.text)?;
        write_integer(sheet, row, 1, value, &formats.number)?;
        sheet.write_string_with_format(row, 2, unit, &formats.unit)?;
    }
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_repeat_rows(3, 3)?;
    Ok(())
}

fn figure_lines(total: &Figures) -> Vec<(Cow<'static, str>, i64, &'static str)> {
    let before = [
        ("Ca chụp đã nhận", total.studies_received, "ca"),
        ("Ca chụp đã trả kết quả qua mạng", total.studies_released, "ca"),
        ("Trong đó đã gửi SMS hoặc email", total.released_and_notified, "ca"),
        ("Trong đó người bệnh đã mở", total.released_and_opened, "ca"),
        ("Ca được mở trong tháng (kể cả trả từ trước)", total.studies_opened, "ca"),
        ("Ca đang giữ lại", total.studies_held, "ca"),
        ("Ca đã thu hồi", total.studies_recalled, "ca"),
        ("Lần sửa phiếu chỉ định sau khi trả", total.corrections, "lần"),
        ("Phim không phải in", total.films_avoided, "phim"),
        ("Phim đã in", total.films_printed, "phim"),
        ("Tiền thu của các ca đã trả", total.charged_vnd, "đồng"),
        ("Tiền phim tiết kiệm", total.film_saved_vnd, "đồng"),
        ("Phiếu có mã QR", total.slips, "phiếu"),
    ];
    let sent = total.sent.shown().map(|(channel, sent)| {
        let counted = channel.counted();
        (format!("{} đã gửi", capitalised(counted.what_vi)).into(), sent, counted.unit_vi)
    });
    let after = [
        ("Tin nhà mạng báo đã tới", total.messages_delivered, "tin"),
        ("Tin nhà mạng báo không tới", total.messages_failed, "tin"),
        ("Chi phí tin nhắn", total.message_cost_vnd, "đồng"),
        ("Lượt tải ảnh gốc", total.downloads, "lượt"),
        ("Lần chia sẻ", total.shares, "lần"),
        ("Dung lượng ảnh gốc lưu thêm", total.original_bytes, "byte"),
        ("Dung lượng ảnh xem lưu thêm", total.derived_bytes, "byte"),
    ];
    let line = |(label, value, unit): (&'static str, i64, &'static str)| (label.into(), value, unit);
    before.into_iter().map(line).chain(sent).chain(after.into_iter().map(line)).collect()
}

/// With a capital letter, for the start of a line.
fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn groups_sheet(sheet: &mut Worksheet, summary: &Summary, formats: &Formats) -> Put {
    sheet.set_name("Theo khoa")?;
    let sent = summary.total.sent;
    let of_channels: Vec<String> =
        sent.shown().map(|(channel, _)| capitalised(channel.counted().what_vi)).collect();
    let mut headings = vec![
        ("Khoa chỉ định", 16),
        ("Phương thức chụp", 13),
        ("Đối tượng chi trả", 16),
        ("Ca đã trả", 10),
        ("Ca người bệnh đã mở", 12),
        ("Phim không phải in", 12),
        ("Phim đã in", 10),
        ("Tiền thu của các ca", 18),
        ("Tiền phim tiết kiệm", 18),
    ];
    headings.extend(of_channels.iter().map(|heading| (heading.as_str(), 10)));
    headings.extend([("Tin đã tới", 10), ("Chi phí tin nhắn", 16)]);
    let lines = summary.groups.iter().map(|group| {
        let f = &group.figures;
        let mut cells = vec![
            Cell::Text(&group.department),
            Cell::Text(&group.modality),
            Cell::Text(payer_vi(group.payer)),
            Cell::Number(Some(f.studies_released)),
            Cell::Number(Some(f.released_and_opened)),
            Cell::Number(Some(f.films_avoided)),
            Cell::Number(Some(f.films_printed)),
            Cell::Dong(Some(f.charged_vnd)),
            Cell::Dong(Some(f.film_saved_vnd)),
        ];
        cells.extend(sent.shown().map(|(channel, _)| Cell::Number(Some(f.sent[channel]))));
        cells.extend([Cell::Number(Some(f.messages_delivered)), Cell::Dong(Some(f.message_cost_vnd))]);
        cells
    });
    let paper = Paper { columns: headings.len(), has_totals: true, wraps: false };
    lines_sheet(sheet, &headings, lines, paper, formats)
}

/// Money saved by department, for those that saved most.
fn chart_sheet(sheet: &mut Worksheet, summary: &Summary, formats: &Formats) -> Put {
    let mut saved: Vec<(&str, i64)> = Vec::new();
    for group in &summary.groups {
        match saved.last_mut() {
            Some((department, sum)) if *department == group.department => {
                *sum += group.figures.film_saved_vnd
            }
            _ => saved.push((&group.department, group.figures.film_saved_vnd)),
        }
    }
    saved.sort_by(|a, b| (b.1, a.0).cmp(&(a.1, b.0)));
    saved.truncate(CHART_BARS_MAX);
    sheet.set_name(CHART)?;
    let headings = [("Khoa chỉ định", 16), ("Tiền phim tiết kiệm", 18)];
    let name = |department: &'_ str| {
        if department.is_empty() { "(không ghi)".to_owned() } else { department.to_owned() }
    };
    let names: Vec<String> = saved.iter().map(|(department, _)| name(department)).collect();
    let lines =
        names.iter().zip(&saved).map(|(name, (_, sum))| vec![Cell::Text(name), Cell::Dong(Some(*sum))]);
    // The chart stands beside its lines.
    let paper = Paper { columns: CHART_COLUMNS, has_totals: false, wraps: false };
    lines_sheet(sheet, &headings, lines, paper, formats)?;
    let Some(last) = u32::try_from(saved.len()).ok().filter(|last| *last > 0) else { return Ok(()) };
    let mut chart = Chart::new(ChartType::Bar);
    chart.add_series().set_categories((CHART, 1, 0, last, 0)).set_values((CHART, 1, 1, last, 1)).set_gap(60);
    chart.title().set_name("Tiền phim tiết kiệm theo khoa (đồng)");
    chart.legend().set_hidden();
    chart.y_axis().set_reverse();
    chart.x_axis().set_num_format("#,##0");
    chart.set_width(720).set_height(140 + 28 * last);
    sheet.insert_chart(1, 3, &chart)?;
    Ok(())
}
