//! The words of the page that compares claims.

use super::words::words;

words! {
    /// Claims to the insurance, compared with what was delivered.
    ClaimsWords {
        title: "Đối chiếu với cơ quan BHXH", "Claims to the insurance";
        what: "So tệp đề nghị thanh toán BHYT với sổ trả kết quả: dòng nào có ca chụp, dòng nào có thể bị từ chối, và vì sao.", "Compares a file of claims with what was delivered: which claims have a study, which may be refused, and why.";
        month: "Tháng", "Month";
        file: "Tệp đề nghị thanh toán", "File of claims";
        file_hint: "XML theo QĐ 130, 4750 (GIAMDINHHS), CSV hoặc TSV có tên cột như bảng XML3, hoặc ZIP của các tệp đó. Nhiều tệp xin nén thành một ZIP. Sổ tính Excel xin lưu thành CSV. Tối đa (MB)", "XML (GIAMDINHHS), CSV or TSV with the columns of XML3, or a ZIP of them. Put several files into one ZIP. Save a workbook as CSV. At most (MB)";
        larger: "Tệp lớn hơn: dùng lệnh filmless usage reconcile.", "Larger files: use the command filmless usage reconcile.";
        upload: "Đối chiếu", "Compare";
        kept: "Tệp được xóa ngay sau khi đối chiếu. Chỉ giữ lại các tổng số trên trang này: số dòng và số tiền theo sai lệch, khoa và nguồn thanh toán. Danh sách dòng cần sửa được giữ 24 giờ rồi xóa. Không có tên, số thẻ hay mã bệnh nhân nào được giữ. Đối chiếu lại một tháng thì kết quả mới thay kết quả cũ: xin gửi đủ các tệp của tháng.", "The file is deleted as soon as it was compared. Only the sums on this page are kept: rows and amounts by finding, department and payer. The list of rows to correct is deleted after 24 hours. No name, card number or patient code is kept. A new comparison takes the place of the one before: hand over all files of the month.";
        waiting: "Đang đối chiếu. Trang tự tải lại cho đến khi xong.", "Being compared. The page reloads until it is done.";
        failed: "Lần đối chiếu gần nhất không dùng được tệp", "The last file could not be used";
        none: "Tháng này chưa đối chiếu lần nào.", "Nothing was compared in this month yet.";
        result: "Kết quả đối chiếu lúc", "Compared at";
        list: "Tải danh sách “Dòng cần sửa” (Excel)", "Download the rows to correct (Excel)";
        list_gone: "Danh sách dòng cần sửa chỉ giữ 24 giờ. Xin đối chiếu lại để có danh sách.", "The list of rows to correct is kept for 24 hours. Compare again to get it.";
        dossiers: "Số hồ sơ", "Dossiers";
        lines: "Số dòng chẩn đoán hình ảnh", "Lines of imaging";
        matched: "Số dòng có ca chụp", "Lines with a study";
        bad_rows: "Số dòng không dùng được", "Rows that cannot be used";
        other_rows: "Số dòng nhóm khác, bỏ qua", "Rows of other groups, passed over";
        other_files: "Số tệp trong ZIP không đọc", "Files of the ZIP that were not read";
        claimed: "Đề nghị thanh toán", "Claimed";
        accepted: "Đủ căn cứ chấp nhận", "Fit to be accepted";
        at_risk: "Có rủi ro bị từ chối", "At risk";
        by_finding: "Tiền có rủi ro theo sai lệch", "At risk by finding";
        by_department: "Tiền có rủi ro theo khoa", "At risk by department";
        by_payer: "Tiền có rủi ro theo nguồn thanh toán", "At risk by payer";
        outside: "Ngoài các tổng trên", "In no sum above";
        finding: "Sai lệch", "Finding";
        total_once: "Tổng, mỗi dòng tính một lần", "Total, each row once";
        unclaimed: "Có ca chụp, không có đề nghị thanh toán (theo giá bệnh viện)", "Study without a claim (at the hospital's price)";
        rows: "Số dòng", "Rows";
        rows_without_amount: "Dòng không ghi tiền", "Rows without amount";
        amount: "Số tiền", "Amount";
    }
}
