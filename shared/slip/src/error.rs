//! Why a slip or a message cannot be made. No variant repeats its input.

use thiserror::Error;

/// Why a slip or a message cannot be made.
#[derive(Debug, Error)]
pub enum SlipError {
    /// The link is not an absolute `http(s)` URL of printable ASCII.
    #[error("the link is not a web address")]
    BadLink,
    /// The link does not fit into a QR code.
    #[error("the link is too long for a QR code")]
    QrTooLong(#[source] qrcode::types::QrError),
    /// The QR image cannot be written.
    #[error("the QR picture cannot be written")]
    QrPicture(#[source] image::ImageError),
    /// A built-in font cannot be read.
    #[error("a built-in font cannot be read")]
    Font,
    /// The page has an impossible size, not finite or not positive.
    #[error("the page has an impossible size")]
    Geometry,
    /// The PDF cannot be written. Leaves the cause out: krilla's own error would carry page content.
    #[error("the PDF cannot be written")]
    Pdf,
    /// A picture of the minutes is no PNG or JPEG, or too large.
    #[error("a picture of the minutes cannot be read")]
    BadPicture,
    /// Not a single plain ASCII mailbox.
    #[error("not a mail address")]
    BadMailbox,
    /// The Message-ID is not `left@right` of ASCII atoms (RFC 5322 3.6.4).
    #[error("not a message id")]
    BadMessageId,
    /// The message body cannot be rendered.
    #[error("the message cannot be rendered")]
    Template(#[source] askama::Error),
    /// The message cannot be written.
    #[error("the message cannot be written")]
    Mail(#[source] std::io::Error),
}
