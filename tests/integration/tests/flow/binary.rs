//! The program under test.

use std::path::{Path, PathBuf};

/// The binary next to the test's own. `cargo build -p filmless` makes it.
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let binary = test.parent().and_then(Path::parent).unwrap().join("filmless");
    assert!(binary.exists(), "{} is missing: run `cargo build -p filmless` first", binary.display());
    binary
}
