//! The words of the page that sets months side by side.

use super::words;

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
        exported: "Lần xuất gần nhất", "Latest exports";
    }
}
