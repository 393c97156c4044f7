//! What a backup contains, as lines of JSON; a last line proves that none is missing.

use super::files;
use crate::backup::files::Content;
use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::Path,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::backup::error::BackupError;

pub(super) const FILE: &str = "manifest.jsonl";
const BEING_WRITTEN: &str = "manifest.new";
/// The version of this layout.
const FORMAT: i64 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// The first line.
    Backup { format: i64, made_at: Timestamp, program: String },
    /// One of the two databases, stored next to the manifest.
    Database { name: String, content: Content },
    /// A file of the data folder: a key, a message, the accounts of staff.
    File { path: String, modified_at: Option<Timestamp>, content: Content },
    /// The bytes of a version of an object.
    Object { version_id: String, content: Content },
    /// A version whose bytes were not in the data folder.
    Lost { version_id: String },
    /// The last line: the number of lines before it, and their SHA-256.
    End { lines: u64, sha256: String },
}

/// Writes the lines under a temporary name, synchronises the whole file system, and only then renames the file.
pub(super) fn write(
    folder: &Path,
    made_at: Timestamp,
    entries: impl Iterator<Item = Line>,
) -> Result<(), BackupError> {
    let path = folder.join(BEING_WRITTEN);
    let work = || -> std::io::Result<()> {
        let mut out = BufWriter::new(files::create(&path)?);
        let (mut digest, mut lines) = (Sha256::new(), 0);
        let first = Line::Backup { format: FORMAT, made_at, program: env!("CARGO_PKG_VERSION").to_owned() };
        for line in std::iter::once(first).chain(entries) {
            let text = format!("{}\n", serde_json::to_string(&line)?);
            digest.update(text.as_bytes());
            out.write_all(text.as_bytes())?;
            lines += 1;
        }
        let end = Line::End { lines, sha256: hex::encode(digest.finalize()) };
        out.write_all(format!("{}\n", serde_json::to_string(&end)?).as_bytes())?;
        let file = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        // Everything written before this, at once.
        rustix::fs::syncfs(&file)?;
        std::fs::rename(&path, folder.join(FILE))?;
        File::open(folder)?.sync_all()
    };
    work().map_err(BackupError::file("write it", &path))
}

/// Reads all lines but the last, which is checked.
pub(super) fn read(folder: &Path) -> Result<Vec<Line>, BackupError> {
    let path = folder.join(FILE);
    let failed = || BackupError::file("read it", &path);
    let damaged = |what: &str| BackupError::Damaged(format!("{}: {what}", path.display()));
    let mut reader = BufReader::new(File::open(&path).map_err(failed())?);
    let (mut lines, mut digest, mut text) = (Vec::new(), Sha256::new(), String::new());
    loop {
        text.clear();
        if reader.read_line(&mut text).map_err(failed())? == 0 {
            return Err(damaged("its end is missing"));
        }
        let line: Line = serde_json::from_str(&text).map_err(|_| damaged("a line of it cannot be read"))?;
        match line {
            Line::Backup { format, .. } if format > FORMAT => {
                return Err(BackupError::Newer { what: "the manifest", found: format, known: FORMAT });
            }
            Line::End { lines: count, sha256 } => {
                let is_whole = count == lines.len() as u64 && sha256 == hex::encode(digest.finalize());
                return if is_whole { Ok(lines) } else { Err(damaged("it was changed")) };
            }
            line => {
                digest.update(text.as_bytes());
                lines.push(line);
            }
        }
    }
}
