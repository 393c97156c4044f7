//! The words of a study's page and its acts.

use super::words::words;

words! {
    /// One study.
    StudyWords {
        patient: "Người bệnh", "Patient";
        no_patient: "không rõ", "unknown";
        uid: "Study Instance UID", "Study Instance UID";
        series: "Loạt ảnh", "Series";
        instances: "Ảnh", "Instances";
        birth_date_in_images: "Ngày sinh ghi trong ảnh", "Birth date in the images";
        result: "Kết quả", "Result";
        result_no_order: "chưa rõ: chưa có phiếu chỉ định, hoặc có nhiều phiếu", "not known: there is no order yet, or more than one";
        result_awaited: "chưa có", "not there yet";
        result_unsigned: "đã có bản nháp, chưa ký", "there, but not signed yet";
        result_signed: "đã ký", "signed";
        result_corrected: "đã ký, có sửa đổi", "signed, corrected";
        result_taken_back: "đã rút lại để xem lại", "taken back for another look";
        result_cancelled: "phiếu chỉ định đã bị hủy", "the order was cancelled";
        with_conclusion: "Có kết luận: người bệnh đọc được khi lần chụp được trả.", "With a conclusion, which the patient can read once the study is released.";
        without_conclusion: "Không có kết luận ở đây: người bệnh chỉ xem được hình ảnh.", "No conclusion was sent here: the patient sees the images only.";
        signed_by: "Người ký", "Signed by";
        signed_at: "Lúc ký", "Signed";
        why_held: "Lý do giữ", "Why it is held";
        history: "Quá trình giao kết quả", "What happened";
        link_version: "lần cấp", "slip";
        acts: "Thao tác", "Acts";
        nothing_to_do: "Không có thao tác nào cho vai trò của Ông/Bà.", "There is nothing to do here for your role.";
        print: "In phiếu hiện hành", "Print the current slip";
        print_hint: "Mở phiếu PDF trong cửa sổ mới. Phiếu có mật khẩu: xin in rồi đóng lại. Phiếu chỉ được giữ 7 ngày; sau đó hãy cấp phiếu mới.", "Opens the slip as a PDF in a new window. It holds the password: print it and close it. Slips are kept for 7 days; then issue a new one.";
        reissue: "Cấp phiếu mới", "Issue a new slip";
        reissue_hint: "Mật khẩu và mã QR cũ ngừng dùng được.", "The old password and QR code end.";
        resend: "Gửi lại tin báo", "Send the message again";
        resend_hint: "Phiếu giấy đã in vẫn dùng được.", "The slip on paper stays valid.";
        channels: "Gửi qua", "Send by";
        channels_all: "tất cả", "all";
        channels_none: "không gửi, chỉ in phiếu", "nothing, print the slip";
        release: "Trả kết quả", "Release";
        release_hint: "Đối chiếu ảnh với phiếu chỉ định trước khi trả.", "Compare images and order before you release.";
        order: "Số chỉ định (nếu ảnh không ghi)", "Accession number of the order (if the images name none)";
        hold: "Giữ lại", "Hold";
        hold_hint: "Người bệnh không xem được cho đến khi nhân viên trả kết quả.", "The patient does not see it until staff release it.";
        recall: "Thu hồi", "Recall";
        recall_what: "Dùng khi ảnh bị trả nhầm người. Đường dẫn, mật khẩu, phiên đăng nhập ngừng ngay; ảnh đã chuẩn bị bị xóa. Ảnh gốc và nhật ký được giữ làm bằng chứng.", "For images that went to the wrong patient. Links, passwords and sessions end at once; what was prepared is deleted. Uploads and logs are kept as evidence.";
        recall_confirm: "Tôi đã kiểm tra: đúng lần chụp cần thu hồi.", "I have checked that this is the study to recall.";
        recalled: "Đã thu hồi", "Recalled";
        objects: "Tệp đã xóa", "Files deleted";
        nobody_opened: "Chưa ai mở lần chụp này.", "Nobody has opened this study.";
        viewers: "Ai đã mở, từ đâu", "Who opened it, from where";
        who: "Ai", "Who";
        who_patient: "Người bệnh", "The patient";
        who_share: "Chia sẻ", "Share";
        source: "Địa chỉ mạng", "Network address";
        opened_at: "Lúc mở", "Opened";
        with_software: "bằng phần mềm", "with software";
        first_image_at: "Thấy ảnh", "Saw an image";
        downloaded_at: "Tải về", "Downloaded";
        to_study: "Về trang lần chụp", "To the study";
        done_reissued: "Đã cấp phiếu mới. Bây giờ có thể in phiếu.", "The new slip is issued. It can be printed now.";
        done_resent: "Tin báo đang được gửi.", "The message is on its way.";
        done_released: "Lần chụp đang được trả. Trạng thái đổi sau vài giây.", "The study is being released. Its state changes within seconds.";
        done_asked: "Đã ghi nhận. Một đồng nghiệp khác phải xác nhận lần nữa.", "Noted. Another member of the staff has to confirm.";
        done_held: "Đã giữ lại. Người bệnh không còn xem được.", "Held. The patient no longer sees it.";
    }
}
