//! Why an instance has no picture.

use filmless_dicom::HeaderError;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};
use thiserror::Error;

/// Why an instance, or one of its frames, cannot be shown. The original stays downloadable. `Display` never repeats a
/// value out of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ImagingError {
    /// The header cannot be read.
    #[error(transparent)]
    Header(HeaderError),
    /// There are no pixels in it.
    #[error("The instance has no picture.")]
    NoPixelData,
    /// The pixels are a video stream, which is shown as one.
    #[error("The instance is a video and is not previewed frame by frame.")]
    Video,
    /// No decoder for this transfer syntax.
    #[error("The compression of this image cannot be read here; the original can be downloaded.")]
    UnsupportedTransferSyntax,
    /// Bits or colours that have no display rule here.
    #[error("The pixel format of this image cannot be shown here; the original can be downloaded.")]
    UnsupportedPixelFormat,
    /// Rows, Columns, Bits Allocated or the like is missing or contradicts itself.
    #[error("The image does not say how its pixels are laid out.")]
    IncompleteImageAttributes,
    /// Larger than is accepted.
    #[error("The image is larger than can be shown here; the original can be downloaded.")]
    ImageTooLarge,
    /// More frames than are accepted.
    #[error("The instance has more frames than can be shown here; the original can be downloaded.")]
    TooManyFrames,
    /// The pixel data is damaged, or contradicts Rows and Columns.
    #[error("The pixel data of this image is damaged.")]
    CorruptPixelData,
    /// The pixel data is so short that most of its picture is missing.
    #[error("The pixel data of this image ends long before its picture does.")]
    CutPixelData,
    /// A report, document or video that is damaged, or larger than is put before a reader.
    #[error("This document cannot be shown here; the original can be downloaded.")]
    DocumentNotShown,
    /// The preview could not be encoded.
    #[error("The preview of this image could not be made.")]
    PreviewFailed,
}

/// Why an instance, or one of its frames, has no picture, as the series' index says it; besides what is said of headers
/// ([`RejectionCode`](filmless_domain::RejectionCode)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum NoPicture {
    /// There are no pixels in it.
    NoPixelData,
    /// The pixels are a video stream, which is shown as one.
    Video,
    /// No decoder for this transfer syntax.
    UnsupportedTransferSyntax,
    /// Bits or colours that have no display rule here.
    UnsupportedPixelFormat,
    /// Rows, Columns, Bits Allocated or the like is missing or contradicts itself.
    IncompleteImageAttributes,
    /// Larger than is accepted.
    ImageTooLarge,
    /// More frames than are accepted.
    TooManyFrames,
    /// The pixel data is damaged, or contradicts Rows and Columns.
    CorruptPixelData,
    /// The pixel data is so short that most of its picture is missing.
    CutPixelData,
    /// A report, document or video that is damaged, or larger than is put before a reader.
    DocumentNotShown,
    /// The preview could not be encoded.
    PreviewFailed,
    /// The decoder ended over it, or asked for more memory than it may have.
    DecoderFailed,
    /// Decoding it took longer than a file of its size may.
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
