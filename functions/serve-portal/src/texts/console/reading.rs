//! The words of the lists and of the audit log.

use super::words::words;

words! {
    /// Lists that are read from top to bottom.
    ReadingWords {
        held_what: "Các lần chụp chờ nhân viên, cũ nhất trước.", "Studies that wait for somebody, oldest first.";
        no_held: "Không có lần chụp nào bị giữ lại.", "No study is held.";
        unreached_what: "Đã trả kết quả nhưng không tin nào đến nơi và chưa ai mở: xin gọi điện.", "Released, but no message arrived and nobody opened it: somebody has to call.";
        no_unreached: "Mọi người bệnh đều đã được báo.", "Every patient was reached.";
        failed_what: "Tin mà nhà cung cấp báo không gửi được.", "Messages that a provider could not deliver.";
        no_failed: "Không có tin nào bị lỗi.", "No message failed.";
        opened_what: "Lần chụp mà người bệnh hoặc người được chia sẻ đã mở trong ngày.", "Studies that patients, or those they shared with, opened on the day.";
        opened_on: "Đã mở ngày", "Opened on";
        no_opened: "Chưa có lần chụp nào được mở.", "No study was opened.";
        first_opened: "Mở lúc", "Opened at";
        times: "Số lần mở", "Times";
        today: "Hôm nay", "Today";
        refusals_what: "Tệp và phiếu gửi vào nhưng không dùng được, mới nhất trước. Xin sửa rồi gửi lại.", "Uploads and orders that could not be used, the newest first: correct them and upload them again.";
        no_refusals: "Không có tệp nào bị từ chối.", "Nothing was refused.";
        refusals_more: "Còn nhiều hơn nữa, xem bằng tệp CSV hoặc lệnh filmless status", "More than are shown; see the CSV or the command filmless status";
        all_codes: "Tất cả", "All";
        code: "Mã lỗi", "Code";
        modality: "Loại máy", "Modality";
        upload: "Tệp", "Upload";
        uploaded: "Gửi lúc", "Uploaded";
        typed: "Ghi trong phiếu", "As typed in the order";
        period: "Thời gian", "Period";
        days: "ngày", "days";
        one_day: "Một ngày", "One day";
        show: "Xem", "Show";
        first_page: "Về trang đầu", "First page";
        next_page: "Trang sau", "Next page";
        on_next_page: "Trang này không có dòng nào, xin xem tiếp trang sau.", "Nothing on this page: go on to the next one.";
        no_more: "Đã hết danh sách.", "This is the end of the list.";
        csv: "Tải bảng (CSV)", "Download as CSV";
        print: "In trang này: Ctrl+P.", "To print this page: Ctrl+P.";
        last_received: "Nhận lần cuối", "Last received";
        released: "Trả lúc", "Released";
        why: "Vì sao", "Why";
        open: "Mở", "Open";
        study: "Lần chụp", "Study";
        channel: "Kênh", "Channel";
        when: "Lúc", "When";
        provider_says: "Nhà cung cấp báo", "The provider says";
        reached: "Đã báo cách khác", "Reached otherwise";
        yes: "có", "yes";
        no: "không", "no";
        again: "Gửi lại", "Send again";
        resend_ticked: "Gửi lại tin cho những người đã chọn", "Send the message again to those ticked";
        resent: "Đã xếp hàng để gửi lại", "Queued to be sent again";
        too_many: "Chưa gửi: mỗi lần tối đa 50 người", "Not sent: 50 at a time";
        audit_what: "Ai đã làm gì, lúc nào, từ đâu. Ngày tính theo giờ UTC.", "Who did what, when, from where. Days are those of UTC.";
        audit_from: "Từ ngày (UTC)", "From (UTC)";
        audit_to: "Đến ngày (UTC)", "To (UTC)";
        audit_member: "Nhân viên", "Member of staff";
        audit_cut: "Chỉ hiện 200 việc mới nhất. Muốn xem việc cũ hơn, xin chọn khoảng ngày ngắn hơn.", "Only the newest 200 are shown. Choose a shorter period to see older ones.";
        verify: "Kiểm tra chuỗi nhật ký", "Verify the chain";
        verify_hint: "Đọc toàn bộ nhật ký và kiểm tra từng dòng.", "Reads the whole log and checks every line.";
        holds: "Nhật ký nguyên vẹn.", "The audit log holds.";
        broken: "Nhật ký không nguyên vẹn. Xin báo ngay cho người phụ trách an toàn thông tin.", "The audit log does not hold. Tell whoever is responsible for security at once.";
        too_long: "Nhật ký quá dài để kiểm tra ở đây. Xin dùng lệnh filmless audit verify.", "The log is too long to be verified here. Use the command filmless audit verify.";
        events: "Sự kiện", "Events";
        objects: "Tệp", "Objects";
        pending: "Chưa vào tệp", "Not in an object yet";
        head: "Mã băm cuối", "Head";
        download_ndjson: "Tải ngày này (NDJSON)", "Download the day (NDJSON)";
        download_fhir: "Tải ngày này (FHIR)", "Download the day (FHIR)";
        action: "Việc", "Action";
        result: "Kết quả", "Outcome";
        actor: "Ai", "Who";
        source: "Từ đâu", "From where";
        detail: "Chi tiết", "Detail";
        system: "hệ thống", "system";
        no_events: "Không có sự kiện nào như vậy.", "There are no such events.";
        newest: "Mới nhất trước", "Newest first";
    }
}
