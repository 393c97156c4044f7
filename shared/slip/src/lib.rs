//! What the patient gets: QR code, slip PDF, SMS and email, in Vietnamese and English. And the minutes of a consultation.
//!
//! Everything here is pure: the same content gives the same bytes, time and secrets are arguments, and the fonts are
//! built in. No text from a hospital, a header or an order can break a layout, a header line or an alphabet: it is
//! cleaned on entry (`clean.rs`), then wrapped, shrunk and finally cut with an ellipsis. Other scripts and
//! mathematical signs have their own fonts (`build.rs`). A character without a font shows as `�`, so that its loss is visible.
//!
//! ```
//! let png = filmless_slip::qr_png("https://xem.benhvien.example/x/8fKq2ZrT6mWcJ4vNxD9sLhBy3PgA7eQu")?;
//! assert!(png.starts_with(b"\x89PNG"));
//! # Ok::<(), filmless_slip::SlipError>(())
//! ```

mod clean;
mod content;
mod email;
mod error;
mod finance_email;
mod gsm7;
mod member_messages;
mod minutes_words;
mod pdf;
mod qr;
mod sms;
mod staff_email;
mod words;

pub use content::SlipContent;
pub use email::{EmailContent, email_message};
pub use error::SlipError;
pub use finance_email::{FinanceContent, finance_message};
pub use member_messages::{MemberEmail, MemberMessage, MemberNews, member_email, member_sms};
pub use pdf::{MinutesContent, MinutesPicture, minutes_pdf, slip_pdf, unprintable};
pub use qr::qr_png;
pub use sms::{SmsContent, SmsText, sms_text};
pub use staff_email::{UnreachedContent, unreached_message};
pub use words::modalities;

#[cfg(test)]
mod tests;
