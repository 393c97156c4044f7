//! Opinions and minutes: what counts, and what happens to what was changed.

use std::collections::BTreeMap;

use filmless_consult::limits::*;
use filmless_consult::{
    BadField, Behind, Broken, Course, DraftFacts, Fault, Minutes, MinutesPatient, MinutesText, Note, Opinion,
    Replaced, Seen, SignedOpinion, Signer, Unverified, Verified, WrittenMinutes, verify,
};
use filmless_domain::SeriesInstanceUid;

use crate::world::{CHAIR, LAN, SECRETARY, STUDY, World, at, id, members, state, study};

fn signer(member: usize) -> Signer {
    Signer::of(&members()[member], "").unwrap()
}

fn seen(world: &World) -> Seen {
    Seen { studies: BTreeMap::from([(study(STUDY), "e".repeat(64))]), head: world.room.head.clone() }
}

fn opinion(world: &World, number: u32, adds_to: Option<u32>, text: &str) -> Result<Opinion, BadField> {
    let consultation = world.consultation.id.clone();
    let (by, seen, text) = (signer(2), seen(world), text.to_owned());
    SignedOpinion { consultation, number, adds_to, by, at: world.now, seen, text }.sign()
}

fn draft(world: &World, opinions: &[Opinion]) -> MinutesText {
    let course = Course::read(world.lines.iter().map(String::as_str)).unwrap();
    let descriptions =
        BTreeMap::from([(SeriesInstanceUid::parse(&format!("{STUDY}.1")).unwrap(), "Ngực 1 mm".to_owned())]);
    let facts = DraftFacts {
        facility: "Bệnh viện Đa khoa Tỉnh",
        patient: MinutesPatient { name: "Nguyễn Thị Hoà".to_owned(), ..MinutesPatient::default() },
        consultation: &world.consultation,
        members: &members(),
        opinions,
        descriptions: &descriptions,
    };
    MinutesText::draft(facts, &course)
}

fn written(world: &World, before: Option<&Minutes>, reason: &str, conclusion: &str) -> WrittenMinutes {
    let replaced = |before: &Minutes| Replaced { digest: before.digest.clone(), reason: reason.to_owned() };
    WrittenMinutes {
        consultation: world.consultation.id.clone(),
        version: before.map_or(1, |before| before.written.version + 1),
        replaces: before.map(replaced),
        by: id(SECRETARY),
        at: world.now,
        head: world.room.head.clone(),
        text: MinutesText { conclusion: conclusion.to_owned(), ..draft(world, &[]) },
    }
}

fn fault<T>(checked: Result<T, BadField>) -> Option<(String, Fault)> {
    checked.err().map(|bad| (bad.field, bad.kind))
}

#[test]
fn nobody_but_a_secretary_signs_without_a_licence() {
    let without = |place: usize, typed: &str| {
        let mut member = members().remove(place);
        member.licence.clear();
        fault(Signer::of(&member, typed))
    };
    assert_eq!(without(0, " "), Some(("licence".to_owned(), Fault::Empty)));
    assert_eq!(without(2, "007/CCHN"), None);
    assert_eq!(without(1, ""), None);
    assert_eq!(Signer::of(&members()[2], " 007/CCHN ").unwrap().licence, "007/CCHN", "as typed now");
}

#[test]
fn an_opinion_is_signed_over_everything_it_says_and_was_given() {
    let world = World::begun();
    let signed = opinion(&world, 2, Some(1), " Theo dõi\u{200b} 3 tháng ").unwrap();
    assert_eq!(signed.signed.text, "Theo dõi 3 tháng");
    let stored = serde_json::to_string(&signed).unwrap();
    assert_eq!(serde_json::from_str::<Opinion>(&stored).unwrap(), signed);
    let changes: [fn(&mut Opinion); 6] = [
        |it| it.signed.text.push('.'),
        |it| it.signed.by.licence.push('1'),
        |it| it.signed.at = at("09:00:00"),
        |it| it.signed.adds_to = None,
        |it| it.signed.seen.head.sequence += 1,
        |it| it.signed.seen.studies.values_mut().for_each(|digest| digest.push('0')),
    ];
    assert!(signed.is_as_signed());
    for (place, change) in changes.into_iter().enumerate() {
        let mut changed = signed.clone();
        change(&mut changed);
        assert!(!changed.is_as_signed(), "change {place}");
    }
    let digest = seen(&world).digest().unwrap();
    assert_eq!((digest.len(), seen(&World::opened()).digest().unwrap() == digest), (64, false));
}

