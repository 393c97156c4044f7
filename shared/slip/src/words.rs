//! Every fixed text of the slip and the messages in both languages, and the formats of dates and modalities.

use filmless_domain::{BirthDate, Language, SignedResult};
use jiff::{Timestamp, civil::Date, tz::Offset};

/// One text in both languages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    vi: &'static str,
    en: &'static str,
}

pub(crate) const fn pair(vi: &'static str, en: &'static str) -> Pair {
    Pair { vi, en }
}

impl Pair {
    /// The text in the patient's language.
    pub(crate) const fn main(self, language: Language) -> &'static str {
        language.pick(self.vi, self.en)
    }

    /// The text in the other language, for the small print.
    pub(crate) const fn sub(self, language: Language) -> &'static str {
        language.pick(self.en, self.vi)
    }
}

pub(crate) const SLIP_TITLE: Pair = pair("Phiếu trả kết quả hình ảnh", "Imaging result slip");
pub(crate) const PATIENT: Pair = pair("Họ và tên", "Patient");
pub(crate) const BIRTH_AND_SEX: Pair = pair("Ngày sinh · Giới tính", "Date of birth · Sex");
pub(crate) const BIRTH: Pair = pair("Ngày sinh", "Date of birth");
pub(crate) const PATIENT_ID: Pair = pair("Mã người bệnh", "Patient ID");
pub(crate) const ACCESSION: Pair = pair("Số chỉ định", "Accession no.");
pub(crate) const DEPARTMENT: Pair = pair("Khoa/phòng", "Department");
pub(crate) const SERVICE: Pair = pair("Dịch vụ", "Examination");
pub(crate) const MODALITY: Pair = pair("Loại hình ảnh", "Modality");
pub(crate) const STUDY_DATE: Pair = pair("Ngày chụp", "Exam date");
pub(crate) const ACCOUNT: Pair = pair("Tài khoản", "Account");
pub(crate) const PASSWORD: Pair = pair("Mật khẩu", "Password");
pub(crate) const SIGN_IN_AT: Pair = pair("Hoặc đăng nhập tại", "Or sign in at");
pub(crate) const SCAN: Pair = pair("Quét để xem hình ảnh", "Scan to view the images");
pub(crate) const HOW_TO: Pair = pair("Cách xem hình ảnh", "How to view the images");
pub(crate) const UNKNOWN: Pair = pair("không rõ", "not known");
/// The second step.
pub(crate) const ENTER_BIRTH_DATE: Pair = pair(
    "Nhập ngày sinh của người bệnh, hoặc mật khẩu.",
    "Enter the patient's date of birth, or the password.",
);
/// The second step, if no birth date is known.
pub(crate) const ENTER_PASSWORD: Pair =
    pair("Nhập mật khẩu ghi trên phiếu này.", "Enter the password of this slip.");
pub(crate) const STEPS: [Pair; 3] = [
    pair(
        "Quét mã QR bằng máy ảnh điện thoại, hoặc mở đường dẫn bên dưới.",
        "Scan the QR code with a phone camera, or open the link below.",
    ),
    ENTER_BIRTH_DATE,
    pair(
        "Xem hình ảnh, hoặc đưa phiếu này cho bác sĩ của Ông/Bà xem.",
        "View the images, or show this slip to your doctor.",
    ),
];
pub(crate) const RESULT: Pair = pair("Kết quả", "Result");
pub(crate) const SIGNED_BY: Pair = pair("Bác sĩ ký kết quả", "Signed by");
pub(crate) const SIGNED_AT: Pair = pair("Ký lúc", "Signed at");
pub(crate) const RESULT_CORRECTED: Pair = pair(
    "Đã được bệnh viện sửa hoặc bổ sung, thay cho kết quả trước.",
    "Corrected or amended by the hospital; takes the place of the earlier one.",
);
pub(crate) const RESULT_TOO_LONG: Pair = pair(
    "Kết quả dài hơn phiếu này. Xin đọc toàn văn cùng hình ảnh, qua mã QR hoặc đường dẫn ở trang đầu.",
    "The result is longer than this slip. Please read it with the images, by the QR code or the link on the first page.",
);
pub(crate) const LINK: Pair = pair("Đường dẫn", "Link");
pub(crate) const QR_ALT: Pair =
    pair("Mã QR mở đường dẫn tới hình ảnh", "QR code that opens the link to the images");
