//! The words of the viewer's script. They travel in the page as JSON, under the names in `web/src/words.ts`. The viewer
//! fills in the placeholders in braces.

use serde::Serialize;

use super::cda::DocumentTexts;
use super::report::{self, MomentTexts, ReportTexts, ReportWordTexts};

/// Units that are words, under the names the index of a pack uses.
#[derive(Serialize)]
pub struct UnitTexts {
    /// Counts of a detector.
    pub counts: &'static str,
    /// Counts per second.
    #[serde(rename = "counts/s")]
    pub counts_per_second: &'static str,
    /// Proportional to counts.
    #[serde(rename = "relative counts")]
    pub relative_counts: &'static str,
    /// Proportional to counts per second.
    #[serde(rename = "relative counts/s")]
    pub relative_counts_per_second: &'static str,
    /// Standard deviations.
    #[serde(rename = "SD")]
    pub deviations: &'static str,
}

/// The words of the viewer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ViewerTexts {
    /// Which image is shown; `{n}` of `{total}`.
    pub counter: &'static str,
    /// What a quick preview is good for.
    pub quick_preview: &'static str,
    /// The picture is bit-exact.
    pub full_quality: &'static str,
    /// The picture is bit-exact, but arrived with lossy compression.
    pub full_quality_of_lossy: &'static str,
    /// A doctor marked the image.
    pub key_image: &'static str,
    /// Label of the slider.
    pub slider: &'static str,
    /// Button.
    pub previous: &'static str,
    /// Button.
    pub next: &'static str,
    /// Button that starts the film.
    pub play: &'static str,
    /// Button that stops it.
    pub pause: &'static str,
    /// Button.
    pub zoom_in: &'static str,
    /// Button.
    pub zoom_out: &'static str,
    /// Button that fills the screen.
    pub large: &'static str,
    /// Button that goes back.
    pub small: &'static str,
    /// Button.
    pub close: &'static str,
    /// While bytes are on their way.
    pub loading: &'static str,
    /// There is no network.
    pub offline: &'static str,
    /// The session has ended.
    pub signed_out: &'static str,
    /// Nothing can be shown.
    pub failed: &'static str,
    /// A picture the browser could not decode.
    pub broken_picture: &'static str,
    /// Button that opens the tools.
    pub tools: &'static str,
    /// Heading: what a finger or the mouse does.
    pub touch_tool: &'static str,
    /// Tool: go through the images.
    pub browse: &'static str,
    /// Tool: brightness and contrast.
    pub window_tool: &'static str,
    /// Tool: move the picture.
    pub move_tool: &'static str,
    /// Button: remove measurements.
    pub clear: &'static str,
    /// Button: take the last step back.
    pub undo: &'static str,
    /// How to use a tool.
    pub keys_hint: &'static str,
    /// Measuring waits for full quality.
    pub only_preview: &'static str,
    /// Heading: brightness, colours.
    pub look: &'static str,
    /// List of windows.
    pub preset: &'static str,
    /// Window of the file.
    pub preset_default: &'static str,
    /// Window of all values.
    pub preset_range: &'static str,
    /// Window.
    pub preset_lung: &'static str,
    /// Window.
    pub preset_bone: &'static str,
    /// Window.
    pub preset_brain: &'static str,
    /// Window.
    pub preset_abdomen: &'static str,
    /// Window.
    pub preset_mediastinum: &'static str,
    /// Window.
    pub preset_vessels: &'static str,
    /// A window; `{c}` its centre, `{w}` its width.
    pub window_values: &'static str,
    /// Button.
    pub invert: &'static str,
    /// List of colour maps.
    pub colours: &'static str,
    /// Colour map.
    pub grey: &'static str,
    /// Colour map.
    pub grey_inverted: &'static str,
    /// Colour map.
    pub hot_iron: &'static str,
    /// Button: drawings over the image.
    pub overlays: &'static str,
    /// Button: subtract the mask.
    pub mask: &'static str,
    /// Heading: rotation, flip and zoom.
    pub position: &'static str,
    /// Button.
    pub rotate: &'static str,
    /// Button.
    pub flip: &'static str,
    /// Button.
    pub fit: &'static str,
    /// Button: one pixel of the image on one of the screen.
    pub actual_size: &'static str,
    /// Button: back to the start.
    pub reset: &'static str,
    /// Heading: films.
    pub film: &'static str,
    /// List.
    pub speed: &'static str,
    /// Button: again and again.
    pub repeat: &'static str,
    /// Heading: small pictures.
    pub images: &'static str,
    /// A small picture; `{n}` its number.
    pub show_image: &'static str,
    /// Button.
    pub next_key: &'static str,
    /// Heading.
    pub measurements: &'static str,
    /// Units that are words.
    pub units: UnitTexts,
    /// Outside the image, or not measured.
    pub no_value: &'static str,
    /// After a length in pixels.
    pub uncalibrated: &'static str,
    /// After a length measured at the detector, not in the patient.
    pub at_detector: &'static str,
    /// After a length in the object, from the geometry of the exposure.
    pub by_geometry: &'static str,
    /// After a length calibrated with an object of known size in the image.
    pub by_fiducial: &'static str,
    /// Beside a length measured on a scanned film.
    pub on_film: &'static str,
    /// `{value}` in millimetres.
    pub slice_position: &'static str,
    /// Heading.
    pub documents: &'static str,
    /// Button; `{title}`.
    pub open_document: &'static str,
    /// What the doctor reports.
    pub report: &'static str,
    /// What a report says about itself.
    pub report_status: ReportTexts,
    /// Words in a report that are ours, not its author's.
    pub report_words: ReportWordTexts,
    /// How a report's dates and times are written.
    pub moment: MomentTexts,
    /// What a machine records of the radiation dose.
    pub dose: &'static str,
    /// The images a doctor marked.
    pub selection: &'static str,
    /// A marked image; `{n}` its number among them, `{series}` its series.
    pub selected_image: &'static str,
    /// `{n}` marked images that are elsewhere.
    pub selected_elsewhere: &'static str,
    /// What a machine records: measurements.
    pub record: &'static str,
    /// A document without title.
    pub pdf: &'static str,
    /// A document without title.
    pub text: &'static str,
    /// A document without title.
    pub video: &'static str,
    /// Link.
    pub download: &'static str,
    /// A page; `{n}` of `{total}`.
    pub page: &'static str,
    /// It cannot be shown here.
    pub document_failed: &'static str,
    /// Around an encapsulated document.
    #[serde(flatten)]
    pub encapsulated: DocumentTexts,
    /// Kept but not shown: `{names}`.
    pub kept: &'static str,
    /// `{n}` instances without an image.
    pub without_picture: &'static str,
    /// `{n}` files whose pixels end too early.
    pub cut_pictures: &'static str,
    /// `{n}` files whose overlays end too early.
    pub cut_overlays: &'static str,
    /// `{n}` images that were announced but are missing.
    pub fewer_images: &'static str,
    /// `{n}` images more than announced.
    pub more_images: &'static str,
    /// The images that are followed by a gap in the stack: `{places}`.
    pub gaps: &'static str,
    /// The next image is `{mm}` away, instead of the usual `{usual}`.
    pub gap_after: &'static str,
    /// The same for the image before.
    pub gap_before: &'static str,
    /// Button.
    pub compare: &'static str,
    /// List of studies.
    pub compare_with: &'static str,
    /// List of series.
    pub compare_series: &'static str,
    /// Button.
    pub compare_close: &'static str,
    /// This study, in the list of studies.
    pub this_study: &'static str,
    /// Over the study that is open.
    pub present_study: &'static str,
    /// Over an earlier study beside it.
    pub earlier_study: &'static str,
    /// Over a later study beside it.
    pub later_study: &'static str,
    /// Over a study of the same day beside it.
    pub same_day_study: &'static str,
    /// Over a study that may be earlier or later, because one of the two has no date.
    pub other_study: &'static str,
    /// In place of a missing date.
    pub no_date: &'static str,
    /// Check box.
    pub link_scroll: &'static str,
    /// Check box.
    pub link_view: &'static str,
    /// Both scroll by position.
    pub linked_by_position: &'static str,
    /// Both scroll by number.
    pub linked_by_number: &'static str,
    /// Name of the second stage.
    pub other_stage: &'static str,
    /// Over a picture that was flipped by hand.
    pub is_mirrored: &'static str,
    /// Over a picture that was turned by hand; `{n}` degrees.
    pub is_turned: &'static str,
    /// Laterality `R`.
    pub right_side: &'static str,
    /// Laterality `L`.
    pub left_side: &'static str,
    /// Laterality `B`.
    pub both_sides: &'static str,
}

