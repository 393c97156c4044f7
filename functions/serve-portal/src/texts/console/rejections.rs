//! Why an upload was refused, and what to do. A reason without words in both languages does not compile.

use filmless_domain::{Language, RejectionCode};

use super::codes::pick;

/// In words.
pub(crate) const fn rejection(language: Language, code: RejectionCode) -> &'static str {
    match code {
        RejectionCode::Empty => {
            pick(language, "Tệp rỗng, xin gửi lại.", "The file is empty: upload it again.")
        }
        RejectionCode::NotDicom => {
            pick(language, "Không phải ảnh DICOM hoặc tệp ZIP.", "Neither DICOM nor ZIP.")
        }
        RejectionCode::Truncated => {
            pick(language, "Tệp bị cắt cụt khi gửi, xin gửi lại.", "The file was cut off: upload it again.")
        }
        RejectionCode::Malformed => pick(
            language,
            "Tệp bị hỏng, xin xuất lại từ máy chụp hoặc PACS.",
            "The file is damaged: export it again.",
        ),
        RejectionCode::UnknownTransferSyntax => pick(
            language,
            "Tệp không ghi cách mã hóa ảnh, xin xuất lại.",
            "The file does not say how it is encoded: export it again.",
        ),
        RejectionCode::CorruptDeflate => pick(
            language,
            "Phần nén của tệp bị hỏng, xin xuất lại.",
            "Its deflated part is damaged: export it again.",
        ),
        RejectionCode::DeflateTooLarge => pick(
            language,
            "Phần nén của tệp giải ra quá lớn, xin xuất lại không nén.",
            "Its deflated part unpacks to too much: export it without deflate.",
        ),
        RejectionCode::ObjectTooLarge => {
            pick(language, "Tệp quá lớn, xin chia nhỏ.", "The file is too large: split it.")
        }
        RejectionCode::TooDeep => pick(
            language,
            "Dữ liệu trong tệp lồng nhau quá sâu, xin xuất lại.",
            "Its sequences are nested too deeply: export it again.",
        ),
        RejectionCode::TooManyElements => pick(
            language,
            "Tệp có quá nhiều trường dữ liệu, xin xuất lại.",
            "It has too many data elements: export it again.",
        ),
        RejectionCode::ValueTooLong => pick(
            language,
            "Một trường dữ liệu quá dài, xin xuất lại.",
            "One of its values is too long: export it again.",
        ),
        RejectionCode::HeaderTooLong => {
            pick(language, "Phần đầu tệp quá dài, xin xuất lại.", "Its header is too long: export it again.")
        }
        RejectionCode::BadUid => {
            pick(language, "Mã UID không hợp lệ, xin xuất lại.", "A UID is not valid: export it again.")
        }
        RejectionCode::MissingStudyInstanceUid => pick(
            language,
            "Thiếu mã lần chụp (Study Instance UID), xin xuất lại.",
            "It has no Study Instance UID: export it again.",
        ),
        RejectionCode::MissingSeriesInstanceUid => pick(
            language,
            "Thiếu mã loạt ảnh (Series Instance UID), xin xuất lại.",
            "It has no Series Instance UID: export it again.",
        ),
        RejectionCode::MissingSopInstanceUid => pick(
            language,
            "Thiếu mã ảnh (SOP Instance UID), xin xuất lại.",
            "It has no SOP Instance UID: export it again.",
        ),
        RejectionCode::DuplicateInstanceUid => pick(
            language,
            "Ảnh trùng mã (SOP Instance UID) với ảnh của một loạt khác trong lần chụp: xin xuất lại với mã riêng.",
            "It has the SOP Instance UID of an image in another series of the study: export it again with a UID of its own.",
        ),
        RejectionCode::TwoPatients => pick(
            language,
            "Lần chụp này đã có ảnh của người bệnh khác. Xin kiểm tra ảnh là của ai.",
            "The study belongs to another patient: find out whose the images are.",
        ),
        RejectionCode::StrayMarks => pick(
            language,
            "Đánh dấu của một lần chụp không còn ở đây, hoặc nay là của người bệnh khác.",
            "Marks of a study that is not here any more, or is another patient's by now.",
        ),
        RejectionCode::BadZip => pick(
            language,
            "Tệp ZIP bị hỏng hoặc bị cắt cụt, xin gửi lại.",
            "The ZIP is damaged or cut off: upload it again.",
        ),
        RejectionCode::NestedZip => pick(
            language,
            "Trong tệp ZIP có tệp ZIP khác, xin gửi riêng tệp bên trong.",
            "A ZIP within a ZIP: upload the inner one by itself.",
        ),
        RejectionCode::ZipTooManyEntries => pick(
            language,
            "Tệp ZIP có quá nhiều tệp, xin chia nhỏ.",
            "The ZIP has too many entries: split it.",
        ),
        RejectionCode::ZipTooLarge => {
            pick(language, "Tệp ZIP giải ra quá lớn, xin chia nhỏ.", "The ZIP unpacks to too much: split it.")
        }
        RejectionCode::ZipWithoutImages => {
            pick(language, "Tệp ZIP không có ảnh nào.", "There is no image in the ZIP.")
        }
        RejectionCode::NotStorable => pick(
            language,
            "Nội dung quá dài để lưu, xin gửi ảnh mà không kèm phần này.",
            "It says more than can be kept: upload the images without it.",
        ),
        RejectionCode::OrderNotJson => pick(
            language,
            "Phiếu không đúng dạng JSON, xin sửa ở chỗ được nêu.",
            "The order is not JSON: correct it at the place named.",
        ),
        RejectionCode::OrderMissingField => pick(
            language,
            "Phiếu thiếu trường bắt buộc, xin bổ sung trường được nêu.",
            "The order lacks a required field: add the one named.",
        ),
        RejectionCode::OrderBadField => pick(
            language,
            "Phiếu có trường sai kiểu, sai giá trị hoặc bị lặp, xin sửa các trường được nêu.",
            "Fields of the order have a wrong type or value, or occur twice: correct those named.",
        ),
        RejectionCode::OrderTooDeep => {
            pick(language, "Phiếu lồng nhau quá sâu.", "The order is nested too deeply.")
        }
        RejectionCode::OrderTooLarge => {
            pick(language, "Phiếu quá lớn (hơn 1 MiB).", "The order is too large (more than 1 MiB).")
        }
        RejectionCode::CompanionsPassedOver => pick(
            language,
            "Đã nhận ảnh; các tệp khác trong ZIP được bỏ qua.",
            "The images were taken; other files of the ZIP were left out.",
        ),
    }
}
