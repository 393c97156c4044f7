//! Fonts, and text shaped into lines of known width.

use std::rc::Rc;

use filmless_domain::invisible::misleads;
use harfrust::{FontRef, ShapeOptions, ShaperData, UnicodeBuffer};
use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::MetadataProvider;
use unicode_normalization::char::is_combining_mark;

use crate::{SlipError, clean};

static REGULAR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/NotoSans-Regular.ttf"));
static BOLD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/NotoSans-Bold.ttf"));
static MONO: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/NotoSansMono-Bold.ttf"));

/// Fonts for signs and other scripts, tried in this order. An empty one was missing at build time.
static FALLBACK: [&[u8]; 9] = [
    include_bytes!(concat!(env!("OUT_DIR"), "/NotoSansMath-Regular.ttf")),
    include_bytes!(concat!(env!("OUT_DIR"), "/NotoSansThai-Regular.ttf")),
    include_bytes!(concat!(env!("OUT_DIR"), "/NotoSansKhmer-Regular.ttf")),
    include_bytes!(concat!(env!("OUT_DIR"), "/NotoSansLao-Regular.ttf")),
    include_bytes!(concat!(env!("OUT_DIR"), "/NotoNaskhArabic-Regular.ttf")),
    include_bytes!(concat!(env!("OUT_DIR"), "/NotoSansHebrew-Regular.ttf")),
    include_bytes!(concat!(env!("OUT_DIR"), "/NotoSansDevanagari-Regular.ttf")),
    include_bytes!(concat!(env!("OUT_DIR"), "/NotoSansMyanmar-Regular.ttf")),
    include_bytes!(concat!(env!("OUT_DIR"), "/DroidSansFallbackFull.ttf")),
];

/// Longest text that is set: more than any line of the slip holds, and short enough to shape at once.
const CHARS_MAX: usize = 400;

/// Replaces a character that no font has.
const REPLACEMENT: char = '\u{fffd}';

/// Line height per font size.
pub(super) const LEADING: f32 = 1.22;

/// The three faces of the slip.
pub(super) struct Fonts {
    pub(super) regular: Face,
    pub(super) bold: Face,
    pub(super) mono: Face,
}

impl Fonts {
    pub(super) fn load() -> Result<Self, SlipError> {
        let others = FALLBACK.iter().filter(|data| !data.is_empty());
        let others: Rc<[OneFont]> = others.map(|data| OneFont::read(data)).collect::<Result<_, _>>()?;
        let face = |data| Ok(Face { own: OneFont::read(data)?, others: Rc::clone(&others) });
        Ok(Self { regular: face(REGULAR)?, bold: face(BOLD)?, mono: face(MONO)? })
    }
}

/// The first character of a text that minutes would not show as it was written: one that no font has, also where Latin letters could
/// stand for it, and one that is not seen but has the text around it read otherwise.
#[must_use]
pub fn unprintable(text: &str) -> Option<char> {
    let data = std::iter::once(&REGULAR).chain(&FALLBACK).filter(|data| !data.is_empty());
    let fonts: Vec<FontRef<'_>> = data.filter_map(|data| FontRef::new(data).ok()).collect();
    let is_there =
        |c: char| fonts.iter().any(|font| font.charmap().map(c).is_some_and(|glyph| glyph.to_u32() != 0));
    let is_lost = |c: &char| !is_there(*c) && !matches!(c, '\u{fe00}'..='\u{fe0f}');
    let misleading = text.chars().find(|c| misleads(*c));
    misleading.or_else(|| text.lines().find_map(|line| clean::line(line).chars().find(is_lost)))
}

/// One face of the slip, and the fonts that fill in for missing scripts.
pub(super) struct Face {
    own: OneFont,
    others: Rc<[OneFont]>,
}

