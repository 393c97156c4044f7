//! Why an upload was refused, and what to do, by its code (docs/ERRORS.md).

use filmless_domain::Language;

/// Code, Vietnamese, English.
const REASONS: [(&str, &str, &str); 30] = [
    ("empty", "Tệp rỗng, xin gửi lại.", "The file is empty: upload it again."),
    ("not-dicom", "Không phải ảnh DICOM hoặc tệp ZIP.", "Neither DICOM nor ZIP."),
    ("truncated", "Tệp bị cắt cụt khi gửi, xin gửi lại.", "The file was cut off: upload it again."),
    (
        "malformed",
        "Tệp bị hỏng, xin xuất lại từ máy chụp hoặc PACS.",
        "The file is damaged: export it again.",
    ),
    (
        "unknown-transfer-syntax",
        "Tệp không ghi cách mã hóa ảnh, xin xuất lại.",
        "The file does not say how it is encoded: export it again.",
    ),
    (
        "corrupt-deflate",
        "Phần nén của tệp bị hỏng, xin xuất lại.",
        "Its deflated part is damaged: export it again.",
    ),
    (
        "deflate-too-large",
        "Phần nén của tệp giải ra quá lớn, xin xuất lại không nén.",
        "Its deflated part unpacks to too much: export it without deflate.",
    ),
    ("object-too-large", "Tệp quá lớn, xin chia nhỏ.", "The file is too large: split it."),
    (
        "too-deep",
        "Dữ liệu trong tệp lồng nhau quá sâu, xin xuất lại.",
        "Its sequences are nested too deeply: export it again.",
    ),
    (
        "too-many-elements",
        "Tệp có quá nhiều trường dữ liệu, xin xuất lại.",
        "It has too many data elements: export it again.",
    ),
    (
        "value-too-long",
        "Một trường dữ liệu quá dài, xin xuất lại.",
        "One of its values is too long: export it again.",
    ),
    ("header-too-long", "Phần đầu tệp quá dài, xin xuất lại.", "Its header is too long: export it again."),
    ("bad-uid", "Mã UID không hợp lệ, xin xuất lại.", "A UID is not valid: export it again."),
    (
        "missing-study-instance-uid",
        "Thiếu mã lần chụp (Study Instance UID), xin xuất lại.",
        "It has no Study Instance UID: export it again.",
    ),
    (
        "missing-series-instance-uid",
        "Thiếu mã loạt ảnh (Series Instance UID), xin xuất lại.",
        "It has no Series Instance UID: export it again.",
    ),
    (
        "missing-sop-instance-uid",
        "Thiếu mã ảnh (SOP Instance UID), xin xuất lại.",
        "It has no SOP Instance UID: export it again.",
    ),
    (
        "duplicate-instance-uid",
        "Ảnh trùng mã (SOP Instance UID) với ảnh của một loạt khác trong lần chụp: xin xuất lại với mã riêng.",
        "It has the SOP Instance UID of an image in another series of the study: export it again with a UID of its own.",
    ),
    (
        "two-patients",
        "Lần chụp này đã có ảnh của người bệnh khác. Xin kiểm tra ảnh là của ai.",
        "The study belongs to another patient: find out whose the images are.",
    ),
    (
        "bad-zip",
        "Tệp ZIP bị hỏng hoặc bị cắt cụt, xin gửi lại.",
        "The ZIP is damaged or cut off: upload it again.",
    ),
    (
        "nested-zip",
        "Trong tệp ZIP có tệp ZIP khác, xin gửi riêng tệp bên trong.",
        "A ZIP within a ZIP: upload the inner one by itself.",
    ),
    (
        "zip-too-many-entries",
        "Tệp ZIP có quá nhiều tệp, xin chia nhỏ.",
        "The ZIP has too many entries: split it.",
    ),
    ("zip-too-large", "Tệp ZIP giải ra quá lớn, xin chia nhỏ.", "The ZIP unpacks to too much: split it."),
    ("zip-without-images", "Tệp ZIP không có ảnh nào.", "There is no image in the ZIP."),
    (
        "not-storable",
        "Nội dung quá dài để lưu, xin gửi ảnh mà không kèm phần này.",
        "It says more than can be kept: upload the images without it.",
    ),
    (
        "order-not-json",
        "Phiếu không đúng dạng JSON, xin sửa ở chỗ được nêu.",
        "The order is not JSON: correct it at the place named.",
    ),
    (
        "order-missing-field",
        "Phiếu thiếu trường bắt buộc, xin bổ sung trường được nêu.",
        "The order lacks a required field: add the one named.",
    ),
    (
        "order-bad-field",
        "Phiếu có trường sai kiểu, sai giá trị hoặc bị lặp, xin sửa các trường được nêu.",
        "Fields of the order have a wrong type or value, or occur twice: correct those named.",
    ),
    ("order-too-deep", "Phiếu lồng nhau quá sâu.", "The order is nested too deeply."),
    ("order-too-large", "Phiếu quá lớn (hơn 1 MiB).", "The order is too large (more than 1 MiB)."),
    (
        "companions-passed-over",
        "Đã nhận ảnh; các tệp khác trong ZIP được bỏ qua.",
        "The images were taken; other files of the ZIP were left out.",
    ),
];

/// In words; nothing for a code that is not known here.
pub(crate) fn refusal(language: Language, code: &str) -> &'static str {
    let found = REASONS.iter().find(|(known, ..)| *known == code);
    found.map_or("", |(_, vi, en)| match language {
        Language::Vi => vi,
        Language::En => en,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the tables of refusals in docs/ERRORS.md.
    #[test]
    fn every_documented_refusal_is_said_in_both_languages() {
        let documented = include_str!("../../../../../docs/ERRORS.md");
        let from = documented.find("`….reason.json`").unwrap();
        let to = documented.find("## Why a study is held").unwrap();
        let codes =
            documented[from..to].lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let mut count = 0;
        for code in codes {
            count += 1;
            for language in [Language::Vi, Language::En] {
                assert!(!refusal(language, code).is_empty(), "{code}");
            }
        }
        assert_eq!(count, REASONS.len());
    }
}