pub(crate) const VALID_UNTIL: Pair = pair("Có hiệu lực đến hết ngày", "Valid until");
pub(crate) const ISSUED: Pair = pair("Ngày cấp", "Issued");
pub(crate) const ISSUE_NUMBER: Pair = pair("Lần cấp", "Issue");
pub(crate) const SUPPORT: Pair = pair("Hỗ trợ", "Support");
pub(crate) const GUIDE: Pair = pair("Hướng dẫn", "Guide");
pub(crate) const HOTLINE: Pair = pair("Tổng đài", "Hotline");
pub(crate) const KEEP_SECRET: Pair = pair(
    "Giữ kín phiếu này: người có phiếu có thể xem được hình ảnh của Ông/Bà.",
    "Keep this slip confidential: whoever holds it may see your images.",
);
pub(crate) const MALE: Pair = pair("Nam", "Male");
pub(crate) const FEMALE: Pair = pair("Nữ", "Female");
pub(crate) const OTHER_SEX: Pair = pair("Khác", "Other");

pub(crate) const EMAIL_GREETING: Pair = pair("Kính gửi Ông/Bà", "Dear");
pub(crate) const EMAIL_INTRO: Pair = pair(
    "Đã có hình ảnh của lần khám dưới đây. Ông/Bà có thể xem trên điện thoại hoặc máy tính, không cần phim.",
    "The images of the examination below are ready. You can view them on a phone or a computer; no film is needed.",
);
pub(crate) const EMAIL_BUTTON: Pair = pair("Xem hình ảnh", "View the images");
pub(crate) const EMAIL_SECOND_CHECK: Pair = pair(
    "Trang web sẽ hỏi ngày sinh của người bệnh hoặc mật khẩu.",
    "The page asks for the patient's date of birth or the password.",
);
pub(crate) const EMAIL_PASSWORD_CHECK: Pair =
    pair("Trang web sẽ hỏi mật khẩu.", "The page asks for the password.");
pub(crate) const EMAIL_QR: Pair = pair(
    "Đang đọc thư trên máy tính? Quét mã này bằng điện thoại.",
    "Reading on a computer? Scan this code with your phone.",
);
pub(crate) const EMAIL_ATTACHED: Pair =
    pair("Phiếu trả kết quả được đính kèm (PDF).", "The result slip is attached (PDF).");
pub(crate) const EMAIL_PASSWORD_ON_SLIP: Pair =
    pair("in trên phiếu trả kết quả", "printed on the result slip");
pub(crate) const EMAIL_KEEP_SECRET: Pair = pair(
    "Giữ kín thư này: người có thư có thể xem được hình ảnh của Ông/Bà. Bệnh viện không bao giờ hỏi mật khẩu qua điện thoại.",
    "Keep this message confidential: whoever holds it may see your images. The hospital never asks for your password by phone.",
);
pub(crate) const EMAIL_AUTOMATIC: Pair = pair(
    "Thư này được gửi tự động theo yêu cầu khám của Ông/Bà. Nếu Ông/Bà không phải người nhận, xin xóa thư và báo cho chúng tôi.",
    "This message was sent automatically because of your examination. If it is not meant for you, please delete it and tell us.",
);

/// Vietnam has the same offset all year.
const VIETNAM: Offset = Offset::constant(7);

/// `23/11/2020` in Vietnamese; `23 Nov 2020` in English, where day and month may come in either order.
pub(crate) fn date(date: Date, language: Language) -> String {
    match language {
        Language::Vi => date.strftime("%d/%m/%Y").to_string(),
        Language::En => date.strftime("%-d %b %Y").to_string(),
    }
}

/// The birth date in the format of [`date`]; empty if it only means "unknown".
pub(crate) fn birth_date(birth: BirthDate, language: Language) -> String {
    if birth.is_placeholder() {
        return UNKNOWN.main(language).to_owned();
    }
    String::from(birth).parse().map_or_else(|_| birth.to_day_first(), |day| date(day, language))
}

/// Date and time of day in Vietnam, to the minute.
pub(crate) fn moment(at: Timestamp, language: Language) -> String {
    let local = VIETNAM.to_datetime(at);
    format!("{} {}", date(local.date(), language), local.strftime("%H:%M"))
}

