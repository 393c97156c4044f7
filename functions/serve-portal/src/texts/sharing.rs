//! The words of sharing, of "who opened this", and of signing out everywhere.

/// The words of one language.
pub struct SharingTexts {
    /// Link to the list of shares, and its heading.
    pub title: &'static str,
    /// What a share is.
    pub intro: &'static str,
    /// Heading of the form.
    pub new: &'static str,
    /// Label of the receiver's name.
    pub label: &'static str,
    /// An example of it.
    pub label_hint: &'static str,
    /// Label of the relation.
    pub relation: &'static str,
    /// The relations, in the order of [`filmless_domain::share::Relation::ALL`].
    pub relations: [&'static str; 7],
    /// Heading of the choice of studies.
    pub which: &'static str,
    /// Heading of the choice of the end date.
    pub until: &'static str,
    /// A number of days.
    pub days: fn(u32) -> String,
    /// Label of the right to download files.
    pub may_download: &'static str,
    /// Label of the right to save marks.
    pub may_annotate: &'static str,
    /// Label of the right to start consultations.
    pub may_consult: &'static str,
    /// Button that makes the share.
    pub create: &'static str,
    /// Nothing to share yet.
    pub nothing: &'static str,
    /// The request could not be met.
    pub refused: &'static str,
    /// Heading once it is made; the receiver.
    pub made: fn(&str) -> String,
    /// What to do with link and code.
    pub made_how: &'static str,
    /// Label of the link.
    pub link: &'static str,
    /// Button that copies the link.
    pub copy: &'static str,
    /// It was copied.
    pub copied: &'static str,
    /// The browser can neither copy nor share; the link is selected.
    pub copy_by_hand: &'static str,
    /// Button that opens the phone's own sharing.
    pub send: &'static str,
    /// Label of the code.
    pub code: &'static str,
    /// Link and code are not shown again.
    pub once: &'static str,
    /// Words of the QR code for a screen reader.
    pub qr: &'static str,
    /// Link back to the list.
    pub back: &'static str,
    /// Heading of the list.
    pub list: &'static str,
    /// The list is empty.
    pub none: &'static str,
    /// A number of studies.
    pub studies: fn(usize) -> String,
    /// May only look.
    pub view: &'static str,
    /// May look and download files.
    pub view_and_download: &'static str,
    /// Behind the rights to look and download: may also save marks.
    pub and_annotate: &'static str,
    /// Behind them: may also start consultations.
    pub and_consult: &'static str,
    /// Until that date.
    pub open_until: fn(&str) -> String,
    /// Ended at that date.
    pub ended: fn(&str) -> String,
    /// Nobody opened it.
    pub never_opened: &'static str,
    /// How often it was opened, and when last.
    pub opened: fn(usize, &str) -> String,
    /// How many consultations that were started with it are open.
    pub consultations: fn(usize) -> String,
    /// Button that ends a share.
    pub end: &'static str,
    /// Heading of the page behind the link of a share.
    pub ask_title: &'static str,
    /// What the page asks for.
    pub ask_why: &'static str,
    /// Wrong; the number of answers left.
    pub wrong: fn(u32) -> String,
    /// Heading for a share nobody can use.
    pub gone_title: &'static str,
    /// Its explanation.
    pub gone: &'static str,
    /// What else can be done.
    pub gone_instead: &'static str,
    /// Heading of the list of studies, for a guest.
    pub guest_title: &'static str,
    /// Above the list of studies, for a guest: until when they may look.
    pub guest_until: fn(&str) -> String,
    /// Link to "who opened this", and its heading.
    pub who: &'static str,
    /// What the page shows.
    pub who_intro: &'static str,
    /// The patient's own account or link.
    pub who_patient: &'static str,
    /// Somebody with a share; its label.
    pub who_share: fn(&str) -> String,
    /// A member of a consultation, by their name.
    pub who_member: fn(&str) -> String,
    /// Nobody so far.
    pub who_nobody: &'static str,
    /// The first image was shown at that time.
    pub who_saw: fn(&str) -> String,
    /// The files were downloaded at that time.
    pub who_fetched: fn(&str) -> String,
    /// Heading of the list of saved marks.
    pub who_saved: &'static str,
    /// What they are.
    pub who_saved_intro: &'static str,
    /// There is somebody unknown in the list.
    pub who_stranger: &'static str,
    /// Button that ends every session.
    pub everywhere: &'static str,
    /// What that button does.
    pub everywhere_hint: &'static str,
    /// Link back to the images.
    pub to_images: &'static str,
}

pub(super) const VI: SharingTexts = SharingTexts {
    title: "Chia sẻ",
    intro: "Ông/Bà có thể cho bác sĩ nơi khác hoặc người nhà xem hình ảnh mà không phải đưa mật khẩu. \
            Mỗi lần chia sẻ chỉ mở đúng những lần chụp đã chọn, có ngày hết hạn, và có thể dừng bất cứ lúc nào.",
    new: "Chia sẻ mới",
    label: "Chia sẻ với ai?",
    label_hint: "Ví dụ: BS. Minh, Bệnh viện tỉnh",
    relation: "Người này là",
    relations: ["Bác sĩ", "Vợ hoặc chồng", "Con", "Cha hoặc mẹ", "Anh chị em", "Người giám hộ", "Người khác"],
    which: "Những lần chụp nào?",
    until: "Trong bao lâu?",
    days: |days| format!("{days} ngày"),
    may_download: "Được tải cả ảnh gốc (cho bác sĩ dùng phần mềm riêng)",
    may_annotate: "Được lưu đánh dấu và số đo vào lần chụp (cho bác sĩ hội chẩn)",
    may_consult: "Được mở hội chẩn từ xa về những lần chụp này (mời bác sĩ khác cùng xem)",
    create: "Tạo chia sẻ",
    nothing: "Chưa có hình ảnh nào để chia sẻ.",
    refused: "Chưa tạo được. Xin ghi tên người nhận và chọn ít nhất một lần chụp.",
    made: |label| format!("Đã tạo chia sẻ cho {label}"),
    made_how: "Gửi đường dẫn (hoặc cho quét mã QR), rồi đọc mã chia sẻ qua điện thoại. Người nhận cần cả hai mới xem được.",
    link: "Đường dẫn",
    copy: "Chép đường dẫn",
    copied: "Đã chép. Xin dán vào tin nhắn cho người nhận.",
    copy_by_hand: "Máy này không cho chép tự động. Đường dẫn ở trên đã được bôi đen: Ông/Bà nhấn giữ vào đó, chọn Sao chép, rồi dán vào tin nhắn.",
    send: "Gửi qua ứng dụng khác",
    code: "Mã chia sẻ",
    once: "Vì an toàn, đường dẫn và mã chia sẻ chỉ hiện ở đây, cho đến khi Ông/Bà rời trang này. Nếu mất, xin dừng chia sẻ này và tạo cái mới.",
    qr: "Mã QR của đường dẫn",
    back: "Xem các chia sẻ",
    list: "Các chia sẻ của tôi",
    none: "Ông/Bà chưa chia sẻ với ai.",
    studies: |count| format!("{count} lần chụp"),
    view: "chỉ xem",
    view_and_download: "xem và tải ảnh gốc",
    and_annotate: ", lưu đánh dấu",
    and_consult: ", mở hội chẩn",
    open_until: |date| format!("Đến hết {date}"),
    ended: |date| format!("Đã dừng, {date}"),
    never_opened: "Chưa ai mở.",
    opened: |times, last| format!("Đã mở {times} lần, lần cuối {last}"),
    consultations: |open| {
        format!("Người được chia sẻ đang mở {open} cuộc hội chẩn. Dừng chia sẻ thì các cuộc ấy cũng dừng.")
    },
    end: "Dừng chia sẻ",
    ask_title: "Hình ảnh được chia sẻ",
    ask_why: "Một người bệnh đã chia sẻ hình ảnh với Ông/Bà. Xin nhập mã chia sẻ gồm 6 chữ số mà người đó đã cho.",
    wrong: |left| format!("Mã chia sẻ chưa đúng. Xin kiểm tra và nhập lại. Còn {left} lần nhập."),
    gone_title: "Chia sẻ này không dùng được nữa",
    gone: "Có thể chia sẻ đã hết hạn, đã được dừng, hoặc đường dẫn bị thiếu.",
    gone_instead: "Xin hỏi người đã gửi để nhận một chia sẻ mới.",
    guest_title: "Các lần chụp được chia sẻ",
    guest_until: |date| format!("Được chia sẻ với Ông/Bà đến hết {date}."),
    who: "Ai đã xem",
    who_intro: "Những lần hình ảnh này đã được mở, mới nhất trước.",
    who_patient: "Bằng tài khoản hoặc đường dẫn trên phiếu của Ông/Bà",
    who_share: |label| format!("Người được chia sẻ: {label}"),
    who_member: |name| format!("Thành viên hội chẩn: {name}"),
    who_nobody: "Chưa ai mở hình ảnh này.",
    who_saw: |time| format!("Đã thấy ảnh lúc {time}"),
    who_fetched: |time| format!("Đã tải ảnh gốc lúc {time}"),
    who_saved: "Ai đã lưu đánh dấu",
    who_saved_intro: "Bác sĩ được Ông/Bà cho phép đã lưu đánh dấu và số đo vào lần chụp này. Ảnh gốc vẫn giữ nguyên.",
    who_stranger: "Nếu thấy lần mở nào không phải của mình, xin gọi tổng đài để đổi phiếu.",
    everywhere: "Đăng xuất khỏi mọi thiết bị",
    everywhere_hint: "Dùng khi đã mở hình ảnh trên máy của người khác.",
    to_images: "Quay lại xem ảnh",
};

pub(super) const EN: SharingTexts = SharingTexts {
    title: "Sharing",
    intro: "You can let a doctor elsewhere or a relative see your images without giving away your password. \
            Each share opens only the studies you choose, ends on a day you choose, and can be stopped at any time.",
    new: "New share",
    label: "Share with whom?",
    label_hint: "For example: Dr Minh, provincial hospital",
    relation: "This person is",
    relations: [
        "A doctor",
        "My husband or wife",
        "My child",
        "My parent",
        "My brother or sister",
        "My guardian",
        "Somebody else",
    ],
    which: "Which studies?",
    until: "For how long?",
    days: |days| if days == 1 { "1 day".into() } else { format!("{days} days") },
    may_download: "May also download the originals (for a doctor with their own software)",
    may_annotate: "May also save marks and measurements in the studies (for a doctor who is asked for an opinion)",
    may_consult: "May also start remote consultations about these studies (and invite other doctors to see them)",
    create: "Make the share",
    nothing: "There are no images to share yet.",
    refused: "This could not be shared. Please say with whom, and choose at least one study.",
    made: |label| format!("Shared with {label}"),
    made_how: "Send the link (or let them scan the QR code), then tell the code by telephone. Both are needed to see the \
               images.",
    link: "Link",
    copy: "Copy the link",
    copied: "Copied. Please paste it into a message to them.",
    copy_by_hand: "This device does not let the link be copied by a button. The link above is marked: press and hold it, choose Copy, then paste it into a message.",
    send: "Send with another app",
    code: "Code",
    once: "For safety, link and code are shown only here, until you leave this page. If they get lost, stop this share and make a new one.",
    qr: "QR code of the link",
    back: "To my shares",
    list: "My shares",
    none: "You have not shared anything.",
    studies: |count| if count == 1 { "1 study".into() } else { format!("{count} studies") },
    view: "view only",
    view_and_download: "view and download",
    and_annotate: ", save marks",
    and_consult: ", start consultations",
    open_until: |date| format!("Until {date}"),
    ended: |date| format!("Ended, {date}"),
    never_opened: "Nobody has opened it yet.",
    opened: |times, last| {
        if times == 1 { format!("Opened once, {last}") } else { format!("Opened {times} times, last {last}") }
    },
    consultations: |open| format!("Consultations started with it: {open}. They end with the share."),
    end: "Stop sharing",
    ask_title: "Images shared with you",
    ask_why: "A patient shared images with you. Please enter the code of 6 digits that they told you.",
    wrong: |left| {
        let unit = if left == 1 { "try" } else { "tries" };
        format!("The code is not right. Please check and try again. {left} {unit} left.")
    },
    gone_title: "This share can no longer be used",
    gone: "It may have expired or been stopped, or a part of the link is missing.",
    gone_instead: "Please ask whoever sent it to you for a new one.",
    guest_title: "Studies shared with you",
    guest_until: |date| format!("Shared with you until {date}."),
    who: "Who has seen this",
    who_intro: "When these images were opened, newest first.",
    who_patient: "With your account, or with the link on your slip",
    who_share: |label| format!("Shared with: {label}"),
    who_member: |name| format!("Member of a consultation: {name}"),
    who_nobody: "Nobody has opened these images yet.",
    who_saw: |time| format!("Saw the images at {time}"),
    who_fetched: |time| format!("Downloaded the originals at {time}"),
    who_saved: "Who saved marks",
    who_saved_intro: "A doctor whom you allowed to do so saved marks and measurements in this study. The images themselves are unchanged.",
    who_stranger: "If one of these was not you, please call the hotline for a new slip.",
    everywhere: "Sign out on all devices",
    everywhere_hint: "If you have opened your images on somebody else's device.",
    to_images: "Back to the images",
};
