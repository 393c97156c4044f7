//! The places of everything on the slip.
//!
//! The page is a stack of sections between a top band and a footer fixed at the bottom. Each text has a maximum number
//! of lines. Even with all of them full the stack ends above the footer; spare room is spread between the sections.

use filmless_domain::Language;

use super::paper::{MARGIN, MM, PAGE, WIDTH};
use super::section::{BLACK, BRAND, GREY, Item, Role, Section, TINT, WHITE, lines_height};
use super::typeset::{Face, Fit, Fonts, LEADING, Line};
use crate::qr::{Modules, QUIET_ZONE_MODULES};
use crate::words::{self, Pair};
use crate::{SlipContent, SlipError, clean};

const BOTTOM_MARGIN: f32 = 6.0 * MM;
const BAND_HEIGHT: f32 = 2.4 * MM;
const COLUMN_GAP: f32 = 10.0;
/// Side of the QR symbol without its quiet zone.
const QR_SIDE: f32 = 36.0 * MM;
const PANEL_PADDING: f32 = 9.0;
const LABEL_SIZE: f32 = 7.5;
const LABEL_SUB_SIZE: f32 = 6.5;
const LABEL_GAP: f32 = 3.0;
/// A longer identifier is set small enough to fit in full.
const LONG_ID_CHARS: usize = 32;

/// All items of the page in reading order, in their final places.
pub(super) fn page(content: &SlipContent<'_>, fonts: &Fonts) -> Result<Vec<Item>, SlipError> {
    let page = Layout { content, fonts, language: content.language };
    let body = [page.header(), page.title(), page.facts(), page.access()?, page.steps(), page.link()];
    let footer = page.footer();
    let footer_top = PAGE.1 - BOTTOM_MARGIN - footer.height;
    let top = BAND_HEIGHT + 4.0 * MM;
    let used: f32 = body.iter().map(|section| section.height).sum();
    let gap = ((footer_top - top - used) / body.len() as f32).clamp(0.0, 14.0);
    let mut items =
        vec![Item::Shape { x: 0.0, y: 0.0, width: PAGE.0, height: BAND_HEIGHT, radius: 0.0, ink: BRAND }];
    let mut y = top;
    for section in body {
        let height = section.height;
        items.extend(section.at(y));
        y += height + gap;
    }
    items.extend(footer.at(footer_top));
    Ok(items)
}

struct Layout<'a> {
    content: &'a SlipContent<'a>,
    fonts: &'a Fonts,
    language: Language,
}

/// A fact in the grid: label, value, and its share of the row.
struct Fact<'a> {
    label: Pair,
    value: &'a str,
    face: &'a Face,
    sizes: &'a [f32],
    lines_max: usize,
    share: f32,
    opens: Option<String>,
}

