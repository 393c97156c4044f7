//! Opinions and minutes: what counts, and what happens to what was changed.

use std::collections::BTreeMap;

use filmless_consult::limits::*;
use filmless_consult::{
    BadField, Broken, Course, DraftFacts, Fault, Minutes, MinutesPatient, MinutesText, Opinion, Replaced,
    Seen, Signed, SignedOpinion, Signer, Unverified, Verified, WrittenMinutes, verify,
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

/// A file with a record and everything that was signed, and how many lines the record has.
fn file() -> (Vec<String>, usize) {
    let mut world = World::begun();
    world.send(CHAIR, state(1, STUDY, 7)).unwrap();
    world.send(CHAIR, serde_json::json!({ "type": "end" })).unwrap();
    let said = opinion(&world, 1, None, "Theo dõi").unwrap();
    let first = written(&world, None, "", "Theo dõi").seal(None, false).unwrap();
    let second = written(&world, Some(&first), "Sai bên", "Sinh thiết").seal(Some(&first), true).unwrap();
    let signature = second.sign(signer(0), world.now, &[]).unwrap();
    for note in [said.note(), first.note(), second.note(), signature.note()] {
        let line = world.room.note(world.now, &id(LAN), note).line.unwrap();
        world.lines.push(line.text);
    }
    let record = world.lines.len();
    let signed = [
        Signed::Opinion(said),
        Signed::Minutes(Box::new(first)),
        Signed::Minutes(Box::new(second)),
        Signed::Signature(signature),
    ];
    world.lines.extend(signed.iter().map(|one| serde_json::to_string(one).unwrap()));
    (world.lines, record)
}

#[test]
fn a_file_verifies_to_the_head_of_its_record() {
    let (lines, record) = file();
    let Verified { head, minutes, documents, documents_missing, .. } = verify(&lines.join("\n")).unwrap();
    assert_eq!((head.sequence, minutes.len(), documents, documents_missing), (record as u64, 2, 4, 0));
    let without = verify(&lines[..record].join("\n")).unwrap();
    assert_eq!((without.head, without.documents, without.documents_missing), (head, 0, 4));
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
    let twice = lines.iter().chain([&lines[record]]).cloned().collect();
    let other = changed(record, "\"number\":1", "\"number\":2");
    let mut foreign = lines.clone();
    let theirs = opinion(&World::begun(), 1, None, "Khác").unwrap();
    foreign[record] = serde_json::to_string(&Signed::Opinion(theirs)).unwrap();
    let at = |place: usize| place as u64 + 1;
    for (file, line, why) in [
        (vec![], 1, Broken::Empty),
        (lines[record..].to_vec(), 1, Broken::Empty),
        (changed(4, "\"frame\":7", "\"frame\":8"), at(5), Broken::Chain),
        (changed(2, "{\"chain\"", "{\"chian\""), at(2), Broken::Unreadable),
        (changed(record, "Theo dõi", "Sinh thiết"), at(record), Broken::Changed),
        (other, at(record), Broken::Changed),
        (foreign, at(record), Broken::Unknown),
        (changed(record + 2, "Sai bên", "Sai"), at(record + 2), Broken::Changed),
        (changed(record + 3, "012345", "543210"), at(record + 3), Broken::Changed),
        (twice, at(lines.len()), Broken::Unknown),
        (changed(record, "\"kind\":\"opinion\"", "\"kind\":\"poem\""), at(record), Broken::Unreadable),
    ] {
        assert_eq!(verify(&file.join("\n")), Err(Unverified { line, why }));
    }
}
