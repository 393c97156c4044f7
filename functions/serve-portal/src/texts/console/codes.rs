//! Codes in words: what the use cases say by a stable code is read by people here.

use filmless_domain::Language;
use filmless_domain::audit::AuditOutcome;
use filmless_domain::share::Relation;
use filmless_domain::staff::Role;

/// The word of a language.
pub(super) const fn pick(language: Language, vi: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Vi => vi,
        Language::En => en,
    }
}

/// A role.
pub(crate) const fn role(language: Language, role: Role) -> &'static str {
    match role {
        Role::Hotline => pick(language, "Tổng đài", "Hotline"),
        Role::Records => pick(language, "Hồ sơ", "Records"),
        Role::Finance => pick(language, "Tài chính", "Finance"),
        Role::Admin => pick(language, "Quản trị", "Administrator"),
    }
}

/// What the receiver of a share is to the patient.
pub(crate) const fn relation(language: Language, relation: Relation) -> &'static str {
    match relation {
        Relation::Doctor => pick(language, "Bác sĩ", "Doctor"),
        Relation::Spouse => pick(language, "Vợ hoặc chồng", "Husband or wife"),
        Relation::Child => pick(language, "Con", "Child"),
        Relation::Parent => pick(language, "Cha hoặc mẹ", "Parent"),
        Relation::Sibling => pick(language, "Anh chị em", "Brother or sister"),
        Relation::Guardian => pick(language, "Người giám hộ", "Guardian"),
        Relation::Other => pick(language, "Người khác", "Somebody else"),
    }
}

/// The state of a study.
pub(crate) fn state(language: Language, code: &str) -> &'static str {
    match code {
        "receiving" => pick(language, "đang nhận ảnh", "receiving"),
        "settled" => pick(language, "đã nhận đủ", "complete"),
        "rendered" => pick(language, "đã chuẩn bị ảnh", "prepared"),
        "held" => pick(language, "đang giữ lại", "held"),
        "released" => pick(language, "đã trả", "released"),
        "recalled" => pick(language, "đã thu hồi", "recalled"),
        _ => pick(language, "không rõ", "unknown"),
    }
}

/// Why a study is held, in short.
pub(crate) fn hold_reason(language: Language, code: &str) -> &'static str {
    match code {
        "no-order" => pick(language, "Chưa có phiếu chỉ định", "No order"),
        "ambiguous-order" => pick(language, "Nhiều phiếu chỉ định", "Several orders"),
        "patient-mismatch" => pick(language, "Người bệnh không khớp", "Patient differs"),
        "character-set-mismatch" => pick(language, "Họ tên sai bảng mã", "Name in a wrong character set"),
        "two-patients" => pick(language, "Ảnh của hai người bệnh", "Images of two patients"),
        "account-mismatch" => pick(language, "Mã thuộc người khác", "Code is somebody else's"),
        "accessions-differ" => pick(language, "Số chỉ định của nhiều người", "Orders of several patients"),
        "order-cancelled" => pick(language, "Phiếu đã hủy", "Order cancelled"),
        "incomplete-study" => pick(language, "Chưa đủ ảnh", "Images are missing"),
        "result-not-signed" => pick(language, "Kết quả chưa ký", "Result not signed"),
        "held-by-staff" => pick(language, "Nhân viên giữ lại", "Held by staff"),
        _ => pick(language, "Lý do khác", "Another reason"),
    }
}

