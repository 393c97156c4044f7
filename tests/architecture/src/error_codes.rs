//! The table of error codes says what the code says.

use std::collections::BTreeSet;
use std::fs;

use filmless_delivery::staff::Refusal;
use filmless_delivery::upkeep::reconcile::FindingKind;
use filmless_domain::identity::Fact;
use filmless_domain::{HoldReason, RejectionCode};
use filmless_store::index::ReviewKind;

use crate::workspace::{Source, root, rust_below};

/// Codes that are acted upon and shown to nobody: a DICOMDIR is known by its code, and kept without complaint.
const NEVER_SHOWN: [&str; 1] = ["dicomdir"];

/// Codes that the product can show: arms of `fn code`, reasons of rejections and refusals, and `code` fields of
/// records and of the log.
fn codes_in_the_code() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for source in ["shared", "functions", "local"].into_iter().flat_map(rust_below) {
        // Texts of pages have a field of that name too: the code of a share.
        if !source.is_beside_the_product() && !source.path.contains("/texts/") {
            codes.extend(codes_of(&source));
        }
    }
    codes.extend(Refusal::ALL.iter().map(|why| why.code().to_owned()));
    codes.extend(RejectionCode::ALL.iter().map(|code| code.code().to_owned()));
    codes.extend(HoldReason::ALL.iter().map(|why| why.code().to_owned()));
    codes.extend(Fact::ALL.iter().map(|fact| fact.code().to_owned()));
    codes.extend(ReviewKind::ALL.iter().map(|kind| kind.code().to_owned()));
    codes.extend(FindingKind::ALL.iter().map(|kind| kind.code().to_owned()));
    codes.retain(|code| !NEVER_SHOWN.contains(&code.as_str()));
    codes
}

fn codes_of(source: &Source) -> Vec<String> {
    let text = source.product_text();
    let arms = text.split("fn code(").skip(1).map(|body| body.split("\n    }").next().unwrap_or_default());
    let arms = arms.flat_map(|body| body.split("=> \"").skip(1));
    let fields =
        ["code: \"", "code = \"", "no_picture(\""].into_iter().flat_map(|mark| text.split(mark).skip(1));
    arms.chain(fields).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// The first cell of each row: `` | `not-dicom` | … ``.
fn codes_in_the_table(table: &str) -> BTreeSet<String> {
    let rows = table.lines().filter_map(|line| line.trim_start().strip_prefix("| `"));
    rows.filter_map(|row| row.split('`').next()).map(str::to_owned).collect()
}

#[test]
fn the_table_of_error_codes_is_complete_and_true() {
    let path = root().join("docs/ERRORS.md");
    if !path.exists() {
        return;
    }
    let (code, table) = (codes_in_the_code(), codes_in_the_table(&fs::read_to_string(path).unwrap()));
    let unlisted: Vec<&String> = code.difference(&table).collect();
    let invented: Vec<&String> = table.difference(&code).collect();
    assert!(
        unlisted.is_empty() && invented.is_empty(),
        "Correct docs/ERRORS.md. Not in the table: {unlisted:?}. In the table, but not in the code: {invented:?}"
    );
}

#[test]
fn every_error_code_is_kebab_case() {
    let codes = codes_in_the_code();
    assert!(codes.len() >= 20, "the search for codes is broken, it found only {codes:?}");
    for code in codes {
        let is_kebab = code.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        assert!(is_kebab, "`{code}`: codes are words in lower case, joined by hyphens");
    }
}
