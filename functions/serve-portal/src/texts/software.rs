//! The words of opening a study with software of one's own.

/// The words of one language.
pub struct SoftwareTexts {
    /// Link to it, and its heading.
    pub title: &'static str,
    /// For whom it is.
    pub intro: &'static str,
    /// On a phone, where none of it runs.
    pub phone: &'static str,
    /// The viewer in the browser: what it is.
    pub ohif: &'static str,
    /// Button that opens it.
    pub ohif_open: &'static str,
    /// Software that speaks DICOMweb: what to do.
    pub address: &'static str,
    /// Button that makes the address.
    pub address_make: &'static str,
    /// Software that opens a ZIP: what to do.
    pub osirix: &'static str,
    /// Button that opens the ZIP with it.
    pub osirix_open: &'static str,
    /// Heading once the address is made.
    pub made: &'static str,
    /// When the address ends if nobody uses it, and when at the latest.
    pub until: fn(&str, &str) -> String,
    /// When the address ends, whether it is used or not.
    pub until_at_the_latest: fn(&str) -> String,
    /// That it ends with the session.
    pub ends: &'static str,
    /// What Weasis does with it.
    pub weasis: &'static str,
    /// Link that starts Weasis.
    pub weasis_open: &'static str,
    /// What 3D Slicer does with it.
    pub slicer: &'static str,
    /// What any other software does with it.
    pub other: &'static str,
    /// In place of all these, for a share that lets only look.
    pub see_only: &'static str,
    /// Label of the address.
    pub dicomweb: &'static str,
    /// Button that copies it.
    pub copy: &'static str,
    /// It was copied.
    pub copied: &'static str,
    /// The browser lets nothing be copied: the address is marked.
    pub copy_by_hand: &'static str,
    /// Words of the QR code for a screen reader.
    pub qr: &'static str,
    /// Below the QR code.
    pub qr_use: &'static str,
    /// Whoever has the address sees the images.
    pub private: &'static str,
    /// The ZIP for OsiriX and Horos is being made; the page comes again by itself.
    pub osirix_preparing: &'static str,
    /// What OsiriX and Horos do now.
    pub osirix_ready: &'static str,
    /// Link back to the choice.
    pub back: &'static str,
    /// In "who has seen this": with software.
    pub who_software: &'static str,
    /// In "who has seen this": software took files at that time.
    pub who_took: fn(&str) -> String,
}

pub(super) const VI: SoftwareTexts = SoftwareTexts {
    title: "Mở bằng phần mềm khác",
    intro: "Dành cho bác sĩ muốn xem lần chụp này bằng phần mềm đọc ảnh chuyên dụng trên máy tính. Để xem ảnh, Ông/Bà không cần cài thêm gì.",
    phone: "Các phần mềm này chỉ chạy trên máy tính. Trên điện thoại, xin xem ảnh ngay tại đây hoặc tải ảnh gốc.",
    ohif: "Mở ngay trong trình duyệt, không cần cài đặt: xem nhiều loạt ảnh cạnh nhau, đo đạc, dựng lát cắt theo ba mặt phẳng.",
    ohif_open: "Mở bằng OHIF",
    address: "Cho Weasis, 3D Slicer và phần mềm khác có hỗ trợ DICOMweb: tạo một địa chỉ để phần mềm tự lấy ảnh của lần chụp này.",
    address_make: "Tạo địa chỉ",
    osirix: "Trên máy Mac: OsiriX hoặc Horos tự tải tệp ZIP của lần chụp này rồi mở ra.",
    osirix_open: "Mở bằng OsiriX hoặc Horos",
    made: "Địa chỉ cho phần mềm đọc ảnh",
    until: |time, latest| {
        format!(
            "Nếu không dùng đến, địa chỉ này hết hiệu lực lúc {time}; đang dùng thì chậm nhất là {latest}."
        )
    },
    until_at_the_latest: |time| format!("Địa chỉ này hết hiệu lực lúc {time}, dù đang dùng hay không."),
    ends: "Khi Ông/Bà đăng xuất, hoặc khi chia sẻ bị dừng, phần mềm không mở được ảnh nữa.",
    weasis: "Nếu máy đã cài Weasis, bấm nút dưới đây; Weasis tự lấy ảnh và mở ra.",
    weasis_open: "Mở bằng Weasis",
    slicer: "Trong 3D Slicer, mở mô-đun DICOMweb Browser rồi dán địa chỉ vào ô Server URL.",
    other: "Phần mềm khác có hỗ trợ DICOMweb: thêm một máy chủ mới với địa chỉ này, không cần tên đăng nhập hay mật khẩu.",
    see_only: "Chia sẻ này chỉ cho xem, không cho tải ảnh gốc. Phần mềm lấy từng hình qua DICOMweb, như OHIF, mở được; 3D Slicer, Weasis, OsiriX và máy chủ PACS thì không. Nếu cần dùng các phần mềm đó, xin bệnh nhân chia sẻ lại và đánh dấu mục cho tải ảnh gốc.",
    dicomweb: "Địa chỉ DICOMweb",
    copy: "Chép địa chỉ",
    copied: "Đã chép. Xin dán vào phần mềm đọc ảnh.",
    copy_by_hand: "Máy này không cho chép tự động. Địa chỉ ở trên đã được bôi đen: Ông/Bà bấm chuột phải vào đó, chọn Sao chép, rồi dán vào phần mềm.",
    qr: "Mã QR của địa chỉ DICOMweb",
    qr_use: "Mã này chứa địa chỉ trên, để chuyển nhanh sang máy tính bảng hoặc máy khác.",
    private: "Ai có địa chỉ này đều xem được lần chụp. Xin đừng gửi cho người khác; muốn cho người khác xem, hãy dùng mục Chia sẻ. Địa chỉ chỉ hiện ở đây một lần.",
    osirix_preparing: "Đang chuẩn bị tệp ZIP cho OsiriX hoặc Horos. Ông/Bà cứ để trang này mở, nút mở tệp sẽ tự hiện ra.",
    osirix_ready: "Tệp đã sẵn sàng. Bấm nút dưới đây; OsiriX hoặc Horos tự tải về rồi mở ra.",
    back: "Chọn phần mềm khác",
    who_software: "Mở bằng phần mềm đọc ảnh",
    who_took: |time| format!("Phần mềm đã lấy ảnh gốc lúc {time}"),
};

