//! DICOMweb (PS3.18) without a server: requests, matching, media types and answers, all of it pure.

pub mod frame_type;
pub mod multipart;
pub mod refusal;
pub mod wanted;

pub use multipart::Multipart;
pub use refusal::Refusal;
pub use wanted::{Shape, Wanted, wanted};