#[test]
fn an_opinion_that_says_nothing_or_follows_nothing_is_refused() {
    let world = World::begun();
    let long = "ế".repeat(OPINION_CHARS_MAX + 1);
    for (number, adds_to, text, expected) in [
        (1, None, &long[..long.len() - 3], None),
        (1, None, long.as_str(), Some(("text", Fault::TooLong))),
        (1, None, "\n", Some(("text", Fault::Empty))),
        (0, None, "a", Some(("adds_to", Fault::Unknown))),
        (1, Some(1), "a", Some(("adds_to", Fault::Unknown))),
        (2, Some(0), "a", Some(("adds_to", Fault::Unknown))),
        (OPINIONS_PER_MEMBER_MAX, Some(1), "a", None),
        (OPINIONS_PER_MEMBER_MAX + 1, Some(1), "a", Some(("number", Fault::TooMany))),
    ] {
        let expected = expected.map(|(field, kind)| (field.to_owned(), kind));
        assert_eq!(fault(opinion(&world, number, adds_to, text)), expected, "{number} {adds_to:?}");
    }
    let mut blind = opinion(&world, 1, None, "a").unwrap().signed;
    blind.seen.studies.clear();
    assert_eq!(fault(blind.sign()), Some(("seen".to_owned(), Fault::Empty)));
}

#[test]
fn the_draft_holds_who_was_there_what_was_shown_and_what_was_said() {
    let mut world = World::begun();
    world.send(CHAIR, state(1, STUDY, 7)).unwrap();
    world.after(60).send(CHAIR, serde_json::json!({ "type": "end" })).unwrap();
    let opinions = [opinion(&world, 1, None, "Theo dõi 3 tháng").unwrap()];
    let text = draft(&world, &opinions).checked().unwrap();
    let names: Vec<_> = text.attendees.iter().map(|it| (it.name.as_str(), it.present.len())).collect();
    // Who was only invited did not take part.
    assert_eq!(names, [("Nguyễn Văn Chủ", 1), ("Trần Thị Thư", 1), ("Lê Thị Lan", 1)]);
    assert_eq!((text.began_at, text.ended_at), (at("08:00:00"), Some(at("08:01:00"))));
    assert_eq!(
        (text.place.as_str(), text.question.as_str()),
        ("Bệnh viện Chợ Rẫy", world.consultation.question.as_str())
    );
    let shown = &text.shown[0];
    assert_eq!((shown.description.as_str(), shown.seconds, shown.frame), ("Ngực 1 mm", 60, 7));
    let said = &text.opinions[0];
    assert_eq!((said.name.as_str(), said.text.as_str()), ("BS. CKII Lê Thị Lan", "Theo dõi 3 tháng"));
    assert_eq!(said.digest.as_ref(), Some(&opinions[0].digest));
    assert_eq!(text.conclusion, "");
}

