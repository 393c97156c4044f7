//! The parts of a page before it is drawn.

use filmless_domain::Language;
use krilla::image::Image;

use super::paper::{MARGIN, PAGE};
use super::typeset::{LEADING, Line};

/// An opaque colour.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Ink(pub(super) u8, pub(super) u8, pub(super) u8);

/// The main text. All inks have a contrast of 4.5 on white (WCAG 1.4.3), and print well in grey.
pub(super) const BLACK: Ink = Ink(17, 24, 32);
/// Labels and small print.
pub(super) const GREY: Ink = Ink(84, 96, 108);
/// Headings, frames, links.
pub(super) const BRAND: Ink = Ink(10, 82, 110);
/// What must not be overlooked.
pub(super) const WARNING: Ink = Ink(164, 38, 32);
/// Background of account and password.
pub(super) const TINT: Ink = Ink(234, 243, 247);
/// Hairlines.
pub(super) const RULE: Ink = Ink(190, 204, 213);
pub(super) const WHITE: Ink = Ink(255, 255, 255);

/// The role of a text for a screen reader.
#[derive(Clone, PartialEq)]
pub(super) enum Role {
    Title,
    Heading,
    Paragraph,
    /// Opens this address when touched.
    Link(String),
}

/// One thing on the page. Positions are in points from the top left of the page, or from the top of its section.
#[derive(Clone)]
pub(super) enum Item {
    /// Lines of one paragraph; `y` is the first baseline.
    Text { role: Role, language: Language, x: f32, y: f32, lines: Vec<Line>, ink: Ink },
    /// A filled shape, with rounded corners if `radius` is not zero.
    Shape { x: f32, y: f32, width: f32, height: f32, radius: f32, ink: Ink },
    /// A QR code: runs of dark modules, from the symbol's top left corner.
    Qr { x: f32, y: f32, module: f32, runs: Vec<(usize, usize, usize)>, alt: &'static str },
    /// A picture, and what a screen reader says of it.
    Picture { x: f32, y: f32, width: f32, height: f32, image: Image, alt: String },
}

/// Items that stay together, placed from the top of the section.
#[derive(Default)]
pub(super) struct Section {
    pub(super) items: Vec<Item>,
    pub(super) height: f32,
}

/// Sections grow downwards, from `height`.
impl Section {
    /// Leaves space.
    pub(super) fn skip(&mut self, points: f32) {
        self.height += points;
    }

    /// Adds a paragraph whose first baseline begins at `at`.
    pub(super) fn text(
        &mut self,
        role: Role,
        language: Language,
        at: (f32, f32),
        lines: Vec<Line>,
        ink: Ink,
    ) {
        self.items.push(Item::Text { role, language, x: at.0, y: at.1, lines, ink });
    }

    /// A filled shape.
    pub(super) fn shape(&mut self, x: f32, y: f32, width: f32, height: f32, radius: f32, ink: Ink) {
        self.items.push(Item::Shape { x, y, width, height, radius, ink });
    }

    /// A hairline.
    pub(super) fn rule(&mut self, indent: f32, width: f32) {
        self.shape(MARGIN + indent, self.height, width, 0.7, 0.0, RULE);
        self.height += 0.7;
    }

    /// A paragraph that starts at the margin.
    pub(super) fn paragraph(&mut self, language: Language, indent: f32, lines: Vec<Line>, ink: Ink) {
        let first = lines.first().map_or(0.0, |line| line.size);
        let height = lines_height(&lines);
        self.text(Role::Paragraph, language, (MARGIN + indent, self.height + first * 1.05), lines, ink);
        self.height += height;
    }

    /// A centred line.
    pub(super) fn centred(&mut self, role: Role, language: Language, line: Line, ink: Ink) {
        let (x, y) = ((PAGE.0 - line.width) / 2.0, self.height + line.size * 1.05);
        self.height += line.size * LEADING;
        self.text(role, language, (x, y), vec![line], ink);
    }

    /// The items, moved down to the place of the section.
    pub(super) fn at(self, top: f32) -> impl Iterator<Item = Item> {
        self.items.into_iter().map(move |mut item| {
            match &mut item {
                Item::Text { y, .. }
                | Item::Shape { y, .. }
                | Item::Qr { y, .. }
                | Item::Picture { y, .. } => *y += top,
            }
            item
        })
    }
}

/// Height of these lines.
pub(super) fn lines_height(lines: &[Line]) -> f32 {
    lines.iter().map(|line| line.size * LEADING).sum()
}
