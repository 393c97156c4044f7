//! Headers and text from fuzzing that are worth keeping, checked as the fuzz targets check them.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[path = "../../../tests/fuzz/checks/charset.rs"]
mod charset;
#[path = "../../../tests/fuzz/checks/header.rs"]
mod header;

use std::fs;
use std::path::PathBuf;

fn for_each_input(target: &str, check: impl Fn(&[u8])) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus").join(target);
    let files = fs::read_dir(folder).unwrap();
    let checked = files.map(|file| check(&fs::read(file.unwrap().path()).unwrap())).count();
    assert!(checked > 10, "the corpus of {target} is there");
}

#[test]
fn headers_of_the_corpus_are_read_or_refused() {
    for_each_input("header", header::check);
}

#[test]
fn texts_of_the_corpus_are_decoded() {
    for_each_input("charset", charset::check);
}
