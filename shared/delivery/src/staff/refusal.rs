//! Why an act of staff is not done: the current state, or what was typed.

use strum::{IntoStaticStr, VariantArray};
use thiserror::Error;

/// Why an act of staff is not done; nothing changed. `Display` is one English sentence for the command line and the
/// log. The console has its own texts in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// A date in the address that no calendar has.
    #[error("No calendar has this day; days are written YYYY-MM-DD.")]
    NoSuchDay,
    /// A period that ends before it begins, or is too long.
    #[error("A period begins before it ends, and has 92 days at most.")]
    BadPeriod,
    /// Not a month.
    #[error("A month is written YYYY-MM.")]
    BadMonth,
    /// Not a number of films, or not a year or month.
    #[error("A budget is for a year (2026) or a month (2026-11), and a whole number of films.")]
    BadBudget,
    /// The month or the claims file did not arrive completely.
    #[error("The form holds a month and a file.")]
    BadClaimsForm,
    /// The claims file is empty or too large.
    #[error("The file is empty, or larger than 4 MiB.")]
    BadClaimsSize,
    /// Nothing to search for, or too much.
    #[error("Search for a phone number, a patient code or a name.")]
    BadSearch,
    /// Not a number an SMS can be sent to.
    #[error("This is no phone number an SMS can be sent to.")]
    BadPhone,
    /// Not an email address.
    #[error("This is no email address.")]
    BadEmail,
    /// A share without a name or a study, or for too many days.
    #[error("A share needs a name, at least one study and 1 to 365 days.")]
    BadShare,
    /// The confirmation box was not ticked.
    #[error("Tick the box.")]
    BadConfirmation,
    /// A reason is required.
    #[error("Say why: a reason is asked for.")]
    ReasonMissing,
    /// The reason is longer than [`filmless_domain::audit::REASON_CHARS_MAX`].
    #[error("The reason is too long.")]
    ReasonTooLong,
    /// Nothing was released to this patient yet.
    #[error("Nothing was released to this patient yet.")]
    NoAccount,
    /// No phone number, or no email address, is known.
    #[error("No phone number or email address is known for that.")]
    NoContact,
    /// The study was never released.
    #[error("The study was never released: there is nothing to send.")]
    NotReleased,
    /// The study is held or recalled.
    #[error("The study is held or recalled: release it first.")]
    NotVisible,
    /// The result was amended after this slip was made.
    #[error("The result was amended after this slip was made: send the access again, which makes a new one.")]
    ResultAmended,
    /// The study is recalled.
    #[error("The study is recalled: nobody sees it.")]
    Recalled,
    /// Every file of the study was refused.
    #[error("There is no image that could be shown. What was refused of it is listed; send it again.")]
    StudyWithoutImages,
    /// The study was released to another patient.
    #[error("The study was released to another patient. Recall it, and upload it again under a new UID.")]
    ReleasedToAnother,
    /// Another study was released under that order.
    #[error("Another study was released under that order.")]
    OrderTaken,
    /// No order, or several, could be meant.
    #[error("Say under which order: none, or several, could be meant.")]
    NameTheOrder,
    /// The day's limit of notices is reached.
    #[error("Five notices of this study went out within a day. Wait until tomorrow.")]
    TooManyNotices,
    /// Both codes already lead to one account.
    #[error("Both codes lead to one account already.")]
    SameAccount,
    /// The two codes belong to different people.
    #[error(
        "Name (marks included), birth date or sex of the two codes differ. Correct the orders first: images of two people must never meet."
    )]
    NotOnePerson,
    /// The day has more events than a page can deliver.
    #[error("The day is too long for one page: export it with `filmless audit export`.")]
    AuditTooLong,
    /// Images, order or account have changed since they were looked at.
    #[error("Look at the facts of images, order and account first; they may have changed since you did.")]
    FactsChanged,
    /// The account of the order's patient code belongs to somebody else.
    #[error(
        "The account of this patient code is somebody else's. Correct the code of the order, or say that they are one person."
    )]
    AccountOfAnother,
    /// The order was cancelled.
    #[error("The order was cancelled.")]
    OrderCancelled,
    /// The study changed just now.
    #[error("The study changed at this moment. Look at it again and repeat.")]
    ChangedMeanwhile,
}

impl Refusal {
    /// All of them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The stable code in `docs/ERRORS.md`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }
}
