//! Files with frames from fuzzing that are worth keeping, checked as the fuzz target checks them.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[path = "../../../tests/fuzz/checks/codecs.rs"]
mod codecs;
#[path = "../../../tests/fuzz/checks/frames.rs"]
mod frames;

use std::fs;
use std::path::PathBuf;

fn check_all(corpus: &str, check: fn(&[u8])) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus").join(corpus);
    let files = fs::read_dir(folder).unwrap();
    let checked = files.map(|file| check(&fs::read(file.unwrap().path()).unwrap())).count();
    assert!(checked > 10, "the corpus of {corpus} is there");
}

#[test]
fn frames_of_the_corpus_are_drawn_or_refused() {
    check_all("frames", frames::check);
}

#[test]
fn codestreams_of_the_corpus_are_drawn_or_refused() {
    check_all("jpeg_2000", codecs::check_jpeg_2000);
    check_all("jpeg_ls", codecs::check_jpeg_ls);
    check_all("webp", codecs::check_webp);
}
