//! Tiếng Việt.

use super::{
    DownloadTexts, FrameTexts, GuideQuestion, GuideStep, GuideTexts, LinkTexts, ModalityTexts, SignInTexts,
    StudiesTexts, StudyTexts, Texts, TroubleTexts, sharing, viewer,
};

pub(super) const VI: Texts = Texts {
    tag: "vi",
    frame: FrameTexts {
        app_name: "Hình ảnh của tôi",
        skip_to_content: "Đến nội dung chính",
        support: "Ông/Bà cần giúp đỡ?",
        hotline: "Tổng đài",
        hours: "Giờ hỗ trợ",
        email: "Email",
        guide: "Hướng dẫn",
        my_studies: "Các lần chụp",
        sign_out: "Đăng xuất",
        other_language: "English",
        other_tag: "en",
    },
    sign_in: SignInTexts {
        title: "Xem hình ảnh chụp",
        intro: "Nhập tài khoản và mật khẩu in trên phiếu kết quả.",
        account: "Tài khoản",
        password: "Mật khẩu",
        password_hint: "Chữ hoa hay chữ thường đều được, không cần gõ dấu gạch.",
        submit: "Đăng nhập",
        denied: "Tài khoản hoặc mật khẩu chưa đúng. Xin xem lại trên phiếu và nhập lại.",
        slow_down: |minutes| {
            format!("Đã nhập sai nhiều lần. Xin chờ {minutes} phút rồi thử lại, hoặc gọi tổng đài.")
        },
        have_link: "Có mã QR trên phiếu hoặc đường dẫn trong tin nhắn? Quét mã hay bấm vào đường dẫn sẽ nhanh hơn.",
        signed_out: "Ông/Bà đã đăng xuất.",
    },
    link: LinkTexts {
        title: "Xem hình ảnh chụp",
        why: "Xin nhập ngày sinh của người bệnh. Nhờ vậy, người lạ không xem được hình ảnh này.",
        birth_date: "Ngày sinh",
        birth_date_hint: "Gõ ngày, tháng, năm. Ví dụ: 02031958 là ngày 2 tháng 3 năm 1958.",
        submit: "Xem hình ảnh",
        or_password: "Hoặc dùng mật khẩu trên phiếu",
        password: "Mật khẩu",
        wrong: |left| format!("Chưa đúng. Xin kiểm tra và nhập lại. Còn {left} lần nhập."),
        gone_title: "Đường dẫn này không dùng được nữa",
        gone: "Có thể đường dẫn đã hết hạn hoặc bị gõ thiếu. Hình ảnh của Ông/Bà vẫn được bệnh viện lưu giữ.",
        replaced_title: "Đã có phiếu mới hơn",
        replaced: "Phiếu này đã được thay bằng một phiếu mới. Xin dùng mã QR hoặc đường dẫn trên phiếu mới nhất.",
        instead: "Ông/Bà có thể đăng nhập bằng tài khoản và mật khẩu trên phiếu, hoặc gọi tổng đài để được giúp.",
        sign_in_instead: "Đăng nhập bằng tài khoản",
    },
    studies: StudiesTexts {
        title: "Các lần chụp của tôi",
        empty: "Chưa có hình ảnh nào. Khi có kết quả, hình ảnh sẽ hiện ở đây.",
        preparing: "Đang chuẩn bị hình ảnh",
        preparing_hint: "Xin quay lại sau ít phút.",
        no_date: "Không rõ ngày chụp",
        open: "Xem hình ảnh",
    },
    study: StudyTexts {
        patient_id: "Mã số",
        birth_date: "Sinh ngày",
        series: "Các loạt ảnh",
        series_number: |number| format!("Loạt ảnh {number}"),
        stage: "Hình ảnh đang xem",
        general_note: "Hình ảnh ở đây để Ông/Bà xem và trao đổi với bác sĩ. Việc chẩn đoán do bác sĩ thực hiện.",
        print_note: "Hình ảnh không được in ra giấy. Xin xem hình ảnh trên điện thoại hoặc máy tính.",
        retry: "Thử lại",
        hint: "Kéo thanh trượt, hoặc vuốt ngang trên ảnh, để xem các ảnh khác.",
        without_picture: |count| {
            format!("{count} ảnh không xem trước được. Bản gốc vẫn được bệnh viện lưu giữ.")
        },
        no_picture: "Loạt ảnh này không xem trước được. Bản gốc vẫn được bệnh viện lưu giữ.",
        no_script: "Trình duyệt đang tắt JavaScript nên chỉ xem được các ảnh thu nhỏ dưới đây.",
    },
    download: DownloadTexts {
        title: "Tải ảnh gốc",
        what: "Toàn bộ ảnh gốc (DICOM) của lần chụp này trong một tệp ZIP, dành cho bác sĩ dùng phần mềm riêng. Để xem \
               ảnh, Ông/Bà không cần tải.",
        private: "Tệp chứa dữ liệu sức khoẻ cá nhân. Chỉ lưu trên thiết bị mà Ông/Bà tin cậy.",
        ask: "Chuẩn bị tệp tải về",
        preparing: "Tệp đang được chuẩn bị. Trang này tự kiểm tra lại; Ông/Bà cũng có thể quay lại sau.",
        ready: |megabytes| format!("Tải tệp ZIP ({megabytes} MB)"),
        back: "Quay lại xem ảnh",
    },
    viewer: &viewer::VI,
    sharing: &sharing::VI,
    guide: GuideTexts {
        title: "Hướng dẫn xem hình ảnh",
        intro: "Bệnh viện không in phim nữa. Ông/Bà xem hình ảnh ngay trên điện thoại, không cần cài đặt gì.",
        steps: [
            GuideStep {
                title: "Quét mã QR hoặc bấm vào đường dẫn",
                text: "Mở máy ảnh của điện thoại, đưa vào mã QR trên phiếu, rồi bấm vào dòng chữ hiện ra. \
                       Hoặc mở tin nhắn của bệnh viện và bấm vào đường dẫn.",
                drawing: "Điện thoại đang quét mã QR trên phiếu kết quả",
            },
            GuideStep {
                title: "Nhập ngày sinh",
                text: "Gõ ngày, tháng, năm sinh của người bệnh, ví dụ 02031958, rồi bấm “Xem hình ảnh”.",
                drawing: "Màn hình điện thoại với ô nhập ngày sinh và bàn phím số",
            },
            GuideStep {
                title: "Xem hình ảnh",
                text: "Kéo thanh trượt dưới ảnh, hoặc vuốt ngang trên ảnh, để xem lần lượt từng ảnh. \
                       Bấm vào loạt ảnh khác trong danh sách để đổi.",
                drawing: "Màn hình xem ảnh với thanh trượt và các nút",
            },
            GuideStep {
                title: "Phóng to khi cần",
                text: "Chạm hai lần vào ảnh, hoặc dùng hai ngón tay kéo ra, để phóng to.",
                drawing: "Hai ngón tay phóng to ảnh trên điện thoại",
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
                answer: "Có. Đưa phiếu cho bác sĩ, hoặc mở hình ảnh trên điện thoại của Ông/Bà để bác sĩ cùng xem.",
            },
            GuideQuestion {
                question: "Vì sao ảnh ghi là “xem nhanh”?",
                answer: "Đó là bản nhỏ để mở nhanh trên điện thoại. Bản gốc đầy đủ được bệnh viện lưu giữ nguyên vẹn; \
                         việc chẩn đoán do bác sĩ thực hiện trên bản gốc.",
            },
            GuideQuestion {
                question: "Người lạ nhặt được phiếu có xem được không?",
                answer: "Phiếu có mật khẩu, nên xin giữ phiếu như giấy tờ riêng. Nếu mất phiếu, xin gọi tổng đài để khóa.",
            },
        ],
    },
    trouble: TroubleTexts {
        not_found_title: "Không tìm thấy trang này",
        not_found: "Địa chỉ có thể bị gõ thiếu, hoặc hình ảnh này không thuộc tài khoản của Ông/Bà.",
        busy_title: "Hiện có rất nhiều người cùng đăng nhập",
        busy: "Xin chờ vài giây rồi thử lại. Lần nhập vừa rồi không bị tính.",
        failed_title: "Trang đang gặp trục trặc",
        failed: "Lỗi ở phía bệnh viện, không phải do Ông/Bà. Hình ảnh vẫn an toàn. Xin thử lại sau ít phút.",
        refused_title: "Yêu cầu không được nhận",
        refused: "Xin quay về trang đầu và thử lại từ đó.",
        to_start: "Về trang đầu",
    },
    modality: ModalityTexts {
        ct: "Chụp cắt lớp vi tính (CT)",
        mr: "Chụp cộng hưởng từ (MRI)",
        x_ray: "Chụp X-quang",
        fluoroscopy: "Chụp X-quang có soi",
        mammography: "Chụp nhũ ảnh",
        ultrasound: "Siêu âm",
        angiography: "Chụp mạch máu (DSA)",
        nuclear: "Xạ hình (SPECT)",
        pet: "Chụp PET",
        bone_density: "Đo mật độ xương",
        endoscopy: "Nội soi",
        dental: "Chụp răng",
        document: "Tài liệu",
        other: "Hình ảnh y khoa",
    },
    date: |date| format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year()),
    images: |count| format!("{count} ảnh"),
    series: |count| format!("{count} loạt ảnh"),
};
