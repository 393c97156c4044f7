//! Where things are, and what they are called.

use std::fs;

use crate::workspace::{assert_none, files_below, packages, root};

#[test]
fn everything_a_newcomer_looks_for_is_where_it_is_expected() {
    let missing: Vec<String> = [
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "THIRD-PARTY.md",
        "deny.toml",
        "Makefile",
        "Cargo.toml",
        "Cargo.lock",
        ".ci/run",
        "docs/ARCHITECTURE.md",
        "docs/STORAGE-LAYOUT.md",
        "docs/USAGE.md",
        "docs/order.schema.json",
        "functions/ingest-study/src/main.rs",
        "functions/reconcile/src/main.rs",
        "functions/prepare-study/src/main.rs",
        "functions/release-study/src/main.rs",
        "functions/send-notice/src/main.rs",
        "functions/serve-portal/src/main.rs",
        "functions/export-usage/src/main.rs",
        "shared/domain",
        "shared/dicom",
        "shared/imaging",
        "shared/slip",
        "shared/store",
        "shared/delivery",
        "shared/runtime",
        "shared/usage",
        "infra/athena/tables.sql",
        "local/src/main.rs",
        "local/embedded",
        "tests/architecture",
        "tests/faults",
        "tests/hospital",
        "tests/integration",
        "tests/e2e",
        "web/package.json",
    ]
    .into_iter()
    .filter(|path| !root().join(path).exists())
    .map(str::to_owned)
    .collect();
    assert_none(&missing, "Put it back, or change README.md, docs/ARCHITECTURE.md and this list together:");
}

#[test]
fn nothing_is_called_util_common_helpers_or_misc() {
    let drawers = ["util", "utils", "common", "helper", "helpers", "misc"];
    let mut wrong = Vec::new();
    for folder in ["shared", "functions", "local", "tests", "web", "tools", "docs"] {
        for path in files_below(folder) {
            let is_drawer = |part: &str| drawers.contains(&part.split('.').next().unwrap_or_default());
            if path.split('/').any(is_drawer) {
                wrong.push(path);
            }
        }
    }
    assert_none(&wrong, "Name it by its topic:");
}

#[test]
fn each_function_is_a_folder_with_a_handler_of_the_same_name_as_its_crate() {
    let mut wrong = Vec::new();
    for package in packages().iter().filter(|package| package.folder.starts_with("functions/")) {
        if package.folder != format!("functions/{}", package.name) {
            wrong.push(format!("{} lies in {}", package.name, package.folder));
        }
        for file in ["src/main.rs", "src/lib.rs", "src/handler.rs"] {
            if !root().join(&package.folder).join(file).is_file() {
                wrong.push(format!("{}/{file} is missing", package.folder));
            }
        }
    }
    assert_none(&wrong, "main.rs wires, handler.rs translates, and the folder has the name of the crate:");
}

#[test]
fn every_crate_takes_lints_and_dependency_versions_from_the_workspace() {
    let mut wrong = Vec::new();
    for package in packages() {
        let path = format!("{}/Cargo.toml", package.folder);
        let manifest = fs::read_to_string(root().join(&path)).unwrap();
        if !manifest.contains("[lints]\nworkspace = true") {
            wrong.push(format!("{path}: no `[lints] workspace = true`"));
        }
        let mut in_dependencies = false;
        for line in manifest.lines() {
            if line.starts_with('[') {
                in_dependencies = line.trim_end_matches(']').ends_with("dependencies");
            } else if in_dependencies && line.contains('=') && !line.contains("workspace = true") {
                wrong.push(format!("{path}: {line}"));
            }
        }
    }
    assert_none(
        &wrong,
        "Name the version once, in [workspace.dependencies] of the root, and write `.workspace = true` here:",
    );
}

#[test]
fn the_workspace_forbids_unsafe_code_and_unwrapping() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let rules =
        ["unsafe_code = \"forbid\"", "unwrap_used = \"deny\"", "expect_used = \"deny\"", "panic = \"deny\""];
    let missing: Vec<String> =
        rules.into_iter().filter(|rule| !manifest.contains(rule)).map(str::to_owned).collect();
    assert_none(&missing, "Put it back into [workspace.lints] of the root Cargo.toml:");
}

#[test]
fn continuous_integration_runs_what_developers_run() {
    let script = fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(
        script.contains("\nmake test\n"),
        ".ci/run must call `make test`, and nothing that a developer cannot run:\n{script}"
    );
}

#[test]
fn the_version_in_cargo_toml_has_a_heading_in_the_changelog() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let section = manifest.split("[workspace.package]").nth(1).unwrap();
    let version = section.split("version = \"").nth(1).unwrap().split('"').next().unwrap();
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    let heading = format!("## [{version}] - ");
    assert!(
        changelog.lines().any(|line| line.starts_with(&heading)),
        "CHANGELOG.md has no heading `{heading}YYYY-MM-DD`: CONTRIBUTING.md says how a release is made"
    );
}