impl Layout<'_> {
    fn other_language(&self) -> Language {
        match self.language {
            Language::Vi => Language::En,
            Language::En => Language::Vi,
        }
    }

    fn header(&self) -> Section {
        let hospital = self.content.hospital;
        let mut section = Section::default();
        let name = hospital.name(self.language).to_uppercase();
        let fit = Fit { sizes: &[14.0, 12.5, 11.0, 9.5], width: WIDTH, lines_max: 2 };
        section.paragraph(self.language, 0.0, self.fonts.bold.fit(&name, &fit), BRAND);
        let one_line = Fit { sizes: &[9.0, 8.0, 7.0], width: WIDTH, lines_max: 1 };
        let other_name = hospital.name(self.other_language());
        section.paragraph(self.other_language(), 0.0, self.fonts.regular.fit(other_name, &one_line), GREY);
        let one_line = Fit { sizes: &[8.0, 7.0, 6.2], width: WIDTH, lines_max: 1 };
        section.paragraph(self.language, 0.0, self.fonts.regular.fit(&hospital.address, &one_line), GREY);
        section.skip(4.0);
        section.rule(0.0, WIDTH);
        section
    }

    fn title(&self) -> Section {
        let mut section = Section::default();
        let title = words::SLIP_TITLE.main(self.language).to_uppercase();
        section.centred(Role::Title, self.language, self.fonts.bold.line(&title, 16.0), BLACK);
        let sub = self.fonts.regular.line(words::SLIP_TITLE.sub(self.language), 9.5);
        section.centred(Role::Paragraph, self.other_language(), sub, GREY);
        section
    }

    fn facts(&self) -> Section {
        let content = self.content;
        let language = self.language;
        let sex = words::sex(content.sex).map(|sex| format!(" · {}", sex.main(language))).unwrap_or_default();
        let birth_label = if sex.is_empty() { words::BIRTH } else { words::BIRTH_AND_SEX };
        let birth = format!("{}{sex}", words::birth_date(content.birth_date, language));
        let name_sizes = &[13.5, 12.0, 10.5, 9.0];
        let mut section = Section::default();
        section.row(
            self,
            vec![
                fact(words::PATIENT, content.patient_name, &self.fonts.bold, name_sizes, 0.62),
                fact(birth_label, &birth, &self.fonts.regular, &[11.0, 10.0, 9.0], 0.38),
            ],
        );
        let small = &[10.0, 9.0, 8.0, 7.0];
        let date = content.study_date.map(|date| words::date(date, language)).unwrap_or_default();
        let department = content.department.unwrap_or_default();
        let mut codes: Vec<Fact<'_>> = [
            (words::PATIENT_ID, content.patient_id, 0.26),
            (words::ACCESSION, content.accession_number, 0.26),
            (words::STUDY_DATE, &date, 0.23),
            (words::DEPARTMENT, department, 0.25),
        ]
        .into_iter()
        .filter(|(_, value, _)| !clean::line(value).is_empty())
        .map(|(label, value, share)| {
            let short = fact(label, value, &self.fonts.regular, small, share);
            let is_id = label == words::PATIENT_ID || label == words::ACCESSION;
            // People read these out, so print them in full, however small.
            if is_id && value.chars().count() > LONG_ID_CHARS {
                Fact { sizes: &[6.0, 5.0, 4.5], lines_max: 6, ..short }
            } else {
                short
            }
        })
        .collect();
        let taken: f32 = codes.iter().map(|code| code.share).sum();
        codes.iter_mut().for_each(|code| code.share /= taken);
        section.row(self, codes);
        let modalities = words::modalities(content.modalities, language);
        let mut service =
            vec![fact(words::SERVICE, content.study_title, &self.fonts.bold, &[11.0, 10.0, 9.0, 8.0], 0.62)];
        if modalities.is_empty() {
            service.iter_mut().for_each(|fact| fact.share = 1.0);
        } else {
            service.push(fact(words::MODALITY, &modalities, &self.fonts.regular, small, 0.38));
        }
        section.row(self, service);
        section
    }

    /// The tinted panel: QR code on the left, account, password and validity on the right.
    fn access(&self) -> Result<Section, SlipError> {
        let modules = Modules::of(self.content.link.expose())?;
        let module = QR_SIDE / modules.width() as f32;
        let quiet = QUIET_ZONE_MODULES as f32 * module;
        let white = QR_SIDE + 2.0 * quiet;
        let caption_height = 12.0;
        let height = white + caption_height + 2.0 * PANEL_PADDING;
        let mut section = Section { height, ..Section::default() };
        section.shape(MARGIN, 0.0, WIDTH, height, 7.0, BRAND);
        section.shape(MARGIN + 0.9, 0.9, WIDTH - 1.8, height - 1.8, 6.2, TINT);
        let (x, y) = (MARGIN + PANEL_PADDING, PANEL_PADDING);
        section.shape(x, y, white, white + caption_height, 4.0, WHITE);
        let alt = words::QR_ALT.main(self.language);
        section.items.push(Item::Qr { x: x + quiet, y: y + quiet, module, runs: modules.runs(), alt });
        let caption = self.fonts.bold.line(words::SCAN.main(self.language), 8.0);
        let caption_x = x + (white - caption.width) / 2.0;
        section.text(Role::Paragraph, self.language, (caption_x, y + white + 6.0), vec![caption], BRAND);
        let column = x + white + 14.0;
        self.credentials(&mut section, column, PAGE.0 - MARGIN - PANEL_PADDING - column);
        Ok(section)
    }

    fn credentials(&self, section: &mut Section, x: f32, width: f32) {
        let content = self.content;
        let language = self.language;
        let mut y = PANEL_PADDING;
        let fields =
            [(words::ACCOUNT, content.account, 17.0), (words::PASSWORD, content.password.expose(), 22.0)];
        for (label, value, size) in fields {
            section.label(self, label, (x, y + 8.5), width);
            y += 13.0;
            let box_height = size * 1.4;
            section.shape(x, y, width, box_height, 3.5, WHITE);
            let lines = self.whole(value, size, width - 14.0);
            let (line_size, further) = lines.first().map_or((0.0, 0), |line| (line.size, lines.len() - 1));
            let text_height = line_size * 0.714 + further as f32 * line_size * LEADING;
            let baseline = y + (box_height - text_height) / 2.0 + line_size * 0.714;
            section.text(Role::Paragraph, language, (x + 7.0, baseline), lines, BLACK);
            y += box_height + 7.0;
        }
        section.label(self, words::SIGN_IN_AT, (x, y + 5.0), width);
        let fit = Fit { sizes: &[9.0, 8.0, 7.0, 6.0], width, lines_max: 1 };
        section.address(
            language,
            (x, y + 16.0),
            self.fonts.bold.fit(content.portal_url, &fit),
            content.portal_url,
        );
        y += 28.0;
        section.label(self, words::VALID_UNTIL, (x, y), width);
        let until = self.fonts.bold.line(&words::date(content.expires_on, language), 11.0);
        section.text(Role::Paragraph, language, (x, y + 13.0), vec![until], BLACK);
    }

    /// Text that people type: on one line, or on as many small lines as it takes to show all of it.
    fn whole(&self, value: &str, size: f32, width: f32) -> Vec<Line> {
        let one_line = [size, size - 3.0, size - 6.0, size - 8.0, 7.0];
        let ways: [(&[f32], usize); 3] = [(&one_line, 1), (&[8.0, 7.0], 2), (&[6.0, 5.0, 4.5, 4.0], 4)];
        let mut set = ways.iter().map(|(sizes, lines_max)| {
            self.fonts.mono.fit(value, &Fit { sizes, width, lines_max: *lines_max })
        });
        let is_cut = |lines: &Vec<Line>| lines.last().is_some_and(|line| line.text.ends_with('…'));
        let last = set.clone().next_back().unwrap_or_default();
        set.find(|lines| !is_cut(lines)).unwrap_or(last)
    }

    fn steps(&self) -> Section {
        let language = self.language;
        let mut section = Section::default();
        section.heading(self, words::HOW_TO);
        for (number, step) in words::STEPS.into_iter().enumerate() {
            let is_unanswerable = step == words::ENTER_BIRTH_DATE && self.content.birth_date.is_placeholder();
            let step = if is_unanswerable { words::ENTER_PASSWORD } else { step };
            let top = section.height + 2.0;
            section.shape(MARGIN, top, 14.0, 14.0, 7.0, BRAND);
            let digit = self.fonts.bold.line(&(number + 1).to_string(), 9.0);
            let digit_x = MARGIN + 7.0 - digit.width / 2.0;
            section.text(Role::Paragraph, language, (digit_x, top + 10.3), vec![digit], WHITE);
            section.height = top - 0.5;
            let fit = Fit { sizes: &[9.5, 8.5], width: WIDTH - 21.0, lines_max: 1 };
            section.paragraph(language, 21.0, self.fonts.regular.fit(step.main(language), &fit), BLACK);
            let fit = Fit { sizes: &[7.0, 6.5], ..fit };
            section.paragraph(
                self.other_language(),
                21.0,
                self.fonts.regular.fit(step.sub(language), &fit),
                GREY,
            );
        }
        section
    }

    /// The whole link, on one line while that is readable: whoever copies it should not have to join pieces.
    fn link(&self) -> Section {
        let mut section = Section::default();
        section.label(self, words::LINK, (MARGIN, 7.0), WIDTH);
        let link = self.content.link.expose();
        let fit = Fit { sizes: &[9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0, 5.5], width: WIDTH, lines_max: 1 };
        let mut lines = self.fonts.mono.fit(link, &fit);
        if lines.iter().any(|line| line.text.ends_with('…')) {
            lines = self.fonts.mono.fit(link, &Fit { sizes: &[6.5, 5.5, 4.5], lines_max: 2, ..fit });
        }
        section.height = 10.0 + lines_height(&lines);
        let first = lines.first().map_or(0.0, |line| line.size);
        section.address(self.language, (MARGIN, 9.5 + first), lines, link);
        section
    }

    /// Hotline and its hours on the left, support mailbox and guide on the right, a request for discretion below.
    fn footer(&self) -> Section {
        let hospital = self.content.hospital;
        let mut section = Section::default();
        section.rule(0.0, WIDTH);
        section.skip(4.0);
        let top = section.height;
        let half = (WIDTH - COLUMN_GAP) / 2.0;
        let hotline = fact(words::HOTLINE, &hospital.hotline, &self.fonts.bold, &[12.0, 10.5, 9.0, 7.5], 1.0)
            .one_line();
        section.height += section.cell(self, (MARGIN, top), half, hotline);
        let fit = Fit { sizes: &[7.5, 7.0, 6.5, 6.0], width: half, lines_max: 1 };
        for language in [self.language, self.other_language()] {
            let hours = self.fonts.regular.fit(hospital.hotline_hours(language), &fit);
            section.paragraph(language, 0.0, hours, GREY);
        }
        let (left, x) = (section.height, MARGIN + half + COLUMN_GAP);
        section.height = top;
        let addresses = [
            (words::SUPPORT, hospital.support_email.as_str(), mail_address(&hospital.support_email)),
            (words::GUIDE, self.content.guide_url, web_address(self.content.guide_url)),
        ];
        for (label, shown, opens) in addresses {
            let sizes = &[9.5, 8.5, 7.5, 6.5];
            let address = Fact { opens, ..fact(label, shown, &self.fonts.bold, sizes, 1.0) };
            section.height += section.cell(self, (x, section.height), half, address) + 1.5;
        }
        section.height = section.height.max(left) + 5.0;
        self.secrecy(&mut section);
        section
    }

    /// The bar that asks for discretion, and below it when the slip was made.
    fn secrecy(&self, section: &mut Section) {
        let language = self.language;
        let top = section.height;
        section.shape(MARGIN, top, WIDTH, 26.0, 4.0, BRAND);
        let fit = Fit { sizes: &[9.0, 8.0], width: WIDTH - 16.0, lines_max: 1 };
        section.height = top + 2.5;
        section.paragraph(language, 8.0, self.fonts.bold.fit(words::KEEP_SECRET.main(language), &fit), WHITE);
        let fit = Fit { sizes: &[7.5], ..fit };
        let sub = self.fonts.regular.fit(words::KEEP_SECRET.sub(language), &fit);
        section.paragraph(self.other_language(), 8.0, sub, WHITE);
        section.height = top + 29.0;
        let issued = format!(
            "{} {} · {} {}",
            words::ISSUED.main(language),
            words::moment(self.content.issued_at, language),
            words::ISSUE_NUMBER.main(language),
            self.content.version,
        );
        section.paragraph(language, 0.0, vec![self.fonts.regular.line(&issued, 6.5)], GREY);
    }
}

