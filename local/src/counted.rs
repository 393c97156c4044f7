//! Numbers with their noun: `0 files`, `1 file`, `2 studies`.

use std::fmt::Display;

/// Writes a number and its noun. Give the noun in the singular; its plural gets `s`, or `ies` for a `y`.
pub fn counted(count: impl Display, noun: &str) -> String {
    let count = count.to_string();
    match noun.strip_suffix('y') {
        _ if count == "1" => format!("1 {noun}"),
        Some(stem) => format!("{count} {stem}ies"),
        None => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_every_other_number_plural() {
        for (count, file, study) in
            [(0, "0 files", "0 studies"), (1, "1 file", "1 study"), (21, "21 files", "21 studies")]
        {
            assert_eq!((counted(count, "file").as_str(), counted(count, "study").as_str()), (file, study));
        }
    }
}