/// Latin letters for a letter that no font has: people read names out and compare them, so they must be readable. A
/// character that is no letter or has no Latin form is shown as lost.
fn readable(c: char, begins_word: bool) -> String {
    let is_mark = unicode_normalization::char::is_combining_mark(c);
    let latin = deunicode::deunicode_char(c).map(str::trim).filter(|_| is_mark || c.is_alphabetic());
    if is_ornament(c) {
        return String::new();
    }
    let Some(latin) = latin.filter(|latin| latin.chars().any(char::is_alphabetic)) else {
        // A mark without letters of its own says how to read another letter, which Latin letters do not show.
        return if is_mark { String::new() } else { REPLACEMENT.to_string() };
    };
    let latin = latin.to_lowercase();
    match latin.chars().next() {
        Some(first) if begins_word => first.to_uppercase().chain(latin.chars().skip(1)).collect(),
        _ => latin,
    }
}

/// Whether a character without a font is an emoji or part of one: it says nothing about who somebody is, so it is left
/// out. Covers technical and geometric signs, dingbats, pictographs, variation selectors and tags (Unicode,
/// Blocks.txt). Arrows and mathematical signs mean something and do not count.
fn is_ornament(c: char) -> bool {
    matches!(c, '\u{2300}'..='\u{23ff}' | '\u{25a0}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{1f000}'..='\u{1faff}' | '\u{e0000}'..='\u{e007f}')
}

/// One font, to shape with and to embed.
struct OneFont {
    face: FontRef<'static>,
    shaper: ShaperData,
    font: Font,
}

/// A line of glyphs, ready to be drawn.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) runs: Vec<Run>,
    pub(super) size: f32,
    pub(super) width: f32,
}

/// A part of a line that uses one font.
#[derive(Clone)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) glyphs: Vec<KrillaGlyph>,
    pub(super) font: Font,
    pub(super) width: f32,
}

/// The sizes for a text: the first that fits it within `lines_max` lines wins. If none does, the last is used with an
/// ellipsis.
pub(super) struct Fit<'a> {
    pub(super) sizes: &'a [f32],
    pub(super) width: f32,
    pub(super) lines_max: usize,
}

impl OneFont {
    fn read(data: &'static [u8]) -> Result<Self, SlipError> {
        let face = FontRef::new(data).map_err(|_| SlipError::Font)?;
        let shaper = ShaperData::new(&face);
        let font = Font::new(data.into(), 0).ok_or(SlipError::Font)?;
        Ok(Self { face, shaper, font })
    }

    fn has(&self, c: char) -> bool {
        self.face.charmap().map(c).is_some_and(|glyph| glyph.to_u32() != 0)
    }

    /// Shapes a text whose letters this font has. Arabic and Hebrew come out right to left.
    fn shape(&self, text: String, size: f32) -> Run {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(&text);
        buffer.guess_segment_properties();
        let shaped = self.shaper.shaper(&self.face).build().shape(buffer, ShapeOptions::new());
        let units = self.font.units_per_em();
        let mut starts: Vec<usize> = shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
        starts.sort_unstable();
        let mut width = 0.0;
        let mut glyphs = Vec::with_capacity(starts.len());
        for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            let start = info.cluster as usize;
            let end =
                starts.get(starts.partition_point(|next| *next <= start)).copied().unwrap_or(text.len());
            let em = |value: i32| value as f32 / units;
            let advance = em(position.x_advance);
            width += advance * size;
            glyphs.push(KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                advance,
                em(position.x_offset),
                em(position.y_offset),
                em(position.y_advance),
                start..end,
                None,
            ));
        }
        Run { text, glyphs, font: self.font.clone(), width }
    }
}

impl Face {
    /// The font for a character: that of the previous character, so that marks and blanks stay with their letters;
    /// else the face's own; else the first other one that has the character.
    fn font_for<'a>(&'a self, c: char, before: Option<&'a OneFont>) -> Option<&'a OneFont> {
        let stays = before.filter(|font| (c == ' ' || is_combining_mark(c)) && font.has(c));
        stays.or_else(|| std::iter::once(&self.own).chain(self.others.iter()).find(|font| font.has(c)))
    }

