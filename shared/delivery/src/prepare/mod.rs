//! From instances in the index to what can be shown: settle, render, download.

pub(crate) mod digest;
pub mod download;
pub(crate) mod file_facts;
mod finish;
mod key_marks;
pub mod rebuild;
#[cfg(feature = "render")]
pub mod render;
pub mod settle;
mod slice_key;
