//! The words of the reading room that the server writes. Its scripts bring the words that they alone use.

/// The words of one language.
pub struct ReadingTexts {
    /// Link to it, and its title.
    pub title: &'static str,
    /// For whom it is.
    pub hint: &'static str,
    /// Link back to the page of the study.
    pub leave: &'static str,
    /// The list of series.
    pub series: &'static str,
    /// While scripts are on their way.
    pub loading: &'static str,
    /// Without scripts there is no reading room.
    pub no_script: &'static str,
}

pub(super) const VI: ReadingTexts = ReadingTexts {
    title: "Phòng đọc ảnh",
    hint: "Dành cho bác sĩ, trên màn hình lớn",
    leave: "Về trang xem ảnh",
    series: "Các loạt ảnh",
    loading: "Đang mở phòng đọc ảnh…",
    no_script: "Trình duyệt này đang tắt JavaScript nên không mở được phòng đọc ảnh. Xin bật JavaScript rồi tải lại trang, hoặc về trang xem ảnh.",
};

pub(super) const EN: ReadingTexts = ReadingTexts {
    title: "Reading room",
    hint: "For doctors, on a wide screen",
    leave: "Back to the study page",
    series: "Series",
    loading: "Opening the reading room…",
    no_script: "JavaScript is switched off in this browser, so the reading room cannot open. Please switch it on and load the page again, or go back to the study page.",
};
