//! Access that may only upload.

use crate::Credentials;

/// Access that may only upload: a second access key, for the hospital's systems.
#[derive(Debug, Clone)]
pub struct Uploader {
    /// Its access key.
    pub credentials: Credentials,
    /// The one bucket it may write to.
    pub bucket: String,
    /// The key prefixes it may write below, such as `incoming/`.
    pub prefixes: Vec<String>,
}
