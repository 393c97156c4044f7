//! What lies beside the images on a disc: a viewer and its parts, a README, leftovers of operating systems.

use filmless_dicom::{Sniffed, sniff};

/// File extensions that no image has.
const KINDS: &[&str] = &[
    "app",
    "avi",
    "bat",
    "bmp",
    "cab",
    "cfg",
    "chm",
    "class",
    "cmd",
    "com",
    "conf",
    "config",
    "css",
    "csv",
    "cur",
    "db",
    "dll",
    "doc",
    "docx",
    "dylib",
    "exe",
    "gif",
    "hlp",
    "htm",
    "html",
    "icns",
    "ico",
    "inf",
    "ini",
    "jar",
    "jpeg",
    "jpg",
    "js",
    "json",
    "lang",
    "lnk",
    "lng",
    "log",
    "manifest",
    "md",
    "mov",
    "mp3",
    "mp4",
    "msi",
    "ocx",
    "otf",
    "pdf",
    "plist",
    "png",
    "properties",
    "rtf",
    "sh",
    "so",
    "svg",
    "sys",
    "tif",
    "tiff",
    "ttf",
    "txt",
    "url",
    "wav",
    "webp",
    "wmv",
    "xls",
    "xlsx",
    "xml",
    "xsd",
    "xsl",
    "xslt",
];
/// Names of such files without an extension.
const NAMES: &[&str] =
    &["autorun", "changelog", "copying", "index", "licence", "license", "manifest", "readme", "version"];
/// How programs start on Windows, Linux and macOS.
const PROGRAMS: &[&[u8]] = &[
    b"MZ",
    b"\x7fELF",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xca\xfe\xba\xbe",
];

/// Files that operating systems and disc burners add to archives; nobody misses them.
pub(super) fn is_litter(name: &str) -> bool {
    let file = file_of(name);
    name.starts_with("__MACOSX/")
        || file.starts_with("._")
        || [".ds_store", "thumbs.db", "desktop.ini", "autorun.inf"].contains(&file.to_lowercase().as_str())
}

/// The kind of a file that belongs to no image, by its name and first bytes. `None` for anything that may be an
/// image, whatever its name: that is taken in, or refused with its own reason.
pub(super) fn kind_of(name: &str, start: &[u8]) -> Option<String> {
    if sniff(start) == Sniffed::Dicom {
        return None;
    }
    let file = file_of(name).to_lowercase();
    let end = file.rsplit_once('.').map(|(_, end)| end).unwrap_or_default();
    if KINDS.contains(&end) {
        return Some(end.to_owned());
    }
    let stem = file.split(['.', '_', '-', ' ']).next().unwrap_or_default();
    if NAMES.contains(&stem) && end != "dcm" {
        return Some(stem.to_owned());
    }
    PROGRAMS.iter().any(|program| start.starts_with(program)).then(|| "program".to_owned())
}

fn file_of(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_disc_holds_beside_images_is_known_by_name_and_bytes() {
        for (name, start, kind) in [
            ("viewer.exe", &b"MZ\x90"[..], Some("exe")),
            ("PROGRAM/Qt5.DLL", b"MZ", Some("dll")),
            ("README", b"Open viewer.exe", Some("readme")),
            ("README.TXT", b"", Some("txt")),
            ("Viewer.app/Contents/MacOS/Viewer", b"\xcf\xfa\xed\xfe", Some("program")),
            ("HELP\\INDEX.HTM", b"<html>", Some("htm")),
            ("IM000001", b"no image", None),
            ("image.dcm", b"no image", None),
            ("readme.dcm", b"no image", None),
            ("scan.txt", b"DICM", None),
        ] {
            assert_eq!(kind_of(name, start).as_deref(), kind, "{name}");
        }
        for name in ["a/._IM000001.dcm", "__MACOSX/a/._b", "AUTORUN.INF", "x/Thumbs.db"] {
            assert!(is_litter(name), "{name}");
        }
        assert!(!is_litter("a/IM000001.dcm"));
    }
}
