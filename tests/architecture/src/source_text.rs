//! What the sources must not contain.

use crate::workspace::{Source, assert_none, files_below, rust_below};

/// Rust sources of the product, without tests, examples and build scripts.
fn product(folders: &[&str]) -> Vec<Source> {
    let sources = folders.iter().flat_map(|folder| rust_below(folder));
    sources.filter(|source| !source.is_beside_the_product()).collect()
}

fn hits(sources: &[Source], words: &[&str]) -> Vec<String> {
    sources.iter().flat_map(|source| source.hits(source.product_text(), words)).collect()
}

const PURE: [&str; 5] = ["shared/domain", "shared/dicom", "shared/imaging", "shared/slip", "shared/usage"];
const PRODUCT: [&str; 3] = ["shared", "functions", "local"];

#[test]
fn the_pure_crates_read_no_clock() {
    let words = ["SystemTime", "Instant::now", "Timestamp::now", "Zoned::now", "TimeZone::system"];
    assert_none(&hits(&product(&PURE), &words), "Take the time as an argument:");
}

#[test]
fn the_pure_crates_touch_no_environment_file_network_or_process() {
    let words = [
        "std::env",
        "env::var",
        "std::fs",
        "fs::",
        "std::net",
        "std::process",
        "thread::spawn",
        "thread::sleep",
        "async fn",
        "tokio",
    ];
    let is_constant = |hit: &String| hit.contains("env!(\"OUT_DIR\")");
    let wrong: Vec<String> =
        hits(&product(&PURE), &words).into_iter().filter(|hit| !is_constant(hit)).collect();
    assert_none(&wrong, "Take bytes and values as arguments:");
}

#[test]
fn only_the_runtime_and_the_command_line_read_the_environment() {
    let words = ["env::var", "env::set_var", "env::remove_var"];
    let wrong: Vec<String> = hits(&product(&PRODUCT), &words)
        .into_iter()
        .filter(|hit| {
            !hit.starts_with("shared/runtime/")
                && (!hit.starts_with("local/") || hit.starts_with("local/embedded/"))
        })
        .collect();
    assert_none(&wrong, "Add a field to the configuration of shared/runtime, and document it:");
}

#[test]
fn every_span_skips_all_arguments() {
    let mut wrong = Vec::new();
    for source in product(&PRODUCT) {
        let text = source.product_text();
        for (start, _) in
            text.match_indices("#[instrument").chain(text.match_indices("#[tracing::instrument"))
        {
            let attribute = text[start..].split(']').next().unwrap_or_default();
            if !attribute.contains("skip_all") {
                wrong.push(format!("{}: {attribute}]", source.path));
            }
        }
    }
    assert_none(
        &wrong,
        "Write #[instrument(skip_all, fields(...))]: an argument may hold a name, a token or a password:",
    );
}

#[test]
fn no_cloud_address_is_hard_wired() {
    let words = ["amazonaws.com", "us-east-1", "ap-southeast-1"];
    assert_none(
        &hits(&product(&["shared", "functions"]), &words),
        "Leave addresses to the SDK's own settings (AWS_ENDPOINT_URL, AWS_REGION): a hospital may keep its data in the country:",
    );
}

#[test]
fn no_test_is_switched_off() {
    // Joined here, so that this file does not contain what it looks for.
    let words = [
        ["#[ig", "nore"].concat(),
        ["test.sk", "ip("].concat(),
        ["it.sk", "ip("].concat(),
        ["describe.sk", "ip("].concat(),
    ];
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut wrong = Vec::new();
    for folder in ["shared", "functions", "local", "tests", "web"] {
        let paths = files_below(folder)
            .into_iter()
            .filter(|path| [".rs", ".ts", ".js"].iter().any(|end| path.ends_with(end)));
        for path in paths {
            let text = std::fs::read_to_string(crate::workspace::root().join(&path)).unwrap();
            let source = Source { path, text };
            wrong.extend(source.hits(&source.text, &words));
        }
    }
    assert_none(&wrong, "Mend the test, or remove it and say why in the commit:");
}

#[test]
fn every_lambda_main_fits_a_screen() {
    let mains = rust_below("functions").into_iter().filter(|source| source.path.ends_with("/src/main.rs"));
    let long =
        mains.filter(|source| source.text.lines().count() > 60).map(|source| source.path).collect::<Vec<_>>();
    assert_none(&long, "main.rs wires, in 60 lines at most: move the rest to handler.rs:");
}

#[test]
fn no_source_file_holds_more_than_one_topic() {
    let long: Vec<String> = product(&PRODUCT)
        .into_iter()
        .map(|source| (source.text.lines().count(), source.path))
        .filter(|(lines, _)| *lines > 600)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    assert_none(&long, "A file of 400 lines deserves a second look; one of 600 is split by topic:");
}
