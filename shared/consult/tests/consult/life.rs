//! What a consultation and its members may be.

use filmless_consult::limits::*;
use filmless_consult::{BadField, Consultation, ConsultationState, Fault, Member, MemberRole, MemberStatus};
use jiff::SignedDuration;

use crate::world::{LAN, STUDY, at, consultation, id, member, members, study};

fn refused<T>(checked: Result<T, BadField>) -> Option<(String, Fault)> {
    checked.err().map(|bad| (bad.field, bad.kind))
}

#[test]
fn a_consultation_is_refused_by_the_field_and_the_kind_of_its_mistake() {
    use Fault::{Empty, NotAllowed, Outside, TooLong, TooMany, Twice, Unknown};
    type Change = fn(&mut Consultation, &mut Vec<Member>);
    let cases: [(&str, Option<Fault>, Change); 20] = [
        ("", None, |_, _| {}),
        ("", None, |it, _| it.question = "ế".repeat(QUESTION_CHARS_MAX)),
        ("question", Some(TooLong), |it, _| it.question = "ế".repeat(QUESTION_CHARS_MAX + 1)),
        ("question", Some(Empty), |it, _| it.question = " \u{200b}\n".to_owned()),
        ("studies", Some(Empty), |it, _| it.studies.clear()),
        ("studies", Some(Twice), |it, _| it.studies.push(study(STUDY))),
        ("studies", Some(TooMany), |it, _| {
            it.studies = (0..=STUDIES_MAX).map(|number| study(&format!("1.{number}"))).collect();
        }),
        ("ends_at", Some(Outside), |it, _| it.ends_at = it.opens_at),
        ("", None, |it, _| it.ends_at = it.opens_at + SignedDuration::from_hours(24 * DAYS_MAX)),
        ("ends_at", Some(Outside), |it, _| it.ends_at += SignedDuration::from_hours(24 * DAYS_MAX)),
        ("consent.taken_by", Some(Empty), |it, _| it.consent.as_mut().unwrap().taken_by.clear()),
        ("", None, |it, _| it.voice_link = Some("https://meet.example/j/1?pwd=2".to_owned())),
        ("voice_link", Some(NotAllowed), |it, _| it.voice_link = Some("http://meet.example/".to_owned())),
        ("voice_link", Some(NotAllowed), |it, _| {
            it.voice_link = Some("https://a:b@meet.example/".to_owned())
        }),
        ("voice_link", Some(NotAllowed), |it, _| {
            it.voice_link = Some("https://meet.example/\"><b>".to_owned())
        }),
        ("voice_link", Some(TooLong), |it, _| it.voice_link = Some(format!("https://a/{}", "x".repeat(500)))),
        ("chair", Some(Unknown), |it, _| it.chair = id(LAN)),
        ("secretary", Some(Unknown), |it, _| it.secretary = None),
        ("members", Some(Twice), |_, members| members.push(members[0].clone())),
        ("members", Some(TooMany), |_, members| {
            for number in 0..MEMBERS_MAX {
                let id = format!("{:08x}", number + 100);
                members.push(member(&id, "A", MemberRole::Member, MemberStatus::Invited));
            }
        }),
    ];
    for (place, (field, fault, change)) in cases.into_iter().enumerate() {
        let (mut consultation, mut members) = (consultation(), members());
        change(&mut consultation, &mut members);
        let expected = fault.map(|fault| (field.to_owned(), fault));
        assert_eq!(refused(consultation.checked(&members)), expected, "case {place}: {field}");
    }
}

#[test]
fn a_member_is_refused_by_the_field_and_the_kind_of_its_mistake() {
    use Fault::{Empty, TooLong};
    type Change = fn(&mut Member);
    let cases: [(&str, Option<Fault>, Change); 7] = [
        ("", None, |it| it.licence.clear()),
        ("name", Some(Empty), |it| it.name = "\u{202e}".to_owned()),
        ("name", Some(TooLong), |it| it.name = "ế".repeat(NAME_CHARS_MAX + 1)),
        ("title", Some(TooLong), |it| it.title = "ế".repeat(TITLE_CHARS_MAX + 1)),
        ("facility", Some(Empty), |it| it.facility.clear()),
        ("facility", Some(TooLong), |it| it.facility = "ế".repeat(FACILITY_CHARS_MAX + 1)),
        ("licence", Some(TooLong), |it| it.licence = "1".repeat(TITLE_CHARS_MAX + 1)),
    ];
    for (field, fault, change) in cases {
        let mut member = members().remove(0);
        change(&mut member);
        let expected = fault.map(|fault| (field.to_owned(), fault));
        assert_eq!(refused(member.checked()), expected, "{field}");
    }
    let mut member = members().remove(0);
    member.name = " Nguyễn\u{200b}\r\nVăn  Chủ ".to_owned();
    assert_eq!(member.checked().unwrap().name, "Nguyễn Văn Chủ");
}

#[test]
fn it_opens_once_in_time_and_with_the_patients_consent() {
    use Fault::{Missing, NotAllowed, Outside};
    let now = at("07:45:00");
    let draft = || Consultation { state: ConsultationState::Draft, ..consultation() };
    let mut opened = draft();
    assert!(!opened.is_open_at(at("08:00:00")));
    opened.open(now).unwrap();
    for (moment, is_open) in
        [("07:59:59.999", false), ("08:00:00", true), ("09:59:59.999", true), ("10:00:00", false)]
    {
        assert_eq!(opened.is_open_at(at(moment)), is_open, "{moment}");
    }
    assert_eq!(refused(opened.open(now)), Some(("state".to_owned(), NotAllowed)));
    let mut none = draft();
    none.consent = None;
    assert_eq!(refused(none.open(now)), Some(("consent".to_owned(), Missing)));
    assert_eq!(refused(draft().open(at("07:29:59"))), Some(("consent.taken_at".to_owned(), Outside)));
    assert_eq!(refused(draft().open(at("10:00:00"))), Some(("ends_at".to_owned(), Outside)));
}

#[test]
fn debug_names_nobody() {
    let written = format!("{:?} {:?} {:?}", consultation(), consultation().consent, members());
    for secret in ["Hoa", "Nốt", "Lan", "Chợ Rẫy", "012345"] {
        assert!(!written.contains(secret), "{secret}: {written}");
    }
}