    /// One clean line, in characters that some font has.
    pub(super) fn printable(&self, text: &str) -> String {
        let cleaned = clean::line(text);
        let mut printable = String::new();
        for c in cleaned.chars().take(CHARS_MAX) {
            if self.font_for(c, None).is_some() {
                printable.push(c);
            } else {
                let begins_word = !printable.ends_with(char::is_alphanumeric);
                printable.push_str(&readable(c, begins_word));
            }
        }
        // Where an emoji was dropped, join the blanks around it.
        clean::line(&printable).chars().take(CHARS_MAX).collect()
    }

    /// Shapes one line as it is.
    pub(super) fn line(&self, text: &str, size: f32) -> Line {
        self.shape(self.printable(text), size)
    }

    fn shape(&self, text: String, size: f32) -> Line {
        let mut parts: Vec<(&OneFont, String)> = Vec::new();
        for c in text.chars() {
            let before = parts.last().map(|(font, _)| *font);
            let font = self.font_for(c, before).unwrap_or(&self.own);
            match parts.last_mut() {
                Some((last, part)) if std::ptr::eq(*last, font) => part.push(c),
                _ => parts.push((font, c.to_string())),
            }
        }
        let runs: Vec<Run> = parts.into_iter().map(|(font, part)| font.shape(part, size)).collect();
        let width = runs.iter().map(|run| run.width).sum();
        Line { text, runs, size, width }
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        self.shape(text.to_owned(), size).width
    }

    /// Sets a text in the largest possible size: whole words first, then broken ones, then an ellipsis.
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

    /// Breaks a text at spaces. A word wider than the line breaks anywhere.
    pub(super) fn wrap(&self, text: &str, size: f32, width: f32) -> Vec<Line> {
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

    /// One line with the text's beginning and an ellipsis.
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
        for (text, expected) in [("\u{12000}\u{12001} Tarō", "�� Tarō"), ("a\u{7}b", "a b")] {
            assert_eq!(fitted(text, 500.0, 1)[0].text, expected);
        }
    }

    #[test]
    fn emoji_leave_no_box_and_every_letter_of_the_name_stays() {
        for (text, expected) in
            [("Nguyễn 🙂 Thị Hoà 👩🏽‍⚕️🇻🇳", "Nguyễn Thị Hoà"), ("🙂Lê🧸Hà", "LêHà"), ("🙂", "")]
        {
            assert_eq!(fitted(text, 500.0, 1)[0].text, expected);
        }
    }

    #[test]
    fn a_name_in_another_script_is_set_in_a_font_that_has_it() {
        let fonts = Fonts::load().unwrap();
        let names = ["สมชาย ใจดี", "សុខ ចាន់ថា", "ສົມພອນ", "محمد علي", "שלום כהן", "राम शर्मा", "အောင်ဆန်း"];
        for name in names {
            for face in [&fonts.regular, &fonts.bold, &fonts.mono] {
                let line = face.line(&format!("{name} (Hoà)"), 10.0);
                assert!(!line.text.contains(REPLACEMENT), "{name}");
                let missing =
                    line.runs.iter().flat_map(|run| &run.glyphs).filter(|glyph| glyph.glyph_id.to_u32() == 0);
                assert_eq!(missing.count(), 0, "{name}");
                assert!(line.runs.len() > 1 && line.width > 20.0, "{name}");
            }
        }
        // This font may be missing; the names are then printed in Latin letters.
        assert!(!fonts.bold.line("山田太郎 王小明 たろう", 10.0).text.contains(REPLACEMENT));
    }

    #[test]
    fn a_name_that_no_font_has_is_printed_in_latin_letters() {
        let fonts = Fonts::load().unwrap();
        let has = |c: char| fonts.regular.font_for(c, None).is_some();
        for (name, latin) in
            [("김민수", "Gimminsu"), ("박 지성", "Bag Jiseong"), ("გიორგი", "Giorgi"), ("தமிழ்", "Tmilll")]
        {
            let expected = if name.chars().all(has) { name } else { latin };
            let line = fonts.bold.line(&format!("{name} (KIM)"), 10.0);
            assert!(
                line.text.starts_with(expected) && line.text.ends_with(" (KIM)"),
                "{name}: {}",
                line.text
            );
            assert!(!line.text.contains(REPLACEMENT), "{name}");
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
