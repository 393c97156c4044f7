//! The viewer's own words in a structured report, in the language of the page.

use serde::Serialize;

/// What a structured report says about itself (PS3.3 C.17.2).
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ReportTexts {
    /// It is complete.
    pub complete: &'static str,
    /// Parts are still to come.
    pub partial: &'static str,
    /// Another report will follow.
    pub preliminary: &'static str,
    /// No other report will follow.
    pub r#final: &'static str,
    /// Somebody verified it.
    pub verified: &'static str,
    /// Nobody verified it.
    pub unverified: &'static str,
    /// Who verified it, and when: `{value}`.
    pub verified_by: &'static str,
    /// It was cut.
    pub too_long: &'static str,
}

/// Our own words in a report (`ReportWord` of `filmless-dicom`).
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ReportWordTexts {
    /// A flag with an unknown value.
    pub completion: &'static str,
    /// A flag with an unknown value.
    pub preliminary: &'static str,
    /// A flag with an unknown value.
    pub verification: &'static str,
    /// Name of a line.
    pub image_reference: &'static str,
    /// Name of a line.
    pub waveform_reference: &'static str,
    /// Name of a line.
    pub reference: &'static str,
    /// How many.
    pub one_images: &'static str,
    /// How many: `{n}`.
    pub images: &'static str,
    /// How many.
    pub one_waveforms: &'static str,
    /// How many: `{n}`.
    pub waveforms: &'static str,
    /// How many.
    pub one_documents: &'static str,
    /// How many: `{n}`.
    pub documents: &'static str,
    /// What is not shown.
    pub table: &'static str,
    /// What is marked.
    pub time_range: &'static str,
    /// What is marked.
    pub region: &'static str,
    /// What is marked.
    pub point: &'static str,
    /// What is marked.
    pub multipoint: &'static str,
    /// What is marked.
    pub polyline: &'static str,
    /// What is marked.
    pub polygon: &'static str,
    /// What is marked.
    pub circle: &'static str,
    /// What is marked.
    pub ellipse: &'static str,
    /// What is marked.
    pub ellipsoid: &'static str,
}

/// How a date and a time are written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MomentTexts {
    /// `{dd}`, `{mm}`, `{yyyy}`; or `{d}` and `{month}` in words.
    pub date: &'static str,
    /// The same without a day.
    pub year_month: &'static str,
    /// The names of the months, separated by blanks; empty if months are written as numbers.
    pub months: &'static str,
}

pub(super) const STATUS_VI: ReportTexts = ReportTexts {
    complete: "Báo cáo đã hoàn tất.",
    partial: "Báo cáo chưa hoàn tất.",
    preliminary: "Đây là báo cáo sơ bộ, chưa phải kết quả cuối cùng.",
    r#final: "Đây là báo cáo chính thức.",
    verified: "Báo cáo đã được bác sĩ xác nhận.",
    unverified: "Trong tệp không ghi bác sĩ nào đã xác nhận báo cáo này.",
    verified_by: "Người xác nhận: {value}",
    too_long: "Báo cáo còn dài hơn; phần sau không hiện được ở đây.",
};

pub(super) const WORDS_VI: ReportWordTexts = ReportWordTexts {
    completion: "Mức độ hoàn tất",
    preliminary: "Tình trạng sơ bộ",
    verification: "Tình trạng xác nhận",
    image_reference: "Ảnh tham chiếu",
    waveform_reference: "Dạng sóng tham chiếu",
    reference: "Tham chiếu",
    one_images: "1 ảnh",
    images: "{n} ảnh",
    one_waveforms: "1 dạng sóng",
    waveforms: "{n} dạng sóng",
    one_documents: "1 tài liệu",
    documents: "{n} tài liệu",
    table: "Bảng",
    time_range: "Khoảng thời gian",
    region: "Vùng",
    point: "Điểm",
    multipoint: "Nhiều điểm",
    polyline: "Đường gấp khúc",
    polygon: "Đa giác",
    circle: "Hình tròn",
    ellipse: "Hình elip",
    ellipsoid: "Khối elip",
};

pub(super) const STATUS_EN: ReportTexts = ReportTexts {
    complete: "This report is complete.",
    partial: "This report is not complete.",
    preliminary: "This report is preliminary, not the final result.",
    r#final: "This report is final.",
    verified: "A doctor verified this report.",
    unverified: "The file names no doctor who verified this report.",
    verified_by: "Verified by: {value}",
    too_long: "The report goes on; the rest cannot be shown here.",
};

pub(super) const WORDS_EN: ReportWordTexts = ReportWordTexts {
    completion: "Completion",
    preliminary: "Preliminary",
    verification: "Verification",
    image_reference: "Image reference",
    waveform_reference: "Waveform reference",
    reference: "Reference",
    one_images: "1 image",
    images: "{n} images",
    one_waveforms: "1 waveform",
    waveforms: "{n} waveforms",
    one_documents: "1 document",
    documents: "{n} documents",
    table: "Table",
    time_range: "Range of time",
    region: "Region",
    point: "Point",
    multipoint: "Points",
    polyline: "Line",
    polygon: "Polygon",
    circle: "Circle",
    ellipse: "Ellipse",
    ellipsoid: "Ellipsoid",
};

pub(super) const MOMENT_VI: MomentTexts =
    MomentTexts { date: "{dd}/{mm}/{yyyy}", year_month: "{mm}/{yyyy}", months: "" };

pub(super) const MOMENT_EN: MomentTexts = MomentTexts {
    date: "{d} {month} {yyyy}",
    year_month: "{month} {yyyy}",
    months: "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
};
