//! Every fixed text of the minutes in both languages: those of the form (Circular 49/2017/TT-BYT, Annex I).

use filmless_consult::MemberRole;

use crate::words::{Pair, pair};

pub(crate) const NATION: Pair = pair("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SOCIALIST REPUBLIC OF VIET NAM");
pub(crate) const MOTTO: Pair = pair("Độc lập - Tự do - Hạnh phúc", "Independence - Freedom - Happiness");
pub(crate) const TITLE: Pair = pair("Biên bản hội chẩn", "Minutes of consultation");
pub(crate) const SUBTITLE: Pair =
    pair("Hội chẩn tư vấn chẩn đoán hình ảnh từ xa", "Remote consultation on diagnostic imaging");
pub(crate) const VERSION: Pair = pair("Bản số", "Version");
pub(crate) const REPLACES: Pair = pair("Thay cho bản có mã", "Replaces the version with digest");
pub(crate) const REASON: Pair = pair("Lý do sửa", "Reason for the correction");
pub(crate) const NOT_FINAL: Pair =
    pair("CHƯA ĐỦ CHỮ KÝ: chưa có giá trị", "NOT YET SIGNED BY ALL WHO HAVE TO: not valid");

pub(crate) const PATIENT: Pair = pair("Người bệnh", "Patient");
pub(crate) const NAME: Pair = pair("Họ và tên", "Name");
pub(crate) const BIRTH: Pair = pair("Ngày sinh", "Date of birth");
pub(crate) const AGE: Pair = pair("Tuổi", "Age");
pub(crate) const SEX: Pair = pair("Giới tính", "Sex");
pub(crate) const PATIENT_ID: Pair = pair("Mã người bệnh", "Patient ID");
pub(crate) const RECORD_NUMBER: Pair = pair("Số bệnh án", "Record no.");
pub(crate) const DEPARTMENT: Pair = pair("Khoa", "Department");
pub(crate) const BED: Pair = pair("Giường", "Bed");

pub(crate) const WHEN_AND_WHERE: Pair = pair("Thời gian, địa điểm", "Time and place");
pub(crate) const BEGAN: Pair = pair("Bắt đầu", "Began");
pub(crate) const ENDED: Pair = pair("Kết thúc", "Ended");
pub(crate) const PLACE: Pair = pair("Địa điểm, các điểm cầu", "Place and connected points");
pub(crate) const ATTENDEES: Pair = pair("Thành phần tham dự", "Attendees");
pub(crate) const LICENCE: Pair = pair("Số CCHN", "Licence no.");
pub(crate) const PRESENT: Pair = pair("Có mặt", "Present");
pub(crate) const ABSENT: Pair = pair("Không vào phòng hội chẩn", "Was not in the room");

pub(crate) const CONTENT: Pair = pair("Nội dung hội chẩn", "Matter of the consultation");
pub(crate) const DIAGNOSIS: Pair = pair("Chẩn đoán", "Diagnosis");
pub(crate) const QUESTION: Pair = pair("Yêu cầu hội chẩn", "Question");
pub(crate) const COURSE: Pair = pair("Tóm tắt quá trình bệnh", "Course of the disease");
pub(crate) const TREATMENT_SO_FAR: Pair = pair("Điều trị đã thực hiện", "Treatment so far");
pub(crate) const SHOWN: Pair = pair("Hình ảnh đã trình chiếu", "Images shown");
pub(crate) const LEFT_OUT: Pair =
    pair("Số chuỗi ảnh khác, xem ngắn hơn", "More series, each shown for a shorter time");
pub(crate) const FRAME: Pair = pair("ảnh xem lâu nhất", "image shown longest");
pub(crate) const KEY_IMAGES: Pair = pair("Ảnh chính", "Key images");
pub(crate) const PREVIEWS: Pair = pair(
    "Ảnh xem nhanh, cửa sổ mặc định, không dùng để chẩn đoán",
    "Quick previews in the default window, not for diagnosis",
);
pub(crate) const NO_PICTURE: Pair = pair("Không có hình", "No picture");
pub(crate) const PICTURE_ELSEWHERE: Pair = pair("Hình thuộc lần chụp khác", "Of another study");
pub(crate) const OPINION: Pair = pair("Ý kiến số", "Opinion");
pub(crate) const ADDS_TO: Pair = pair("bổ sung cho ý kiến số", "adds to opinion");
pub(crate) const OPINIONS: Pair = pair("Ý kiến của các thành viên", "Opinions of the members");
pub(crate) const SIGNED_AT: Pair = pair("Ký lúc", "Signed at");
pub(crate) const DIGEST: Pair = pair("Mã", "Digest");
pub(crate) const CONCLUSION: Pair = pair("Kết luận", "Conclusion");
pub(crate) const TREATMENT: Pair = pair("Hướng điều trị", "Treatment");
pub(crate) const FOLLOW_UP: Pair = pair("Theo dõi", "Follow-up");
pub(crate) const SIGNATURES: Pair = pair("Chữ ký", "Signatures");
pub(crate) const NOT_SIGNED: Pair = pair("Chưa ký", "Not signed");
pub(crate) const MINUTES_DIGEST: Pair = pair("Mã SHA-256 của bản này", "SHA-256 digest of this version");
pub(crate) const RECORD: Pair = pair("Dòng nhật ký buổi hội chẩn", "Line of the record of the meeting");
pub(crate) const PAGE: Pair = pair("Trang", "Page");
pub(crate) const KEY_IMAGE: Pair = pair("Ảnh", "Image");

/// What an attendee was.
pub(crate) const fn role(role: MemberRole) -> Pair {
    match role {
        MemberRole::Chair => pair("Chủ tọa", "Chair"),
        MemberRole::Secretary => pair("Thư ký", "Secretary"),
        MemberRole::Member => pair("Thành viên", "Member"),
    }
}

pub(crate) const MORE_MEASURED: Pair = pair("Số phép đo khác", "More measurements");

/// What was measured, by the word of saved marks (`filmless-marks`).
pub(crate) fn quantity(word: &str) -> Option<Pair> {
    Some(match word {
        "length" => pair("dài", "length"),
        "short-axis" => pair("trục ngắn", "short axis"),
        "angle" => pair("góc", "angle"),
        "area" => pair("diện tích", "area"),
        "mean" => pair("trung bình", "mean"),
        "standard-deviation" => pair("độ lệch chuẩn", "standard deviation"),
        "minimum" => pair("thấp nhất", "minimum"),
        "maximum" => pair("cao nhất", "maximum"),
        "value" => pair("giá trị", "value"),
        "ratio" => pair("tỉ lệ", "ratio"),
        "velocity" => pair("vận tốc", "velocity"),
        "frequency" => pair("tần số", "frequency"),
        "time" => pair("thời gian", "time"),
        "slope" => pair("độ dốc", "slope"),
        _ => return None,
    })
}

/// How long something was shown.
pub(crate) fn lasted(seconds: u64) -> Pair2 {
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    if minutes == 0 {
        return Pair2 { vi: format!("{seconds} giây"), en: format!("{seconds} s") };
    }
    Pair2 { vi: format!("{minutes} phút {seconds} giây"), en: format!("{minutes} min {seconds} s") }
}

/// A made text in both languages.
pub(crate) struct Pair2 {
    /// Vietnamese.
    pub(crate) vi: String,
    /// English.
    pub(crate) en: String,
}