fn fact<'a>(label: Pair, value: &'a str, face: &'a Face, sizes: &'a [f32], share: f32) -> Fact<'a> {
    Fact { label, value, face, sizes, lines_max: 2, share, opens: None }
}

impl Fact<'_> {
    fn one_line(self) -> Self {
        Self { lines_max: 1, ..self }
    }
}

fn web_address(text: &str) -> Option<String> {
    clean::check_link(text).ok().map(str::to_owned)
}

fn mail_address(text: &str) -> Option<String> {
    clean::check_mailbox(text).ok().map(|mailbox| format!("mailto:{mailbox}"))
}

/// The building blocks of a section.
impl Section {
    fn heading(&mut self, page: &Layout<'_>, words: Pair) {
        let main = page.fonts.bold.line(words.main(page.language), 10.5);
        let sub = page.fonts.regular.line(words.sub(page.language), 8.5);
        let y = self.height + 10.0;
        let sub_x = MARGIN + main.width + 6.0;
        self.text(Role::Heading, page.language, (MARGIN, y), vec![main], BRAND);
        self.text(Role::Paragraph, page.other_language(), (sub_x, y), vec![sub], GREY);
        self.height += 13.0;
    }

    /// A label in both languages on one baseline, smaller if the column is too narrow.
    fn label(&mut self, page: &Layout<'_>, words: Pair, at: (f32, f32), width: f32) {
        let set = |scale: f32| {
            let main = page.fonts.regular.line(words.main(page.language), LABEL_SIZE * scale);
            let sub =
                page.fonts.regular.line(&format!("/ {}", words.sub(page.language)), LABEL_SUB_SIZE * scale);
            (main, sub)
        };
        let (main, sub) = set(1.0);
        let natural = main.width + LABEL_GAP + sub.width;
        let (main, sub) =
            if natural > width { set((width - LABEL_GAP) / (natural - LABEL_GAP)) } else { (main, sub) };
        let sub_x = at.0 + main.width + LABEL_GAP;
        self.text(Role::Paragraph, page.language, at, vec![main], BRAND);
        self.text(Role::Paragraph, page.other_language(), (sub_x, at.1), vec![sub], GREY);
    }

