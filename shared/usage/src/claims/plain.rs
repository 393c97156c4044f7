//! A claim file that is no archive: XML or a table.

use super::rows::Claims;
use super::{table, text, xml};
use crate::UsageError;

/// Reads a file. Its first bytes tell the format.
pub(super) fn read(claims: &mut Claims, file: &str, bytes: &[u8]) -> Result<(), UsageError> {
    let start = text::without_utf16(bytes.get(..bytes.len().min(64) & !1).unwrap_or_default());
    let is_xml = start.is_some_and(|start| start.trim_ascii_start().starts_with(b"<"));
    if !is_xml {
        return table::read(claims, file, bytes);
    }
    let why = || format!("{file}: mã ký tự không đúng như khai báo");
    let text = text::of_xml(bytes).ok_or_else(|| UsageError::Claims { why: why() })?;
    xml::read(claims, file, &text)
}