#[test]
fn minutes_are_refused_by_the_field_and_the_kind_of_their_mistake() {
    use Fault::{Empty, Outside, TooLong, TooMany};
    type Change = fn(&mut MinutesText);
    let cases: [(&str, Fault, Change); 9] = [
        ("facility", TooLong, |it| it.facility = "ế".repeat(MINUTES_LINE_CHARS_MAX + 1)),
        ("patient.bed", TooLong, |it| it.patient.bed = "ế".repeat(MINUTES_LINE_CHARS_MAX + 1)),
        ("conclusion", TooLong, |it| it.conclusion = "ế".repeat(MINUTES_TEXT_CHARS_MAX + 1)),
        ("ended_at", Outside, |it| it.ended_at = Some(at("07:00:00"))),
        ("attendees", TooMany, |it| it.attendees = vec![it.attendees[0].clone(); 2 * MEMBERS_MAX + 1]),
        ("attendees[1].licence", TooLong, |it| {
            it.attendees[1].licence = "1".repeat(MINUTES_LINE_CHARS_MAX + 1)
        }),
        ("shown", TooMany, |it| it.shown = vec![it.shown[0].clone(); SHOWN_SERIES_MAX + 1]),
        ("opinions[0].text", Empty, |it| it.opinions[0].text.clear()),
        ("opinions[0].name", Empty, |it| it.opinions[0].name.clear()),
    ];
    let mut world = World::begun();
    world.send(CHAIR, state(1, STUDY, 7)).unwrap();
    world.after(60).send(CHAIR, serde_json::json!({ "type": "end" })).unwrap();
    let opinions = [opinion(&world, 1, None, "a").unwrap()];
    for (field, kind, change) in cases {
        let mut text = draft(&world, &opinions);
        change(&mut text);
        assert_eq!(fault(text.checked()), Some((field.to_owned(), kind)), "{field}");
    }
    let long = MinutesText { course: "ế".repeat(MINUTES_TEXT_CHARS_MAX), ..draft(&world, &opinions) };
    let large = MinutesText {
        treatment: long.course.clone(),
        diagnosis: long.course.clone(),
        place: long.course.clone(),
        question: long.course.clone(),
        ..long
    };
    let sealed = WrittenMinutes { text: large, ..written(&world, None, "", "a") }.seal(None, false);
    assert_eq!(fault(sealed), Some(("text".to_owned(), TooLong)));
}

#[test]
fn a_version_names_the_one_before_and_a_signed_one_is_corrected_with_a_reason() {
    let world = World::begun();
    let first = written(&world, None, "", "Theo dõi").seal(None, false).unwrap();
    assert!(first.is_as_written());
    let again = written(&world, None, "", "Khác").seal(Some(&first), false);
    assert_eq!(
        fault(again),
        Some(("version".to_owned(), Fault::NotAllowed)),
        "it names no version before it"
    );
    let mut other = written(&world, Some(&first), "Sai bên", "Khác");
    other.replaces.as_mut().unwrap().digest = "0".repeat(64);
    assert_eq!(fault(other.seal(Some(&first), true)), Some(("version".to_owned(), Fault::NotAllowed)));
    let unexplained = written(&world, Some(&first), " ", "Khác").seal(Some(&first), true);
    assert_eq!(fault(unexplained), Some(("reason".to_owned(), Fault::Empty)));
    let second = written(&world, Some(&first), "Sai bên", "Sinh thiết").seal(Some(&first), true).unwrap();
    assert_eq!(second.written.version, 2);
    assert_ne!(second.digest, first.digest);
    let mut last = first;
    last.written.version = MINUTES_VERSIONS_MAX;
    let more = written(&world, Some(&last), "Sai", "a").seal(Some(&last), true);
    assert_eq!(fault(more), Some(("version".to_owned(), Fault::TooMany)));
}

#[test]
fn minutes_count_when_chair_and_secretary_have_signed_this_version() {
    let world = World::begun();
    let empty = written(&world, None, "", "").seal(None, false).unwrap();
    assert_eq!(fault(empty.sign(signer(0), world.now, &[])), Some(("conclusion".to_owned(), Fault::Empty)));
    let first = written(&world, None, "", "Theo dõi").seal(None, false).unwrap();
    let mut signatures = vec![first.sign(signer(2), world.now, &[]).unwrap()];
    assert!(!first.is_final(&signatures));
    signatures.push(first.sign(signer(0), world.now, &signatures).unwrap());
    assert!(!first.is_final(&signatures));
    signatures.push(first.sign(signer(1), world.now, &signatures).unwrap());
    assert!(first.is_final(&signatures));
    assert_eq!(fault(first.sign(signer(0), world.now, &signatures)), Some(("by".to_owned(), Fault::Twice)));
    let second = written(&world, Some(&first), "Sai", "Khác").seal(Some(&first), true).unwrap();
    assert!(!second.is_final(&signatures), "signatures are below one version");
    let mut forged = signatures.clone();
    forged[2].signed.by.licence.push('0');
    assert!(!first.is_final(&forged));
}