/// What to do about it.
pub(crate) fn detail_of_hold(language: Language, code: &str) -> &'static str {
    match code {
        "no-order" => pick(
            language,
            "Có số chỉ định ghi trong ảnh chưa có phiếu, hoặc chưa có phiếu nào của mã này. Gửi phiếu lên, hoặc trả theo một phiếu.",
            "An accession number in the images has no order yet, or the patient code has none. Upload the order, or release under one.",
        ),
        "ambiguous-order" => pick(
            language,
            "Người bệnh có nhiều phiếu và ảnh không nói rõ phiếu nào. Chọn số chỉ định khi trả.",
            "The patient has several orders and the images do not say which. Name one when you release.",
        ),
        "patient-mismatch" => pick(
            language,
            "Mã, họ tên, ngày sinh hoặc giới tính trong ảnh khác với phiếu. Đối chiếu kỹ trước khi trả.",
            "Code, name, birth date or sex in the images differ from the order. Compare before you release.",
        ),
        "character-set-mismatch" => pick(
            language,
            "Họ tên trong ảnh ghi bằng bảng mã khác với bảng mã đã khai (ví dụ GBK khai là Latin 1). Sửa ở máy chụp, hoặc đối chiếu với phiếu.",
            "The name in the images is not in the character set that they state (GBK stated as Latin 1, say). Correct the modality, or compare with the order.",
        ),
        "account-mismatch" => pick(
            language,
            "Mã người bệnh trên phiếu đã thuộc về một người khác. Sửa mã, hoặc xác nhận là cùng một người.",
            "The patient code of the order is somebody else's already. Correct it, or confirm that they are one person.",
        ),
        "accessions-differ" => pick(
            language,
            "Các số chỉ định ghi trong ảnh là của những người khác nhau. Không trả trước khi rõ.",
            "The accession numbers in the images are different patients'. Do not release before that is clear.",
        ),
        "order-cancelled" => pick(language, "Phiếu chỉ định đã bị hủy.", "The order was cancelled."),
        "two-patients" => pick(
            language,
            "Ảnh của hai người mang cùng một UID; ảnh của người thứ hai nằm riêng. Không trả trước khi rõ.",
            "Images of two people bear one UID; those of the second are set aside. Do not release before that is clear.",
        ),
        "incomplete-study" => pick(
            language,
            "Số ảnh nhận được ít hơn số ghi trên phiếu.",
            "Fewer images have arrived than the order says.",
        ),
        "result-not-signed" => pick(
            language,
            "Bệnh viện trả ảnh cùng kết quả đã ký; kết quả chưa được ký.",
            "The hospital releases images with a signed result; it is not signed yet.",
        ),
        _ => pick(language, "Xem lý do trong quá trình bên dưới.", "The reason is among the lines below."),
    }
}

/// Why nobody was reached.
pub(crate) fn why_unreached(language: Language, code: &str) -> &'static str {
    match code {
        "no-contact" => pick(language, "không có số điện thoại, email", "no phone number or email"),
        "failed" => pick(language, "mọi tin đều lỗi", "every message failed"),
        "country-not-allowed" => pick(
            language,
            "không được gửi SMS đến số nước ngoài này",
            "SMS may not go to this number's country",
        ),
        _ => pick(language, "đang gửi", "still being sent"),
    }
}

/// Why a message failed: our own codes in words, anything else as the provider says it.
pub(crate) fn why_failed(language: Language, detail: &str) -> String {
    match detail {
        "country-not-allowed" => why_unreached(language, detail).to_owned(),
        detail => detail.to_owned(),
    }
}

/// A line of a delivery ledger.
pub(crate) fn line(language: Language, what: &str) -> &'static str {
    match what {
        "received" => pick(language, "Nhận ảnh đầu tiên", "First image received"),
        "last-received" => pick(language, "Nhận ảnh cuối", "Last image received"),
        "rendered" => pick(language, "Chuẩn bị xong ảnh", "Images prepared"),
        "released" => pick(language, "Trả kết quả", "Released"),
        "slip-made" => pick(language, "Lập phiếu", "Slip made"),
        "sms-pending" => pick(language, "SMS chờ gửi", "SMS waits"),
        "sms-sending" => pick(language, "SMS đang gửi", "SMS being sent"),
        "sms-sent" => pick(language, "SMS đã gửi", "SMS sent"),
        "sms-delivered" => pick(language, "SMS đã đến", "SMS arrived"),
        "sms-failed" => pick(language, "SMS không gửi được", "SMS failed"),
        "email-pending" => pick(language, "Email chờ gửi", "Email waits"),
        "email-sending" => pick(language, "Email đang gửi", "Email being sent"),
        "email-sent" => pick(language, "Email đã gửi", "Email sent"),
        "email-delivered" => pick(language, "Email đã đến", "Email arrived"),
        "email-failed" => pick(language, "Email không gửi được", "Email failed"),
        "opened" => pick(language, "Mở lần chụp", "Study opened"),
        "first-image" => pick(language, "Thấy ảnh đầu tiên", "First image seen"),
        "downloaded" => pick(language, "Tải ảnh gốc", "Originals downloaded"),
        "reissue-slip" => pick(language, "Cấp phiếu mới", "New slip issued"),
        "resend-notice" => pick(language, "Gửi lại tin báo", "Message sent again"),
        "release-study" => pick(language, "Nhân viên trả kết quả", "Released by staff"),
        "hold-study" => pick(language, "Nhân viên giữ lại", "Held by staff"),
        "recall-study" => pick(language, "Thu hồi", "Recalled"),
        _ => pick(language, "Thao tác khác", "Another act"),
    }
}

