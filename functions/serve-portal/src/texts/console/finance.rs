//! The words of the page that shows months side by side.

use super::words::words;

words! {
    /// Months, departments and payers side by side.
    FinanceWords {
        title: "Tài chính", "Finance";
        what: "Các tháng gần đây đặt cạnh nhau. Ca bị thu hồi, giữ lại hoặc đổi khoa được trừ vào đúng ngày xảy ra, đúng số tiền đã ghi; vì vậy một tháng có thể âm ở một khoa. Bấm vào con số để xem các dòng của nó. Không có hình ảnh hay tên người bệnh.", "The latest months side by side. A study that was recalled, held or moved to another department is taken back on the day when it happened, at the amount that was booked; so a department can be below zero in a month. A figure leads to its lines. No images and no names.";
        chart: "Tiền thu theo tháng", "Charged by month";
        by_month: "Theo tháng", "By month";
        by_department: "Tiền thu theo khoa", "Charged by department";
        by_payer: "Tiền thu theo nguồn thanh toán", "Charged by payer";
        films: "Phim", "Films";
        charged: "Tiền thu", "Charged";
        saved: "Tiền phim tiết kiệm", "Film money saved";
        message_cost: "Chi phí tin", "Message cost";
        exported: "Số liệu lấy từ", "Where the figures come from";
        highest: "Cao nhất", "Highest";
        lowest: "Thấp nhất", "Lowest";
        receivables: "Công nợ theo nguồn thanh toán", "Receivables by payer";
        receivables_hint: "Tiền thu tính theo giá bệnh viện. Đề nghị thanh toán là phần đề nghị cơ quan BHXH chi trả. Đủ căn cứ chấp nhận là các dòng đề nghị không có sai lệch khi đối chiếu; đây chưa phải kết quả giám định của cơ quan BHXH. Còn phải thu là tiền thu của người bệnh BHYT, trừ các ca đã có dòng đề nghị đủ căn cứ, tính theo giá bệnh viện.", "Charged is at the hospital's prices. Claimed is the part that the insurance is asked for. Fit to be accepted are claims without a finding; it is not yet the decision of the insurance. Open is what was charged to insured patients, less the studies with such a claim, at the hospital's prices.";
        claimed: "Đề nghị thanh toán", "Claimed";
        accepted: "Đủ căn cứ chấp nhận", "Fit to be accepted";
        open: "Còn phải thu", "Open";
        not_compared: "Chưa đối chiếu", "Not compared";
        open_by_department: "Còn phải thu của cơ quan BHXH theo khoa", "Open with the insurance by department";
        budget_title: "Định mức phim và thực tế", "Budget of films and what was printed";
        budget: "Định mức", "Budget";
        left: "Còn lại", "Left";
        no_budget: "Chưa đặt", "Not set";
        year: "Cả năm", "Year";
        set_budget: "Đặt định mức phim", "Set the budget of films";
        period: "Năm hoặc tháng (2026 hoặc 2026-11)", "Year or month (2026 or 2026-11)";
        films_max: "Số phim được in; để trống là bỏ định mức", "Films that may be printed; leave it empty for no budget";
        save: "Lưu", "Save";
        to_claims: "Đối chiếu đề nghị thanh toán với cơ quan BHXH", "Compare claims to the insurance";
        export_now: "Xuất ngay", "Export now";
        export_hint: "Số liệu được xuất mỗi đêm. Xuất ngay thường mất vài phút; sự kiện của vài giây cuối có thể vào lần xuất sau.", "Figures are exported every night. An export now takes a few minutes; events of the last seconds may be in the next one.";
        export_waits: "Đang chờ xuất", "Waiting to be exported";
        last_export: "Lần xuất gần nhất", "Last export";
        export_ok: "Xong", "Done";
        export_failed: "Không xong", "Failed";
        no_export: "Chưa có lần xuất nào được ghi lại.", "No export was recorded yet.";
        rows: "số sự kiện", "events";
        failed_ledger: "sổ sự kiện không đọc được hoặc không còn nguyên vẹn. Xin báo phòng công nghệ thông tin kiểm tra bằng filmless usage verify.", "the ledger cannot be read, or does not hold. Please ask the IT department to run filmless usage verify.";
        failed_prices: "bảng giá hoặc tệp xuất có dòng không dùng được. Xin kiểm tra tệp prices/prices.csv.", "the price file or an exported file cannot be used. Please check prices/prices.csv.";
        failed_storage: "kho lưu trữ tạm thời không dùng được. Xin thử lại sau ít phút.", "the storage could not be used. Please try again in a few minutes.";
        lines: "Các dòng của tiền thu", "The lines that were charged";
        lines_what: "Mỗi dòng là một lần trả kết quả, hoặc một lần ghi giảm. Số liệu tính đến lần xuất gần nhất của tháng.", "Each line is a release, or a correction of one, as far as the month was exported.";
        lines_sum: "Tiền thu của lựa chọn này", "Charged in this choice";
        no_lines: "Không có dòng nào.", "There are no lines.";
        no_lines_yet: "Chưa thấy dòng nào trong phần này của sổ. Xin bấm Trang sau.", "No line in this part of the ledger. Go on to the next page.";
        next: "Trang sau", "Next page";
        day: "Ngày", "Day";
        accession: "Số chỉ định", "Accession number";
        service: "Mã dịch vụ", "Service";
        amount: "Số tiền", "Amount";
        note: "Ghi chú", "Note";
        was_recalled: "Thu hồi kết quả", "Recalled";
        was_moved: "Phiếu chỉ định thay đổi", "The order changed";
    }
}
