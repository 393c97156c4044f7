//! Why a message to the room is refused. The room goes on, and so does the connection.

use filmless_domain::Language;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// Why a message is refused.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
    thiserror::Error,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[error("{}", self.code())]
pub enum Refusal {
    /// Only who drives may do that.
    NotDriver,
    /// Only the chair may do that.
    NotChair,
    /// The sender is not admitted, or is removed.
    NotAdmitted,
    /// The mark is another member's.
    NotYours,
    /// The message names nobody of whom this can be said.
    UnknownMember,
    /// The message names a study that this consultation does not open.
    UnknownStudy,
    /// The study has no such series, or the series no such frame.
    UnknownImage,
    /// A newer state is there already, or a chat message with this id.
    Stale,
    /// The message, or a part of it, has too many bytes.
    TooLarge,
    /// Too many messages in this second.
    TooFast,
    /// There are too many of these already.
    TooMany,
    /// A field is missing, unknown, of another type, or out of its range.
    Malformed,
    /// There is no such message.
    UnknownType,
    /// The consultation has not begun.
    NotOpen,
    /// The consultation has ended.
    Ended,
}

impl Refusal {
    /// All of them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// What a member is told.
    #[must_use]
    pub const fn words(self, language: Language) -> &'static str {
        let (vi, en) = match self {
            Self::NotDriver => ("Ông/Bà chưa giữ quyền điều khiển.", "You do not have control."),
            Self::NotChair => ("Chỉ chủ tọa làm được việc này.", "Only the chair can do this."),
            Self::NotAdmitted => ("Chủ tọa chưa cho Ông/Bà vào.", "The chair has not admitted you."),
            Self::NotYours => ("Dấu này của người khác.", "This mark is somebody else's."),
            Self::UnknownMember => {
                ("Người này không có trong buổi hội chẩn.", "This person is not in the consultation.")
            }
            Self::UnknownStudy => {
                ("Ca chụp này không mở trong buổi hội chẩn.", "The consultation does not open this study.")
            }
            Self::UnknownImage => {
                ("Không có ảnh này trong các lần chụp đã mở.", "The opened studies have no such image.")
            }
            Self::Stale => ("Đã có bản mới hơn.", "There is something newer already."),
            Self::TooLarge => ("Nội dung quá lớn.", "This is too large."),
            Self::TooFast => ("Gửi quá nhanh, xin chờ một chút.", "Too fast: please wait a moment."),
            Self::TooMany => ("Đã đủ số lượng cho phép.", "There are too many already."),
            Self::Malformed | Self::UnknownType => (
                "Nội dung không đọc được. Xin tải lại trang.",
                "This could not be read. Please reload the page.",
            ),
            Self::NotOpen => ("Buổi hội chẩn chưa bắt đầu.", "The consultation has not begun."),
            Self::Ended => ("Buổi hội chẩn đã kết thúc.", "The consultation has ended."),
        };
        match language {
            Language::Vi => vi,
            Language::En => en,
        }
    }
}
