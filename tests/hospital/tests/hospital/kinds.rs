//! The kinds of mistakes and of corrections.

use crate::chance::Chance;

/// A mistake, or a correction, that hospitals make every day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The id and name of another person, with the right accession number.
    WrongPerson,
    /// The accession number of another person's order.
    WrongAccession,
    /// The complete worklist entry of another person: nobody can know until the PACS corrects it.
    WholeWrongEntry,
    /// The order names the code of another person, and so do the images.
    MistypedCode,
    /// The person got a code that used to be somebody else's.
    UsedCode,
    /// The first file has no id.
    BlankFirstId,
    /// The first file has no id, and the rest are another person's.
    BlankFirstIdThenOther,
    /// The second file names another accession number.
    SecondAccession,
    /// No accession number.
    NoAccession,
    /// The other sex.
    WrongSex,
    /// Another birth date.
    WrongBirthDate,
    /// Only the year of the birth.
    YearOnly,
    /// First name first.
    NameReversed,
    /// Blanks, small letters or zeros around the id.
    IdForm,
    /// The id of another hospital.
    OtherIssuer,
    /// The ideographic group of another person.
    OtherIdeographic,
    /// No id, and the accession number of a twin or namesake.
    DoubleWithoutId,
    /// The name changed between order, images and account.
    NameChanged,
    /// The PACS corrects the patient and sends the same UIDs again.
    Mended,
    /// The order now names another patient, while late files still come.
    OrderChangesHands,
    /// The order is withdrawn.
    OrderCancelled,
    /// The accession number is used again for another patient.
    AccessionReused,
    /// Images that name an accession number whose order comes days later.
    OrderLate,
    /// A phone number that is not the patient's, corrected later.
    WrongContact,
    /// At first, nobody wrote down how to reach the patient.
    LateContact,
    /// Staff recall it.
    Recalled,
}

/// How often each is made, among examinations with a mistake.
pub const WEIGHTS: [(Kind, usize); 24] = [
    (Kind::WrongPerson, 10),
    (Kind::WrongAccession, 8),
    (Kind::WholeWrongEntry, 5),
    (Kind::MistypedCode, 8),
    (Kind::BlankFirstId, 5),
    (Kind::BlankFirstIdThenOther, 6),
    (Kind::SecondAccession, 6),
    (Kind::NoAccession, 6),
    (Kind::WrongSex, 4),
    (Kind::WrongBirthDate, 5),
    (Kind::YearOnly, 5),
    (Kind::NameReversed, 5),
    (Kind::IdForm, 6),
    (Kind::OtherIssuer, 4),
    (Kind::OtherIdeographic, 4),
    (Kind::DoubleWithoutId, 6),
    (Kind::OrderChangesHands, 8),
    (Kind::OrderCancelled, 5),
    (Kind::AccessionReused, 6),
    (Kind::OrderLate, 6),
    (Kind::WrongContact, 5),
    (Kind::LateContact, 5),
    (Kind::Recalled, 3),
    (Kind::NameChanged, 0),
];

impl Kind {
    /// Clerical mistakes: an examination may have two.
    pub const FORM: [Self; 7] = [
        Self::BlankFirstId,
        Self::NoAccession,
        Self::WrongSex,
        Self::YearOnly,
        Self::NameReversed,
        Self::IdForm,
        Self::OtherIssuer,
    ];

    pub fn by_weight(chance: &mut Chance) -> Self {
        let sum = WEIGHTS.iter().map(|(_, weight)| weight).sum();
        let mut left = chance.below(sum);
        for (kind, weight) in WEIGHTS {
            if left < weight {
                return kind;
            }
            left -= weight;
        }
        Self::NoAccession
    }
}
