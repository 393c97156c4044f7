//! Texts of which every word counts, however long they are.

use super::typeset::{Face, Line};

/// Most characters to clean at once: fewer than those after which a text is cut.
const PIECE_CHARS_MAX: usize = 300;

impl Face {
    /// All lines of a paragraph. Fitting may cut the end of a text; this does not.
    pub(super) fn paragraph(&self, text: &str, size: f32, width: f32) -> Vec<Line> {
        let mut whole = String::new();
        for piece in pieces(text) {
            whole.push_str(&self.printable(&piece));
            if piece.ends_with(char::is_whitespace) {
                whole.push(' ');
            }
        }
        self.wrap(whole.trim_end(), size, width)
    }
}

/// Splits a paragraph into pieces short enough to fit in full, between words if possible.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut length = 0;
    for word in text.split_inclusive(' ') {
        let chars: Vec<char> = word.chars().collect();
        for part in chars.chunks(PIECE_CHARS_MAX) {
            if length + part.len() > PIECE_CHARS_MAX {
                pieces.push(String::new());
                length = 0;
            }
            length += part.len();
            if let Some(piece) = pieces.last_mut() {
                piece.extend(part);
            }
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::super::typeset::Fonts;

    #[test]
    fn no_word_of_a_long_paragraph_is_lost_and_no_line_is_too_wide() {
        let fonts = Fonts::load().unwrap();
        let unbroken = "Ư".repeat(700);
        for text in [&*"Theo dõi nốt phổi phải sau ba tháng. ".repeat(60), &unbroken, "", "a"] {
            let lines = fonts.regular.paragraph(text, 10.0, 300.0);
            assert!(lines.iter().all(|line| line.width <= 300.0));
            let set: String = lines.iter().map(|line| line.text.replace(' ', "")).collect();
            assert_eq!(set, text.replace(' ', ""));
        }
        let full = fonts.regular.paragraph(&"một hai ba ".repeat(100), 10.0, 300.0);
        let short = full[..full.len() - 1].iter().filter(|line| line.width < 250.0).count();
        assert_eq!(short, 0, "a line ends only at the margin");
    }
}
