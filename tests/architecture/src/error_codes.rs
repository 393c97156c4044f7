//! The tables of codes match the code, section by section.

use std::collections::BTreeSet;
use std::fs;

use filmless_delivery::ReviewKind;
use filmless_delivery::staff::{Refusal, StaffError};
use filmless_delivery::upkeep::reconcile::FindingKind;
use filmless_domain::identity::Fact;
use filmless_domain::{HoldReason, LogCode, RejectionCode};
use filmless_imaging::{NoPicture, NoteCode};

use crate::workspace::root;

/// The sections of `docs/ERRORS.md`, with the codes of each.
fn sections() -> Vec<(&'static str, Vec<&'static str>)> {
    // This one is logged, but documented with what the records office looks at.
    let in_the_log = |code: &LogCode| *code != LogCode::OrderNotAsTaken;
    let for_records = ReviewKind::ALL.iter().map(|kind| kind.code());
    let acts = [StaffError::Forbidden, StaffError::NotFound].map(|error| error.code());
    vec![
        ("Why an upload was refused", RejectionCode::ALL.iter().map(|code| code.code()).collect()),
        ("Why a study is held", HoldReason::ALL.iter().map(|reason| reason.code()).collect()),
        ("Why an instance has no picture", NoPicture::ALL.iter().map(|why| why.code()).collect()),
        ("What is missing of what is shown", NoteCode::ALL.iter().map(|note| note.code()).collect()),
        ("What staff are told", Refusal::ALL.iter().map(|why| why.code()).chain(acts).collect()),
        ("What differs between two persons", Fact::ALL.iter().map(|fact| fact.code()).collect()),
        (
            "What the records office should look at",
            for_records.chain([LogCode::OrderNotAsTaken.code()]).collect(),
        ),
        ("What reconcile finds", FindingKind::ALL.iter().map(|kind| kind.code()).collect()),
        ("In the log", LogCode::ALL.iter().filter(|code| in_the_log(code)).map(|code| code.code()).collect()),
    ]
}

/// The codes of a section: the first cell of each row (`` | `not-dicom` | … ``), or the start of a list item.
fn documented<'a>(document: &'a str, section: &str) -> Vec<&'a str> {
    let text = document.split("\n## ").find_map(|text| text.strip_prefix(section)?.strip_prefix('\n'));
    let text = text.unwrap_or_else(|| panic!("docs/ERRORS.md has no section `{section}`"));
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `").or_else(|| line.strip_prefix("- `")));
    rows.filter_map(|row| row.split('`').next()).collect()
}

#[test]
fn every_code_is_documented_and_every_documented_code_exists() {
    let document = fs::read_to_string(root().join("docs/ERRORS.md")).unwrap();
    for (section, codes) in sections() {
        let written = documented(&document, section);
        let (once, known) = (BTreeSet::from_iter(&written), BTreeSet::from_iter(&codes));
        assert_eq!(
            once, known,
            "Correct `{section}` in docs/ERRORS.md: left what it says, right what there is."
        );
        assert_eq!(
            once.len(),
            written.len(),
            "`{section}` in docs/ERRORS.md names a code twice: {written:?}"
        );
    }
}

#[test]
fn every_code_is_kebab_case() {
    for code in sections().into_iter().flat_map(|(_, codes)| codes) {
        let is_kebab = code.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        assert!(is_kebab, "`{code}`: codes are words in lower case, joined by hyphens");
    }
}
