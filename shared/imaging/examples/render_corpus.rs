//! Renders every file below a folder, for comparison with another implementation.
//!
//! `render_corpus DIR OUT` writes `OUT/<number>.raw`, the middle frame of the file as shown (interleaved bytes), and
//! `OUT/report.jsonl`, one line per file: path, header or the reason it was refused, picture or the reason there is
//! none, microseconds of both. Reading the header goes through the same growing prefixes as a ranged GET.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use filmless_dicom::{HeaderRead, InstanceHeader, read_header};
use filmless_domain::Limits;
use filmless_imaging::{PreviewSize, SeriesPackBuilder, display_frame, render_instance};
use serde_json::{Value, json};

fn main() -> io::Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [root, out] = arguments.as_slice() else {
        return Err(io::Error::other("usage: render_corpus DIR OUT"));
    };
    fs::create_dir_all(out)?;
    let mut files = Vec::new();
    collect(root, &mut files)?;
    files.sort();
    let mut report = io::BufWriter::new(fs::File::create(out.join("report.jsonl"))?);
    for (number, path) in files.iter().enumerate() {
        let bytes = fs::read(path)?;
        let line =
            describe(path.strip_prefix(root).unwrap_or(path), &bytes, &out.join(format!("{number}.raw")))?;
        writeln!(report, "{line}")?;
    }
    report.flush()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

fn describe(path: &Path, bytes: &[u8], raw: &Path) -> io::Result<Value> {
    let limits = Limits::default();
    let start = Instant::now();
    let header = header(bytes, &limits);
    let header_us = start.elapsed().as_micros() as u64;
    let mut line = json!({ "path": path.to_string_lossy(), "bytes": bytes.len(), "header_us": header_us });
    match header {
        Ok(header) => line["header"] = serde_json::to_value(&*header)?,
        Err(code) => line["refused"] = json!(code),
    }
    let start = Instant::now();
    let rendered = render_instance(bytes, &limits, PreviewSize { side_max: 256 });
    line["render_us"] = json!(start.elapsed().as_micros() as u64);
    match rendered {
        Err(error) => line["without_picture"] = json!(error.code()),
        Ok(instance) => {
            line["rendered"] = json!(instance.frames.len());
            line["failed"] = json!(instance.failures.len());
            let middle = (instance.frames.len() + instance.failures.len()) as u32 / 2 + 1;
            line["frame"] = json!(middle);
            if let Ok(shown) = display_frame(bytes, &limits, middle) {
                line["shown"] = json!([shown.width, shown.height, shown.channels]);
                fs::write(raw, &shown.pixels)?;
            }
            let mut pack = SeriesPackBuilder::new("1", "2", "OT", None, None);
            pack.push("3", Ok(&instance));
            let artifacts = pack.finish().map_err(io::Error::other)?;
            line["entry"] = serde_json::to_value(artifacts.index.frames.first())?;
        }
    }
    Ok(line)
}

fn header(bytes: &[u8], limits: &Limits) -> Result<Box<InstanceHeader>, &'static str> {
    let total = bytes.len() as u64;
    for allowed in [limits.header_first_read_bytes, limits.header_second_read_bytes, total] {
        let prefix = &bytes[..allowed.min(total) as usize];
        match read_header(prefix, total, limits) {
            Ok(HeaderRead::Complete(header)) => return Ok(header),
            Ok(HeaderRead::NeedMore) => {}
            Err(error) => return Err(error.code()),
        }
    }
    Err("need-more")
}
