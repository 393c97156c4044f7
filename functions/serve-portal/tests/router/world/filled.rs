//! The template that every world is copied from. It is kept between runs: each test may be a process of its own, and
//! filling takes seconds.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use tokio::sync::OnceCell;

use super::names::Known;

/// Where the template is kept.
const ROOT: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/router");
const KNOWN: &str = "known.json";

static FILLED: OnceCell<(PathBuf, Known)> = OnceCell::const_new();

/// The folder of a filled system, and what is known about it. The first test to come fills it with this very build;
/// what an earlier build left is thrown away.
pub async fn filled<F: Future<Output = Known>>(fill: impl FnOnce(PathBuf) -> F) -> (PathBuf, Known) {
    let filled = FILLED.get_or_init(|| async {
        fs::create_dir_all(ROOT).unwrap();
        let lock = tokio::task::spawn_blocking(|| {
            let lock = File::create(Path::new(ROOT).join("lock")).unwrap();
            lock.lock().unwrap();
            lock
        });
        let _lock = lock.await.unwrap();
        let place = Path::new(ROOT).join(this_program());
        let (system, known) = (place.join("system"), place.join(KNOWN));
        if !known.is_file() {
            throw_away_all();
            fs::create_dir_all(&system).unwrap();
            let found = Box::pin(fill(system.clone())).await;
            fs::write(&known, serde_json::to_vec(&found).unwrap()).unwrap();
        }
        (system, serde_json::from_slice(&fs::read(&known).unwrap()).unwrap())
    });
    filled.await.clone()
}

/// Tells one build of the tests from the next.
fn this_program() -> String {
    let program = std::env::current_exe().unwrap();
    let about = fs::metadata(&program).unwrap();
    let built = about.modified().unwrap().duration_since(UNIX_EPOCH).unwrap();
    format!("{}-{}-{}", program.file_name().unwrap().display(), built.as_nanos(), about.len())
}

fn throw_away_all() {
    for entry in fs::read_dir(ROOT).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        }
    }
}

/// Copies the content of a folder into another.
pub fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}
