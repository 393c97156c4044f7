//! Embeds `web/dist`, so that the function is one file: a table of name, media type, version and bytes, with a gzip and
//! a Brotli copy of each text. The version is a hash of the content and part of the URL, so browsers may cache it for
//! ever.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io, process};

fn main() {
    let dist = Path::new("../../web/dist");
    println!("cargo:rerun-if-changed={}", dist.display());
    if !dist.join("style.css").is_file() {
        println!("cargo:rerun-if-changed=../../web");
        eprintln!("web/dist is missing: run `make web` first (it needs Node 20 and npm)");
        process::exit(1);
    }
    if let Err(error) = write_table(dist) {
        eprintln!("web/dist cannot be embedded: {error}");
        process::exit(1);
    }
}

fn write_table(dist: &Path) -> io::Result<()> {
    let mut files: Vec<PathBuf> = fs::read_dir(dist)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?
        .into_iter()
        .filter(|path| {
            path.is_file() && path.extension().is_none_or(|extension| extension != "gz" && extension != "br")
        })
        .collect();
    files.sort();
    let mut table = String::from("pub(crate) static ASSETS: &[Asset] = &[\n");
    for path in &files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mut hasher = DefaultHasher::new();
        fs::read(path)?.hash(&mut hasher);
        let (gzip, brotli) = (compressed(dist, &name, "gz")?, compressed(dist, &name, "br")?);
        writeln!(
            table,
            "    Asset {{ name: {name:?}, media_type: {:?}, version: \"{:016x}\", bytes: {}, gzip: {gzip}, brotli: {brotli} }},",
            media_type(path),
            hasher.finish(),
            include(path)?,
        )
        .map_err(io::Error::other)?;
    }
    table.push_str("];\n");
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?;
    fs::write(PathBuf::from(out).join("assets.rs"), table)
}

fn compressed(dist: &Path, name: &str, form: &str) -> io::Result<String> {
    let file = dist.join(format!("{name}.{form}"));
    if file.is_file() { Ok(format!("Some({})", include(&file)?)) } else { Ok("None".to_owned()) }
}

fn include(path: &Path) -> io::Result<String> {
    Ok(format!("include_bytes!({:?})", fs::canonicalize(path)?.to_string_lossy()))
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}
