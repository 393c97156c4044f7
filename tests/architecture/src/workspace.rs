//! The workspace as cargo and the file system see it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Folders that hold nothing of ours.
const FOREIGN: [&str; 6] = ["target", "node_modules", "dist", ".git", "__pycache__", "data"];

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// One of our crates, with the crates that it names outside `[dev-dependencies]`.
pub(crate) struct Package {
    pub(crate) name: String,
    /// Its folder, from the root.
    pub(crate) folder: String,
    pub(crate) imports: Vec<String>,
    /// The root files of its library, programs, tests and examples, from the root.
    pub(crate) roots: Vec<String>,
}

/// All crates of the workspace.
pub(crate) fn packages() -> Vec<Package> {
    metadata(&["--no-deps"])["packages"].as_array().unwrap().iter().map(package).collect()
}

/// The output of `cargo metadata`, offline and locked to Cargo.lock.
pub(crate) fn metadata(arguments: &[&str]) -> Value {
    let cargo = option_env!("CARGO").unwrap_or("cargo");
    let always = ["metadata", "--format-version", "1", "--locked", "--offline"];
    let output = Command::new(cargo).args(always).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn package(package: &Value) -> Package {
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    let folder = manifest.parent().unwrap().strip_prefix(root()).unwrap();
    let is_shipped = |dependency: &&Value| dependency["kind"].as_str() != Some("dev");
    let dependencies = package["dependencies"].as_array().unwrap().iter().filter(is_shipped);
    let targets = package["targets"].as_array().unwrap().iter();
    let roots =
        targets.map(|target| Path::new(target["src_path"].as_str().unwrap()).strip_prefix(root()).unwrap());
    Package {
        roots: roots.map(|path| path.to_str().unwrap().to_owned()).collect(),
        name: package["name"].as_str().unwrap().to_owned(),
        folder: folder.to_str().unwrap().to_owned(),
        imports: dependencies.map(|dependency| dependency["name"].as_str().unwrap().to_owned()).collect(),
    }
}

/// One of our text files.
pub(crate) struct Source {
    /// Its path, from the root.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// The text without what only tests compile, because rules for the product do not bind tests. By convention a test
    /// module comes last in its file.
    pub(crate) fn product_text(&self) -> &str {
        self.text.split("#[cfg(test)]").next().unwrap_or_default()
    }

    /// Whether this file is compiled only for tests, or only to build the product.
    pub(crate) fn is_beside_the_product(&self) -> bool {
        let parts: Vec<&str> = self.path.split('/').collect();
        let folders = &parts[..parts.len() - 1];
        folders.iter().any(|folder| ["tests", "examples", "benches"].contains(folder))
            || ["tests.rs", "build.rs"].contains(parts.last().unwrap())
    }

    /// Lines that contain one of these words, as `path:line: text`.
    pub(crate) fn hits(&self, text: &str, words: &[&str]) -> Vec<String> {
        let is_hit =
            |line: &str| !line.trim_start().starts_with("//") && words.iter().any(|word| line.contains(word));
        let lines = text.lines().enumerate().filter(|(_, line)| is_hit(line));
        lines.map(|(number, line)| format!("{}:{}: {}", self.path, number + 1, line.trim())).collect()
    }
}

/// Paths of all our files below a folder of the root.
pub(crate) fn files_below(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if FOREIGN.contains(&name.as_str()) {
                continue;
            }
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path().strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// All Rust sources below a folder of the root.
pub(crate) fn rust_below(folder: &str) -> Vec<Source> {
    let paths = files_below(folder).into_iter().filter(|path| path.ends_with(".rs"));
    paths.map(|path| Source { text: fs::read_to_string(root().join(&path)).unwrap(), path }).collect()
}

/// Fails if there are any such places, with the rule's advice and a list of them.
pub(crate) fn assert_none(places: &[String], advice: &str) {
    assert!(places.is_empty(), "{advice}\n  {}", places.join("\n  "));
}