pub(super) const EN: SoftwareTexts = SoftwareTexts {
    title: "Open with other software",
    intro: "For doctors who want to read this study with their own software on a computer. To look at the images you need nothing else.",
    phone: "This software runs on computers only. On a phone, please look at the images here, or download the originals.",
    ohif: "Opens in the browser, with nothing to install: several series side by side, measurements, slices in three planes.",
    ohif_open: "Open with OHIF",
    address: "For Weasis, 3D Slicer and other software that speaks DICOMweb: makes an address from which it fetches the images of this study by itself.",
    address_make: "Make the address",
    osirix: "On a Mac: OsiriX or Horos downloads the ZIP of this study and opens it.",
    osirix_open: "Open with OsiriX or Horos",
    made: "Address for viewing software",
    until: |time, latest| {
        format!("If nobody uses it, this address ends at {time}; if it is used, at {latest} at the latest.")
    },
    until_at_the_latest: |time| format!("This address ends at {time}, whether it is used or not."),
    ends: "When you sign out, or when the share is stopped, the software can no longer open the images.",
    weasis: "If Weasis is installed, use this button: Weasis fetches the images and opens them.",
    weasis_open: "Open with Weasis",
    slicer: "In 3D Slicer, open the module DICOMweb Browser and paste the address as Server URL.",
    other: "Other software that speaks DICOMweb: add a server with this address, without user name or password.",
    see_only: "This share lets you look, not fetch the original files. Viewers that fetch single images over DICOMweb, such as OHIF, work; 3D Slicer, Weasis, OsiriX and PACS servers do not. If you need those, please ask the patient for a share that allows downloading.",
    dicomweb: "DICOMweb address",
    copy: "Copy the address",
    copied: "Copied. Please paste it into your software.",
    copy_by_hand: "This device does not let the address be copied by a button. The address above is marked: right-click it, choose Copy, then paste it into your software.",
    qr: "QR code of the DICOMweb address",
    qr_use: "This code holds the address above, to carry it over to a tablet or another computer.",
    private: "Whoever has this address can see the study. Please do not send it to anybody; to let somebody else look, use Sharing. The address is shown only here, once.",
    osirix_preparing: "The ZIP for OsiriX or Horos is being prepared. Please leave this page open: the button appears by itself.",
    osirix_ready: "The file is ready. Use this button: OsiriX or Horos downloads it and opens it.",
    back: "Choose other software",
    who_software: "Opened with viewing software",
    who_took: |time| format!("The software fetched the originals at {time}"),
};
