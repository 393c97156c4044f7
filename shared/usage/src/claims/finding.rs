//! How a claim and the ledger differ.

use filmless_domain::usage::Payer;
use serde::Serialize;

use crate::claims::place::Place;

/// How a claim and the ledger differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// No study with this episode and service.
    ClaimWithoutStudy,
    /// A released study of an insured patient that nobody claims.
    StudyWithoutClaim,
    /// Charged without film, but a film was printed.
    PacsPriceWithFilm,
    /// Charged with film, but none was printed.
    FilmPriceWithoutFilm,
    /// Nothing shows that the images reached the patient.
    NoDeliveryEvidence,
    /// Ordered, performed, reported, released: not in this order.
    TimesOutOfOrder,
    /// The machine makes no such images.
    MachineAgainstModality,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How they differ.
    pub kind: FindingKind,
    /// Where the claim lies; a study that nobody claims has none.
    #[serde(flatten)]
    pub place: Option<Place>,
    /// Which of the claims, in the order of their reading.
    #[serde(skip)]
    pub(crate) claim: Option<usize>,
    /// Its number in the visit (`STT`).
    pub stt: String,
    /// Episode.
    pub ma_lk: String,
    /// Service.
    pub ma_dich_vu: String,
    /// Department: of the claim (`MA_KHOA`), else of the study.
    pub department: String,
    /// Who pays: the insurance where the claim names a card, else who pays the study.
    pub payer: Payer,
    /// What the claim asks for; of a study that nobody claims, its price.
    pub amount_vnd: Option<i64>,
    /// The study, if there is one.
    pub study_instance_uid: Option<String>,
    /// One sentence, in Vietnamese.
    pub detail: String,
}

impl FindingKind {
    /// The code in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClaimWithoutStudy => "claim-without-study",
            Self::StudyWithoutClaim => "study-without-claim",
            Self::PacsPriceWithFilm => "pacs-price-with-film",
            Self::FilmPriceWithoutFilm => "film-price-without-film",
            Self::NoDeliveryEvidence => "no-delivery-evidence",
            Self::TimesOutOfOrder => "times-out-of-order",
            Self::MachineAgainstModality => "machine-against-modality",
        }
    }

    /// In words.
    #[must_use]
    pub const fn words_vi(self) -> &'static str {
        match self {
            Self::ClaimWithoutStudy => "Có đề nghị thanh toán, không có ca chụp",
            Self::StudyWithoutClaim => "Có ca chụp, không có đề nghị thanh toán",
            Self::PacsPriceWithFilm => "Giá không in phim nhưng đã in phim",
            Self::FilmPriceWithoutFilm => "Giá có in phim nhưng không in phim",
            Self::NoDeliveryEvidence => "Không có bằng chứng đã trả kết quả",
            Self::TimesOutOfOrder => "Thời điểm không theo thứ tự",
            Self::MachineAgainstModality => "Mã máy không hợp phương thức chụp",
        }
    }
}
