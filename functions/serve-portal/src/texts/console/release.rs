//! The words of a release by hand.

use super::words::words;

words! {
    /// Images, order and account side by side.
    ReleaseWords {
        facts: "Ảnh và phiếu chỉ định ghi gì về người bệnh", "What images and order say of the patient";
        shown_to: "Kết quả này sẽ được trả cho", "This will be shown to";
        born: "sinh", "born";
        by_order: "Phiếu chỉ định", "Order";
        by_account: "Tài khoản của mã này", "Account of this code";
        by_images: "Ảnh", "Images";
        name: "Họ tên", "Name";
        birth_date: "Ngày sinh", "Birth date";
        sex: "Giới tính", "Sex";
        code: "Mã người bệnh", "Patient code";
        nothing: "không ghi", "nothing";
        unreadable: "có ghi nhưng không đọc được", "stated, but cannot be read";
        differs: "khác", "differs";
        under: "Trả theo số chỉ định", "Released under order";
        accessions: "Số chỉ định ghi trong ảnh", "Accession numbers in the images";
        cancelled: "Phiếu chỉ định này đã bị hủy.", "This order was cancelled.";
        account_anothers: "Tài khoản của mã này thuộc về một người khác. Xin sửa mã trên phiếu chỉ định, hoặc xác nhận là cùng một người.", "The account of this code belongs to somebody else. Correct the code of the order, or confirm that they are one person.";
        strangers: "Số tệp ghi tên người khác, đang ở khu cách ly:", "Files that name another patient, in quarantine:";
        four_eyes: "Bệnh viện yêu cầu hai người cùng xác nhận: sau Ông/Bà, một đồng nghiệp phải xác nhận lần nữa.", "The hospital demands two people: after you, a colleague has to confirm once more.";
        asked: "Đã được xác nhận lần thứ nhất:", "Confirmed once by:";
        asked_own: "Cần một đồng nghiệp khác xác nhận.", "Somebody else has to confirm.";
        same_person: "Cùng một người: ghi nhớ cho những lần sau.", "They are one person: remember that.";
        confirm: "Tôi đã đối chiếu: hình ảnh này là của người bệnh nêu trên.", "I have compared: these images are of the patient named above.";
        other_order: "Phiếu chỉ định khác", "Another order";
        compare: "Đối chiếu", "Compare";
        look: "Xem kỹ", "Look closely";
        same_person_button: "Cùng một người: trả kết quả và ghi nhớ", "Same person: release and remember";
        same_person_reason: "cùng một người", "same person";
        reviews: "Đối chiếu người bệnh", "Identity";
        mismatches: "Người bệnh không khớp", "Patients that differ";
        mismatches_what: "Lần chụp của 31 ngày qua đang được giữ vì ảnh và phiếu ghi khác nhau.", "Studies of the last 31 days that are held because images and order differ.";
        orders: "Phiếu chỉ định cần xem lại", "Orders to look at";
        reviews_what: "Số chỉ định được dùng lại cho người khác, và phiếu cũ đến sau phiếu mới. Giữ 90 ngày.", "Accession numbers that were used again for somebody else, and orders that came after a newer one. Kept for 90 days.";
        no_reviews: "Không có gì cần xem lại.", "There is nothing to look at.";
        when: "Lúc", "When";
        what: "Việc", "What";
    }
}
