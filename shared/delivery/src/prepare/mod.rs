//! From instances in the index to what can be shown: settling, rendering, downloads.

pub(crate) mod digest;
pub mod download;
pub(crate) mod file_facts;
pub mod rebuild;
pub mod render;
pub mod settle;
