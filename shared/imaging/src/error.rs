//! Why an instance has no picture.

use filmless_dicom::HeaderError;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};
use thiserror::Error;

/// Why an instance, or one of its frames, cannot be shown. The original can still be downloaded. `Display` never
/// repeats a value from the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ImagingError {
    /// The header cannot be read.
    #[error(transparent)]
    Header(HeaderError),
    /// It contains no pixels.
    #[error("The instance has no picture.")]
    NoPixelData,
    /// The pixels are a video stream, which is shown as one.
    #[error("The instance is a video and is not previewed frame by frame.")]
    Video,
    /// No decoder for this transfer syntax.
    #[error("The compression of this image cannot be read here; the original can be downloaded.")]
    UnsupportedTransferSyntax,
    /// There is no display rule here for these bits or colours.
    #[error("The pixel format of this image cannot be shown here; the original can be downloaded.")]
    UnsupportedPixelFormat,
    /// Rows, Columns, Bits Allocated or the like is missing or contradicts itself.
    #[error("The image does not say how its pixels are laid out.")]
    IncompleteImageAttributes,
    /// Larger than allowed.
    #[error("The image is larger than can be shown here; the original can be downloaded.")]
    ImageTooLarge,
    /// More frames than allowed.
    #[error("The instance has more frames than can be shown here; the original can be downloaded.")]
    TooManyFrames,
    /// The pixel data is damaged, or contradicts Rows and Columns.
    #[error("The pixel data of this image is damaged.")]
    CorruptPixelData,
    /// The pixel data is so short that most of the picture is missing.
    #[error("The pixel data of this image ends long before its picture does.")]
    CutPixelData,
    /// A report, document or video that is damaged, or too large to show.
    #[error("This document cannot be shown here; the original can be downloaded.")]
    DocumentNotShown,
    /// The preview could not be encoded.
    #[error("The preview of this image could not be made.")]
    PreviewFailed,
}

/// Why an instance, or one of its frames, has no picture, as the index of a pack says it; in addition to the codes for
/// headers ([`RejectionCode`](filmless_domain::RejectionCode)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum NoPicture {
    /// It contains no pixels.
    NoPixelData,
    /// The pixels are a video stream, which is shown as one.
    Video,
    /// No decoder for this transfer syntax.
    UnsupportedTransferSyntax,
    /// There is no display rule here for these bits or colours.
    UnsupportedPixelFormat,
    /// Rows, Columns, Bits Allocated or the like is missing or contradicts itself.
    IncompleteImageAttributes,
    /// Larger than allowed.
    ImageTooLarge,
    /// More frames than allowed.
    TooManyFrames,
    /// The pixel data is damaged, or contradicts Rows and Columns.
    CorruptPixelData,
    /// The pixel data is so short that most of the picture is missing.
    CutPixelData,
    /// A report, document or video that is damaged, or too large to show.
    DocumentNotShown,
    /// The preview could not be encoded.
    PreviewFailed,
    /// The decoder crashed on it, or wanted more memory than allowed.
    DecoderFailed,
    /// Decoding took longer than allowed for a file of its size.
    DecoderTimeout,
    /// Its owner deleted the upload.
    ObjectDeleted,
}

impl NoPicture {
    /// All of them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The stable code of `docs/ERRORS.md`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }
}

impl ImagingError {
    /// The stable code of this reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        let why = match self {
            Self::Header(error) => return error.code(),
            Self::NoPixelData => NoPicture::NoPixelData,
            Self::Video => NoPicture::Video,
            Self::UnsupportedTransferSyntax => NoPicture::UnsupportedTransferSyntax,
            Self::UnsupportedPixelFormat => NoPicture::UnsupportedPixelFormat,
            Self::IncompleteImageAttributes => NoPicture::IncompleteImageAttributes,
            Self::ImageTooLarge => NoPicture::ImageTooLarge,
            Self::TooManyFrames => NoPicture::TooManyFrames,
            Self::CorruptPixelData => NoPicture::CorruptPixelData,
            Self::CutPixelData => NoPicture::CutPixelData,
            Self::DocumentNotShown => NoPicture::DocumentNotShown,
            Self::PreviewFailed => NoPicture::PreviewFailed,
        };
        why.code()
    }
}
