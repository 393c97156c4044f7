//! The words around an encapsulated document: what its header says, and why it is not shown.

use serde::Serialize;

/// The words around an encapsulated document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentTexts {
    /// The patient of a CDA document.
    pub cda_patient: &'static str,
    /// The patient's number.
    pub cda_id: &'static str,
    /// The patient's birth date.
    pub cda_birth_date: &'static str,
    /// When it was made.
    pub cda_date: &'static str,
    /// Who wrote it.
    pub cda_author: &'static str,
    /// Who signed it.
    pub cda_signed: &'static str,
    /// It holds nothing to read.
    pub cda_no_text: &'static str,
    /// Its content is of a kind that is not shown.
    pub cda_not_shown: &'static str,
    /// The file is broken.
    pub document_damaged: &'static str,
    /// The file asks for a password.
    pub document_locked: &'static str,
    /// No device plays this film, or this one does not.
    pub video_failed: &'static str,
    /// A file of unknown kind.
    pub unknown_kind: &'static str,
}

pub(super) const VI: DocumentTexts = DocumentTexts {
    cda_patient: "Người bệnh",
    cda_id: "Mã người bệnh",
    cda_birth_date: "Ngày sinh",
    cda_date: "Ngày lập",
    cda_author: "Người lập",
    cda_signed: "Người ký",
    cda_no_text: "Tài liệu này không có phần chữ để xem.",
    cda_not_shown: "Nội dung của tài liệu này không xem được ở đây. Ông/Bà có thể tải về máy.",
    document_damaged: "Tệp tài liệu này bị hỏng, không phải do máy của Ông/Bà. Xin báo cho bệnh viện.",
    document_locked: "Tài liệu này được khóa bằng mật khẩu nên không xem được ở đây. Xin hỏi bệnh viện.",
    video_failed: "Đoạn phim này bị hỏng hoặc máy của Ông/Bà không phát được. Ông/Bà có thể tải về máy hoặc hỏi bệnh viện.",
    unknown_kind: "tệp không rõ loại",
};

pub(super) const EN: DocumentTexts = DocumentTexts {
    cda_patient: "Patient",
    cda_id: "Patient ID",
    cda_birth_date: "Date of birth",
    cda_date: "Date of the document",
    cda_author: "Author",
    cda_signed: "Signed by",
    cda_no_text: "This document has no text to show.",
    cda_not_shown: "What is in this document cannot be shown here. You can download it.",
    document_damaged: "The file of this document is damaged; it is not your device. Please tell the hospital.",
    document_locked: "This document is locked with a password, so it cannot be shown here. Please ask the hospital.",
    video_failed: "This video is damaged, or your device cannot play it. You can download it, or ask the hospital.",
    unknown_kind: "a file of unknown kind",
};
