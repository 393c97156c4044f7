//! The words of "open this in a browser", for browsers within other apps, which cannot save files.

/// The words of one language.
pub struct InAppTexts {
    /// What to do, in one line.
    pub title: &'static str,
    /// Why, and how.
    pub how: &'static str,
    /// The other way, before the button that copies the link.
    pub or_copy: &'static str,
    /// The link was copied.
    pub copied: &'static str,
    /// The link could not be copied; it is selected now.
    pub by_hand: &'static str,
}

pub(super) const VI: InAppTexts = InAppTexts {
    title: "Để tải tệp về máy, xin mở trang này bằng trình duyệt",
    how: "Trang đang mở bên trong một ứng dụng khác như Zalo hoặc Facebook. Ông/Bà vẫn xem ảnh được, nhưng ở đây không \
          lưu được tệp (ZIP, PDF). Xin chạm dấu ⋯ hoặc ⋮ ở góc màn hình rồi chọn “Mở bằng trình duyệt” (có nơi ghi “Mở \
          trong trình duyệt bên ngoài”, “Mở bằng Chrome” hoặc “Mở bằng Safari”).",
    or_copy: "Hoặc chép đường dẫn rồi dán vào ô địa chỉ của Chrome hay Safari. Ở đó Ông/Bà xác nhận lại như lần đầu.",
    copied: "Đã chép. Xin mở Chrome hay Safari rồi dán vào ô địa chỉ.",
    by_hand: "Chưa chép được. Xin nhấn giữ đường dẫn này rồi chọn “Sao chép”:",
};

pub(super) const EN: InAppTexts = InAppTexts {
    title: "To save files, please open this page in a browser",
    how: "The page is open within another app, such as Zalo or Facebook. You can see the images, but files (ZIP, PDF) \
          cannot be saved here. Please tap ⋯ or ⋮ in a corner of the screen and choose “Open in browser” (it may also be \
          called “Open in external browser”, “Open in Chrome” or “Open in Safari”).",
    or_copy: "Or copy the link and paste it where addresses go in Chrome or Safari. There you confirm once more who you are.",
    copied: "Copied. Please open Chrome or Safari and paste it where addresses go.",
    by_hand: "It could not be copied. Please hold this link, then choose “Copy”:",
};
