//! Writes every file below a folder in Explicit VR Little Endian, for comparison with another implementation.
//!
//! `explicit_corpus DIR OUT` writes `OUT/<number>.dcm`, and `OUT/report.tsv`: number, path, and the reason where there is none.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use filmless_delivery::{ExplicitFile, FileOwner, InProcessRenderer, NotNative};
use filmless_domain::{Limits, StudyInstanceUid};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [root, out] = arguments.as_slice() else {
        anyhow::bail!("usage: explicit_corpus DIR OUT");
    };
    fs::create_dir_all(out)?;
    let mut files = Vec::new();
    collect(root, &mut files)?;
    files.sort();
    let mut report = io::BufWriter::new(fs::File::create(out.join("report.tsv"))?);
    for (number, path) in files.iter().enumerate() {
        let written = write(fs::read(path)?.into(), &out.join(format!("{number}.dcm"))).await?;
        let reason = written.err().map(|why| why.0).unwrap_or_default();
        writeln!(report, "{number}\t{}\t{reason}", path.display())?;
    }
    Ok(report.flush()?)
}

async fn write(bytes: Bytes, target: &Path) -> anyhow::Result<Result<(), NotNative>> {
    let owner = FileOwner { study: StudyInstanceUid::parse("1.2.3")?, patient: None };
    let opened = ExplicitFile::open(&InProcessRenderer, &owner, bytes.into(), &Limits::default()).await;
    let mut file = match opened {
        Ok(file) => file,
        Err(why) => return Ok(Err(why)),
    };
    let mut written = Vec::new();
    loop {
        match file.next().await {
            Ok(Some(piece)) => written.extend(piece),
            Ok(None) => break,
            Err(why) => return Ok(Err(why)),
        }
    }
    anyhow::ensure!(written.len() as u64 == file.total_bytes(), "the length was foretold wrongly");
    fs::write(target, written)?;
    Ok(Ok(()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}
