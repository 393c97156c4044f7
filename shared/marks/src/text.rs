//! Text of readers as DICOM can hold it (PS3.5 6.2): no control characters, nothing invisible, and nothing that separates
//! values or parts of a name. Always UTF-8 (ISO_IR 192).

use filmless_domain::invisible::{lines, one_line};

/// One line for LO: a backslash would begin another value.
pub(crate) fn line(text: &str) -> String {
    one_line(&text.replace('\\', "/"))
}

/// One component of a person's name, as typed: `^` and `=` would begin another one.
pub(crate) fn name(text: &str) -> String {
    one_line(&text.replace(['\\', '^', '='], " "))
}

/// Lines for ST and UT, which break with CR LF.
pub(crate) fn paragraph(text: &str) -> String {
    lines(text).replace('\n', "\r\n")
}