pub(super) const VI: ViewerTexts = ViewerTexts {
    counter: "Ảnh {n} / {total}",
    quick_preview: "Hình xem nhanh, không dùng để chẩn đoán",
    full_quality: "Chất lượng đầy đủ",
    full_quality_of_lossy: "Chất lượng đầy đủ của ảnh đã nén, mất một phần chi tiết",
    key_image: "Ảnh được bác sĩ đánh dấu",
    slider: "Chọn ảnh",
    previous: "Ảnh trước",
    next: "Ảnh sau",
    play: "Phát",
    pause: "Dừng",
    zoom_in: "Phóng to",
    zoom_out: "Thu nhỏ",
    large: "Xem lớn",
    small: "Đóng",
    close: "Đóng",
    loading: "Đang tải…",
    offline: "Mất kết nối mạng. Đang thử lại…",
    signed_out: "Phiên xem đã hết. Xin đăng nhập lại.",
    failed: "Chưa tải được hình ảnh này.",
    broken_picture: "Ảnh này không hiện được trên máy của Ông/Bà. Bản gốc vẫn được bệnh viện lưu giữ.",
    tools: "Công cụ",
    touch_tool: "Thao tác trên ảnh",
    browse: "Lướt ảnh",
    window_tool: "Sáng/tương phản",
    move_tool: "Di chuyển",
    clear: "Xóa",
    undo: "Hoàn tác",
    keys_hint: "Kéo trên ảnh. Bằng bàn phím: chọn ảnh bằng phím Tab, dùng phím mũi tên và Enter.",
    only_preview: "Công cụ này cần ảnh chất lượng đầy đủ. Ảnh đang được tải, hoặc chưa có cho loạt này.",
    look: "Hiển thị",
    preset: "Cửa sổ",
    preset_default: "Theo máy chụp",
    preset_range: "Toàn bộ giá trị",
    preset_lung: "Phổi",
    preset_bone: "Xương",
    preset_brain: "Não",
    preset_abdomen: "Bụng",
    preset_mediastinum: "Trung thất",
    preset_vessels: "Mạch máu",
    window_values: "WL {c} · WW {w}",
    invert: "Đảo màu",
    colours: "Bảng màu",
    grey: "Xám",
    grey_inverted: "Xám đảo",
    hot_iron: "Hot Iron",
    overlays: "Lớp phủ",
    mask: "Xóa nền (DSA)",
    position: "Vị trí ảnh",
    rotate: "Xoay 90°",
    flip: "Lật ngang",
    fit: "Vừa khung",
    actual_size: "Cỡ 1:1",
    reset: "Đặt lại",
    film: "Phim",
    speed: "Tốc độ",
    repeat: "Lặp lại",
    images: "Ảnh thu nhỏ",
    show_image: "Đến ảnh {n}",
    next_key: "Ảnh được đánh dấu",
    measurements: "Kết quả đo",
    units: UnitTexts {
        counts: "số đếm",
        counts_per_second: "số đếm/giây",
        relative_counts: "số đếm tương đối",
        relative_counts_per_second: "số đếm tương đối/giây",
        deviations: "ĐLC",
    },
    no_value: "không có giá trị",
    uncalibrated: "chưa hiệu chuẩn",
    at_detector: "tại đầu thu",
    by_geometry: "ước tính theo hình học khi chụp",
    by_fiducial: "hiệu chuẩn theo vật mẫu",
    on_film: "trên phim được quét",
    slice_position: "Vị trí lát cắt {value} mm",
    documents: "Tài liệu",
    open_document: "Xem: {title}",
    report: "Bản kết quả",
    report_status: report::STATUS_VI,
    report_words: report::WORDS_VI,
    moment: report::MOMENT_VI,
    dose: "Báo cáo liều tia",
    selection: "Ảnh được bác sĩ đánh dấu",
    selected_image: "Ảnh {n}: {series}",
    selected_elsewhere: "{n} ảnh được đánh dấu không xem được trong lần chụp này.",
    record: "Số liệu của máy chụp",
    pdf: "Tài liệu PDF",
    text: "Văn bản",
    video: "Đoạn phim",
    download: "Tải về máy",
    page: "Trang {n} / {total}",
    document_failed: "Tài liệu này không hiện được trên máy của Ông/Bà.",
    encapsulated: super::cda::VI,
    kept: "Được bệnh viện lưu giữ, không hiển thị ở đây: {names}.",
    without_picture: "{n} ảnh không xem được ở đây. Bản gốc vẫn được bệnh viện lưu giữ.",
    cut_pictures: "{n} tệp ảnh bị thiếu phần cuối; chỗ thiếu có màu đen.",
    cut_overlays: "{n} tệp ảnh bị thiếu một phần nét vẽ trên ảnh.",
    fewer_images: "Thiếu {n} ảnh so với số ảnh ghi trong tệp.",
    more_images: "Có thêm {n} ảnh so với số ảnh ghi trong tệp; tất cả đều được hiển thị.",
    gaps: "Khoảng cách giữa các lát cắt lớn hơn bình thường sau ảnh {places}: có thể thiếu ảnh.",
    gap_after: "Ảnh sau cách {mm} mm (bình thường {usual} mm), có thể thiếu ảnh",
    gap_before: "Ảnh trước cách {mm} mm (bình thường {usual} mm), có thể thiếu ảnh",
    compare: "So sánh",
    compare_with: "So sánh với lần chụp",
    compare_series: "Loạt ảnh",
    compare_close: "Đóng so sánh",
    this_study: "Lần chụp này",
    present_study: "Lần này",
    earlier_study: "Lần trước",
    later_study: "Lần sau",
    same_day_study: "Lần khác cùng ngày",
    other_study: "Lần khác",
    no_date: "Không rõ ngày chụp",
    link_scroll: "Cuộn cùng nhau",
    link_view: "Sáng/tương phản và phóng to cùng nhau",
    linked_by_position: "Hai bên cuộn theo vị trí trong cơ thể.",
    linked_by_number: "Hai bên cuộn theo số thứ tự ảnh.",
    other_stage: "Hình ảnh so sánh",
    is_mirrored: "Đã lật ngang",
    is_turned: "Đã xoay {n}°",
    right_side: "Phải (R)",
    left_side: "Trái (L)",
    both_sides: "Hai bên",
};

