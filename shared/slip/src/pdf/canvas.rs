//! Draws the items of a page with krilla, and tags them in reading order.

use krilla::Document;
use krilla::action::LinkAction;
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, Tag, TagGroup, TagKind, TagTree,
};

use std::num::NonZeroU16;

use filmless_domain::Language;

use super::section::{Ink, Item, Role};
use super::typeset::{LEADING, Line};
use crate::SlipError;

/// A quarter circle as a Bézier curve: the length of its handles per radius.
const ARC: f32 = 0.552_284_8;

/// Rows of the QR code overlap by this much of a module; otherwise viewers that smooth edges show seams.
const QR_OVERLAP: f32 = 0.04;

struct PendingLink {
    group: usize,
    area: Rect,
    address: String,
}

/// Draws each list of items on its own page of this size.
pub(super) fn draw(
    document: &mut Document,
    pages: Vec<Vec<Item>>,
    size: (f32, f32),
    language: Language,
) -> Result<(), SlipError> {
    let mut tree = TagTree::new();
    for items in pages {
        draw_page(document, items, size, language)?.into_iter().for_each(|group| tree.push(group));
    }
    document.set_tag_tree(tree);
    Ok(())
}

fn draw_page(
    document: &mut Document,
    items: Vec<Item>,
    size: (f32, f32),
    language: Language,
) -> Result<Vec<TagGroup>, SlipError> {
    let settings = PageSettings::from_wh(size.0, size.1).ok_or(SlipError::Geometry)?;
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    let mut canvas = Canvas { surface: &mut surface, language, groups: Vec::new(), links: Vec::new() };
    items.into_iter().try_for_each(|item| canvas.item(item))?;
    let Canvas { mut groups, links, .. } = canvas;
    surface.finish();
    for link in links {
        let target = Target::Action(LinkAction::new(link.address.clone()).into());
        let annotation = Annotation::new_link(LinkAnnotation::new(link.area, target), Some(link.address));
        let id = page.add_tagged_annotation(annotation);
        if let Some(group) = groups.get_mut(link.group) {
            group.push(id);
        }
    }
    page.finish();
    Ok(groups)
}

struct Canvas<'a, 'page> {
    surface: &'a mut Surface<'page>,
    language: Language,
    groups: Vec<TagGroup>,
    links: Vec<PendingLink>,
}

impl Canvas<'_, '_> {
    fn item(&mut self, item: Item) -> Result<(), SlipError> {
        match item {
            Item::Text { role, language, x, y, lines, ink } => self.text(role, language, (x, y), &lines, ink),
            Item::Shape { x, y, width, height, radius, ink } => {
                let path = rounded(x, y, width, height, radius).ok_or(SlipError::Geometry)?;
                self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
                self.fill(&path, ink);
                self.surface.end_tagged();
                Ok(())
            }
            Item::Qr { x, y, module, runs, alt } => self.qr((x, y), module, &runs, alt),
            Item::Picture { x, y, width, height, image, alt } => {
                self.picture((x, y), (width, height), image, alt)
            }
        }
    }

    fn text(
        &mut self,
        role: Role,
        language: Language,
        at: (f32, f32),
        lines: &[Line],
        ink: Ink,
    ) -> Result<(), SlipError> {
        let lines: Vec<&Line> =
            lines.iter().filter(|line| line.runs.iter().any(|run| !run.glyphs.is_empty())).collect();
        let Some(first) = lines.first() else { return Ok(()) };
        let (x, mut y) = at;
        let area = link_area(&lines, at).ok_or(SlipError::Geometry)?;
        let title = first.text.clone();
        let foreign = (language != self.language).then(|| language.tag());
        let mut spans: Vec<Identifier> = Vec::new();
        self.surface.set_fill(Some(paint(ink)));
        for line in lines {
            spans.push(self.surface.start_tagged(ContentTag::Span(SpanTag::empty().with_lang(foreign))));
            let mut run_x = x;
            for run in &line.runs {
                let start = Point::from_xy(run_x, y);
                self.surface.draw_glyphs(start, &run.glyphs, run.font.clone(), &run.text, line.size, false);
                run_x += run.width;
            }
            self.surface.end_tagged();
            y += line.size * LEADING;
        }
        let group =
            |kind: TagKind| TagGroup::with_children(kind, spans.into_iter().map(Node::Leaf).collect());
        match role {
            Role::Title => self.groups.push(group(heading(1, title))),
            Role::Heading => self.groups.push(group(heading(2, title))),
            Role::Paragraph => self.groups.push(group(Tag::P.into())),
            Role::Link(address) => {
                self.links.push(PendingLink { group: self.groups.len(), area, address });
                self.groups.push(group(Tag::Link.into()));
            }
        }
        Ok(())
    }

