//! The SMS as a handset counts and shows it.

use filmless_domain::{Hospital, Language, Secret};
use proptest::prelude::*;

use super::sample::{LINK, NASTY, long_name};
use crate::{SmsContent, SmsText, gsm7, sms_text};

const GUIDE: &str = "https://xem.benhvien.example/guide";

fn sms(
    language: Language,
    hospital: &Hospital,
    account: &str,
    password: Option<&str>,
    link: &str,
) -> SmsText {
    let (password, link) = (password.map(|p| Secret::new(p.to_owned())), Secret::new(link.to_owned()));
    let content = SmsContent {
        hospital,
        language,
        account,
        password: password.as_ref(),
        link: &link,
        guide_url: GUIDE,
    };
    sms_text(&content)
}

#[test]
fn everything_that_fits_is_said_in_one_part() {
    let hospital = Hospital::default();
    for (language, password, link, expected) in [
        (
            Language::Vi,
            Some("K7QM-2WXA"),
            "https://xem.bv.example/x/8fKq2ZrT6mWcJ4vNxD9sLhBy3PgA7eQu",
            "BV Dai hoc Mau\nhttps://xem.bv.example/x/8fKq2ZrT6mWcJ4vNxD9sLhBy3PgA7eQu\nTK N20-0317542\nMK K7QM-2WXA\nHD xem.benhvien.example/guide\nHotline 19000000",
        ),
        (
            Language::Vi,
            Some("K7QM-2WXA"),
            LINK,
            "BV Dai hoc Mau\nhttps://xem.benhvien.example/x/8fKq2ZrT6mWcJ4vNxD9sLhBy3PgA7eQu\nTK N20-0317542\nMK K7QM-2WXA\nHD xem.benhvien.example/guide\nHotline 19000000",
        ),
        (
            Language::En,
            None,
            LINK,
            "BV Dai hoc Mau: your images\nhttps://xem.benhvien.example/x/8fKq2ZrT6mWcJ4vNxD9sLhBy3PgA7eQu\nUser N20-0317542\nHelp xem.benhvien.example/guide\nHotline 19000000",
        ),
    ] {
        let sms = sms(language, &hospital, "N20-0317542", password, link);
        assert_eq!(sms.text, expected);
        assert_eq!((sms.parts, sms.encoding), (1, "GSM-7"));
        assert!(gsm7::len(&sms.text) <= 160);
    }
}

#[test]
fn the_least_important_goes_first_and_the_three_that_matter_stay() {
    let hospital = Hospital::default();
    let mut dropped = Vec::new();
    for extra in 0..70 {
        let link = format!("{LINK}{}", "x".repeat(extra));
        let sms = sms(Language::Vi, &hospital, "N20-0317542", Some("K7QM-2WXA"), &link);
        assert_eq!(sms.parts, 1, "{}", sms.text);
        assert!(sms.text.contains(&link) && sms.text.contains("TK N20-0317542\nMK K7QM-2WXA"));
        let missing: Vec<&str> =
            ["Hotline", "HD ", "BV Dai"].into_iter().filter(|piece| !sms.text.contains(piece)).collect();
        if dropped.last() != Some(&missing) {
            dropped.push(missing);
        }
    }
    let order: Vec<Vec<&str>> =
        vec![vec![], vec!["Hotline"], vec!["HD "], vec!["Hotline", "HD "], vec!["Hotline", "HD ", "BV Dai"]];
    assert_eq!(dropped, order);
}

#[test]
fn a_link_that_leaves_no_room_takes_two_parts_and_says_so() {
    let link = format!("{LINK}{}", "x".repeat(80));
    let sms = sms(Language::Vi, &Hospital::default(), "N20-0317542", Some("K7QM-2WXA"), &link);
    assert_eq!(sms.parts, 2);
    for part in [link.as_str(), "N20-0317542", "K7QM-2WXA", "HD xem", "Hotline 19000000", "ket qua hinh anh"]
    {
        assert!(sms.text.contains(part), "{part} is missing in:\n{}", sms.text);
    }
}

#[test]
fn a_hostile_name_adds_no_line_and_no_link() {
    for nasty in NASTY {
        let hospital =
            Hospital { name_sms: nasty.to_owned(), hotline: nasty.to_owned(), ..Hospital::default() };
        let sms = sms(Language::Vi, &hospital, nasty, Some("K7QM-2WXA"), LINK);
        assert!(sms.text.lines().count() <= 6, "{}", sms.text);
        assert!(sms.text.lines().any(|line| line == LINK), "{}", sms.text);
        assert!(sms.text.chars().all(|c| gsm7::septets(c).is_some()), "{}", sms.text);
    }
}

#[test]
fn debug_output_shows_no_text() {
    let sms = sms(Language::Vi, &Hospital::default(), "N20-0317542", Some("K7QM-2WXA"), LINK);
    assert!(!format!("{sms:?}").contains("K7QM"));
}

proptest! {
    #[test]
    fn whatever_the_hospital_is_called_one_part_is_never_exceeded(
        name in "\\PC{0,60}", hotline in "\\PC{0,30}", account in "[A-Z0-9-]{4,20}", password in "[A-Z0-9-]{8,12}",
        host in "[a-z]{4,14}\\.[a-z]{3,10}\\.vn", token in "[A-Za-z0-9_-]{22,32}",
    ) {
        let hospital = Hospital { name_sms: name, hotline, ..Hospital::default() };
        let link = format!("https://{host}/x/{token}");
        for language in [Language::Vi, Language::En] {
            let sms = sms(language, &hospital, &account, Some(&password), &link);
            prop_assert_eq!(sms.parts, 1);
            prop_assert!(gsm7::len(&sms.text) <= 160);
            prop_assert!(sms.text.chars().all(|c| gsm7::septets(c).is_some()));
            prop_assert!(sms.text.lines().any(|line| line == link));
            let pair = format!(" {account}\n{} {password}", language.pick("MK", "Pass"));
            prop_assert!(sms.text.contains(&pair), "{}", sms.text);
        }
    }

    #[test]
    fn the_number_of_parts_is_what_a_handset_counts(account in "\\PC{0,300}", link in "[!-~]{0,300}") {
        let sms = sms(Language::Vi, &Hospital { name_sms: long_name(), ..Hospital::default() }, &account, None, &link);
        prop_assert_eq!(sms.parts, gsm7::parts(&sms.text));
    }
}
