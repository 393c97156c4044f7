//! The form, part by part.

use filmless_consult::{
    Attendee, KeyImage, MeasuredValue, MemberId, MinutesMeasurement, MinutesText, ShownSeries, Signer,
    WrittenMinutes,
};
use filmless_domain::Language;
use jiff::Timestamp;

use super::super::paper::{A4, MM};
use super::super::section::{BLACK, BRAND, GREY, Item, RULE, Role, WARNING};
use super::super::typeset::{Fit, Fonts, LEADING};
use super::content::MinutesContent;
use super::flow::{Flow, MARGIN, SMALL_SIZE, TEXT_SIZE, WIDTH};
use super::{picture, signatures};
use crate::SlipError;
use crate::minutes_words as words;
use crate::words::{Pair, moment};

/// Pictures beside each other.
const PICTURES_ACROSS: usize = 2;
const PICTURE_GAP: f32 = 12.0;
const PICTURE_SIDE: f32 = (WIDTH - PICTURE_GAP) / PICTURES_ACROSS as f32;
/// Of a row of pictures with their captions.
const PICTURES_HEIGHT: f32 = PICTURE_SIDE + 80.0;
/// A pixel is at most so large: a preview of few pixels is printed small, and not blown up.
const PIXEL_MAX: f32 = 72.0 / 110.0;
/// Height of the frame that stands where there is no picture.
const NO_PICTURE_HEIGHT: f32 = 60.0;

/// All pages of the minutes.
pub(super) fn pages(content: &MinutesContent<'_>, fonts: &Fonts) -> Result<Vec<Vec<Item>>, SlipError> {
    let written = &content.minutes.written;
    let text = &written.text;
    let mut flow = Flow::new(fonts, content.has_english);
    head(&mut flow, content);
    flow.heading(1, words::PATIENT);
    patient(&mut flow, text);
    flow.heading(2, words::WHEN_AND_WHERE);
    // Where nobody came, nothing began.
    let was_held = text.attendees.iter().any(|one| !one.present.is_empty());
    flow.field(words::BEGAN, &time(Some(text.began_at).filter(|_| was_held)));
    flow.field(words::ENDED, &time(text.ended_at.filter(|_| was_held)));
    flow.field(words::PLACE, &text.place);
    flow.heading(3, words::ATTENDEES);
    for (number, one) in text.attendees.iter().chain(&signers_besides(content)).enumerate() {
        attendee(&mut flow, number + 1, one);
    }
    flow.heading(4, words::CONTENT);
    flow.field(words::DIAGNOSIS, &text.diagnosis);
    flow.field(words::QUESTION, &text.question);
    flow.field(words::COURSE, &text.course);
    flow.field(words::TREATMENT_SO_FAR, &text.treatment_so_far);
    flow.heading(5, words::SHOWN);
    shown(&mut flow, text);
    flow.heading(6, words::OPINIONS);
    opinions(&mut flow, text);
    for (number, (words, text)) in [
        (words::CONCLUSION, &text.conclusion),
        (words::TREATMENT, &text.treatment),
        (words::FOLLOW_UP, &text.follow_up),
    ]
    .into_iter()
    .enumerate()
    {
        flow.heading(7 + number, words);
        flow.text(if text.is_empty() { "–" } else { text }, 0.0);
    }
    pictures(&mut flow, content)?;
    let number = if text.key_images.is_empty() { 10 } else { 11 };
    signatures::draw(&mut flow, number, content.minutes, content.signatures);
    let mut pages = flow.into_pages();
    feet(&mut pages, content, fonts);
    Ok(pages)
}

/// Who signed this version and is not in its list: whoever signs takes part, even if only by reading.
fn signers_besides(content: &MinutesContent<'_>) -> Vec<Attendee> {
    let (minutes, listed) = (content.minutes, &content.minutes.written.text.attendees);
    let is_listed = |id: &MemberId| listed.iter().any(|one| one.id.as_ref() == Some(id));
    let mut besides: Vec<Attendee> = Vec::new();
    for signature in content.signatures {
        let by = signature.signed.by.clone();
        let is_of = signature.signed.minutes == minutes.digest && signature.is_as_signed();
        if is_of && !is_listed(&by.id) && besides.iter().all(|one| one.id.as_ref() != Some(&by.id)) {
            let Signer { id, name, title, facility, licence, role } = by;
            besides.push(Attendee {
                id: Some(id),
                name,
                title,
                facility,
                licence,
                role,
                present: Vec::new(),
            });
        }
    }
    besides
}

