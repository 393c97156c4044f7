//! The words of the finance page.

use super::words::words;

words! {
    /// Figures of a month.
    UsageWords {
        what: "Số liệu của từng tháng: đã trả kết quả không in phim, đã báo cho người bệnh, chi phí. Không có hình ảnh hay tên người bệnh.", "Figures by month: what was delivered without film, who was told, what it cost. No images and no names.";
        none: "Chưa có tháng nào được xuất. Số liệu được xuất mỗi đêm.", "No month was exported yet. Figures are exported every night.";
        month: "Tháng", "Month";
        all: "Tất cả", "All";
        department: "Khoa", "Department";
        modality: "Loại chụp", "Modality";
        payer: "Nguồn thanh toán", "Payer";
        insured: "BHYT", "Insured";
        self_paid: "Tự trả", "Self-paying";
        unknown: "Không rõ", "Unknown";
        show: "Xem", "Show";
        released: "Đã trả kết quả", "Released";
        notified: "Đã báo", "Notified";
        opened: "Đã mở xem", "Opened";
        films_avoided: "Phim không in", "Films avoided";
        films_printed: "Phim đã in", "Films printed";
        saved: "Tiền phim tiết kiệm (đồng)", "Film money saved (VND)";
        not_delivered: "Tin lỗi", "Failed messages";
        message_cost: "Chi phí tin (đồng)", "Message cost (VND)";
        stored: "Dung lượng thêm (MB)", "Storage added (MB)";
        chart: "Phim không in theo loại chụp", "Films avoided by modality";
        by_group: "Theo khoa, loại chụp và người trả", "By department, modality and payer";
        no_rows: "Không có gì khớp với lựa chọn này.", "Nothing matches this choice.";
        total: "Tổng", "Total";
        files: "Tải về", "Download";
        table: "Bảng tính (Excel)", "Workbook (Excel)";
        csv: "Bảng (CSV)", "Table (CSV)";
        manifest: "Bản kê kiểm chứng (JSON)", "Manifest (JSON)";
        from_ledger: "Tính từ số sự kiện trong sổ", "Computed from events of the ledger";
        up_to_line: "đến dòng", "up to line";
    }
}
