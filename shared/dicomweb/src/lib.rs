//! DICOMweb (PS3.18) without a server: requests, matching, media types and answers, all of it pure.

pub mod refusal;

pub use refusal::Refusal;
