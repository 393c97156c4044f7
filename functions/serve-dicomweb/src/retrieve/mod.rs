//! Files, frames and pictures (PS3.18 10.4, 9): what goes out piece by piece.

mod explicit;
mod file_index;
mod frame_numbers;
pub(crate) mod frames;
pub(crate) mod instances;
pub(crate) mod parts;
mod picture_query;
pub(crate) mod rendered;
pub(crate) mod wado_uri;

pub(crate) use self::file_index::IndexCache;