    /// An address that opens when touched, if it is a web address.
    fn address(&mut self, language: Language, at: (f32, f32), lines: Vec<Line>, url: &str) {
        let role = web_address(url).map_or(Role::Paragraph, Role::Link);
        self.text(role, language, at, lines, BRAND);
    }

    /// Facts side by side. The highest sets the height of the row.
    fn row(&mut self, page: &Layout<'_>, facts: Vec<Fact<'_>>) {
        let gaps = COLUMN_GAP * facts.len().saturating_sub(1) as f32;
        let (mut x, mut height) = (MARGIN, 0.0_f32);
        for fact in facts {
            let width = (WIDTH - gaps) * fact.share;
            height = height.max(self.cell(page, (x, self.height), width, fact));
            x += width + COLUMN_GAP;
        }
        self.height += height + 5.0;
    }

    /// A label with its value below it; returns their height.
    fn cell(&mut self, page: &Layout<'_>, at: (f32, f32), width: f32, fact: Fact<'_>) -> f32 {
        self.label(page, fact.label, (at.0, at.1 + LABEL_SIZE), width);
        let value = if clean::line(fact.value).is_empty() { "–" } else { fact.value };
        let lines = fact.face.fit(value, &Fit { sizes: fact.sizes, width, lines_max: fact.lines_max });
        let first = lines.first().map_or(0.0, |line| line.size);
        let height = LABEL_SIZE + 3.0 + lines_height(&lines);
        let (role, ink) = fact.opens.map_or((Role::Paragraph, BLACK), |url| (Role::Link(url), BRAND));
        self.text(role, page.language, (at.0, at.1 + LABEL_SIZE + 3.0 + first), lines, ink);
        height
    }
}
