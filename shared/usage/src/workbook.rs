//! The monthly workbook (XLSX): figures first, then by department, then one line per study. Dates and amounts are
//! typed, so that a spreadsheet sorts and sums them.

use std::io::Write;

use rust_xlsxwriter::{
    Chart, ChartType, Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook,
    Worksheet,
};

use crate::book::Study;
use crate::summary::{Figures, Summary};
use crate::table::{COLUMNS, Cell, cells, payer_vi};
use crate::{Month, Prices, UsageError};

/// Most lines of one sheet, below its heading: Excel's limit.
const SHEET_LINES_MAX: usize = 1_048_575;
const OFFSET_MS: i64 = 7 * 3600 * 1000;
const DAY_MS: i64 = 24 * 3600 * 1000;
/// 1970-01-01 in the days of a spreadsheet.
const EPOCH_DAY: f64 = 25_569.0;
/// The sheet of the chart.
const CHART: &str = "Biểu đồ";
/// Most bars that a chart can label.
const CHART_BARS_MAX: usize = 12;

type Put = Result<(), rust_xlsxwriter::XlsxError>;

struct Formats {
    title: Format,
    note: Format,
    heading: Format,
    text: Format,
    unit: Format,
    number: Format,
    dong: Format,
    time: Format,
}

impl Formats {
    fn new() -> Self {
        let body = || Format::new().set_font_name("Arial").set_font_size(10);
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
            text: body(),
            unit: body().set_indent(1),
            number: body().set_num_format("#,##0"),
            dong: body().set_num_format("#,##0\\ \"đ\""),
            time: body().set_num_format("dd/mm/yyyy hh:mm"),
        }
    }
}

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
            let name = if number == 1 { "Chi tiết".to_owned() } else { format!("Chi tiết {number}") };
            sheet.set_name(name)?;
            let lines = studies.iter().map(|study| cells(study, prices, summary.month).to_vec());
            let columns = COLUMNS.map(|column| (column.heading, column.width));
            lines_sheet(sheet, &columns, lines, &formats)?;
        }
        Ok(())
    };
    write().map_err(UsageError::Workbook)?;
    workbook.save_to_writer(sink).map_err(UsageError::Workbook)?;
    Ok(studies.len() as u64)
}

/// Writes a workbook of one table.
///
/// # Errors
/// [`UsageError::Workbook`].
pub fn write_table<'a>(
    sink: impl Write + Send,
    name: &str,
    month: Month,
    columns: &[(&str, u8)],
    lines: impl Iterator<Item = Vec<Cell<'a>>>,
) -> Result<(), UsageError> {
    let mut workbook = Workbook::new();
    let write = || -> Put {
        set_properties(&mut workbook, month)?;
        let sheet = workbook.add_worksheet();
        sheet.set_name(name)?;
        lines_sheet(sheet, columns, lines, &Formats::new())
    };
    write().map_err(UsageError::Workbook)?;
    workbook.save_to_writer(sink).map_err(UsageError::Workbook)
}

/// The same month gives the same bytes: the file says the day after the month as its date.
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
        sheet.write_string_with_format(row, 0, label, &formats.text)?;
        write_integer(sheet, row, 1, value, &formats.number)?;
        sheet.write_string_with_format(row, 2, unit, &formats.unit)?;
    }
    sheet.set_paper_size(9).set_print_fit_to_pages(1, 0);
    Ok(())
}

fn figure_lines(total: &Figures) -> [(&'static str, i64, &'static str); 20] {
    [
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
        ("Tiền phim tiết kiệm", total.film_saved_vnd, "đồng"),
        ("Phiếu có mã QR", total.slips, "phiếu"),
        ("Phần SMS đã gửi", total.sms_parts, "phần"),
        ("Email đã gửi", total.emails, "email"),
        ("Tin nhà mạng báo không tới", total.messages_failed, "tin"),
        ("Chi phí tin nhắn", total.message_cost_vnd, "đồng"),
        ("Lượt tải ảnh gốc", total.downloads, "lượt"),
        ("Lần chia sẻ", total.shares, "lần"),
        ("Dung lượng ảnh gốc lưu thêm", total.original_bytes, "byte"),
        ("Dung lượng ảnh xem lưu thêm", total.derived_bytes, "byte"),
    ]
}