    fn qr(
        &mut self,
        at: (f32, f32),
        module: f32,
        runs: &[(usize, usize, usize)],
        alt: &str,
    ) -> Result<(), SlipError> {
        let mut path = PathBuilder::new();
        for (column, row, length) in runs {
            let (x, y) = (at.0 + *column as f32 * module, at.1 + *row as f32 * module);
            let rect = Rect::from_xywh(x, y, *length as f32 * module, module * (1.0 + QR_OVERLAP));
            path.push_rect(rect.ok_or(SlipError::Geometry)?);
        }
        let id = self.surface.start_tagged(ContentTag::Other);
        self.fill(&path.finish().ok_or(SlipError::Geometry)?, Ink(0, 0, 0));
        self.surface.end_tagged();
        self.groups.push(TagGroup::with_children(Tag::Figure(Some(alt.to_owned())), vec![Node::Leaf(id)]));
        Ok(())
    }

    fn picture(
        &mut self,
        at: (f32, f32),
        size: (f32, f32),
        image: Image,
        alt: String,
    ) -> Result<(), SlipError> {
        let size = Size::from_wh(size.0, size.1).ok_or(SlipError::Geometry)?;
        let id = self.surface.start_tagged(ContentTag::Other);
        self.surface.push_transform(&Transform::from_translate(at.0, at.1));
        self.surface.draw_image(image, size);
        self.surface.pop();
        self.surface.end_tagged();
        self.groups.push(TagGroup::with_children(Tag::Figure(Some(alt)), vec![Node::Leaf(id)]));
        Ok(())
    }

    fn fill(&mut self, path: &Path, ink: Ink) {
        self.surface.set_fill(Some(paint(ink)));
        self.surface.draw_path(path);
    }
}

fn heading(level: u16, title: String) -> TagKind {
    Tag::Hn(NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN), Some(title)).into()
}

fn paint(ink: Ink) -> Fill {
    Fill {
        paint: rgb::Color::new(ink.0, ink.1, ink.2).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }
}

/// The area to touch: the lines from above the capitals to below the descenders.
fn link_area(lines: &[&Line], at: (f32, f32)) -> Option<Rect> {
    let first = lines.first()?;
    let width = lines.iter().map(|line| line.width).fold(1.0, f32::max);
    let height: f32 = lines.iter().map(|line| line.size * LEADING).sum();
    Rect::from_xywh(at.0, at.1 - first.size, width, height)
}

fn rounded(x: f32, y: f32, width: f32, height: f32, radius: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    if radius <= 0.0 {
        path.push_rect(Rect::from_xywh(x, y, width, height)?);
        return path.finish();
    }
    let (right, bottom, radius) = (x + width, y + height, radius.min(width / 2.0).min(height / 2.0));
    let handle = radius * (1.0 - ARC);
    path.move_to(x + radius, y);
    path.line_to(right - radius, y);
    path.cubic_to(right - handle, y, right, y + handle, right, y + radius);
    path.line_to(right, bottom - radius);
    path.cubic_to(right, bottom - handle, right - handle, bottom, right - radius, bottom);
    path.line_to(x + radius, bottom);
    path.cubic_to(x + handle, bottom, x, bottom - handle, x, bottom - radius);
    path.line_to(x, y + radius);
    path.cubic_to(x, y + handle, x + handle, y, x + radius, y);
    path.close();
    path.finish()
}
