//! Measures the cost of rendering on this machine and prints it as JSON. CPU times are of one thread.
//!
//! - `measure_imaging headers FILE…`: microseconds of CPU per file, from its first bytes to header and DICOM JSON
//! - `measure_imaging thumbnails OUT FILE…`: seconds of CPU for DICOM JSON and a JPEG of 256 pixels of every file
//! - `measure_imaging slice FILE`: milliseconds of CPU for the preview and the lossless layer of a file
//! - `measure_imaging series PACK COUNT THREADS FILE…`: renders this many instances into a pack; the files repeat

use std::env;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, BufWriter, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use filmless_dicom::{InstanceHeader, Scan, metadata_json, scan_file, scan_prefix};
use filmless_domain::Limits;
use filmless_imaging::{
    DisplayFrame, KeyFrames, Layers, PreviewSize, RenderOptions, RenderedPart, SeriesDescription,
    SeriesPackBuilder, display_frame, render_file, render_image,
};
use serde_json::{Value, json};

const THUMBNAIL_SIDE: u32 = 256;
const THUMBNAIL_QUALITY: u8 = 80;
const ROUNDS: usize = 5;
const REPETITIONS: usize = 20;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let figures = match words.as_slice() {
        ["headers", files @ ..] => headers(files)?,
        ["thumbnails", out, files @ ..] => thumbnails(Path::new(out), files)?,
        ["slice", file] => slice(&fs::read(file)?)?,
        ["series", pack, count, threads, files @ ..] => {
            let number = |text: &str| text.parse::<usize>().map_err(io::Error::other);
            series(Path::new(pack), number(count)?, number(threads)?, files)?
        }
        _ => return Err(io::Error::other("usage: measure_imaging headers|thumbnails|slice|series …")),
    };
    io::Write::write_all(&mut io::stdout(), format!("{figures}\n").as_bytes())
}

/// CPU seconds of the first thread.
fn cpu_seconds() -> io::Result<f64> {
    let status = fs::read_to_string("/proc/self/schedstat")?;
    let nanoseconds = status.split(' ').next().and_then(|word| word.parse::<f64>().ok());
    nanoseconds.map(|ns| ns / 1e9).ok_or_else(|| io::Error::other("/proc/self/schedstat is unreadable"))
}

/// The median CPU seconds of one call, over several rounds.
fn median_seconds(repetitions: usize, mut call: impl FnMut() -> io::Result<()>) -> io::Result<f64> {
    call()?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let start = cpu_seconds()?;
        for _ in 0..repetitions {
            call()?;
        }
        rounds.push((cpu_seconds()? - start) / repetitions as f64);
    }
    rounds.sort_by(f64::total_cmp);
    Ok(rounds[ROUNDS / 2])
}

/// The bytes that an ingest requests first; they are in memory before the clock starts.
fn headers(files: &[&str]) -> io::Result<Value> {
    let limits = Limits::default();
    let mut prefixes = Vec::new();
    for path in files {
        let file = File::open(path)?;
        let total_bytes = file.metadata()?.len();
        let mut prefix = Vec::new();
        file.take(limits.header_first_read_bytes).read_to_end(&mut prefix)?;
        prefixes.push((prefix, total_bytes));
    }
    let seconds = median_seconds(1, || {
        for (prefix, total_bytes) in &prefixes {
            let scan = scan_prefix(prefix, *total_bytes, &limits).map_err(io::Error::other)?;
            let Scan::Complete(data_set) = scan else { return Err(io::Error::other("a long header")) };
            InstanceHeader::from_data_set(&data_set).map_err(io::Error::other)?;
            black_box(metadata_json(&data_set));
        }
        Ok(())
    })?;
    Ok(json!({ "us_per_instance": seconds * 1e6 / files.len() as f64 }))
}

fn thumbnails(out: &Path, files: &[&str]) -> io::Result<Value> {
    fs::create_dir_all(out)?;
    let start = cpu_seconds()?;
    for (number, path) in files.iter().enumerate() {
        let limits = Limits::default();
        let file = fs::read(path)?;
        let data_set = scan_file(&file, &limits).map_err(io::Error::other)?;
        let header = InstanceHeader::from_data_set(&data_set).map_err(io::Error::other)?;
        fs::write(out.join(format!("{number}.json")), metadata_json(&data_set))?;
        let middle = header.number_of_frames / 2 + 1;
        let shown = display_frame(&file, &limits, middle).map_err(io::Error::other)?;
        fs::write(out.join(format!("{number}.jpg")), thumbnail(&shown)?)?;
    }
    Ok(json!({ "cpu_seconds": cpu_seconds()? - start }))
}

