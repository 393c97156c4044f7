//! Uploads: which file gets which key.

use std::path::PathBuf;

/// One upload: a file and the key it gets.
pub struct Upload {
    pub file: PathBuf,
    pub key: String,
}
