//! ZIP files with claims.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::plain;
use super::rows::Claims;
use crate::UsageError;

/// The first bytes of a ZIP (APPNOTE 4.3.7).
pub const MAGIC: &[u8] = b"PK\x03\x04";
/// Extensions of files that may hold claims.
const ENDINGS: [&str; 4] = [".xml", ".csv", ".tsv", ".txt"];

/// Whether a file may hold claims, judged by its name.
#[must_use]
pub fn may_be_claims(name: &str) -> bool {
    let name = name.to_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Whether macOS added this file to a ZIP or a foreign disk: `__MACOSX/…`, `._name`, `.DS_Store`.
#[must_use]
pub fn is_of_macos(name: &str) -> bool {
    let mut parts = name.split(['/', '\\']).rev();
    let own = parts.next().unwrap_or_default();
    own.starts_with("._") || own == ".DS_Store" || parts.any(|part| part == "__MACOSX")
}

/// Reads every entry that may hold claims; keeps the names of the others.
pub fn read(claims: &mut Claims, file: &str, bytes: &[u8]) -> Result<(), UsageError> {
    let unusable = |why: &str| UsageError::Claims { why: format!("{file}: {why}") };
    let broken = |_| unusable("ZIP hỏng");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > claims.limits.zip_entries_max {
        return Err(unusable("ZIP có quá nhiều tệp"));
    }
    if archive.index_for_name("[Content_Types].xml").is_some() {
        return Err(unusable("đây là sổ tính XLSX: xin lưu thành CSV"));
    }
    for number in 0..archive.len() {
        let entry = archive.by_index(number).map_err(broken)?;
        let name = format!("{file}/{}", entry.name().map_err(broken)?);
        if entry.is_dir() || is_of_macos(&name) {
            continue;
        }
        if !may_be_claims(&name) {
            claims.other_files.push(name);
            continue;
        }
        let mut unpacked = Vec::new();
        let room = claims.limits.zip_unpacked_bytes_max - claims.unpacked_bytes;
        let most = room.min(claims.limits.file_bytes_max);
        entry.take(most + 1).read_to_end(&mut unpacked).map_err(|_| unusable("ZIP hỏng"))?;
        if unpacked.len() as u64 > most {
            return Err(unusable("ZIP giải nén ra quá lớn"));
        }
        claims.unpacked_bytes += unpacked.len() as u64;
        plain::read(claims, &name, &unpacked)?;
    }
    Ok(())
}
