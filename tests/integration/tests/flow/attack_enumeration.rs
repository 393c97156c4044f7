//! Nobody learns who has an account or which links existed, neither from words nor status nor timing.

use std::time::{Duration, Instant};

use filmless_store::index::{Change, CredentialRecord, Index, Transaction};

use crate::patients::{Patient, guest, sign_in};
use crate::portal::released;
use crate::system::System;
use crate::wire::{Answer, Ask, stranger};

const UNKNOWN: &str = "N20-9999999";
const WRONG: &str = "AAAAA-AAAAA";
/// Below the limit above which an account counts as under attack.
const ROUNDS: u32 = 60;

async fn answer(system: &System, ask: Ask, mentions: &[&str]) -> Answer {
    ask.send(system).await.without(mentions)
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_and_known_accounts_are_refused_with_the_same_bytes() {
    let system = System::start();
    let (known, _) = released(&system, 201).await;
    let ended = Patient::marked(&system, 202).await;
    system.staff(&["revoke", &ended.study.patient_id, "--reason", "phone stolen"]);
    let refused = answer(&system, sign_in(UNKNOWN, WRONG), &[UNKNOWN]).await;
    assert_eq!(refused.status, 403);
    for account in [&known.patient_id, &ended.study.patient_id] {
        assert_eq!(answer(&system, sign_in(account, WRONG), &[account]).await, refused, "{account}");
    }
    // The right password of a revoked slip is refused like any wrong one.
    let account = ended.study.patient_id.as_str();
    assert_eq!(answer(&system, ended.sign_in(), &[account]).await, refused);
    // The answers are the same beyond the limit, too.
    let slowed = async |account: &str| {
        let mut last = None;
        for _ in 0..12 {
            last = Some(sign_in(account, WRONG).from(stranger(1)).send(&system).await);
        }
        last.unwrap().without(&[account])
    };
    let (unknown, of_known) = (slowed(UNKNOWN).await, slowed(&known.patient_id).await);
    assert_eq!((unknown.status, unknown.header("retry-after").is_empty()), (429, false));
    assert_eq!(unknown, of_known);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_revoked_and_used_up_links_and_shares_are_refused_with_the_same_bytes() {
    let system = System::start();
    let (used_up, revoked) = (Patient::other(&system, 203).await, Patient::marked(&system, 204).await);
    let share = revoked.share(&system, &[]);
    guest(&system, &share).await;
    for _ in 0..10 {
        Ask::post(&used_up.link_path(), &[("answer", "01/01/1901")]).send(&system).await;
    }
    system.staff(&["revoke", &revoked.study.patient_id, "--reason", "phone stolen"]);
    let other = |path: &str| format!("{}{}", &path[..3], "A".repeat(path.len() - 3));
    for path in [used_up.link_path(), revoked.link_path(), share.0] {
        let unknown = other(&path);
        for field in ["answer", "code"] {
            let of = async |path: &str| {
                let form = [(field, "123456")];
                let asked = [
                    answer(&system, Ask::get(path), &[path]).await,
                    answer(&system, Ask::new("HEAD", path), &[path]).await,
                    answer(&system, Ask::post(path, &form), &[path]).await,
                ];
                // The page contains its own address; both addresses have the same length.
                asked.map(|answer| (answer.status, answer))
            };
            let (gone, never_was) = (of(&path).await, of(&unknown).await);
            assert_eq!(gone[0].0, 404);
            assert_eq!(gone, never_was, "{path}");
        }
    }
}

/// How much the first values tend to be smaller: 0.5 for not at all, 1 for always (Mann and Whitney).
fn smaller(first: &[Duration], second: &[Duration]) -> f64 {
    let wins = |a: &Duration| {
        second
            .iter()
            .map(|b| {
                if a < b {
                    1.0
                } else if a == b {
                    0.5
                } else {
                    0.0
                }
            })
            .sum::<f64>()
    };
    first.iter().map(wins).sum::<f64>() / (first.len() * second.len()) as f64
}

fn median(samples: &[Duration]) -> Duration {
    let mut sorted = samples.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2]
}

/// 60 samples of each kind, taken in turns. Without a difference, a share of 0.3 or less has a chance of one in ten
/// thousand; one hash more or less makes it 0 or 1.
fn check_alike(kinds: &[(&str, Vec<Duration>)]) {
    let (first, others) = kinds.split_first().unwrap();
    for (name, samples) in others {
        let share = smaller(&first.1, samples);
        let medians = (median(&first.1), median(samples));
        assert!((0.3..=0.7).contains(&share), "time tells {} from {name}: {share:.2}, {medians:?}", first.0);
    }
}

/// Takes the samples in turns, each from a new address.
async fn measure(system: &System, kinds: &[(&'static str, Ask)]) -> Vec<(&'static str, Vec<Duration>)> {
    let mut samples: Vec<_> = kinds.iter().map(|(name, _)| (*name, Vec::new())).collect();
    for round in 0..ROUNDS {
        for place in 0..kinds.len() {
            // Change the order in each round, so that it does not matter which request follows which.
            let kind = (place + round as usize) % kinds.len();
            let source = stranger(1000 + round * kinds.len() as u32 + place as u32);
            let ask = kinds[kind].1.clone().from(source);
            let started = Instant::now();
            let answer = ask.send(system).await;
            samples[kind].1.push(started.elapsed());
            assert!(matches!(answer.status, 403 | 404), "{}", answer.status);
        }
    }
    samples
}

/// Adds passwords of slips that nobody holds.
async fn add_slips(system: &System, account_key: &str, count: u32) {
    let index = system.connection().index("filmless");
    for number in 0..count {
        let key = Index::credential_key(account_key, &format!("1.2.3.{number}#1"));
        let credential = CredentialRecord { hash: format!("{number:064}"), expires_at: 4_000_000_000 };
        let transaction = Transaction::new().put(&key, &credential, Change::new()).unwrap();
        index.commit(transaction).await.unwrap().or_contention().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_a_refusal_tells_nothing_of_an_account() {
    let system = System::start();
    let one = Patient::other(&system, 205).await;
    let (none, many) = (Patient::marked(&system, 206).await, Patient::marked(&system, 207).await);
    system.staff(&["revoke", &none.study.patient_id, "--reason", "phone stolen"]);
    add_slips(&system, &many.study.patient_id.replace('-', ""), 29).await;
    let of = |patient: &Patient| sign_in(&patient.study.patient_id, WRONG);
    check_alike(
        &measure(
            &system,
            &[
                ("an unknown account", sign_in(UNKNOWN, WRONG)),
                ("an account with one slip", of(&one)),
                ("an account without a slip", of(&none)),
                ("an account with thirty slips", of(&many)),
            ],
        )
        .await,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_a_refusal_tells_nothing_of_a_link_or_a_share() {
    let system = System::start();
    let revoked = Patient::marked(&system, 208).await;
    let share = revoked.share(&system, &[]);
    system.staff(&["revoke", &revoked.study.patient_id, "--reason", "phone stolen"]);
    let link = |token: &str| Ask::post(&format!("/x/{token}"), &[("answer", "01/01/1901")]);
    let code = |token: &str| Ask::post(&format!("/s/{token}"), &[("code", "123456")]);
    let unknown = "A".repeat(32);
    let kinds = [("an unknown link", link(&unknown)), ("a revoked link", link(&revoked.link_path()[3..]))];
    check_alike(&measure(&system, &kinds).await);
    let kinds = [("an unknown share", code(&unknown)), ("an ended share", code(&share.0[3..]))];
    check_alike(&measure(&system, &kinds).await);
}
