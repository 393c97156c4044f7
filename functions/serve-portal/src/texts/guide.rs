//! How to open the images, step by step: the words beside the pictures.

/// How to open the images.
pub struct GuideTexts {
    /// Heading.
    pub title: &'static str,
    /// What it is about.
    pub intro: &'static str,
    /// The steps, in the order of the pictures.
    pub steps: [GuideStep; 6],
    /// Heading of the questions.
    pub questions_title: &'static str,
    /// The questions.
    pub questions: [GuideQuestion; 6],
    /// Link to the licences of what is shipped.
    pub licenses: &'static str,
}

/// One step of the guide.
pub struct GuideStep {
    /// Heading.
    pub title: &'static str,
    /// What to do.
    pub text: &'static str,
    /// Describes the picture for those who cannot see it.
    pub picture: &'static str,
}

/// A question people ask.
pub struct GuideQuestion {
    /// The question.
    pub question: &'static str,
    /// The answer.
    pub answer: &'static str,
}

pub(super) const VI: GuideTexts = GuideTexts {
    title: "Hướng dẫn xem hình ảnh",
    intro: "Bệnh viện không in phim nữa. Ông/Bà xem hình ảnh ngay trên điện thoại, không cần cài đặt gì.",
    steps: [
        GuideStep {
            title: "Quét mã QR hoặc bấm vào đường dẫn",
            text: "Mở máy ảnh của điện thoại, đưa vào mã QR trên phiếu, rồi bấm vào dòng chữ hiện ra. \
                   Hoặc mở tin nhắn của bệnh viện và bấm vào đường dẫn.",
            picture: "Phiếu trả kết quả có mã QR, tài khoản và mật khẩu",
        },
        GuideStep {
            title: "Nhập ngày sinh",
            text: "Gõ ngày, tháng, năm sinh của người bệnh, ví dụ 02031958, rồi bấm “Xem hình ảnh”.",
            picture: "Trang hỏi ngày sinh, đã nhập 02031958, bên dưới là nút Xem hình ảnh",
        },
        GuideStep {
            title: "Xem hình ảnh",
            text: "Kéo thanh trượt dưới ảnh, hoặc vuốt ngang trên ảnh, để xem lần lượt từng ảnh. \
                   Bấm vào loạt ảnh khác trong danh sách để đổi.",
            picture: "Trang xem ảnh: ảnh chụp ở trên, thanh trượt và các nút ở dưới",
        },
        GuideStep {
            title: "Phóng to khi cần",
            text: "Chạm hai lần vào ảnh, hoặc dùng hai ngón tay kéo ra, để phóng to. Bấm “Xem lớn” để ảnh đầy màn hình; \
                   bấm “Đóng” hoặc nút quay lại của điện thoại để trở về.",
            picture: "Ảnh đã phóng to, đầy màn hình điện thoại",
        },
        GuideStep {
            title: "Xem các lần chụp khác",
            text: "Bấm “Các lần chụp” ở đầu trang. Lần mới nhất nằm trên cùng; bấm vào một lần để xem.",
            picture: "Danh sách các lần chụp, mỗi lần có ngày và ảnh nhỏ",
        },
        GuideStep {
            title: "Cho bác sĩ hoặc người nhà xem",
            text: "Bấm “Chia sẻ”, ghi tên người nhận, chọn lần chụp, rồi bấm “Tạo chia sẻ”. Gửi đường dẫn và đọc mã số cho \
                   người nhận. Không cần đưa mật khẩu.",
            picture: "Trang chia sẻ với ô tên người nhận và danh sách lần chụp",
        },
    ],
    questions_title: "Câu hỏi thường gặp",
    questions: [
        GuideQuestion {
            question: "Không có mã QR hay tin nhắn thì sao?",
            answer: "Mở trang đầu của địa chỉ này rồi nhập tài khoản và mật khẩu in trên phiếu.",
        },
        GuideQuestion {
            question: "Quên hoặc mất mật khẩu?",
            answer: "Xin gọi tổng đài. Bệnh viện sẽ cấp lại phiếu mới; phiếu cũ hết hiệu lực.",
        },
        GuideQuestion {
            question: "Có thể cho bác sĩ nơi khác xem không?",
            answer: "Có. Bấm “Chia sẻ” để gửi cho bác sĩ một đường dẫn và mã số riêng, hoặc mở hình ảnh trên điện thoại của \
                     Ông/Bà để bác sĩ cùng xem. Bác sĩ xem được ảnh đầy đủ và so sánh với lần chụp trước.",
        },
        GuideQuestion {
            question: "Vì sao ảnh ghi là “xem nhanh”?",
            answer: "Đó là bản nhỏ hiện trước để không phải chờ. Khi dòng chữ đổi thành “Chất lượng đầy đủ”, ảnh đang xem giống \
                     hệt ảnh gốc. Việc chẩn đoán do bác sĩ thực hiện.",
        },
        GuideQuestion {
            question: "Có tốn nhiều dung lượng mạng không?",
            answer: "Ảnh đầu tiên chỉ cần khoảng một phần năm megabyte. Xem hết một lần chụp CT cần khoảng 2 đến vài chục megabyte, \
                     tùy số ảnh được xem kỹ; dùng Wi-Fi nếu có.",
        },
        GuideQuestion {
            question: "Người lạ nhặt được phiếu có xem được không?",
            answer: "Phiếu có mật khẩu, nên xin giữ phiếu như giấy tờ riêng. Nếu mất phiếu, xin gọi tổng đài để khóa.",
        },
    ],
    licenses: "Giấy phép phần mềm nguồn mở",
};