fn thumbnail(frame: &DisplayFrame) -> io::Result<Vec<u8>> {
    let scale = (f64::from(THUMBNAIL_SIDE) / f64::from(frame.width.max(frame.height))).min(1.0);
    let side = |side: u32| (f64::from(side) * scale).round().max(1.0) as u32;
    let (width, height) = (side(frame.width), side(frame.height));
    let mut pixels = vec![0; (width * height) as usize * usize::from(frame.channels)];
    let colours = if frame.channels == 3 {
        resize::<U8x3>(frame, &mut pixels, width, height)?;
        jpeg_encoder::ColorType::Rgb
    } else {
        resize::<U8>(frame, &mut pixels, width, height)?;
        jpeg_encoder::ColorType::Luma
    };
    let mut jpeg = Vec::new();
    jpeg_encoder::Encoder::new(&mut jpeg, THUMBNAIL_QUALITY)
        .encode(&pixels, width as u16, height as u16, colours)
        .map_err(io::Error::other)?;
    Ok(jpeg)
}

fn resize<P: PixelTrait>(frame: &DisplayFrame, target: &mut [u8], width: u32, height: u32) -> io::Result<()> {
    let source = TypedImageRef::<P>::from_buffer(frame.width, frame.height, &frame.pixels)
        .map_err(io::Error::other)?;
    let mut target = TypedImage::<P>::from_buffer(width, height, target).map_err(io::Error::other)?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Hamming));
    Resizer::new().resize_typed(&source, &mut target, &options).map_err(io::Error::other)
}

/// A layer costs the time that rendering takes longer with it.
fn slice(file: &[u8]) -> io::Result<Value> {
    let limits = Limits::default();
    let both = RenderOptions::new(PreviewSize { side_max: THUMBNAIL_SIDE });
    let render = |options: RenderOptions| {
        median_seconds(REPETITIONS, || {
            render_image(file, &limits, &options).map(|_| ()).map_err(io::Error::other)
        })
    };
    let show = median_seconds(REPETITIONS, || {
        display_frame(file, &limits, 1).map(|_| ()).map_err(io::Error::other)
    })?;
    let preview = render(RenderOptions { layers: Layers::Preview, ..both })?;
    let everything = render(both)?;
    Ok(json!({
        "show_ms": show * 1e3,
        "preview_ms": (preview - show) * 1e3,
        "lossless_ms": (everything - preview) * 1e3,
    }))
}

/// Renders as many instances at a time as there are threads, and packs them in order.
fn series(pack: &Path, count: usize, threads: usize, files: &[&str]) -> io::Result<Value> {
    let options = RenderOptions::new(PreviewSize { side_max: 256 });
    let paths: Vec<PathBuf> = (0..count).map(|i| PathBuf::from(files[i % files.len()])).collect();
    let mut builder =
        SeriesPackBuilder::new(SeriesDescription::default(), BufWriter::new(File::create(pack)?));
    let (start, start_wall) = (cpu_seconds()?, Instant::now());
    for (group, some) in paths.chunks(threads).enumerate() {
        let rendered: Vec<io::Result<Vec<RenderedPart>>> = if let [path] = some {
            vec![parts(path, &options)]
        } else {
            thread::scope(|scope| {
                let running: Vec<_> = some.iter().map(|path| scope.spawn(|| parts(path, &options))).collect();
                running
                    .into_iter()
                    .map(|one| one.join().unwrap_or_else(|_| Err(io::Error::other("a thread failed"))))
                    .collect()
            })
        };
        for (place, parts) in rendered.into_iter().enumerate() {
            builder.start_instance(&format!("1.2.{}", group * threads + place + 1), KeyFrames::None);
            parts?.into_iter().for_each(|part| builder.push(part));
        }
    }
    let artifacts = builder.finish().map_err(io::Error::other)?;
    Ok(json!({
        "first_thread_cpu_seconds": cpu_seconds()? - start,
        "wall_seconds": start_wall.elapsed().as_secs_f64(),
        "frames": artifacts.index.frames.len(),
        "pack_bytes": artifacts.pack_bytes,
        "peak_mib": peak_mib()?,
    }))
}

fn parts(path: &Path, options: &RenderOptions) -> io::Result<Vec<RenderedPart>> {
    let file = fs::read(path)?;
    let mut parts = Vec::new();
    let _ = render_file(&file, &Limits::default(), options, &mut |part| {
        parts.push(part);
        ControlFlow::Continue(())
    });
    Ok(parts)
}

/// The peak memory of this process.
fn peak_mib() -> io::Result<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.map(|kib| kib / 1024.0).ok_or_else(|| io::Error::other("/proc/self/status has no VmHWM"))
}
