//! The kinds of mistakes and corrections.

use crate::chance::Chance;

/// A mistake, or an everyday correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The id and name of another person, under the right accession number.
    WrongPerson,
    /// The accession number of another person's order.
    WrongAccession,
    /// The whole worklist entry of another person. Nobody can know until the PACS corrects it.
    WholeWrongEntry,
    /// The order and the images name another person's code.
    MistypedCode,
    /// The person got a code that somebody else had before.
    UsedCode,
    /// The first file has no id.
    BlankFirstId,
    /// The first file has no id, and the rest belong to another person.
    BlankFirstIdThenOther,
    /// The second file names another accession number.
    SecondAccession,
    /// The files have no accession number.
    NoAccession,
    /// The wrong sex.
    WrongSex,
    /// The wrong birth date.
    WrongBirthDate,
    /// Only the year of birth.
    YearOnly,
    /// First name first.
    NameReversed,
    /// Blanks, lower case or zeros around the id.
    IdForm,
    /// An id that another hospital issued.
    OtherIssuer,
    /// The ideographic group of another person.
    OtherIdeographic,
    /// No id, and the accession number of a twin or namesake.
    DoubleWithoutId,
    /// The name changed between order, images and account.
    NameChanged,
    /// The PACS corrects the patient and sends the same UIDs again.
    Mended,
    /// The order changes to another patient while late files arrive.
    OrderChangesHands,
    /// The order is withdrawn.
    OrderCancelled,
    /// The accession number is used again for another patient.
    AccessionReused,
    /// The images name an accession number whose order comes days later.
    OrderLate,
    /// A phone number that does not reach the patient, corrected later.
    WrongContact,
    /// At first nobody wrote down how to reach the patient.
    LateContact,
    /// Staff recall it.
    Recalled,
}

/// How often each occurs among the examinations with a mistake.
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
    /// Writing mistakes. One examination may have two of these.
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