/// What became of something.
pub(crate) const fn outcome(language: Language, outcome: AuditOutcome) -> &'static str {
    match outcome {
        AuditOutcome::Success => pick(language, "được", "done"),
        AuditOutcome::Refused => pick(language, "bị từ chối", "refused"),
        AuditOutcome::Failed => pick(language, "không được", "failed"),
    }
}

/// An action of the audit log.
pub(crate) fn action(language: Language, word: &str) -> &'static str {
    match word {
        "sign-in" => pick(language, "Người bệnh đăng nhập", "Patient signed in"),
        "open-link" => pick(language, "Mở đường dẫn", "Link opened"),
        "open-share" => pick(language, "Mở chia sẻ", "Share opened"),
        "sign-out" => pick(language, "Người bệnh đăng xuất", "Patient signed out"),
        "sign-out-everywhere" => pick(language, "Đăng xuất mọi nơi", "Signed out everywhere"),
        "open-study" => pick(language, "Mở lần chụp", "Study opened"),
        "see-first-image" => pick(language, "Thấy ảnh", "Image seen"),
        "download-study" => pick(language, "Tải lần chụp", "Study downloaded"),
        "download-instance" => pick(language, "Tải một ảnh", "Image downloaded"),
        "create-share" => pick(language, "Tạo chia sẻ", "Share made"),
        "end-share" => pick(language, "Dừng chia sẻ", "Share ended"),
        "staff-sign-in" => pick(language, "Nhân viên đăng nhập", "Staff signed in"),
        "staff-sign-out" => pick(language, "Nhân viên đăng xuất", "Staff signed out"),
        "find-patient" => pick(language, "Tìm người bệnh", "Patient looked for"),
        "read-ledger" => pick(language, "Xem quá trình", "Ledger read"),
        "revoke-access" => pick(language, "Khóa quyền truy cập", "Access ended"),
        "correct-contact" => pick(language, "Sửa liên hệ", "Contact corrected"),
        "merge-patients" => pick(language, "Gộp hai mã", "Codes joined"),
        "read-log" => pick(language, "Xem nhật ký", "Log read"),
        "erase-subject" => pick(language, "Xóa theo yêu cầu", "Erased on request"),
        "end-retention" => pick(language, "Hết hạn lưu trữ", "Retention ended"),
        act => line(language, act),
    }
}

/// What the records office should look at.
pub(crate) fn review(language: Language, kind: filmless_delivery::ReviewKind) -> &'static str {
    use filmless_delivery::ReviewKind;
    match kind {
        ReviewKind::AccessionReused => pick(
            language,
            "Số chỉ định được dùng lại cho người khác",
            "Accession number used again for somebody else",
        ),
        ReviewKind::OrderOlder => pick(
            language,
            "Phiếu cũ đến sau phiếu mới, không dùng",
            "An older order came after a newer one and does not count",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use filmless_domain::HoldReason;

    #[test]
    fn every_reason_to_hold_has_words_of_its_own() {
        for reason in HoldReason::ALL {
            assert_ne!(hold_reason(Language::Vi, reason.code()), "Lý do khác", "{}", reason.code());
        }
    }
}
