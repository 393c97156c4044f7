//! Pixels to display values, previews, thumbnails and series packs.
