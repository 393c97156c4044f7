//! The SMS as a phone counts and shows it.

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
            "BV Dai hoc Mau: ket qua hinh anh\nhttps://xem.bv.example/x/8fKq2ZrT6mWcJ4vNxD9sLhBy3PgA7eQu\nTai khoan N20-0317542\nMat khau K7QM-2WXA\nHotline 19000000",
        ),
        (
            Language::Vi,
            Some("K7QM-2WXA"),
            LINK,
            "BV Dai hoc Mau: ket qua hinh anh\nhttps://xem.benhvien.example/x/8fKq2ZrT6mWcJ4vNxD9sLhBy3PgA7eQu\nTai khoan N20-0317542\nMat khau K7QM-2WXA\nHotline 19000000",
        ),
        (
            Language::En,
            None,
            LINK,
            "BV Dai hoc Mau: your images\nhttps://xem.benhvien.example/x/8fKq2ZrT6mWcJ4vNxD9sLhBy3PgA7eQu\nAccount N20-0317542\nHotline 19000000\nHelp xem.benhvien.example/guide",
        ),
    ] {
        let sms = sms(language, &hospital, "N20-0317542", password, link);
        assert_eq!(sms.text, expected);
        assert_eq!((sms.parts, sms.encoding), (1, "GSM-7"));
        assert!(gsm7::len(&sms.text) <= 160);
    }
}

#[test]
fn the_least_important_goes_first_and_who_writes_and_why_stay() {
    let hospital = Hospital::default();
    let mut dropped = Vec::new();
    for extra in 0..42 {
        let link = format!("https://a.vn/x/{}{}", "T", "x".repeat(extra + 10));
        let sms = sms(Language::Vi, &hospital, "N20-0317542", Some("K7QM-2WXA"), &link);
        assert_eq!(sms.parts, 1, "{}", sms.text);
        assert!(sms.text.starts_with(&format!("BV Dai hoc Mau: ket qua hinh anh\n{link}\n")), "{}", sms.text);
        let missing: Vec<&str> = ["Huong dan ", "Tai khoan ", "19000000"]
            .into_iter()
            .filter(|piece| !sms.text.contains(piece))
            .collect();
        if dropped.last() != Some(&missing) {
            dropped.push(missing);
        }
    }
    let first: Vec<Vec<&str>> = vec![vec![], vec!["Huong dan "]];
    assert!(dropped.starts_with(&first), "{dropped:?}");
}

#[test]
fn the_worst_cases_of_real_hospitals_are_one_part() {
    let token = "8fKq2ZrT6mWcJ4vNxD9sLhBy3PgA7eQu";
    for (host, name, words, account, password, expected) in [
        // A host name of 22 characters, as long as real ones.
        (
            "xem.benhvienchoray.com",
            "BV Cho Ray",
            "ket qua hinh anh",
            "N20-0317542",
            Some("K7QMA-2WXAC"),
            "19001234",
        ),
        (
            "ketqua.bvdaihoc.edu.vn",
            "BV Dai hoc Y Duoc HCM",
            "ket qua hinh anh",
            "23123456",
            Some("K7QMA-2WXAC"),
            "19001234",
        ),
        (
            "hinhanh.bvnhidong1.com",
            "BV Nhi dong 1",
            "ket qua chup cua Ong/Ba",
            "BN-2026-0001234",
            Some("K7QMA-2WXAC"),
            "MK K7QMA-2WXAC",
        ),
        (
            "hinhanh.bvnhidong1.com",
            "BV Da khoa Tinh X..Y",
            "ket qua hinh anh cua Ong/Ba..",
            "BN20260001234567",
            Some("K7QMA-2WXAC"),
            "MK K7QMA-2WXAC",
        ),
        // The password stays on the slip.
        (
            "hinhanh.bvnhidong1.com",
            "BV Da khoa Tinh X..Y",
            "ket qua hinh anh cua Ong/Ba..",
            "BN20260001234567",
            None,
            "19001234",
        ),
        ("pacs.bv.vn", "BV A", "ket qua", "1", Some("K7QMA-2WXAC"), "Huong dan pacs.bv.vn/guide"),
    ] {
        let hospital = Hospital {
            name_sms: name.into(),
            sms_words_vi: words.into(),
            hotline: "1900 1234".into(),
            ..Hospital::default()
        };
        let (link, secret) =
            (Secret::new(format!("https://{host}/x/{token}")), password.map(|p| Secret::new(p.to_owned())));
        let guide_url = format!("https://{host}/guide");
        let content = SmsContent {
            hospital: &hospital,
            language: Language::Vi,
            account,
            password: secret.as_ref(),
            link: &link,
            guide_url: &guide_url,
        };
        let sms = sms_text(&content);
        assert_eq!(sms.parts, 1, "{host}: {} septets\n{}", gsm7::len(&sms.text), sms.text);
        let heading = format!("{}: {words}", name.chars().take(20).collect::<String>());
        for part in [heading.as_str(), link.expose(), account, password.unwrap_or_default(), expected] {
            assert!(sms.text.contains(part), "{part} is missing in:\n{}", sms.text);
        }
    }
}

#[test]
fn a_link_that_leaves_no_room_takes_two_parts_and_says_everything() {
    let link = format!("{LINK}{}", "x".repeat(80));
    let sms = sms(Language::Vi, &Hospital::default(), "N20-0317542", Some("K7QM-2WXA"), &link);
    assert_eq!(sms.parts, 2);
    for part in [
        link.as_str(),
        "Tai khoan N20-0317542",
        "Mat khau K7QM-2WXA",
        "Huong dan xem",
        "Hotline 19000000",
        "BV Dai hoc Mau: ket qua hinh anh",
    ] {
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
    fn whatever_the_hospital_is_called_it_is_said_and_short_accounts_fit_one_part(
        name in "\\PC{1,60}", hotline in "\\PC{0,30}", account in "[A-Z0-9-]{4,23}",
        password in "[A-Z0-9]{5}-[A-Z0-9]{5}", host in "[a-z]{4,10}\\.[a-z]{3,8}\\.vn", token in "[A-Za-z0-9]{32}",
    ) {
        let hospital = Hospital { name_sms: name, hotline, ..Hospital::default() };
        let link = format!("https://{host}/x/{token}");
        for language in [Language::Vi, Language::En] {
            let sms = sms(language, &hospital, &account, Some(&password), &link);
            prop_assert!(sms.parts == 1 || sms.text.lines().next().is_some_and(|line| gsm7::len(line) > 42));
            prop_assert!(sms.text.chars().all(|c| gsm7::septets(c).is_some()));
            prop_assert!(sms.text.lines().any(|line| line == link));
            let words = language.pick("ket qua hinh anh", "your images");
            prop_assert!(sms.text.lines().next().is_some_and(|line| line.ends_with(words)), "{}", sms.text);
            let ends = |what: &str| sms.text.lines().any(|line| line == what || line.ends_with(&format!(" {what}")));
            prop_assert!(ends(&account) && ends(&password), "{}", sms.text);
        }
    }

    #[test]
    fn the_number_of_parts_is_what_a_handset_counts(account in "\\PC{0,300}", link in "[!-~]{0,300}") {
        let sms = sms(Language::Vi, &Hospital { name_sms: long_name(), ..Hospital::default() }, &account, None, &link);
        prop_assert_eq!(sms.parts, gsm7::parts(&sms.text));
    }
}