fn groups_sheet(sheet: &mut Worksheet, summary: &Summary, formats: &Formats) -> Put {
    sheet.set_name("Theo khoa")?;
    let headings = [
        ("Khoa chỉ định", 16),
        ("Phương thức chụp", 13),
        ("Đối tượng chi trả", 16),
        ("Ca đã trả", 10),
        ("Ca người bệnh đã mở", 12),
        ("Phim không phải in", 12),
        ("Phim đã in", 10),
        ("Tiền phim tiết kiệm", 18),
        ("Phần SMS", 10),
        ("Email", 10),
        ("Chi phí tin nhắn", 16),
    ];
    let lines = summary.groups.iter().map(|group| {
        let f = &group.figures;
        vec![
            Cell::Text(&group.department),
            Cell::Text(&group.modality),
            Cell::Text(payer_vi(group.payer)),
            Cell::Number(Some(f.studies_released)),
            Cell::Number(Some(f.released_and_opened)),
            Cell::Number(Some(f.films_avoided)),
            Cell::Number(Some(f.films_printed)),
            Cell::Dong(Some(f.film_saved_vnd)),
            Cell::Number(Some(f.sms_parts)),
            Cell::Number(Some(f.emails)),
            Cell::Dong(Some(f.message_cost_vnd)),
        ]
    });
    lines_sheet(sheet, &headings, lines, formats)
}

/// Money saved by department: those that saved most.
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
    sheet.set_name(CHART)?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 1);
    let headings = [("Khoa chỉ định", 16), ("Tiền phim tiết kiệm", 18)];
    let name = |department: &'_ str| {
        if department.is_empty() { "(không ghi)".to_owned() } else { department.to_owned() }
    };
    let names: Vec<String> = saved.iter().map(|(department, _)| name(department)).collect();
    let lines =
        names.iter().zip(&saved).map(|(name, (_, sum))| vec![Cell::Text(name), Cell::Dong(Some(*sum))]);
    lines_sheet(sheet, &headings, lines, formats)?;
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

fn lines_sheet<'a>(
    sheet: &mut Worksheet,
    columns: &[(&str, u8)],
    lines: impl Iterator<Item = Vec<Cell<'a>>>,
    formats: &Formats,
) -> Put {
    // Everything that stands above the lines is written first: a sheet of constant memory does not go back.
    sheet.set_row_height(0, 44)?;
    for (column, (heading, width)) in (0..).zip(columns) {
        sheet.set_column_width(column, f64::from(*width))?;
        sheet.write_string_with_format(0, column, *heading, &formats.heading)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    let mut row = 0;
    for line in lines {
        row += 1;
        for (column, cell) in (0..).zip(line) {
            match cell {
                // A count of none is left blank: most are, and what is there stands out.
                Cell::Text("") | Cell::Number(None | Some(0)) | Cell::Dong(None) | Cell::Time(None) => {}
                Cell::Text(text) => {
                    sheet.write_string_with_format(row, column, text, &formats.text)?;
                }
                Cell::Number(Some(number)) => write_integer(sheet, row, column, number, &formats.number)?,
                Cell::Dong(Some(dong)) => write_integer(sheet, row, column, dong, &formats.dong)?,
                Cell::Time(Some(at_ms)) => {
                    sheet.write_number_with_format(row, column, serial_day(at_ms), &formats.time)?;
                }
            }
        }
    }
    let last = u16::try_from(columns.len()).unwrap_or(u16::MAX).saturating_sub(1);
    sheet.autofilter(0, 0, row.max(1), last)?;
    Ok(())
}

/// A spreadsheet knows doubles only: exact up to 2^53.
#[allow(clippy::cast_precision_loss, reason = "spreadsheets hold doubles; sums of dong stay below 2^53")]
fn write_integer(sheet: &mut Worksheet, row: u32, column: u16, number: i64, format: &Format) -> Put {
    sheet.write_number_with_format(row, column, number as f64, format).map(|_| ())
}

/// The days of a spreadsheet, in the hospital's time.
#[allow(clippy::cast_precision_loss, reason = "milliseconds of this century are far below 2^53")]
fn serial_day(at_ms: i64) -> f64 {
    EPOCH_DAY + (at_ms + OFFSET_MS) as f64 / DAY_MS as f64
}