/// Who signed a result and when, and whether it replaces an earlier one; empty if nothing is known.
pub(crate) fn signed(result: &SignedResult, language: Language) -> String {
    let at = result.signed_at.map(|at| moment(at, language));
    let by = result.signed_by.as_ref().map(|by| format!("{}: {by}", SIGNED_BY.main(language)));
    let signed = match (by, at) {
        (Some(by), Some(at)) => format!("{by}, {at}. "),
        (Some(by), None) => format!("{by}. "),
        (None, Some(at)) => format!("{} {at}. ", SIGNED_AT.main(language)),
        (None, None) => String::new(),
    };
    let corrected = if result.is_correction { RESULT_CORRECTED.main(language) } else { "" };
    format!("{signed}{corrected}").trim().to_owned()
}

/// Patient's Sex (0010,0040) in words; `None` for other values.
pub(crate) fn sex(code: Option<&str>) -> Option<Pair> {
    match code?.trim() {
        "M" => Some(MALE),
        "F" => Some(FEMALE),
        "O" => Some(OTHER_SEX),
        _ => None,
    }
}

/// What the patient calls the pictures: `Chụp cắt lớp vi tính (CT)`. Leaves out documents that come with a study (SR,
/// PR, ...). A code without a name here stays as it is. The portal uses the same words.
#[must_use]
pub fn modalities(codes: &[String], language: Language) -> String {
    let mut names: Vec<&str> = Vec::new();
    for code in codes {
        let code = code.trim();
        let name = match code {
            "CT" => pair("Chụp cắt lớp vi tính (CT)", "Computed tomography (CT)").main(language),
            "MR" => pair("Chụp cộng hưởng từ (MRI)", "Magnetic resonance (MRI)").main(language),
            "CR" | "DX" | "DR" => pair("Chụp X-quang", "X-ray").main(language),
            "RF" => pair("Chụp X-quang có soi", "Fluoroscopy").main(language),
            "MG" => pair("Chụp X-quang vú", "Mammography").main(language),
            "US" | "ECHO" | "IVUS" => pair("Siêu âm", "Ultrasound").main(language),
            "XA" => pair("Chụp mạch máu (DSA)", "Angiography (DSA)").main(language),
            "NM" | "ST" => pair("Xạ hình (SPECT)", "Nuclear imaging (SPECT)").main(language),
            "PT" => pair("Chụp PET", "PET").main(language),
            "ES" => pair("Nội soi", "Endoscopy").main(language),
            "PX" | "IO" => pair("Chụp răng", "Dental X-ray").main(language),
            "BMD" => pair("Đo mật độ xương", "Bone densitometry").main(language),
            "SR" | "PR" | "KO" | "DOC" | "SEG" | "REG" | "OT" | "" => continue,
            other => other,
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_the_reader_expects() {
        let day = Date::constant(2020, 11, 3);
        assert_eq!(date(day, Language::Vi), "03/11/2020");
        assert_eq!(date(day, Language::En), "3 Nov 2020");
        let birth = BirthDate::parse("19580302").unwrap();
        assert_eq!(birth_date(birth, Language::Vi), "02/03/1958");
        assert_eq!(birth_date(birth, Language::En), "2 Mar 1958");
        let unknown = BirthDate::parse("1900-01-01").unwrap();
        assert_eq!(birth_date(unknown, Language::Vi), "không rõ");
        let late = "2020-11-23T18:05:00Z".parse().unwrap();
        assert_eq!(moment(late, Language::Vi), "24/11/2020 01:05");
    }

    #[test]
    fn modalities_are_named_once_and_documents_are_left_out() {
        let codes = |list: &[&str]| list.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
        for (list, vi, en) in [
            (&["CT", "SR"][..], "Chụp cắt lớp vi tính (CT)", "Computed tomography (CT)"),
            (&["CR", "DX"], "Chụp X-quang", "X-ray"),
            (&["PT", "CT"], "Chụp PET, Chụp cắt lớp vi tính (CT)", "PET, Computed tomography (CT)"),
            (&["HD"], "HD", "HD"),
            (&["SR"], "", ""),
        ] {
            assert_eq!(modalities(&codes(list), Language::Vi), vi);
            assert_eq!(modalities(&codes(list), Language::En), en);
        }
    }

    #[test]
    fn sex_is_said_only_where_it_is_known() {
        assert_eq!(sex(Some("F ")).map(|p| p.main(Language::Vi)), Some("Nữ"));
        assert_eq!(sex(Some("O")).map(|p| p.main(Language::En)), Some("Other"));
        assert!(sex(Some("U")).is_none());
        assert!(sex(None).is_none());
    }
}
