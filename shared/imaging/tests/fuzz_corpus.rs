//! What fuzzing found worth keeping, of files with frames, checked as the fuzz target checks it.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[path = "../../../tests/fuzz/checks/frames.rs"]
mod frames;

use std::fs;
use std::path::PathBuf;

#[test]
fn frames_of_the_corpus_are_drawn_or_refused() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus/frames");
    let files = fs::read_dir(folder).unwrap();
    let checked = files.map(|file| frames::check(&fs::read(file.unwrap().path()).unwrap())).count();
    assert!(checked > 10, "the corpus is there");
}
