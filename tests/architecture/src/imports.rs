//! Which crate may import which.

use crate::workspace::{Package, assert_none, packages};

const SHARED: [&str; 15] = [
    "filmless-domain",
    "filmless-dicom",
    "filmless-imaging",
    "filmless-slip",
    "filmless-store",
    "filmless-media",
    "filmless-dicomweb",
    "filmless-marks",
    "filmless-consult",
    "filmless-delivery",
    "filmless-front",
    "filmless-runtime",
    "filmless-identity",
    "filmless-usage",
    "filmless-decoder",
];

/// What is synchronous, takes values and returns values.
const PURE: [&str; 9] = [
    "filmless-consult",
    "filmless-domain",
    "filmless-dicom",
    "filmless-dicomweb",
    "filmless-imaging",
    "filmless-marks",
    "filmless-media",
    "filmless-slip",
    "filmless-usage",
];

/// Whether one of our crates may import another.
fn may_import(importer: &Package, imported: &Package) -> bool {
    let allowed: &[&str] = match importer.name.as_str() {
        "filmless-domain" => &[],
        "filmless-consult" | "filmless-dicom" | "filmless-usage" | "filmless-embedded"
        | "filmless-identity" => &["filmless-domain"],
        "filmless-slip" | "filmless-store" => &["filmless-consult", "filmless-domain"],
        "filmless-imaging" | "filmless-dicomweb" | "filmless-marks" | "filmless-media" => {
            &["filmless-dicom", "filmless-domain"]
        }
        "filmless-delivery" => &SHARED[..9],
        "filmless-decoder" => &["filmless-delivery", "filmless-imaging", "filmless-domain"],
        "prepare-study" => &[
            "filmless-delivery",
            "filmless-store",
            "filmless-runtime",
            "filmless-domain",
            "filmless-decoder",
        ],
        "filmless-runtime" => &["filmless-delivery", "filmless-store", "filmless-domain"],
        "filmless-front" => &["filmless-delivery", "filmless-domain"],
        "serve-dicomweb" => &[
            "filmless-delivery",
            "filmless-store",
            "filmless-runtime",
            "filmless-domain",
            "filmless-decoder",
            "filmless-dicom",
            "filmless-dicomweb",
            "filmless-front",
            "filmless-imaging",
            "filmless-media",
        ],
        "export-usage" => {
            &["filmless-delivery", "filmless-store", "filmless-runtime", "filmless-domain", "filmless-usage"]
        }
        "filmless" => return !imported.folder.starts_with("tests/"),
        "serve-portal" => &[
            "filmless-consult",
            "filmless-delivery",
            "filmless-store",
            "filmless-runtime",
            "filmless-domain",
            "filmless-front",
            "filmless-identity",
        ],
        _ if is_function(importer) => {
            &["filmless-delivery", "filmless-store", "filmless-runtime", "filmless-domain"]
        }
        _ => &[],
    };
    let embedded_speaks_to_the_ports =
        importer.name == "filmless-embedded" && imported.name == "filmless-store";
    allowed.contains(&imported.name.as_str()) || embedded_speaks_to_the_ports
}

fn is_function(package: &Package) -> bool {
    package.folder.starts_with("functions/")
}

/// `importer → imported` for every shipped dependency that passes the filter.
fn imports(all: &[Package], keep: impl Fn(&Package, &str) -> bool) -> Vec<String> {
    let edges =
        all.iter().flat_map(|package| package.imports.iter().map(move |imported| (package, imported)));
    edges
        .filter(|(package, imported)| keep(package, imported))
        .map(|(package, imported)| format!("{} → {imported}", package.name))
        .collect()
}

#[test]
fn crates_of_ours_import_only_what_the_architecture_allows() {
    let all = packages();
    let ours = |name: &str| all.iter().find(|package| package.name == name);
    let wrong =
        imports(&all, |package, imported| ours(imported).is_some_and(|other| !may_import(package, other)));
    assert_none(
        &wrong,
        "Move the code to where it is allowed, or change docs/ARCHITECTURE.md, \"Who may import whom\", and this test together:",
    );
}

#[test]
fn every_crate_is_known_to_the_import_rules() {
    let unknown: Vec<String> = packages()
        .into_iter()
        .filter(|package| {
            let named = ["filmless", "filmless-embedded"].contains(&package.name.as_str());
            !named
                && !SHARED.contains(&package.name.as_str())
                && !is_function(package)
                && !package.folder.starts_with("tests/")
        })
        .map(|package| package.name)
        .collect();
    assert_none(&unknown, "Say in docs/ARCHITECTURE.md and in `may_import` what this crate may import:");
}

#[test]
fn only_the_store_speaks_to_the_aws_sdk() {
    let wrong = imports(&packages(), |package, imported| {
        let is_client = imported.starts_with("aws-sdk-") || imported == "aws-config";
        let is_signing = imported == "aws-sigv4";
        (is_client && package.name != "filmless-store") || (is_signing && package.name != "filmless-embedded")
    });
    assert_none(&wrong, "Put the call into shared/store, behind a type of ours:");
}

#[test]
fn the_writers_of_exports_are_in_no_function_but_the_one_that_exports() {
    let wrong = imports(&packages(), |package, imported| {
        ["parquet", "rust_xlsxwriter"].contains(&imported) && package.name != "filmless-usage"
            || imported == "filmless-usage" && !["export-usage", "filmless"].contains(&package.name.as_str())
    });
    assert_none(
        &wrong,
        "They would be in the start of every function: leave them to functions/export-usage:",
    );
}

#[test]
fn the_pure_crates_depend_on_no_runtime_no_randomness_and_no_network() {
    let impure = [
        "tokio",
        "futures",
        "async-trait",
        "getrandom",
        "rand",
        "reqwest",
        "ureq",
        "hyper",
        "tempfile",
        "tracing",
    ];
    let wrong = imports(&packages(), |package, imported| {
        PURE.contains(&package.name.as_str()) && (impure.contains(&imported) || imported.starts_with("aws"))
    });
    assert_none(
        &wrong,
        "Take bytes and values, return values; do the rest in shared/delivery or shared/store:",
    );
}

#[test]
fn libraries_have_errors_of_their_own_and_leave_anyhow_to_programs() {
    let wrong = imports(&packages(), |package, imported| {
        imported == "anyhow" && package.folder.starts_with("shared/")
    });
    assert_none(&wrong, "Write an error enum with thiserror, with variants by what the caller can do:");
}
