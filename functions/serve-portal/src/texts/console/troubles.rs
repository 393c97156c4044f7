//! What staff are told when an act was not done. A refusal without words in both languages does not compile.

use filmless_delivery::staff::{Refusal, StaffError};
use filmless_domain::Language;

use super::codes::pick;

/// Why an act was not done.
pub(crate) const fn trouble(language: Language, error: &StaffError) -> &'static str {
    match error {
        StaffError::Forbidden => pick(
            language,
            "Vai trò của Ông/Bà không được làm việc này. Lần thử đã được ghi lại.",
            "None of your roles may do that. The attempt was written down.",
        ),
        StaffError::NotFound => pick(
            language,
            "Không có người bệnh, lần chụp, phiếu hoặc chia sẻ này.",
            "There is no such patient, study, slip or share.",
        ),
        StaffError::Refused(why) => refusal(language, *why),
        StaffError::Failed(_) => pick(
            language,
            "Chưa làm được. Xin thử lại sau ít phút.",
            "It could not be done. Please try again in a few minutes.",
        ),
    }
}

const fn refusal(language: Language, why: Refusal) -> &'static str {
    match why {
        Refusal::BadPeriod => pick(
            language,
            "Ngày đầu phải trước ngày cuối, và khoảng dài nhất là 92 ngày.",
            "A period begins before it ends, and has 92 days at most.",
        ),
        Refusal::NoSuchDay => pick(
            language,
            "Trong lịch không có ngày này. Ngày được viết YYYY-MM-DD, ví dụ 2020-11-23.",
            "No calendar has this day. Days are written YYYY-MM-DD, such as 2020-11-23.",
        ),
        Refusal::BadSearch => pick(
            language,
            "Xin nhập số điện thoại, mã người bệnh hoặc họ tên.",
            "Enter a phone number, a patient code or a name.",
        ),
        Refusal::BadClaimsSize => pick(
            language,
            "Tệp trống hoặc lớn hơn 4 MiB. Xin nén thành ZIP, hoặc dùng lệnh filmless usage reconcile.",
            "The file is empty, or larger than 4 MiB. Make a ZIP of it, or use the command filmless usage reconcile.",
        ),
        Refusal::BadClaimsForm => pick(
            language,
            "Chưa nhận được đủ tệp và tháng. Xin chọn lại tệp và gửi lần nữa.",
            "File and month did not arrive in full. Choose the file and send it again.",
        ),
        Refusal::BadMonth => pick(
            language,
            "Tháng được viết YYYY-MM, ví dụ 2026-11.",
            "A month is written YYYY-MM, such as 2026-11.",
        ),
        Refusal::BadBudget => pick(
            language,
            "Định mức là một số phim nguyên, cho một năm (2026) hoặc một tháng (2026-11).",
            "A budget is a whole number of films for a year (2026) or a month (2026-11).",
        ),
        Refusal::ReasonMissing => pick(language, "Xin ghi lý do.", "Please say why."),
        Refusal::ReasonTooLong => pick(language, "Lý do quá dài.", "The reason is too long."),
        Refusal::BadPhone => pick(
            language,
            "Số điện thoại này không nhận được SMS.",
            "This is no phone number an SMS can be sent to.",
        ),
        Refusal::BadEmail => pick(language, "Địa chỉ email này không đúng.", "This is no email address."),
        Refusal::NoAccount => pick(
            language,
            "Người bệnh này chưa được trả kết quả nào.",
            "Nothing was released to this patient yet.",
        ),
        Refusal::NotReleased => pick(
            language,
            "Lần chụp chưa từng được trả: chưa có gì để gửi.",
            "The study was never released: there is nothing to send.",
        ),
        Refusal::NotVisible => pick(
            language,
            "Lần chụp đang bị giữ lại hoặc đã thu hồi. Xin trả kết quả trước.",
            "The study is held or recalled: release it first.",
        ),
        Refusal::ResultAmended => pick(
            language,
            "Kết quả đã được sửa sau khi phiếu này được lập. Xin gửi lại để có phiếu mới.",
            "The result was amended after this slip was made. Send the access again, which makes a new one.",
        ),
        Refusal::NoContact => pick(
            language,
            "Không có số điện thoại hoặc email cho cách gửi này.",
            "No phone number or email address is known for that.",
        ),
        Refusal::TooManyNotices => pick(
            language,
            "Lần chụp này đã có năm tin trong một ngày. Xin chờ đến ngày mai.",
            "Five messages of this study went out within a day. Wait until tomorrow.",
        ),
        Refusal::ChangedMeanwhile => pick(
            language,
            "Lần chụp vừa thay đổi. Xin xem lại rồi làm lại.",
            "The study changed at this moment. Look at it again and repeat.",
        ),
        Refusal::BadConfirmation => pick(
            language,
            "Xin đánh dấu ô xác nhận trước khi tiếp tục.",
            "Please tick the box before you go on.",
        ),
        Refusal::FactsChanged => pick(
            language,
            "Xin đối chiếu lại: ảnh, phiếu hoặc tài khoản có thể vừa thay đổi.",
            "Please compare again: images, order or account may have changed.",
        ),
        Refusal::AccountOfAnother => pick(
            language,
            "Tài khoản của mã này thuộc về người khác. Sửa mã trên phiếu chỉ định, hoặc xác nhận là cùng một người.",
            "The account of this code is somebody else's. Correct the code of the order, or confirm that they are one person.",
        ),
        Refusal::OrderCancelled => pick(language, "Phiếu chỉ định đã bị hủy.", "The order was cancelled."),
        Refusal::StudyWithoutImages => pick(
            language,
            "Chưa có ảnh nào để trả. Hãy xem các tệp bị từ chối rồi gửi lại.",
            "There is no image that could be shown. See what was refused of it, and send it again.",
        ),
        Refusal::ReleasedToAnother => pick(
            language,
            "Lần chụp đã được trả cho người bệnh khác. Hãy thu hồi, rồi gửi lại ảnh với UID mới.",
            "The study was released to another patient. Recall it, and upload it again under a new UID.",
        ),
        Refusal::OrderTaken => pick(
            language,
            "Phiếu này đã dùng để trả một lần chụp khác.",
            "Another study was released under that order.",
        ),
        Refusal::NameTheOrder => pick(
            language,
            "Xin ghi số chỉ định: không có phiếu nào, hoặc có nhiều phiếu phù hợp.",
            "Enter the accession number: no order matches, or several do.",
        ),
        Refusal::Recalled => pick(
            language,
            "Lần chụp đã thu hồi: không ai xem được.",
            "The study is recalled: nobody sees it.",
        ),
        Refusal::SameAccount => {
            pick(language, "Hai mã đã dùng chung một tài khoản.", "Both codes lead to one account already.")
        }
        Refusal::NotOnePerson => pick(
            language,
            "Họ tên (kể cả dấu), ngày sinh hoặc giới tính của hai mã khác nhau. Hãy sửa phiếu chỉ định trước: ảnh của hai người không được lẫn.",
            "Name or birth date of the two codes differ. Correct the orders first: images of two people must never meet.",
        ),
        Refusal::BadShare => pick(
            language,
            "Chia sẻ cần có tên người nhận, ít nhất một lần chụp, và 1 đến 365 ngày.",
            "A share needs a name, at least one study and 1 to 365 days.",
        ),
        Refusal::AuditTooLong => pick(
            language,
            "Nhật ký ngày này quá dài. Xin dùng lệnh filmless audit export.",
            "The log of this day is too long. Use the command filmless audit export.",
        ),
    }
}
