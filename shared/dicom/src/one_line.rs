//! Text from a file, on one line.

/// Longest single value, in characters: a whole narrative report fits.
pub(crate) const VALUE_CHARS_MAX: usize = 32 << 10;

/// Text without line breaks and control characters.
pub(crate) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty());
    let mut line = String::new();
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line.chars().take(VALUE_CHARS_MAX).collect()
}
