//! Copies the slip's fonts from Debian's packages, so that the finished program needs none installed.
//!
//! `FILMLESS_FONT_DIR` names another folder with the same files, for systems that keep fonts elsewhere or do not let
//! you install packages. `tools/install-tools` looks there, too.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

/// Font file and the Debian package that contains it.
const FONTS: [(&str, &str); 4] = [
    ("NotoSans-Regular.ttf", "fonts-noto-core"),
    ("NotoSans-Bold.ttf", "fonts-noto-core"),
    ("NotoSansMono-Bold.ttf", "fonts-noto-mono"),
    // A `≥` must never be printed as a box that could be a `≤`.
    ("NotoSansMath-Regular.ttf", "fonts-noto-core"),
];

/// Fonts for names in other scripts. They come with the first package above, except the last: it is large and has its
/// own package. A slip without it shows Chinese and Japanese letters as `�`.
const FALLBACK: [&str; 8] = [
    "NotoSansThai-Regular.ttf",
    "NotoSansKhmer-Regular.ttf",
    "NotoSansLao-Regular.ttf",
    "NotoNaskhArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "NotoSansMyanmar-Regular.ttf",
    CJK,
];
const CJK: &str = "DroidSansFallbackFull.ttf";

fn main() -> ExitCode {
    let folder = env::var_os("FILMLESS_FONT_DIR")
        .map_or_else(|| "/usr/share/fonts/truetype/noto".into(), PathBuf::from);
    let copied = FONTS
        .iter()
        .try_for_each(|(file, package)| copy(&folder, file, package))
        .and_then(|()| FALLBACK.iter().try_for_each(|file| copy_if_there(&folder, file)));
    match copied {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

/// Copies a font; an empty file stands for a missing one.
fn copy_if_there(folder: &Path, file: &str) -> Result<(), String> {
    let places = [folder.to_owned(), "/usr/share/fonts/truetype/droid".into()];
    if let Some(folder) = places.iter().find(|place| place.join(file).is_file()) {
        return copy(folder, file, "fonts-noto-core");
    }
    let out = env::var_os("OUT_DIR").ok_or("OUT_DIR is not set: run this through cargo")?;
    fs::write(Path::new(&out).join(file), []).map_err(|e| e.to_string())?;
    let package = if file == CJK { "fonts-droid-fallback" } else { "fonts-noto-core" };
    let warning = format!("cargo::warning=the slip lacks the font {file}: apt-get install {package}\n");
    io::stdout().write_all(warning.as_bytes()).map_err(|e| e.to_string())
}

fn copy(folder: &Path, file: &str, package: &str) -> Result<(), String> {
    let from = folder.join(file);
    let out = env::var_os("OUT_DIR").ok_or("OUT_DIR is not set: run this through cargo")?;
    fs::copy(&from, Path::new(&out).join(file)).map_err(|e| {
        format!(
            "The slip needs the font {}, which cannot be read ({e}). Install it with `apt-get install {package}`, \
             or set FILMLESS_FONT_DIR to a folder that holds it.",
            from.display()
        )
    })?;
    let rerun = format!(
        "cargo::rerun-if-env-changed=FILMLESS_FONT_DIR\ncargo::rerun-if-changed={}\n",
        from.display()
    );
    io::stdout().write_all(rerun.as_bytes()).map_err(|e| e.to_string())
}