pub(super) const EN: GuideTexts = GuideTexts {
    title: "How to see your images",
    intro: "The hospital no longer prints film. You see your images on your phone, with nothing to install.",
    steps: [
        GuideStep {
            title: "Scan the QR code or tap the link",
            text: "Open the camera of your phone, hold it over the QR code on the slip and tap the line that \
                   appears. Or open the hospital's message and tap the link.",
            picture: "A result slip with QR code, account and password",
        },
        GuideStep {
            title: "Enter the birth date",
            text: "Type day, month and year of the patient's birth, for example 02031958, and tap “Show the images”.",
            picture: "The page that asks for the birth date, with 02031958 typed in, and the button below it",
        },
        GuideStep {
            title: "Look at the images",
            text: "Drag the slider below the image, or swipe sideways on it, to go through the images. \
                   Tap another series in the list to change.",
            picture: "The study page: the image above, slider and buttons below",
        },
        GuideStep {
            title: "Zoom in where you like",
            text: "Tap the image twice, or spread two fingers on it. “Full screen” gives it the whole screen; “Close”, or the \
                   back button of your phone, leads back.",
            picture: "An enlarged image that fills the screen of a phone",
        },
        GuideStep {
            title: "See earlier studies",
            text: "Tap “My studies” at the top. The newest one comes first; tap one to open it.",
            picture: "The list of studies, each with its date and a small picture",
        },
        GuideStep {
            title: "Let a doctor or a relative see them",
            text: "Tap “Sharing”, say with whom, choose the studies and tap “Make the share”. Send the link and tell the code. \
                   Your password stays with you.",
            picture: "The page for sharing, with a field for the name and the list of studies",
        },
    ],
    questions_title: "Questions people ask",
    questions: [
        GuideQuestion {
            question: "What if I have no QR code and no message?",
            answer: "Open the first page of this address and enter the account and password printed on the slip.",
        },
        GuideQuestion {
            question: "I have lost the password.",
            answer: "Please call the hotline. The hospital issues a new slip; the old one stops working.",
        },
        GuideQuestion {
            question: "Can a doctor elsewhere see the images?",
            answer: "Yes. Tap “Sharing” to send a link and a code of its own, or open the images on your phone and look at them \
                     together. The doctor sees them in full quality and can compare them with earlier ones.",
        },
        GuideQuestion {
            question: "Why does it say “quick preview”?",
            answer: "A small copy is shown first, so that you need not wait. Once it says “Full quality”, what you see is exactly \
                     the original. A diagnosis is made by a doctor.",
        },
        GuideQuestion {
            question: "Does it use much mobile data?",
            answer: "The first image needs about a fifth of a megabyte. A whole CT study takes from 2 to some tens of megabytes, \
                     depending on how many images you look at closely; use Wi-Fi where there is one.",
        },
        GuideQuestion {
            question: "Can a stranger who finds the slip see my images?",
            answer: "The slip holds your password, so please keep it like a personal document. If it is lost, \
                     call the hotline to have it blocked.",
        },
    ],
    licenses: "Open-source licences",
};
