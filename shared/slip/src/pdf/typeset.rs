//! Fonts, and text shaped into lines of known width.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Direction, UnicodeBuffer};

use crate::{SlipError, clean};

static REGULAR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/NotoSans-Regular.ttf"));
static BOLD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/NotoSans-Bold.ttf"));
static MONO: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/NotoSansMono-Bold.ttf"));

/// Longest text that is set at all: more than any line of the slip holds, little enough to shape at once.
const CHARS_MAX: usize = 400;

/// What stands for a character that the font lacks.
const REPLACEMENT: char = '\u{fffd}';

/// Height of a line per font size.
pub(super) const LEADING: f32 = 1.22;

/// The three faces of the slip.
pub(super) struct Fonts {
    pub(super) regular: Face,
    pub(super) bold: Face,
    pub(super) mono: Face,
}

impl Fonts {
    pub(super) fn load() -> Result<Self, SlipError> {
        Ok(Self { regular: Face::read(REGULAR)?, bold: Face::read(BOLD)?, mono: Face::read(MONO)? })
    }
}

/// One face: to shape with, and to embed.
pub(super) struct Face {
    shaper: rustybuzz::Face<'static>,
    font: Font,
}

/// A line of glyphs, ready to be drawn.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) glyphs: Vec<KrillaGlyph>,
    pub(super) font: Font,
    pub(super) size: f32,
    pub(super) width: f32,
}

/// How large a text may be set: the first size that holds it whole within `lines_max` lines wins; the last one
/// is used with an ellipsis when none does.
pub(super) struct Fit<'a> {
    pub(super) sizes: &'a [f32],
    pub(super) width: f32,
    pub(super) lines_max: usize,
}

impl Face {
    fn read(data: &'static [u8]) -> Result<Self, SlipError> {
        let shaper = rustybuzz::Face::from_slice(data, 0).ok_or(SlipError::Font)?;
        let font = Font::new(data.into(), 0).ok_or(SlipError::Font)?;
        Ok(Self { shaper, font })
    }

    /// One clean line in characters that this face has.
    fn printable(&self, text: &str) -> String {
        let cleaned = clean::line(text);
        let known = |c: char| self.shaper.glyph_index(c).is_some_and(|glyph| glyph.0 != 0);
        cleaned.chars().take(CHARS_MAX).map(|c| if known(c) { c } else { REPLACEMENT }).collect()
    }

    /// Shapes one line as it is.
    pub(super) fn line(&self, text: &str, size: f32) -> Line {
        self.shape(self.printable(text), size)
    }

