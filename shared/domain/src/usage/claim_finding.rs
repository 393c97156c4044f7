//! How claims to the insurance differ from the ledger.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

use crate::Language;

/// How a claim differs from the ledger.
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
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ClaimFinding {
    /// No study has this episode and service.
    ClaimWithoutStudy,
    /// A released study of an insured patient that nobody claims.
    StudyWithoutClaim,
    /// Charged without film, but a film was printed.
    PacsPriceWithFilm,
    /// Charged with film, but none was printed.
    FilmPriceWithoutFilm,
    /// Nothing shows that the images reached the patient.
    NoDeliveryEvidence,
    /// The order is wrong: ordered, performed, reported, released.
    TimesOutOfOrder,
    /// The machine cannot make such images.
    MachineAgainstModality,
}

impl ClaimFinding {
    /// The stable code, in JSON and in lists.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// As a text.
    #[must_use]
    pub const fn words(self, language: Language) -> &'static str {
        match language {
            Language::Vi => match self {
                Self::ClaimWithoutStudy => "Có đề nghị thanh toán, không có ca chụp",
                Self::StudyWithoutClaim => "Có ca chụp, không có đề nghị thanh toán",
                Self::PacsPriceWithFilm => "Giá không in phim nhưng đã in phim",
                Self::FilmPriceWithoutFilm => "Giá có in phim nhưng không in phim",
                Self::NoDeliveryEvidence => "Không có bằng chứng đã trả kết quả",
                Self::TimesOutOfOrder => "Thời điểm không theo thứ tự",
                Self::MachineAgainstModality => "Mã máy không hợp phương thức chụp",
            },
            Language::En => match self {
                Self::ClaimWithoutStudy => "Claim without a study",
                Self::StudyWithoutClaim => "Study without a claim",
                Self::PacsPriceWithFilm => "Price without film, but a film was printed",
                Self::FilmPriceWithoutFilm => "Price with film, but none was printed",
                Self::NoDeliveryEvidence => "No evidence of delivery",
                Self::TimesOutOfOrder => "Times out of order",
                Self::MachineAgainstModality => "The machine makes no such images",
            },
        }
    }
}