/// A meeting in which this frame was shown.
fn held(frame: u32) -> World {
    let mut world = World::begun();
    world.send(CHAIR, state(1, STUDY, frame)).unwrap();
    world.send(CHAIR, serde_json::json!({ "type": "end" })).unwrap();
    world
}

/// A file with a record and everything that was signed, and how many lines the record has.
fn file() -> (Vec<String>, usize) {
    file_of(held(7), &held(7))
}

/// The same with a record of another meeting than the one that was signed.
fn file_of(mut world: World, signed: &World) -> (Vec<String>, usize) {
    let said = opinion(signed, 1, None, "Theo dõi").unwrap();
    let first = written(signed, None, "", "Theo dõi").seal(None, false).unwrap();
    let second = written(signed, Some(&first), "Sai bên", "Sinh thiết").seal(Some(&first), true).unwrap();
    let [one, other] = [0, 1].map(|by| second.sign(signer(by), signed.now, &[]).unwrap());
    // They signed in another order than that of the file.
    for (by, note) in [
        (LAN, said.note()),
        (SECRETARY, first.note()),
        (SECRETARY, second.note()),
        (SECRETARY, other.note()),
        (CHAIR, one.note()),
    ] {
        let line = world.room.note(world.now, &id(by), note).line.unwrap();
        world.lines.push(line.text);
    }
    let record = world.lines.len();
    let behind = [
        Behind::Opinion(said),
        Behind::Minutes(Box::new(first)),
        Behind::Minutes(Box::new(second)),
        Behind::Signature(one),
        Behind::Signature(other),
        Behind::End { head: world.room.head.clone(), documents: 5 },
    ];
    world.lines.extend(behind.iter().map(|one| serde_json::to_string(one).unwrap()));
    (world.lines, record)
}

#[test]
fn a_file_verifies_to_the_head_of_its_record() {
    let (lines, record) = file();
    let Verified { head, minutes, documents, .. } = verify(&lines.join("\n")).unwrap();
    assert_eq!((head.sequence, minutes.len(), documents), (record as u64, 2, 5));
    let [first, second] = minutes.as_slice() else { panic!("{} versions", minutes.len()) };
    assert_eq!((first.signatures, second.signatures, second.version), (0, 2, 2));
    assert_eq!(second.head, held(7).room.head, "the line that it was written after");
}

#[test]
fn a_record_that_was_written_anew_is_not_the_one_that_was_signed() {
    let (lines, record) = file_of(held(8), &held(7));
    let unlinked = Unverified { line: record as u64 + 1, why: Broken::Unlinked };
    assert_eq!(verify(&lines.join("\n")), Err(unlinked));
}