/// Facility, nation, title, and which version it is.
fn head(flow: &mut Flow<'_>, content: &MinutesContent<'_>) {
    let written = &content.minutes.written;
    let fonts = flow.fonts;
    let top = flow.y();
    let half = WIDTH / 2.0 - 6.0;
    let (left, right) = (MARGIN + half / 2.0, MARGIN + WIDTH - half / 2.0);
    let fit = Fit { sizes: &[10.0, 9.0, 8.0, 7.0], width: half, lines_max: 3 };
    for line in fonts.bold.fit(&written.text.facility.to_uppercase(), &fit) {
        flow.centred(Role::Paragraph, left, line, BLACK);
    }
    let below = flow.y();
    flow.skip(top - below);
    let one_line = Fit { lines_max: 1, ..fit };
    for (face, words) in [(&fonts.bold, words::NATION), (&fonts.regular, words::MOTTO)] {
        for language in
            [Some(Language::Vi), content.has_english.then_some(Language::En)].into_iter().flatten()
        {
            for line in face.fit(words.main(language), &one_line) {
                flow.centred(Role::Paragraph, right, line, BLACK);
            }
        }
    }
    flow.skip((below - flow.y()).max(0.0) + 14.0);
    let title = fonts.bold.line(&words::TITLE.main(Language::Vi).to_uppercase(), 17.0);
    flow.centred(Role::Title, A4.0 / 2.0, title, BLACK);
    let subs = [
        words::SUBTITLE.main(Language::Vi),
        words::TITLE.main(Language::En),
        words::SUBTITLE.main(Language::En),
    ];
    for sub in subs.into_iter().take(if content.has_english { 3 } else { 1 }) {
        flow.centred(Role::Paragraph, A4.0 / 2.0, fonts.regular.line(sub, TEXT_SIZE), GREY);
    }
    flow.skip(4.0);
    version(flow, content);
}

fn version(flow: &mut Flow<'_>, content: &MinutesContent<'_>) {
    let WrittenMinutes { version, replaces, at, head, .. } = &content.minutes.written;
    if !content.minutes.is_final(content.signatures) {
        let words = flow.word(&words::NOT_FINAL.into());
        let line = flow.fonts.bold.line(&words, 10.0);
        flow.centred(Role::Paragraph, A4.0 / 2.0, line, WARNING);
    }
    let of = format!("{} {version} · {}", flow.word(&words::VERSION.into()), moment(*at, Language::Vi));
    let line = flow.fonts.regular.line(&of, SMALL_SIZE);
    flow.centred(Role::Paragraph, A4.0 / 2.0, line, GREY);
    if let Some(replaced) = replaces {
        let words = format!("{}: {}", flow.word(&words::REPLACES.into()), replaced.digest);
        flow.small(&words, 0.0);
        if !replaced.reason.is_empty() {
            flow.field(words::REASON, &replaced.reason);
        }
    }
    let record = format!("{}: {} ({})", flow.word(&words::RECORD.into()), head.sequence, head.digest);
    flow.small(&record, 0.0);
}

fn patient(flow: &mut Flow<'_>, text: &MinutesText) {
    let patient = &text.patient;
    flow.field(words::NAME, &patient.name);
    // A code of DICOM, or what the secretary wrote.
    let sex = crate::words::sex(Some(&patient.sex)).map(|sex| flow.word(&sex.into()));
    let sex = sex.unwrap_or_else(|| patient.sex.clone());
    let fields: [(Pair, &String); 7] = [
        (words::BIRTH, &patient.birth),
        (words::AGE, &patient.age),
        (words::SEX, &sex),
        (words::PATIENT_ID, &patient.patient_id),
        (words::RECORD_NUMBER, &patient.record_number),
        (words::DEPARTMENT, &patient.department),
        (words::BED, &patient.bed),
    ];
    let said = |(words, value): &(Pair, &String)| {
        (!value.is_empty()).then(|| format!("{}: {value}", flow.word(&(*words).into())))
    };
    let known: Vec<String> = fields.iter().filter_map(said).collect();
    flow.text(&known.join(" · "), 0.0);
}

fn time(at: Option<Timestamp>) -> String {
    at.map(|at| moment(at, Language::Vi)).unwrap_or_default()
}

