//! Which crates the functions carry along.

use std::process::Command;

use crate::workspace::{assert_none, packages, root};

/// Names of the crates in a program that is built by itself, as Cargo.lock has them.
fn crates_of(program: &str) -> Vec<String> {
    let cargo = option_env!("CARGO").unwrap_or("cargo");
    let output = Command::new(cargo)
        .args(["tree", "--package", program, "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(["--locked", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().filter_map(|line| line.split(' ').next().map(str::to_owned)).collect()
}

/// They start themselves once more to decode.
const DECODING: [&str; 2] = ["prepare-study", "serve-dicomweb"];

#[test]
fn only_what_prepares_studies_or_gives_frames_carries_the_decoders() {
    let functions = packages().into_iter().filter(|package| package.folder.starts_with("functions/"));
    let (decoding, others): (Vec<_>, Vec<_>) =
        functions.map(|function| function.name).partition(|name| DECODING.contains(&name.as_str()));
    let has_decoders = |program: &String| crates_of(program).iter().any(|name| name == "filmless-imaging");
    let is_found = decoding.len() == DECODING.len() && decoding.iter().all(has_decoders);
    assert!(is_found, "they are no longer found there");
    let wrong: Vec<String> = others.into_iter().filter(has_decoders).collect();
    assert_none(
        &wrong,
        "Every start of these would load all codecs: leave filmless-delivery's feature `render` to those that decode:",
    );
}
