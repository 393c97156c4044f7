//! Every word that staff read in the console, Vietnamese and English side by side: a missing one does not compile.
//! Numbers come after a colon, so that no noun has to agree with them.

use filmless_domain::Language;

use self::words::words;

mod claims;
mod codes;
mod finance;
mod holds;
mod patient;
mod reading;
mod rejections;
mod release;
mod study;
mod troubles;
mod usage;
pub(super) mod words;

pub(crate) use claims::ClaimsWords;
pub(crate) use codes::{
    action, line, only, outcome, relation, review, role, state, why_failed, why_unreached,
};
pub(crate) use finance::FinanceWords;
pub(crate) use holds::{detail_of_hold, hold_reason};
pub(crate) use patient::PatientWords;
pub(crate) use reading::ReadingWords;
pub(crate) use rejections::rejection;
pub(crate) use release::ReleaseWords;
pub(crate) use study::StudyWords;
pub(crate) use troubles::trouble;
pub(crate) use usage::UsageWords;

/// All words of one language.
pub(crate) struct ConsoleTexts {
    pub(crate) frame: &'static FrameWords,
    pub(crate) patient: &'static PatientWords,
    pub(crate) study: &'static StudyWords,
    pub(crate) release: &'static ReleaseWords,
    pub(crate) reading: &'static ReadingWords,
    pub(crate) usage: &'static UsageWords,
    pub(crate) finance: &'static FinanceWords,
    pub(crate) claims: &'static ClaimsWords,
}

/// The words of a language.
pub(crate) const fn console_texts(language: Language) -> ConsoleTexts {
    ConsoleTexts {
        frame: FrameWords::of(language),
        patient: PatientWords::of(language),
        study: StudyWords::of(language),
        release: ReleaseWords::of(language),
        reading: ReadingWords::of(language),
        usage: UsageWords::of(language),
        finance: FinanceWords::of(language),
        claims: ClaimsWords::of(language),
    }
}

words! {
    /// What surrounds every page, the sign-in and the search.
    FrameWords {
        tag: "vi", "en";
        other_tag: "en", "vi";
        other_language: "English", "Tiếng Việt";
        console: "Dành cho nhân viên", "For staff";
        skip: "Đến nội dung chính", "Skip to content";
        pages: "Các trang", "Pages";
        logged: "Mọi thao tác ở đây đều được ghi vào nhật ký.", "Everything done here is written to the audit log.";
        sign_out: "Đăng xuất", "Sign out";
        sign_out_everywhere: "Đăng xuất khỏi mọi thiết bị", "Sign out on all devices";
        sign_in_title: "Đăng nhập nhân viên", "Staff sign-in";
        sign_in_intro: "Dùng tài khoản nhân viên của bệnh viện. Ông/Bà sẽ được chuyển đến trang đăng nhập.", "Use your staff account of the hospital. You will be taken to its sign-in page.";
        sign_in: "Đăng nhập", "Sign in";
        sign_in_again: "Thử lại", "Try again";
        signed_out: "Ông/Bà đã đăng xuất.", "You are signed out.";
        refused_title: "Chưa đăng nhập được", "You are not signed in";
        refused: "Lần đăng nhập này đã hết hạn, đã được dùng, hoặc không được chấp nhận. Xin thử lại.", "This sign-in has expired, was used already, or is not accepted. Please try again.";
        no_role_title: "Tài khoản chưa được phân quyền", "Your account has no role here";
        no_role: "Tài khoản hợp lệ nhưng chưa có vai trò nào ở đây. Xin liên hệ phòng công nghệ thông tin.", "Your account is right, but has no role here. Please ask the IT department.";
        down_title: "Tạm thời chưa đăng nhập được", "Signing in is not possible at the moment";
        down: "Hệ thống đăng nhập của bệnh viện không trả lời. Xin thử lại sau ít phút. Người bệnh vẫn xem được hình ảnh.", "The hospital's sign-in system does not answer. Please try again in a few minutes. Patients can still see their images.";
        home: "Tìm người bệnh", "Find a patient";
        welcome: "Xin chào", "Welcome";
        no_pages: "Vai trò của Ông/Bà chưa có trang nào ở đây.", "There is no page here for your role yet.";
        query: "Số điện thoại, mã người bệnh, số chỉ định, ngày sinh hoặc họ tên", "Phone number, patient code, accession number, birth date or name";
        query_hint: "Họ tên không cần gõ dấu; mã không cần gạch nối; số điện thoại chỉ cần bốn số cuối.", "Names need no accents, codes no dashes; of a phone number the last four digits will do.";
        search: "Tìm", "Search";
        results: "Kết quả", "Results";
        no_results: "Không tìm thấy ai. Xin thử số điện thoại, mã người bệnh, hoặc ít từ hơn trong tên.", "Nobody was found. Try the phone number, the patient code, or fewer words of the name.";
        waiting: "Việc đang chờ", "What waits";
        held: "Đang giữ lại", "Held studies";
        unreached: "Chưa báo được", "Not reached";
        failed: "Tin gửi lỗi", "Failed messages";
        opened: "Đã mở hôm nay", "Opened today";
        refusals: "Tệp bị từ chối", "Refused files";
        usage: "Số liệu tháng", "Monthly figures";
        audit: "Nhật ký", "Audit log";
        studies: "Số lần chụp", "Studies";
        born: "Ngày sinh", "Birth date";
        code: "Mã người bệnh", "Patient code";
        name: "Họ tên", "Name";
        forbidden_title: "Không thuộc quyền của Ông/Bà", "Not for your role";
        not_found_title: "Không tìm thấy", "Not found";
        to_start: "Về trang đầu", "To the start";
        reason: "Lý do", "Reason";
        reason_hint: "Được lưu trong nhật ký. Xin đừng ghi tên người bệnh.", "Kept in the audit log. Please name no patient.";
        confirm_missing: "Xin đánh dấu ô xác nhận trước khi tiếp tục.", "Please tick the box before you go on.";
    }
}
