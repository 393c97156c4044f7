//! Every test that `docs/SECURITY.md` names as proof exists.

use std::collections::BTreeSet;
use std::fs;

use crate::workspace::{root, rust_below};

/// Names of tests are sentences: four or more lower-case words joined by underscores.
fn is_sentence(word: &str) -> bool {
    let is_plain = word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    is_plain && word.matches('_').count() >= 3
}

/// The functions with a test attribute.
fn tests_of(text: &str) -> impl Iterator<Item = &str> {
    let attributes = ["#[test]", "#[tokio::test]", "#[tokio::test(flavor = \"multi_thread\")]"];
    let after = attributes.into_iter().flat_map(move |attribute| text.split(attribute).skip(1));
    let named = after.filter_map(|rest| rest.split("fn ").nth(1)?.split(['(', '<']).next());
    named.chain(tests_of_both_systems(text))
}

/// The names that a module of `tests/integration` passes to the macros that run them on both systems or every backend.
fn tests_of_both_systems(text: &str) -> impl Iterator<Item = &str> {
    let macros = ["on_both_systems! {", "on_every_backend! {"].into_iter();
    let lists = macros.flat_map(|name| text.split(name).skip(1));
    lists.filter_map(|rest| rest.split('}').next()).flat_map(str::split_whitespace)
}

#[test]
fn every_proof_of_the_security_document_is_a_test() {
    let document = fs::read_to_string(root().join("docs/SECURITY.md")).unwrap();
    let named: BTreeSet<&str> =
        document.split('`').skip(1).step_by(2).filter(|word| is_sentence(word)).collect();
    assert!(named.len() >= 40, "the search for proofs is broken, it found only {named:?}");
    let sources: Vec<_> =
        ["shared", "functions", "local", "tests"].into_iter().flat_map(rust_below).collect();
    let tests: BTreeSet<&str> = sources.iter().flat_map(|source| tests_of(&source.text)).collect();
    let missing: Vec<_> = named.difference(&tests).collect();
    assert!(missing.is_empty(), "docs/SECURITY.md names tests that are not there: {missing:?}");
}

#[test]
fn every_row_of_a_threat_has_its_proof() {
    let document = fs::read_to_string(root().join("docs/SECURITY.md")).unwrap();
    let threats = document.split("## Threats").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows: Vec<&str> = threats.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() >= 30, "the table of threats was not read");
    for row in rows {
        assert!(row.split('`').skip(1).step_by(2).any(is_sentence), "nothing proves: {row}");
    }
}
