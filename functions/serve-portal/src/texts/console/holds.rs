//! Why a study is held, and what to do. A reason without words in both languages does not compile; a reason known only
//! to a newer version is shown by its code.

use filmless_domain::{HoldReason, Language, StoredCode};

use super::codes::pick;

/// Why a study is held, in short.
pub(crate) fn hold_reason(language: Language, reason: &StoredCode<HoldReason>) -> &str {
    match reason {
        StoredCode::Known(reason) => short(language, *reason),
        StoredCode::Unknown(code) => code,
    }
}

/// What to do about it.
pub(crate) fn detail_of_hold(language: Language, reason: &StoredCode<HoldReason>) -> &'static str {
    reason.known().map_or_else(|| see_below(language), |reason| detail(language, reason))
}

const fn short(language: Language, reason: HoldReason) -> &'static str {
    match reason {
        HoldReason::NoOrder => pick(language, "Chưa có phiếu chỉ định", "No order"),
        HoldReason::AmbiguousOrder => pick(language, "Nhiều phiếu chỉ định", "Several orders"),
        HoldReason::PatientMismatch => pick(language, "Người bệnh không khớp", "Patient differs"),
        HoldReason::CharacterSetMismatch => {
            pick(language, "Họ tên sai bảng mã", "Name in a wrong character set")
        }
        HoldReason::TwoPatients => pick(language, "Ảnh của hai người bệnh", "Images of two patients"),
        HoldReason::AccountMismatch => pick(language, "Mã thuộc người khác", "Code is somebody else's"),
        HoldReason::AccessionsDiffer => {
            pick(language, "Số chỉ định của nhiều người", "Orders of several patients")
        }
        HoldReason::OrderCancelled => pick(language, "Phiếu đã hủy", "Order cancelled"),
        HoldReason::IncompleteStudy => pick(language, "Chưa đủ ảnh", "Images are missing"),
        HoldReason::ResultNotSigned => pick(language, "Kết quả chưa ký", "Result not signed"),
        HoldReason::HeldByStaff => pick(language, "Nhân viên giữ lại", "Held by staff"),
    }
}

const fn detail(language: Language, reason: HoldReason) -> &'static str {
    match reason {
        HoldReason::NoOrder => pick(
            language,
            "Có số chỉ định ghi trong ảnh chưa có phiếu, hoặc chưa có phiếu nào của mã này. Gửi phiếu lên, hoặc trả theo một phiếu.",
            "An accession number in the images has no order yet, or the patient code has none. Upload the order, or release under one.",
        ),
        HoldReason::AmbiguousOrder => pick(
            language,
            "Người bệnh có nhiều phiếu và ảnh không nói rõ phiếu nào. Chọn số chỉ định khi trả.",
            "The patient has several orders and the images do not say which. Name one when you release.",
        ),
        HoldReason::PatientMismatch => pick(
            language,
            "Mã, họ tên, ngày sinh hoặc giới tính trong ảnh khác với phiếu. Đối chiếu kỹ trước khi trả.",
            "Code, name, birth date or sex in the images differ from the order. Compare before you release.",
        ),
        HoldReason::CharacterSetMismatch => pick(
            language,
            "Họ tên trong ảnh ghi bằng bảng mã khác với bảng mã đã khai (ví dụ GBK khai là Latin 1). Sửa ở máy chụp, hoặc đối chiếu với phiếu.",
            "The name in the images is not in the character set that they state (GBK stated as Latin 1, say). Correct the modality, or compare with the order.",
        ),
        HoldReason::AccountMismatch => pick(
            language,
            "Mã người bệnh trên phiếu đã thuộc về một người khác. Sửa mã, hoặc xác nhận là cùng một người.",
            "The patient code of the order is somebody else's already. Correct it, or confirm that they are one person.",
        ),
        HoldReason::AccessionsDiffer => pick(
            language,
            "Các số chỉ định ghi trong ảnh là của những người khác nhau. Không trả trước khi rõ.",
            "The accession numbers in the images are different patients'. Do not release before that is clear.",
        ),
        HoldReason::OrderCancelled => pick(language, "Phiếu chỉ định đã bị hủy.", "The order was cancelled."),
        HoldReason::TwoPatients => pick(
            language,
            "Ảnh của hai người mang cùng một UID; ảnh của người thứ hai nằm riêng. Không trả trước khi rõ.",
            "Images of two people bear one UID; those of the second are set aside. Do not release before that is clear.",
        ),
        HoldReason::IncompleteStudy => pick(
            language,
            "Số ảnh nhận được ít hơn số ghi trên phiếu.",
            "Fewer images have arrived than the order says.",
        ),
        HoldReason::ResultNotSigned => pick(
            language,
            "Bệnh viện trả ảnh cùng kết quả đã ký; kết quả chưa được ký.",
            "The hospital releases images with a signed result; it is not signed yet.",
        ),
        HoldReason::HeldByStaff => see_below(language),
    }
}

const fn see_below(language: Language) -> &'static str {
    pick(language, "Xem lý do trong quá trình bên dưới.", "The reason is among the lines below.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_of_a_newer_version_is_shown_by_its_code() {
        for language in [Language::Vi, Language::En] {
            assert_eq!(hold_reason(language, &StoredCode::read("moon-is-full")), "moon-is-full");
            assert_ne!(hold_reason(language, &StoredCode::read("no-order")), "no-order");
        }
    }
}
