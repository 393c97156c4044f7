//! Renders every file below a folder, for comparison with another implementation.
//!
//! `render_corpus DIR OUT` writes `OUT/<number>.raw`, the middle frame of the file as shown (interleaved bytes);
//! `OUT/<number>.stored`, its values decoded again from the diagnostic layer (little endian doubles), if that layer was
//! encoded here; and `OUT/report.jsonl`, one line per file: path, header or the reason for refusing it, picture or the
//! reason for having none, microseconds for both. The header is read through the same growing prefixes as with a ranged
//! GET.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use filmless_dicom::{HeaderRead, InstanceHeader, read_header};
use filmless_domain::Limits;
use filmless_imaging::{
    KeyFrames, Layers, PreviewSize, RenderOptions, RenderedInstance, RenderedPart, SeriesDescription,
    SeriesPackBuilder, display_frame, render_image,
};
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
        let mut line = describe(path.strip_prefix(root).unwrap_or(path), &bytes);
        describe_pictures(&bytes, &out.join(number.to_string()), &mut line)?;
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

fn describe(path: &Path, bytes: &[u8]) -> Value {
    let limits = Limits::default();
    let start = Instant::now();
    let header = header(bytes, &limits);
    let header_us = start.elapsed().as_micros() as u64;
    let mut line = json!({ "path": path.to_string_lossy(), "bytes": bytes.len(), "header_us": header_us });
    match header {
        Ok(header) => line["header"] = json!(*header),
        Err(code) => line["refused"] = json!(code),
    }
    line
}

fn describe_pictures(bytes: &[u8], stem: &Path, line: &mut Value) -> io::Result<()> {
    let limits = Limits::default();
    let both = RenderOptions::new(PreviewSize { side_max: 256 });
    let start = Instant::now();
    let _ = render_image(bytes, &limits, &RenderOptions { layers: Layers::Preview, ..both });
    line["preview_us"] = json!(start.elapsed().as_micros() as u64);
    let start = Instant::now();
    let rendered = render_image(bytes, &limits, &both);
    line["both_layers_us"] = json!(start.elapsed().as_micros() as u64);
    let instance = match rendered {
        Ok(instance) => instance,
        Err(error) => {
            line["without_picture"] = json!(error.code());
            return Ok(());
        }
    };
    line["rendered"] = json!(instance.frames.len());
    line["failed"] = json!(instance.failures.len());
    let middle = (instance.frames.len() + instance.failures.len()) as u32 / 2 + 1;
    line["frame"] = json!(middle);
    if let Ok(shown) = display_frame(bytes, &limits, middle) {
        line["shown"] = json!([shown.width, shown.height, shown.channels]);
        fs::write(stem.with_extension("raw"), &shown.pixels)?;
    }
    if let Some(stored) = stored(&instance, middle) {
        let values: Vec<u8> = stored.into_iter().flat_map(f64::to_le_bytes).collect();
        fs::write(stem.with_extension("stored"), values)?;
        line["stored"] = json!(true);
    }
    let mut pack = SeriesPackBuilder::new(SeriesDescription::default(), Vec::new());
    pack.start_instance("1", KeyFrames::None);
    pack.push(RenderedPart::Image(Box::new(instance.image)));
    instance.frames.into_iter().for_each(|frame| pack.push(RenderedPart::Frame(Box::new(frame))));
    let artifacts = pack.finish().map_err(io::Error::other)?;
    line["entry"] = json!(artifacts.index.frames.first());
    line["pack_bytes"] = json!(artifacts.pack.len());
    Ok(())
}

fn stored(instance: &RenderedInstance, frame: u32) -> Option<Vec<f64>> {
    let frame = instance.frames.iter().find(|f| f.frame == frame)?;
    frame.diagnostic.as_ref()?.decode(instance.image.rows, instance.image.columns)
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
