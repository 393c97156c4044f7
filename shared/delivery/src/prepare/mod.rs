//! From instances in the index to what can be shown: settle, render, download.

#[cfg(feature = "render")]
mod archive;
pub(crate) mod digest;
pub(crate) mod download;
pub(crate) mod file_facts;
mod finish;
mod key_marks;
#[cfg(feature = "render")]
mod media;
mod media_facts;
#[cfg(feature = "render")]
mod media_read_me;
#[cfg(feature = "render")]
mod media_viewer;
#[cfg(feature = "render")]
pub mod pack;
#[cfg(feature = "render")]
mod packing;
pub mod rebuild;
#[cfg(feature = "render")]
pub mod render;
pub(crate) mod retrieval;
#[cfg(feature = "render")]
mod retrieval_object;
pub mod settle;
pub(crate) mod slice_key;
mod stray_marks;
