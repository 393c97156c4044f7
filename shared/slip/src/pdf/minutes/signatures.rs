//! Who signed: two beside each other, and the places of those who have to and have not.

use filmless_consult::{MemberRole, Minutes, MinutesSignature};
use filmless_domain::Language;

use super::super::section::{BLACK, GREY, Ink, Item, Role, WARNING};
use super::super::typeset::{Face, Fit, LEADING, Line};
use super::flow::{Flow, MARGIN, SMALL_SIZE, TEXT_SIZE, WIDTH};
use crate::minutes_words as words;
use crate::words::moment;

const COLUMN_GAP: f32 = 16.0;
const ROW_GAP: f32 = 12.0;
const COLUMN: f32 = (WIDTH - COLUMN_GAP) / 2.0;

/// Draws all signatures below their heading, chair and secretary first.
pub(super) fn draw(flow: &mut Flow<'_>, number: usize, minutes: &Minutes, signatures: &[MinutesSignature]) {
    let mut of: Vec<&MinutesSignature> =
        signatures.iter().filter(|one| one.signed.minutes == minutes.digest && one.is_as_signed()).collect();
    of.sort_by_key(|one| (one.signed.by.role, one.signed.at));
    let has = |role| of.iter().any(|one| one.signed.by.role == role);
    let has_secretary =
        minutes.written.text.attendees.iter().any(|attendee| attendee.role == MemberRole::Secretary);
    let mut blocks: Vec<Vec<(Line, Ink)>> = Vec::new();
    for (role, has_to) in [(MemberRole::Chair, true), (MemberRole::Secretary, has_secretary)] {
        let signed = of.iter().filter(|one| one.signed.by.role == role);
        blocks.extend(signed.map(|one| block(flow, one)));
        if has_to && !has(role) {
            blocks.push(missing(flow, role));
        }
    }
    let members = of.iter().filter(|one| one.signed.by.role == MemberRole::Member);
    blocks.extend(members.map(|one| block(flow, one)));
    let rows = blocks.chunks(2);
    flow.heading_above(number, words::SIGNATURES, rows.clone().next().map_or(0.0, height_of));
    for pair in rows {
        row(flow, pair);
    }
}

/// Of a row, with the room below it.
fn height_of(blocks: &[Vec<(Line, Ink)>]) -> f32 {
    let of_block = |block: &Vec<(Line, _)>| block.iter().map(|(line, _)| line.size * LEADING).sum::<f32>();
    blocks.iter().map(of_block).fold(0.0, f32::max) + ROW_GAP
}

fn row(flow: &mut Flow<'_>, blocks: &[Vec<(Line, Ink)>]) {
    let height = height_of(blocks);
    flow.need(height);
    let top = flow.y();
    for (place, block) in blocks.iter().enumerate() {
        let x = MARGIN + place as f32 * (COLUMN + COLUMN_GAP);
        let mut y = top;
        for (line, ink) in block {
            let item = Item::Text {
                role: Role::Paragraph,
                language: Language::Vi,
                x,
                y: y + line.size,
                lines: vec![line.clone()],
                ink: *ink,
            };
            flow.push(item);
            y += line.size * LEADING;
        }
    }
    flow.skip(height);
}

fn block(flow: &Flow<'_>, signature: &MinutesSignature) -> Vec<(Line, Ink)> {
    let by = &signature.signed.by;
    let fonts = flow.fonts;
    let name = [&by.title, &by.name].map(String::as_str).join(" ");
    let licence = format!("{}: {}", flow.word(&words::LICENCE.into()), by.licence);
    let at =
        format!("{}: {}", flow.word(&words::SIGNED_AT.into()), moment(signature.signed.at, Language::Vi));
    let mut lines = vec![(fonts.bold.line(&flow.word(&words::role(by.role).into()), TEXT_SIZE), BLACK)];
    let mut add = |face: &Face, text: &str, size, ink| {
        lines.extend(face.paragraph(text, size, COLUMN).into_iter().map(|line| (line, ink)));
    };
    add(&fonts.regular, name.trim(), TEXT_SIZE, BLACK);
    add(&fonts.regular, &by.facility, SMALL_SIZE, GREY);
    if !by.licence.is_empty() {
        add(&fonts.regular, &licence, SMALL_SIZE, GREY);
    }
    add(&fonts.regular, &at, SMALL_SIZE, GREY);
    let digest = Fit { sizes: &[6.0, 5.5, 5.0], width: COLUMN, lines_max: 2 };
    lines.extend(fonts.mono.fit(&signature.digest, &digest).into_iter().map(|line| (line, GREY)));
    lines
}

fn missing(flow: &Flow<'_>, role: MemberRole) -> Vec<(Line, Ink)> {
    vec![
        (flow.fonts.bold.line(&flow.word(&words::role(role).into()), TEXT_SIZE), BLACK),
        (flow.fonts.regular.line(&flow.word(&words::NOT_SIGNED.into()), TEXT_SIZE), WARNING),
    ]
}
