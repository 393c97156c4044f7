//! Codes in words: the use cases return stable codes, people read these words.

use std::borrow::Cow;

use filmless_domain::audit::AuditOutcome;
use filmless_domain::share::Relation;
use filmless_domain::staff::Role;
use filmless_domain::{Channel, Language};

/// The word in a language.
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

/// The receiver's relation to the patient.
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

/// "Only this channel", as a choice among channels.
pub(crate) fn only(language: Language, channel: Channel) -> String {
    match language {
        Language::Vi => format!("chỉ {}", channel.label()),
        Language::En => format!("{} only", channel.label()),
    }
}

/// A line of a history.
pub(crate) fn line(language: Language, what: &str) -> Cow<'static, str> {
    match message(language, what) {
        Some(words) => Cow::Owned(words),
        None => Cow::Borrowed(step(language, what)),
    }
}

/// What happened to the message of a channel: `sms-sent`.
fn message(language: Language, what: &str) -> Option<String> {
    let (word, state) = what.rsplit_once('-')?;
    let channel = Channel::of_word(word)?;
    let state = match state {
        "pending" => pick(language, "chờ gửi", "waits"),
        "sending" => pick(language, "đang gửi", "being sent"),
        "sent" => pick(language, "đã gửi", "sent"),
        "delivered" => pick(language, "đã đến", "arrived"),
        "failed" => pick(language, "không gửi được", "failed"),
        _ => return None,
    };
    Some(format!("{} {state}", channel.label()))
}

/// A step, or an act of staff.
fn step(language: Language, what: &str) -> &'static str {
    match what {
        "received" => pick(language, "Nhận ảnh đầu tiên", "First image received"),
        "last-received" => pick(language, "Nhận ảnh cuối", "Last image received"),
        "rendered" => pick(language, "Chuẩn bị xong ảnh", "Images prepared"),
        "released" => pick(language, "Trả kết quả", "Released"),
        "slip-made" => pick(language, "Lập phiếu", "Slip made"),
        "opened" => pick(language, "Mở lần chụp", "Study opened"),
        "first-image" => pick(language, "Thấy ảnh đầu tiên", "First image seen"),
        "downloaded" => pick(language, "Tải ảnh gốc", "Originals downloaded"),
        "opened-in-software" | "open-in-software" => {
            pick(language, "Mở bằng phần mềm đọc ảnh", "Opened in viewing software")
        }
        "taken-with-software" | "take-with-software" => {
            pick(language, "Phần mềm lấy ảnh gốc", "Originals fetched by software")
        }
        "create-viewer-token" => pick(language, "Tạo mã mở bằng phần mềm", "Access for software made"),
        "reissue-slip" => pick(language, "Cấp phiếu mới", "New slip issued"),
        "resend-notice" => pick(language, "Gửi lại tin báo", "Message sent again"),
        "release-study" => pick(language, "Nhân viên trả kết quả", "Released by staff"),
        "hold-study" => pick(language, "Nhân viên giữ lại", "Held by staff"),
        "recall-study" => pick(language, "Thu hồi", "Recalled"),
        _ => pick(language, "Thao tác khác", "Another act"),
    }
}

/// The outcome of an act.
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
        "save-marks" => pick(language, "Lưu đánh dấu", "Marks saved"),
        "start-consultation" => pick(language, "Mở hội chẩn", "Consultation started"),
        "invite-member" => pick(language, "Mời thành viên hội chẩn", "Member of a consultation invited"),
        "admit-member" => pick(language, "Cho thành viên vào hội chẩn", "Member admitted"),
        "remove-member" => pick(language, "Mời thành viên ra khỏi hội chẩn", "Member removed"),
        "enter-room" => pick(language, "Vào phòng hội chẩn", "Came into the room of a consultation"),
        "leave-room" => pick(language, "Rời phòng hội chẩn", "Left the room of a consultation"),
        "end-consultation" => pick(language, "Kết thúc hội chẩn", "Consultation ended"),
        "sign-opinion" => pick(language, "Ký ý kiến hội chẩn", "Opinion signed"),
        "write-minutes" => pick(language, "Soạn biên bản hội chẩn", "Minutes written"),
        "sign-minutes" => pick(language, "Ký biên bản hội chẩn", "Minutes signed"),
        "read-consultation" => {
            pick(language, "Xem biên bản, nhật ký hội chẩn", "Minutes or record of a consultation taken")
        }
        "staff-sign-in" => pick(language, "Nhân viên đăng nhập", "Staff signed in"),
        "staff-sign-out" => pick(language, "Nhân viên đăng xuất", "Staff signed out"),
        "find-patient" => pick(language, "Tìm người bệnh", "Patient looked for"),
        "read-ledger" => pick(language, "Xem quá trình", "History read"),
        "revoke-access" => pick(language, "Khóa quyền truy cập", "Access ended"),
        "correct-contact" => pick(language, "Sửa liên hệ", "Contact corrected"),
        "merge-patients" => pick(language, "Gộp hai mã", "Codes joined"),
        "read-log" => pick(language, "Xem nhật ký", "Log read"),
        "erase-subject" => pick(language, "Xóa theo yêu cầu", "Erased on request"),
        "end-retention" => pick(language, "Hết hạn lưu trữ", "Retention ended"),
        act => step(language, act),
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

    #[test]
    fn every_message_is_told_by_its_channel_and_what_became_of_it() {
        for language in [Language::Vi, Language::En] {
            let mut told = std::collections::BTreeSet::new();
            for channel in Channel::ALL {
                for state in ["pending", "sending", "sent", "delivered", "failed"] {
                    let words = line(language, &format!("{channel}-{state}"));
                    assert!(words.starts_with(channel.label()) && told.insert(words.clone()), "{words}");
                }
            }
            assert_eq!(line(language, "sms-lost"), step(language, "no such step"));
        }
    }
}
