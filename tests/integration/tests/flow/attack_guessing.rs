//! Guessing is slowed wherever it comes from, and the victim can still sign in.

use crate::patients::{Patient, sign_in};
use crate::system::System;
use crate::wire::{Ask, HOME, stranger};

const WRONG: &str = "AAAAA-AAAAA";

async fn guess(system: &System, account: &str, source: u32) -> u16 {
    sign_in(account, WRONG).from(stranger(source)).send(system).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guesser_is_stopped_after_ten_tries_whatever_he_says_of_his_address() {
    let system = System::start();
    let patient = Patient::other(&system, 211).await;
    let account = patient.study.patient_id.as_str();
    for number in 0..10 {
        let ask = sign_in(account, WRONG).header("x-forwarded-for", &format!("198.51.100.{number}"));
        let lie = ask.header("forwarded", &format!("for=198.51.100.{number}"));
        assert_eq!(lie.from(stranger(1)).send(&system).await.status, 403, "try {number}");
    }
    let stopped = sign_in(account, WRONG).header("x-forwarded-for", "198.51.100.99").from(stranger(1));
    let stopped = stopped.send(&system).await;
    assert_eq!((stopped.status, stopped.header("retry-after")), (429, "900"));
    // From that address even the right password is not checked; from any other it works.
    assert_eq!(patient.sign_in().from(stranger(1)).send(&system).await.status, 429);
    assert_eq!(patient.sign_in().send(&system).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessers_from_everywhere_have_three_tries_each_and_the_patient_gets_in() {
    let system = System::start();
    let patient = Patient::other(&system, 212).await;
    let account = patient.study.patient_id.as_str();
    for source in 0..34 {
        for _ in 0..3 {
            assert_eq!(guess(&system, account, source).await, 403);
        }
    }
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(guess(&system, account, 99).await);
    }
    assert_eq!(answers, [403, 403, 403, 429, 429]);
    assert_eq!(patient.sign_in().send(&system).await.status, 303, "the patient is locked out");
    assert_eq!(patient.open_link(&system).await.status, 303, "the link is closed, too");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_walks_through_accounts_has_three_tries_at_each_and_locks_no_neighbour_out() {
    let system = System::start();
    let patient = Patient::other(&system, 213).await;
    for number in 0..101 {
        assert_eq!(guess(&system, &format!("N20-{:07}", 9_000_000 + number), 7).await, 403);
    }
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(guess(&system, "N20-9999999", 7).await);
    }
    assert_eq!(answers, [403, 403, 403, 429]);
    let from_the_same_wifi = patient.sign_in().from(stranger(7)).send(&system).await;
    assert_eq!(from_the_same_wifi.status, 303, "a guesser locks a whole hospital's Wi-Fi out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_named_proxy_says_who_asks_and_nobody_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let system = System::start_in(folder.path(), &["--trusted-proxies", "127.9.0.0/30"]);
    let through = async |proxy: u32, forwarded_for: &str| {
        let ask = sign_in("N20-9999999", WRONG).header("x-forwarded-for", forwarded_for);
        ask.from(stranger(proxy)).send(&system).await.status
    };
    for _ in 0..10 {
        assert_eq!(through(1, "192.0.2.1, 198.51.100.1").await, 403);
    }
    assert_eq!(through(2, "192.0.2.77, 198.51.100.1").await, 429, "the visitor's own words are believed");
    assert_eq!(through(1, "198.51.100.2").await, 403, "another visitor of the same proxy");
    for _ in 0..10 {
        through(9, "198.51.100.3").await;
    }
    assert_eq!(through(9, "198.51.100.4").await, 429, "an unnamed proxy is believed");
}

/// Sends one form many times at once; returns the statuses.
async fn at_once(system: &System, ask: &Ask, count: usize) -> Vec<u16> {
    let sent = (0..count).map(|_| ask.send(system));
    futures::future::join_all(sent).await.into_iter().map(|answer| answer.status).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn links_and_shares_look_at_ten_answers_in_their_life_even_when_all_come_at_once() {
    let system = System::start();
    let patient = Patient::other(&system, 214).await;
    let (share, code) = patient.share(&system, &[]);
    let wrong_code = if code.contains('1') { "222222" } else { "111111" };
    for ask in [
        Ask::post(&patient.link_path(), &[("answer", "01/01/1901")]),
        Ask::post(&share, &[("code", wrong_code)]),
    ] {
        let answers = at_once(&system, &ask, 40).await;
        let looked_at = answers.iter().filter(|status| **status == 403).count();
        assert_eq!(looked_at, 10, "{answers:?}");
        assert!(answers.iter().all(|status| matches!(status, 403 | 404)), "{answers:?}");
    }
    assert_eq!(patient.open_link(&system).await.status, 404);
    assert_eq!(Ask::post(&share, &[("code", &code)]).send(&system).await.status, 404);
    assert_eq!(patient.sign_in().send(&system).await.status, 303, "account and password are another way in");
}

#[tokio::test(flavor = "multi_thread")]
async fn previews_of_links_burn_nothing() {
    let system = System::start();
    let patient = Patient::other(&system, 215).await;
    let (share, code) = patient.share(&system, &[]);
    for path in [patient.link_path(), share.clone()] {
        for number in 0..30 {
            let method = ["GET", "HEAD"][number % 2];
            let preview = Ask::new(method, &path).header("user-agent", "facebookexternalhit/1.1").from(HOME);
            let answer = preview.send(&system).await;
            assert_eq!((answer.status, answer.header("set-cookie")), (200, ""), "{method} {path}");
        }
    }
    assert_eq!(patient.open_link(&system).await.status, 303);
    assert_eq!(Ask::post(&share, &[("code", &code)]).send(&system).await.status, 303);
}
