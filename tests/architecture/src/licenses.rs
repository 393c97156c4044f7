//! Which licences we may build in. Checks `deny.toml` without the network and without cargo-deny.

use std::fs;

use serde_json::Value;
use spdx::{Expression, LicenseReq, ParseMode};

use crate::workspace::{assert_none, metadata, root};

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The `allow` list of `deny.toml`.
fn allowed() -> Vec<String> {
    let rules = fs::read_to_string(root().join("deny.toml")).unwrap();
    let list = rules.split("\nallow = [").nth(1).and_then(|rest| rest.split(']').next()).unwrap();
    let names: Vec<String> = list.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    assert!(names.len() > 5, "the list `allow` of deny.toml was not understood: {names:?}");
    names
}

/// Whether the allowed licences satisfy an SPDX expression (SPDX 2.3, annex D).
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let is_named = |required: &LicenseReq| allowed.contains(&required.to_string());
    // Old crates write `MIT/Apache-2.0`.
    Expression::parse_mode(expression, ParseMode::LAX).is_ok_and(|expression| expression.evaluate(is_named))
}

/// All crates built on this platform, also those of tests. Only these are sure to be on this machine.
fn crates() -> Vec<Value> {
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let metadata = metadata(&["--filter-platform", &platform]);
    let packages = metadata["packages"].as_array().unwrap().clone();
    assert!(packages.len() > 300, "only {} packages", packages.len());
    packages
}

#[test]
fn every_crate_is_under_a_licence_that_may_be_built_in() {
    let (allowed, packages) = (allowed(), crates());
    let license = |package: &Value| package["license"].as_str().unwrap_or("no licence").to_owned();
    let wrong = packages.iter().filter(|package| !is_allowed(&license(package), &allowed));
    let wrong: Vec<String> = wrong
        .map(|package| format!("{} {}: {}", package["name"], package["version"], license(package)))
        .collect();
    assert_none(&wrong, "Do without it, or have the licence judged and put it into deny.toml:");
}

#[test]
fn every_crate_comes_from_the_registry() {
    let metadata = metadata(&[]);
    let sources = metadata["packages"].as_array().unwrap().iter();
    let others =
        sources.filter(|package| package["source"].as_str().is_some_and(|source| source != CRATES_IO));
    let others: Vec<String> = others.map(|package| package["id"].to_string()).collect();
    assert_none(&others, "Take a released version, from crates.io:");
}

#[test]
fn every_module_for_the_browser_is_under_a_licence_that_may_be_built_in() {
    let allowed = allowed();
    let lock = fs::read_to_string(root().join("web/package-lock.json")).unwrap();
    let lock: Value = serde_json::from_str(&lock).unwrap();
    let modules = lock["packages"].as_object().unwrap().iter();
    let shipped: Vec<_> =
        modules.filter(|(path, module)| !path.is_empty() && module["dev"] != true).collect();
    assert!(shipped.iter().any(|(path, _)| path.ends_with("pdfjs-dist")), "the lock file was not understood");
    let wrong = shipped.into_iter().filter(|(_, module)| {
        !module["license"].as_str().is_some_and(|license| is_allowed(license, &allowed))
    });
    let wrong: Vec<String> = wrong.map(|(path, module)| format!("{path}: {}", module["license"])).collect();
    assert_none(&wrong, "Do without it, or have the licence judged and put it into deny.toml:");
}

#[test]
fn a_licence_is_enough_where_one_of_those_offered_is() {
    let allowed = allowed();
    for (expression, expected) in [
        ("MIT", true),
        ("MIT/Apache-2.0", true),
        ("MIT OR Apache-2.0 OR LGPL-2.1-or-later", true),
        ("(MIT OR Apache-2.0) AND IJG", true),
        ("MIT AND GPL-3.0-only", false),
        ("AGPL-3.0-or-later", false),
        ("LGPL-2.1-or-later", false),
        ("no licence", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), expected, "{expression}");
    }
}