fn attendee(flow: &mut Flow<'_>, number: usize, one: &Attendee) {
    let Attendee { name, title, facility, licence, role, present, .. } = one;
    flow.need(4.0 * TEXT_SIZE * LEADING);
    let who = [title, name].map(String::as_str).join(" ");
    let role = flow.word(&words::role(*role).into());
    flow.text(&format!("{number}. {role}: {}", who.trim()), 0.0);
    flow.skip(-2.5);
    let licence = if licence.is_empty() {
        String::new()
    } else {
        format!(" · {}: {licence}", flow.word(&words::LICENCE.into()))
    };
    flow.small(&format!("{facility}{licence}"), 14.0);
    let stays: Vec<String> = present
        .iter()
        .map(|stay| format!("{} – {}", time(Some(stay.from)), time(stay.until)).trim().to_owned())
        .collect();
    let there = if stays.is_empty() {
        flow.word(&words::ABSENT.into())
    } else {
        format!("{}: {}", flow.word(&words::PRESENT.into()), stays.join("; "))
    };
    flow.small(&there, 14.0);
    flow.skip(3.0);
}

fn shown(flow: &mut Flow<'_>, text: &MinutesText) {
    if text.shown.is_empty() {
        flow.text("–", 0.0);
    }
    for (number, series) in text.shown.iter().enumerate() {
        let ShownSeries { study_instance_uid, series_instance_uid, description, seconds, frame, image } =
            series;
        flow.need(3.0 * TEXT_SIZE * LEADING);
        let lasted = words::lasted(*seconds);
        let lasted = flow.word(&super::flow::Label { vi: lasted.vi, en: lasted.en });
        let name = if description.is_empty() { "–" } else { description };
        flow.text(&format!("{}. {name} · {lasted}", number + 1), 0.0);
        flow.skip(-2.5);
        let longest = flow.word(&words::FRAME.into());
        flow.small(&format!("{series_instance_uid} · {longest}: {}", frame + 1), 14.0);
        if let Some(image) = image {
            flow.small(image, 14.0);
        }
        flow.small(&format!("Study {study_instance_uid}"), 14.0);
        flow.skip(2.0);
    }
    if text.shown_left_out > 0 {
        flow.field(words::LEFT_OUT, &text.shown_left_out.to_string());
    }
}

fn opinions(flow: &mut Flow<'_>, text: &MinutesText) {
    if text.opinions.is_empty() {
        flow.text("–", 0.0);
    }
    for one in &text.opinions {
        flow.need(3.0 * TEXT_SIZE * LEADING);
        flow.strong(&one.name, 0.0, BLACK);
        if let (Some(number), Some(earlier)) = (one.number, one.adds_to) {
            let (opinion, adds_to) = (flow.word(&words::OPINION.into()), flow.word(&words::ADDS_TO.into()));
            flow.small(&format!("{opinion} {number} · {adds_to} {earlier}"), 0.0);
        }
        flow.text(&one.text, 0.0);
        if let Some(digest) = &one.digest {
            let (at, code) = (flow.word(&words::SIGNED_AT.into()), flow.word(&words::DIGEST.into()));
            flow.skip(-2.5);
            flow.small(&format!("{at} {} · {code} {digest}", time(one.at)), 0.0);
            flow.skip(3.0);
        }
    }
}

fn pictures(flow: &mut Flow<'_>, content: &MinutesContent<'_>) -> Result<(), SlipError> {
    let key_images = &content.minutes.written.text.key_images;
    if content.pictures.iter().any(|picture| picture.key_image >= key_images.len()) {
        return Err(SlipError::BadPicture);
    }
    if key_images.is_empty() {
        return Ok(());
    }
    flow.heading_above(10, words::KEY_IMAGES, PICTURES_HEIGHT + 20.0);
    if !content.pictures.is_empty() {
        let words = flow.word(&words::PREVIEWS.into());
        flow.small(&words, 0.0);
        flow.skip(4.0);
    }
    let numbered: Vec<(usize, &KeyImage)> = key_images.iter().enumerate().collect();
    for pair in numbered.chunks(PICTURES_ACROSS) {
        flow.need(PICTURES_HEIGHT);
        let top = flow.y();
        let mut bottom = top;
        for (column, (number, key_image)) in pair.iter().enumerate() {
            let x = MARGIN + column as f32 * (PICTURE_SIDE + PICTURE_GAP);
            let of = content.pictures.iter().find(|picture| picture.key_image == *number);
            let height = match of {
                Some(of) => one_picture(flow, (x, top), of.bytes, &key_image.caption)?,
                None => no_picture(flow, (x, top), key_image.picture.is_some()),
            };
            bottom = bottom.max(caption(flow, (x, top + height), *number, key_image));
        }
        flow.skip(bottom - top + 8.0);
    }
    Ok(())
}

/// As large as its column lets it be; returns its height.
fn one_picture(flow: &mut Flow<'_>, at: (f32, f32), bytes: &[u8], alt: &str) -> Result<f32, SlipError> {
    let image = picture::read(bytes)?;
    let (width, height) = image.size();
    let scale = (PICTURE_SIDE / width.max(height) as f32).min(PIXEL_MAX);
    let (width, height) = (width as f32 * scale, height as f32 * scale);
    let alt = if alt.is_empty() { words::KEY_IMAGE.main(Language::Vi) } else { alt }.to_owned();
    flow.push(Item::Picture { x: at.0, y: at.1, width, height, image, alt });
    Ok(height)
}