    fn shape(&self, text: String, size: f32) -> Line {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(&text);
        buffer.guess_segment_properties();
        // The fonts hold no script that runs from right to left.
        buffer.set_direction(Direction::LeftToRight);
        let shaped = rustybuzz::shape(&self.shaper, &[], buffer);
        let units = self.font.units_per_em();
        let starts: Vec<usize> = shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
        let mut width = 0.0;
        let mut glyphs = Vec::with_capacity(starts.len());
        for ((info, position), start) in
            shaped.glyph_infos().iter().zip(shaped.glyph_positions()).zip(&starts)
        {
            let end = starts.iter().copied().find(|next| next > start).unwrap_or(text.len());
            let em = |value: i32| value as f32 / units;
            let advance = em(position.x_advance);
            width += advance * size;
            glyphs.push(KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                advance,
                em(position.x_offset),
                em(position.y_offset),
                em(position.y_advance),
                *start..end,
                None,
            ));
        }
        Line { text, glyphs, font: self.font.clone(), size, width }
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        self.shape(text.to_owned(), size).width
    }

    /// Sets a text as large as it may be: whole words first, then broken ones, then an ellipsis.
    pub(super) fn fit(&self, text: &str, fit: &Fit<'_>) -> Vec<Line> {
        let text = self.printable(text);
        let keeps_words = |size: f32| text.split(' ').all(|word| self.width(word, size) <= fit.width);
        let whole = fit.sizes.iter().filter(|size| keeps_words(**size));
        for size in whole.chain(fit.sizes) {
            let lines = self.wrap(&text, *size, fit.width);
            if lines.len() <= fit.lines_max {
                return lines;
            }
        }
        let size = fit.sizes.last().copied().unwrap_or_default();
        let mut lines = self.wrap(&text, size, fit.width);
        let rest: Vec<String> =
            lines.drain(fit.lines_max.saturating_sub(1)..).map(|line| line.text).collect();
        lines.push(self.cut(&rest.join(" "), size, fit.width));
        lines
    }

    /// Breaks a text at its spaces, and a word that is wider than the line wherever it must.
    fn wrap(&self, text: &str, size: f32, width: f32) -> Vec<Line> {
        let mut lines: Vec<String> = Vec::new();
        let mut current = String::new();
        for word in text.split(' ').flat_map(|word| self.pieces(word, size, width)) {
            let longer = if current.is_empty() { word.clone() } else { format!("{current} {word}") };
            if current.is_empty() || self.width(&longer, size) <= width {
                current = longer;
            } else {
                lines.push(std::mem::replace(&mut current, word));
            }
        }
        lines.push(current);
        lines.into_iter().map(|line| self.shape(line, size)).collect()
    }

    fn pieces(&self, word: &str, size: f32, width: f32) -> Vec<String> {
        if self.width(word, size) <= width {
            return vec![word.to_owned()];
        }
        let mut pieces = vec![String::new()];
        for c in word.chars() {
            if let Some(last) = pieces.last_mut() {
                last.push(c);
                if self.width(last, size) > width && last.chars().count() > 1 {
                    last.pop();
                    pieces.push(c.to_string());
                }
            }
        }
        pieces
    }

    /// One line of the text's beginning that ends in an ellipsis.
    fn cut(&self, text: &str, size: f32, width: f32) -> Line {
        let mut kept: String = text.to_owned();
        loop {
            let line = self.shape(format!("{}…", kept.trim_end()), size);
            if line.width <= width || kept.pop().is_none() {
                return line;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(text: &str, width: f32, lines_max: usize) -> Vec<Line> {
        Fonts::load().unwrap().regular.fit(text, &Fit { sizes: &[12.0, 8.0], width, lines_max })
    }

    #[test]
    fn a_short_text_keeps_the_largest_size() {
        let lines = fitted("Nguyễn Thị Hoà", 200.0, 1);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].size, 12.0);
        assert_eq!(lines[0].text, "Nguyễn Thị Hoà");
    }

    #[test]
    fn a_longer_text_shrinks_before_it_is_cut() {
        let lines = fitted("Chụp cắt lớp vi tính ngực", 110.0, 1);
        assert_eq!((lines.len(), lines[0].size), (1, 8.0));
        assert!(!lines[0].text.contains('…'));
    }

    #[test]
    fn a_word_is_broken_only_when_no_size_keeps_it_whole() {
        let number = "A20201123001-998877";
        let lines = fitted(number, 90.0, 2);
        assert_eq!((lines.len(), lines[0].size, lines[0].text.as_str()), (1, 8.0, number));
        let lines = fitted(&number.repeat(2), 130.0, 2);
        assert_eq!((lines.len(), lines[0].size), (2, 12.0));
    }

    #[test]
    fn what_still_does_not_fit_ends_in_an_ellipsis() {
        for text in ["từ ".repeat(100), "W".repeat(300)] {
            let lines = fitted(&text, 100.0, 2);
            assert_eq!(lines.len(), 2);
            assert!(lines[1].text.ends_with('…'), "{}", lines[1].text);
            assert!(lines.iter().all(|line| line.width <= 100.0));
        }
    }

    #[test]
    fn a_character_without_a_glyph_is_replaced_visibly() {
        for (text, expected) in
            [("山田 Tarō", "�� Tarō"), ("🙂", "�"), ("שלום x", "���� x"), ("a\u{7}b", "a b")]
        {
            assert_eq!(fitted(text, 500.0, 1)[0].text, expected);
        }
    }

    #[test]
    fn an_empty_text_is_one_empty_line() {
        assert_eq!(fitted("", 100.0, 2).len(), 1);
        assert_eq!(fitted("", 100.0, 2)[0].width, 0.0);
    }

    #[test]
    fn every_vietnamese_letter_has_a_glyph_in_every_face() {
        let letters = "aăâbcdđeêghiklmnoôơpqrstuưvxy";
        let tones = ["", "\u{300}", "\u{301}", "\u{303}", "\u{309}", "\u{323}"];
        let fonts = Fonts::load().unwrap();
        for letter in letters.chars().chain(letters.to_uppercase().chars()) {
            for tone in tones {
                let text = format!("{letter}{tone}");
                for face in [&fonts.regular, &fonts.bold, &fonts.mono] {
                    assert!(!face.line(&text, 10.0).text.contains(REPLACEMENT), "{text}");
                }
            }
        }
    }
}
