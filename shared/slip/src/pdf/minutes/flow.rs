//! Text that flows over pages: lines are never cut, and no heading stands alone at the end of a page.

use filmless_domain::Language;

use super::super::paper::{A4, MM};
use super::super::section::{BLACK, BRAND, GREY, Ink, Item, RULE, Role};
use super::super::typeset::{Fonts, LEADING, Line};
use crate::words::Pair;

pub(super) const MARGIN: f32 = 20.0 * MM;
pub(super) const WIDTH: f32 = A4.0 - 2.0 * MARGIN;
const TOP: f32 = 16.0 * MM;
const BOTTOM: f32 = A4.1 - 20.0 * MM;
pub(super) const TEXT_SIZE: f32 = 10.5;
pub(super) const SMALL_SIZE: f32 = 8.5;
/// Space between paragraphs.
const GAP: f32 = 2.5;

/// Pages that are being filled.
pub(super) struct Flow<'a> {
    pub(super) fonts: &'a Fonts,
    has_english: bool,
    pages: Vec<Vec<Item>>,
    y: f32,
}

/// What comes first in a paragraph.
pub(super) struct Label {
    pub(super) vi: String,
    pub(super) en: String,
}

impl From<Pair> for Label {
    fn from(pair: Pair) -> Self {
        let word = |language| pair.main(language).to_owned();
        Self { vi: word(Language::Vi), en: word(Language::En) }
    }
}

impl<'a> Flow<'a> {
    pub(super) fn new(fonts: &'a Fonts, has_english: bool) -> Self {
        Self { fonts, has_english, pages: vec![Vec::new()], y: TOP }
    }

    pub(super) fn into_pages(self) -> Vec<Vec<Item>> {
        self.pages
    }

    /// Begins a page if less than this is left of the current one.
    pub(super) fn need(&mut self, height: f32) {
        if self.y + height > BOTTOM && self.y > TOP {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
    }

    pub(super) fn skip(&mut self, height: f32) {
        self.y += height;
    }

    /// Where the next thing goes.
    pub(super) const fn y(&self) -> f32 {
        self.y
    }

    pub(super) fn push(&mut self, item: Item) {
        if let Some(page) = self.pages.last_mut() {
            page.push(item);
        }
    }

    /// A word of the form: Vietnamese, and English beside it if it is asked for.
    pub(super) fn word(&self, label: &Label) -> String {
        if self.has_english { format!("{} / {}", label.vi, label.en) } else { label.vi.clone() }
    }

    /// A line of the head, centred around a place.
    pub(super) fn centred(&mut self, role: Role, middle: f32, line: Line, ink: Ink) {
        let (x, y, height) = (middle - line.width / 2.0, self.y + line.size, line.size * LEADING);
        self.push(Item::Text { role, language: Language::Vi, x, y, lines: vec![line], ink });
        self.y += height;
    }

    /// The heading of a part, with a hairline above it and room for two lines below it.
    pub(super) fn heading(&mut self, number: usize, words: Pair) {
        self.heading_above(number, words, 2.0 * TEXT_SIZE * LEADING);
    }

    /// The same with room for what stays on its page.
    pub(super) fn heading_above(&mut self, number: usize, words: Pair, height: f32) {
        self.need(26.0 + height);
        self.skip(7.0);
        self.push(Item::Shape { x: MARGIN, y: self.y, width: WIDTH, height: 0.7, radius: 0.0, ink: RULE });
        self.skip(4.0);
        let text = format!("{number}. {}", self.word(&words.into()));
        let lines = self.fonts.bold.paragraph(&text, 11.5, WIDTH);
        self.lines(Role::Heading, MARGIN, lines, BRAND);
        self.skip(GAP);
    }

    /// `Label: text`, the label in bold on a line of its own if the text has several lines.
    pub(super) fn field(&mut self, words: Pair, text: &str) {
        let label = format!("{}:", self.word(&words.into()));
        let text = if text.is_empty() { "–" } else { text };
        let label = self.fonts.bold.line(&label, TEXT_SIZE);
        let indent = label.width + 5.0;
        let one = self.fonts.regular.paragraph(text, TEXT_SIZE, WIDTH - indent);
        let is_short = one.len() == 1 && !text.contains('\n');
        self.need(TEXT_SIZE * LEADING * if is_short { 1.0 } else { 2.0 });
        let y = self.y;
        self.lines(Role::Paragraph, MARGIN, vec![label], BLACK);
        if is_short {
            self.y = y;
            self.lines(Role::Paragraph, MARGIN + indent, one, BLACK);
            self.skip(GAP);
        } else {
            self.text(text, 0.0);
        }
    }

    /// Lines of text as they were typed.
    pub(super) fn text(&mut self, text: &str, indent: f32) {
        for line in text.lines() {
            let set = self.fonts.regular.paragraph(line, TEXT_SIZE, WIDTH - indent);
            self.lines(Role::Paragraph, MARGIN + indent, set, BLACK);
        }
        self.skip(GAP);
    }

    /// Small print.
    pub(super) fn small(&mut self, text: &str, indent: f32) {
        let set = self.fonts.regular.paragraph(text, SMALL_SIZE, WIDTH - indent);
        self.lines(Role::Paragraph, MARGIN + indent, set, GREY);
    }

    /// A line in bold.
    pub(super) fn strong(&mut self, text: &str, indent: f32, ink: Ink) {
        let set = self.fonts.bold.paragraph(text, TEXT_SIZE, WIDTH - indent);
        self.lines(Role::Paragraph, MARGIN + indent, set, ink);
    }

    /// Lines, on as many pages as it takes.
    pub(super) fn lines(&mut self, role: Role, x: f32, lines: Vec<Line>, ink: Ink) {
        let mut on_page: Vec<Line> = Vec::new();
        let mut start = self.y;
        for line in lines {
            let height = line.size * LEADING;
            if self.y + height > BOTTOM && self.y > TOP {
                self.place(role.clone(), (x, start), std::mem::take(&mut on_page), ink);
                self.need(height);
                start = self.y;
            }
            self.y += height;
            on_page.push(line);
        }
        self.place(role, (x, start), on_page, ink);
    }

    fn place(&mut self, role: Role, at: (f32, f32), lines: Vec<Line>, ink: Ink) {
        if let Some(first) = lines.first() {
            let y = at.1 + first.size;
            self.push(Item::Text { role, language: Language::Vi, x: at.0, y, lines, ink });
        }
    }
}
