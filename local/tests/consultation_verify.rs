//! `filmless consultation verify` over the file of a consultation, as a member downloaded it.

// clippy.toml exempts test functions, not their helpers.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const FILE: &str = include_str!("consultation.ndjson");

fn verify(folder: &Path, lines: &[String], options: &[&str]) -> Output {
    let file = folder.join("consultation.ndjson");
    fs::write(&file, lines.join("\n") + "\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_filmless"));
    command.args(["consultation", "verify"]).arg(file).args(options).output().unwrap()
}

#[test]
fn a_file_as_it_was_given_verifies_and_every_forgery_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<String> = FILE.lines().map(str::to_owned).collect();
    let told = verify(folder.path(), &lines, &[]);
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let words = String::from_utf8(told.stdout).unwrap();
    assert!(
        words.contains("holds")
            && words.contains("4 signed documents")
            && words.contains("Minutes, version 1: ")
    );
    let json = verify(folder.path(), &lines, &["--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((json["documents"].as_u64(), json["is_ended"].as_bool()), (Some(4), Some(true)));

    let kind = |kind: &str| {
        lines.iter().position(|line| line.starts_with(&format!("{{\"kind\":\"{kind}\""))).unwrap()
    };
    let (opinion, minutes, signature, end) =
        (kind("opinion"), kind("minutes"), kind("signature"), kind("end"));
    let without = |place: usize| [&lines[..place], &lines[place + 1..]].concat();
    let twice = |place: usize| [&lines[..=place], &lines[place..]].concat();
    let moved = |place: usize| {
        let mut lines = lines.clone();
        lines.swap(place, place + 1);
        lines
    };
    let edited = |place: usize, from: &str, to: &str| {
        let mut lines = lines.clone();
        assert!(lines[place].contains(from), "{}", lines[place]);
        lines[place] = lines[place].replacen(from, to, 1);
        lines
    };
    for (file, line, why) in [
        (without(2), 3, "chain"),
        (without(opinion), opinion + 1, "misplaced"),
        (without(end), end + 1, "missing"),
        (twice(2), 4, "chain"),
        (twice(minutes), minutes + 2, "unknown"),
        (moved(2), 3, "chain"),
        (moved(opinion), opinion + 1, "misplaced"),
        (edited(2, "\"at\":\"2026", "\"at\":\"2025"), 3, "impossible"),
        (edited(opinion, "Nốt 14 mm", "Nốt 4 mm"), opinion + 1, "changed"),
        (edited(signature, "\"licence\":\"00", "\"licence\":\"99"), signature + 1, "changed"),
        (edited(opinion, "{", ""), opinion + 1, "unreadable"),
    ] {
        let refused = verify(folder.path(), &file, &[]);
        let words = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(1), "{why}: {words}");
        assert_eq!(words.trim_end(), format!("filmless: line {line} does not follow: {why}"));
        assert!(refused.stdout.is_empty());
    }
}

#[test]
fn a_file_in_parts_verifies_in_their_order_and_in_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<&str> = FILE.lines().collect();
    let parts = [&lines[..3], &lines[3..7], &lines[7..]];
    let names = ["1.ndjson", "2.ndjson", "3.ndjson"];
    for (name, part) in names.iter().zip(parts) {
        fs::write(folder.path().join(name), part.join("\n") + "\n").unwrap();
    }
    let verify = |names: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_filmless"));
        command.args(["consultation", "verify"]).args(names).current_dir(folder.path()).output().unwrap()
    };
    assert!(verify(&names).status.success());
    for wrong in
        [&["1.ndjson", "3.ndjson"][..], &["2.ndjson", "1.ndjson", "3.ndjson"], &["1.ndjson", "2.ndjson"]]
    {
        assert_eq!(verify(wrong).status.code(), Some(1), "{wrong:?}");
    }
}
