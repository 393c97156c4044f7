//! The words of a patient's page and its acts.

use super::words::words;

words! {
    /// One patient.
    PatientWords {
        account: "Tài khoản", "Account";
        no_account: "Chưa có: chưa có lần chụp nào được trả", "None: nothing was released yet";
        phone: "Điện thoại", "Phone";
        email: "Email", "Email";
        none: "không có", "none";
        corrected: "Nhân viên đã sửa, dùng cho mọi tin sau này.", "Corrected by staff; used for all messages to come.";
        correct: "Sửa điện thoại, email", "Correct phone and email";
        correct_hint: "Để trống nếu không có.", "Leave empty where there is none.";
        save: "Lưu", "Save";
        studies: "Các lần chụp", "Studies";
        no_studies: "Chưa có lần chụp nào.", "There are no studies yet.";
        date: "Ngày chụp", "Date";
        what: "Nội dung", "What";
        accession: "Số chỉ định", "Accession";
        state: "Trạng thái", "State";
        shares: "Các chia sẻ", "Shares";
        no_shares: "Chưa có chia sẻ nào.", "Nothing was shared.";
        until: "Đến", "Until";
        ended: "Đã kết thúc", "Ended";
        opened: "Số lần mở", "Times opened";
        end_share: "Dừng chia sẻ", "Stop sharing";
        share: "Chia sẻ thay người bệnh", "Share on the patient's behalf";
        share_hint: "Chỉ khi chính người bệnh yêu cầu.", "Only when the patient asks for it.";
        label: "Chia sẻ cho ai", "Share with whom";
        relation: "Quan hệ", "Relation";
        which: "Lần chụp nào", "Which studies";
        days: "Số ngày", "Days";
        may_download: "Được tải ảnh gốc", "May download the originals";
        may_annotate: "Được lưu đánh dấu, số đo vào lần chụp", "May save marks and measurements";
        may_consult: "Được mở hội chẩn từ xa về những lần chụp này", "May start remote consultations about these studies";
        consultations: "Hội chẩn từ xa", "Remote consultations";
        make_share: "Tạo chia sẻ", "Make the share";
        shared: "Đã tạo chia sẻ", "The share is made";
        shared_how: "Đọc mã cho người bệnh qua điện thoại; gửi đường dẫn bằng cách khác. Hai thứ này chỉ hiện một lần.", "Tell the patient the code by telephone and send the link by another way. Both are shown only once.";
        link: "Đường dẫn", "Link";
        share_code: "Mã", "Code";
        acts: "Thao tác", "Acts";
        revoke: "Khóa mọi quyền truy cập", "End all access";
        revoke_what: "Mọi đường dẫn, mật khẩu, phiên đăng nhập và chia sẻ của người bệnh này sẽ ngừng ngay. Sau đó cần cấp phiếu mới.", "Every link, password, session and share of this patient ends at once. A new slip is needed afterwards.";
        revoke_confirm: "Tôi đã kiểm tra đúng người bệnh.", "I have checked that this is the right patient.";
        revoked: "Đã khóa mọi quyền truy cập", "All access has ended";
        links: "Đường dẫn", "Links";
        passwords: "Mật khẩu", "Passwords";
        shares_ended: "Chia sẻ", "Shares";
        merge: "Gộp hai mã của một người", "Join two codes of one person";
        merge_what: "Tài khoản của mã kia sẽ hiện cả các lần chụp của mã này. Họ tên (kể cả dấu), ngày sinh và giới tính của hai mã phải giống nhau. Không tách lại được.", "The account of the other code will show the studies of this one too. Name (marks included), birth date and sex of both must be the same. It cannot be undone.";
        merge_into: "Mã người bệnh được giữ lại", "Patient code that stays";
        merge_check: "So sánh hai mã", "Compare the two codes";
        merge_from_is: "Mã này", "This code";
        merge_into_is: "Gộp vào", "Joined into";
        merged_into: "Đã gộp vào mã", "Joined into";
        merged_into_what: "Tài khoản, các lần chụp và chia sẻ dưới đây là của cả hai mã.", "Account, studies and shares below are those of both codes.";
        merge_confirm: "Tôi đã kiểm tra: hai mã là của cùng một người.", "I have checked that both codes are of one person.";
        merged: "Đã gộp", "Joined";
        merged_studies: "Lần chụp đã chuyển", "Studies moved";
        erase: "Xóa toàn bộ dữ liệu", "Erase all data";
        erase_what_of_joined: "Xóa theo yêu cầu của chính người bệnh những gì mang mã này: ảnh gốc, phiếu chỉ định và mọi thứ được tạo ra. Mã này đã gộp vào mã khác: những gì mang mã kia vẫn còn, xin xóa ở trang của mã đó. Không lấy lại được. Nhật ký vẫn được giữ.", "Erases at the patient's own request what is under this code: uploads, orders and everything made of them. The code was joined into another: what is under that one stays, and is erased on its own page. It cannot be undone. The logs stay.";
        erase_what: "Xóa theo yêu cầu của chính người bệnh: ảnh gốc, phiếu chỉ định, mọi thứ được tạo ra, tài khoản và chia sẻ. Không lấy lại được. Nhật ký vẫn được giữ.", "Erases at the patient's own request: uploads, orders, everything made of them, account and shares. It cannot be undone. The logs stay.";
        erase_type: "Gõ lại mã người bệnh để xác nhận", "Type the patient code to confirm";
        erase_mistyped: "Mã gõ lại chưa đúng. Chưa có gì bị xóa.", "The code is not the same. Nothing was erased.";
        erased: "Đã xóa", "Erased";
        orders: "Phiếu chỉ định", "Orders";
        objects: "Tệp", "Files";
        items: "Mục dữ liệu", "Index items";
        contact_saved: "Đã lưu điện thoại và email.", "Phone and email are saved.";
        share_ended: "Đã dừng chia sẻ.", "The share has ended.";
        to_patient: "Về trang người bệnh", "To the patient";
    }
}
