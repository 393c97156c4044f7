//! The pages after the first: the signed result, in full or not at all.

use super::paper::{MM, PAGE};
use super::section::{BLACK, BRAND, GREY, Item, Role};
use super::typeset::{Fit, Fonts, LEADING, Line};
use crate::{SlipContent, clean, words};

const MARGIN: f32 = 12.0 * MM;
const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
const TEXT_SIZE: f32 = 10.0;
/// Where the text begins, below the patient's details.
const TEXT_TOP: f32 = 29.0 * MM;
/// Where the text ends, above the page number.
const TEXT_BOTTOM: f32 = PAGE.1 - 14.0 * MM;

/// Most pages of a result. A longer one is read with the images, because a part of it could say the opposite.
pub(crate) const RESULT_PAGES_MAX: usize = 4;

/// The pages of the result in reading order; none if nothing is signed.
pub(super) fn pages(content: &SlipContent<'_>, fonts: &Fonts) -> Vec<Vec<Item>> {
    let Some(result) = content.result else { return Vec::new() };
    let set = |text: &str| fonts.regular.paragraph(text, TEXT_SIZE, WIDTH);
    let mut lines: Vec<Line> = result.conclusion.lines().flat_map(set).collect();
    lines.extend(set(""));
    lines.extend(set(&words::signed(result, content.language)));
    let per_page = ((TEXT_BOTTOM - TEXT_TOP) / (TEXT_SIZE * LEADING)) as usize;
    if lines.len() > per_page * RESULT_PAGES_MAX {
        lines = set(words::RESULT_TOO_LONG.main(content.language));
    }
    let total = lines.len().div_ceil(per_page.max(1));
    lines
        .chunks(per_page.max(1))
        .enumerate()
        .map(|(number, lines)| page(content, fonts, lines.to_vec(), (number + 1, total)))
        .collect()
}

fn page(
    content: &SlipContent<'_>,
    fonts: &Fonts,
    lines: Vec<Line>,
    (number, total): (usize, usize),
) -> Vec<Item> {
    let language = content.language;
    let title = words::RESULT.main(language).to_uppercase();
    let birth = words::birth_date(content.birth_date, language);
    let date = content.study_date.map(|date| words::date(date, language)).unwrap_or_default();
    let who = [content.patient_name, &birth, content.patient_id];
    let what = [content.study_title, &date, content.accession_number];
    let joined = |facts: [&str; 3]| {
        let facts: Vec<String> =
            facts.iter().map(|fact| clean::line(fact)).filter(|fact| !fact.is_empty()).collect();
        facts.join(" · ")
    };
    let one_line = Fit { sizes: &[9.0, 8.0, 7.0, 6.0], width: WIDTH, lines_max: 1 };
    let hospital = content.hospital.name(language);
    let text = |role, y, lines, ink| Item::Text { role, language, x: MARGIN, y, lines, ink };
    let foot = format!("{number}/{total}");
    let mut items = vec![
        text(Role::Paragraph, 9.0 * MM, fonts.regular.fit(hospital, &one_line), GREY),
        text(Role::Heading, 15.0 * MM, vec![fonts.bold.line(&title, 13.0)], BRAND),
        text(Role::Paragraph, 20.0 * MM, fonts.bold.fit(&joined(who), &one_line), BLACK),
        text(Role::Paragraph, 24.5 * MM, fonts.regular.fit(&joined(what), &one_line), GREY),
    ];
    items.push(text(Role::Paragraph, TEXT_TOP + TEXT_SIZE, lines, BLACK));
    items.push(text(Role::Paragraph, PAGE.1 - 8.0 * MM, vec![fonts.regular.line(&foot, 7.5)], GREY));
    items
}