#[test]
fn a_file_that_was_changed_is_refused_at_the_first_line_that_does_not_follow() {
    let (lines, record) = file();
    let changed = |place: usize, from: &str, to: &str| {
        let mut lines = lines.clone();
        assert!(lines[place].contains(from), "{}", lines[place]);
        lines[place] = lines[place].replace(from, to);
        lines
    };
    let other = changed(record, "\"number\":1", "\"number\":2");
    let mut foreign = lines.clone();
    let theirs = opinion(&World::begun(), 1, None, "Khác").unwrap();
    foreign[record] = serde_json::to_string(&Behind::Opinion(theirs)).unwrap();
    let without = |from: usize, until: usize| [&lines[..from], &lines[until..]].concat();
    let twice = |place: usize| [&lines[..=place], &lines[place..]].concat();
    let swapped = |place: usize| {
        let mut lines = lines.clone();
        lines.swap(place, place + 1);
        lines
    };
    let (end, at) = (lines.len() - 1, |place: usize| place as u64 + 1);
    let head = serde_json::from_value(end_of(&lines)).unwrap();
    let short = serde_json::to_string(&Behind::End { head, documents: 4 }).unwrap();
    for (file, line, why) in [
        (vec![], 1, Broken::Empty),
        (lines[record..].to_vec(), 1, Broken::Empty),
        (changed(4, "\"frame\":7", "\"frame\":8"), at(5), Broken::Chain),
        (changed(2, "{\"chain\"", "{\"chian\""), at(2), Broken::Unreadable),
        // The last line of the record, which no other line of it follows.
        (changed(record - 1, "\"at\":\"2026", "\"at\":\"2027"), at(end), Broken::Chain),
        (changed(record, "Theo dõi", "Sinh thiết"), at(record), Broken::Changed),
        (other, at(record), Broken::Changed),
        (foreign, at(record), Broken::Unknown),
        (changed(record + 2, "Sai bên", "Sai"), at(record + 2), Broken::Changed),
        (changed(record + 3, "012345", "543210"), at(record + 3), Broken::Changed),
        (changed(record, "\"kind\":\"opinion\"", "\"kind\":\"poem\""), at(record), Broken::Unreadable),
        (changed(record + 3, "{\"kind", "{\"more\":1,\"kind"), at(record + 3), Broken::Changed),
        (changed(end, "\"documents\":5", "\"documents\":4"), at(end), Broken::Changed),
        // Dropped.
        (without(3, 4), at(3), Broken::Chain),
        (without(record - 1, record), at(record + 2), Broken::Unknown),
        (without(record + 1, record + 2), at(record + 1), Broken::Misplaced),
        (without(end - 1, end), at(end - 1), Broken::Misplaced),
        (without(end, end + 1), at(end), Broken::Missing),
        (lines[..record].to_vec(), at(record), Broken::Missing),
        ([&lines[..end - 1], &[short]].concat(), at(end - 1), Broken::Misplaced),
        // There twice, or moved.
        (twice(3), at(4), Broken::Chain),
        (twice(record), at(record + 1), Broken::Unknown),
        (twice(end), at(end + 1), Broken::Unknown),
        (swapped(3), at(3), Broken::Chain),
        (swapped(record - 1), at(record), Broken::Misplaced),
        (swapped(record), at(record), Broken::Misplaced),
        (swapped(end - 1), at(end - 1), Broken::Misplaced),
    ] {
        assert_eq!(verify(&file.join("\n")), Err(Unverified { line, why }));
    }
    // What follows, and could not have been written: versions and numbers that nothing came before.
    let digest = || "a".repeat(64);
    for note in [
        Note::Signature { version: 3, digest: digest() },
        Note::Minutes { version: 4, digest: digest() },
        Note::Opinion { number: 3, digest: digest() },
    ] {
        let mut world = World::begun();
        world.room.head = serde_json::from_value(end_of(&lines)).unwrap();
        let forged = world.room.note(world.now, &id(LAN), note).line.unwrap().text;
        let file = [&lines[..record], &[forged], &lines[record..]].concat();
        let impossible = Unverified { line: at(record), why: Broken::Impossible };
        assert_eq!(verify(&file.join("\n")), Err(impossible));
    }
    // Whatever line it is: without it, twice, or changed by a letter, nothing verifies.
    for place in 0..lines.len() {
        let middle = lines[place].char_indices().nth(lines[place].chars().count() / 2).unwrap().0;
        let mut letter = lines.clone();
        let new = if letter[place][middle..].starts_with('x') { "y" } else { "x" };
        let old = letter[place][middle..].chars().next().unwrap().len_utf8();
        letter[place].replace_range(middle..middle + old, new);
        for file in [without(place, place + 1), twice(place), letter] {
            let line = verify(&file.join("\n")).unwrap_err().line;
            assert!(line >= at(place) && line <= at(lines.len()), "line {} of {}", line, place + 1);
        }
    }
}

fn end_of(lines: &[String]) -> serde_json::Value {
    let end: serde_json::Value = serde_json::from_str(lines.last().unwrap()).unwrap();
    end["head"].clone()
}