pub(super) const EN: ViewerTexts = ViewerTexts {
    counter: "Image {n} / {total}",
    quick_preview: "Quick preview, not for diagnosis",
    full_quality: "Full quality",
    full_quality_of_lossy: "Full quality of an image that was compressed with a loss",
    key_image: "Marked by the doctor",
    slider: "Choose an image",
    previous: "Previous image",
    next: "Next image",
    play: "Play",
    pause: "Stop",
    zoom_in: "Zoom in",
    zoom_out: "Zoom out",
    large: "Full screen",
    small: "Close",
    close: "Close",
    loading: "Loading…",
    offline: "No network. Trying again…",
    signed_out: "Your visit has ended. Please sign in again.",
    failed: "This image could not be loaded.",
    broken_picture: "This image cannot be shown on your device. The original is kept by the hospital.",
    tools: "Tools",
    touch_tool: "Finger or mouse",
    browse: "Browse",
    window_tool: "Brightness",
    move_tool: "Move",
    clear: "Remove",
    undo: "Undo",
    keys_hint: "Drag on the image. By keyboard: move to the image with Tab, then arrow keys and Enter.",
    only_preview: "This tool needs full quality, which is still loading or not there for this series.",
    look: "Display",
    preset: "Window",
    preset_default: "As recorded",
    preset_range: "Whole range",
    preset_lung: "Lung",
    preset_bone: "Bone",
    preset_brain: "Brain",
    preset_abdomen: "Abdomen",
    preset_mediastinum: "Mediastinum",
    preset_vessels: "Vessels",
    window_values: "WL {c} · WW {w}",
    invert: "Invert",
    colours: "Colours",
    grey: "Grey",
    grey_inverted: "Inverted grey",
    hot_iron: "Hot iron",
    overlays: "Overlay",
    mask: "Subtract (DSA)",
    position: "Position",
    rotate: "Rotate 90°",
    flip: "Flip",
    fit: "Fit",
    actual_size: "1:1",
    reset: "Reset",
    film: "Film",
    speed: "Speed",
    repeat: "Repeat",
    images: "Small pictures",
    show_image: "Go to image {n}",
    next_key: "Marked image",
    measurements: "Measurements",
    units: UnitTexts {
        counts: "counts",
        counts_per_second: "counts/s",
        relative_counts: "relative counts",
        relative_counts_per_second: "relative counts/s",
        deviations: "SD",
    },
    no_value: "no value",
    uncalibrated: "not calibrated",
    at_detector: "at the detector",
    by_geometry: "estimated from the geometry of the exposure",
    by_fiducial: "calibrated by an object of known size",
    on_film: "on the scanned film",
    slice_position: "Slice position {value} mm",
    documents: "Documents",
    open_document: "Show: {title}",
    report: "Report",
    report_status: report::STATUS_EN,
    report_words: report::WORDS_EN,
    moment: report::MOMENT_EN,
    dose: "Dose report",
    selection: "Images marked by the doctor",
    selected_image: "Image {n}: {series}",
    selected_elsewhere: "{n} marked image(s) cannot be seen in this study.",
    record: "Figures of the scanner",
    pdf: "PDF document",
    text: "Text",
    video: "Video",
    download: "Download",
    page: "Page {n} / {total}",
    document_failed: "This document cannot be shown on your device.",
    encapsulated: super::cda::EN,
    kept: "Kept by the hospital, not shown here: {names}.",
    without_picture: "Images that cannot be shown here: {n}. The originals are kept by the hospital.",
    cut_pictures: "Image files that end too early: {n}. What is missing is black.",
    cut_overlays: "Image files that lack a part of what is drawn over the picture: {n}.",
    fewer_images: "Images that the files announce and that are missing: {n}.",
    more_images: "Images beyond those that the files announce: {n}. All are shown.",
    gaps: "Slices lie further apart than usual after image {places}: images may be missing.",
    gap_after: "Next image {mm} mm away (usually {usual} mm): images may be missing",
    gap_before: "Image before {mm} mm away (usually {usual} mm): images may be missing",
    compare: "Compare",
    compare_with: "Compare with the study",
    compare_series: "Series",
    compare_close: "End comparison",
    this_study: "This study",
    present_study: "Present",
    earlier_study: "Earlier",
    later_study: "Later",
    same_day_study: "Same day",
    other_study: "Other study",
    no_date: "Date not known",
    link_scroll: "Scroll together",
    link_view: "Window and zoom together",
    linked_by_position: "Both follow the position in the body.",
    linked_by_number: "Both follow the number of the image.",
    other_stage: "The image compared",
    is_mirrored: "Flipped",
    is_turned: "Turned by {n}°",
    right_side: "Right (R)",
    left_side: "Left (L)",
    both_sides: "Both sides",
};
