//! The use cases: from an upload to a patient who sees it.

pub mod portal;