/// Says that there is none, or that it is not in this document; returns its height.
fn no_picture(flow: &mut Flow<'_>, (x, y): (f32, f32), is_elsewhere: bool) -> f32 {
    let (width, height) = (PICTURE_SIDE, NO_PICTURE_HEIGHT);
    for (x, y, width, height) in
        [(x, y, width, 0.7), (x, y + height, width, 0.7), (x, y, 0.7, height), (x + width, y, 0.7, height)]
    {
        flow.push(Item::Shape { x, y, width, height, radius: 0.0, ink: RULE });
    }
    let words = if is_elsewhere { words::PICTURE_ELSEWHERE } else { words::NO_PICTURE };
    let words = flow.word(&words.into());
    let line = flow.fonts.regular.line(&words, TEXT_SIZE);
    let (x, y) = (x + 12.0, y + height / 2.0 + line.size / 3.0);
    let lines = vec![line];
    flow.push(Item::Text { role: Role::Paragraph, language: Language::Vi, x, y, lines, ink: WARNING });
    height
}

/// Below a picture; returns where it ends.
fn caption(flow: &mut Flow<'_>, at: (f32, f32), number: usize, key_image: &KeyImage) -> f32 {
    let words = format!("{} {}. {}", flow.word(&words::KEY_IMAGE.into()), number + 1, key_image.caption);
    let frame = key_image.frame.map(|frame| format!(" · {frame}")).unwrap_or_default();
    let uid = format!("{}{frame}", key_image.sop_instance_uid);
    let mut y = at.1 + 3.0;
    let mut parts = vec![(words, SMALL_SIZE, BLACK)];
    parts.extend(key_image.measured.iter().map(|one| (measured(flow, one), SMALL_SIZE, BLACK)));
    if key_image.measured_left_out > 0 {
        let more = flow.word(&words::MORE_MEASURED.into());
        parts.push((format!("{more}: {}", key_image.measured_left_out), SMALL_SIZE, BLACK));
    }
    parts.push((uid, 6.5, GREY));
    for (text, size, ink) in parts {
        let lines = flow.fonts.regular.paragraph(&text, size, PICTURE_SIDE);
        let height = lines.len() as f32 * size * LEADING;
        let item =
            Item::Text { role: Role::Paragraph, language: Language::Vi, x: at.0, y: y + size, lines, ink };
        flow.push(item);
        y += height;
    }
    y
}

/// What a member measured.
fn measured(flow: &Flow<'_>, one: &MinutesMeasurement) -> String {
    let value = |value: &MeasuredValue| {
        let quantity = words::quantity(&value.quantity).map(|pair| flow.word(&pair.into()));
        let quantity = quantity.unwrap_or_else(|| value.quantity.clone());
        format!("{quantity} {} {}", value.value.replace('.', ","), value.unit).trim_end().to_owned()
    };
    let values: Vec<String> = one.values.iter().map(value).collect();
    let label = if one.label.is_empty() { String::new() } else { format!("{}: ", one.label) };
    format!("– {}: {label}{}", one.by, values.join("; "))
}

/// Which page of what, and the digest by which the whole is known, at the end of each page.
fn feet(pages: &mut [Vec<Item>], content: &MinutesContent<'_>, fonts: &Fonts) {
    let word = |pair: Pair| {
        let english = content.has_english.then(|| format!(" / {}", pair.main(Language::En)));
        format!("{}{}", pair.main(Language::Vi), english.unwrap_or_default())
    };
    let total = pages.len();
    for (number, page) in pages.iter_mut().enumerate() {
        let digest = format!("{}: {}", word(words::MINUTES_DIGEST), content.minutes.digest);
        let which = format!("{} {}/{total}", word(words::PAGE), number + 1);
        let one_line = Fit { sizes: &[7.0, 6.5, 6.0, 5.5], width: WIDTH - 60.0, lines_max: 1 };
        let which = fonts.regular.line(&which, 8.0);
        let right = MARGIN + WIDTH - which.width;
        let y = A4.1 - 12.0 * MM;
        for (x, lines, ink) in
            [(MARGIN, fonts.regular.fit(&digest, &one_line), GREY), (right, vec![which], BRAND)]
        {
            page.push(Item::Text { role: Role::Paragraph, language: Language::Vi, x, y, lines, ink });
        }
    }
}
