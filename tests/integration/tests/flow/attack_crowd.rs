//! A thousand people sign in at once.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use filmless_store::index::{AccountRecord, Change, Index, ItemKey, Transaction};

use crate::patients::{Patient, sign_in};
use crate::system::System;
use crate::wire::{Ask, stranger};

/// Each of their hashes takes 19 MiB.
const PEOPLE: u32 = 1000;

fn memory_mib(system: &System, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", system.embedded().pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

/// Makes many accounts with the patient's password, by copying what is stored of it.
async fn crowd_of_accounts(system: &System, patient: &Patient) -> Vec<String> {
    let index = system.connection().index("filmless");
    let account = index.account(&patient.study.patient_id.replace('-', "")).await.unwrap().unwrap();
    let credential = index.credentials(&account.account_key).await.unwrap().remove(0);
    let names: Vec<String> = (0..PEOPLE).map(|number| format!("CROWD{number}")).collect();
    for name in &names {
        let copy = AccountRecord { account_key: name.clone(), account_name: name.clone(), ..account.clone() };
        let transaction = Transaction::new()
            .put(&ItemKey::new(format!("ACCOUNT#{name}"), "ACCOUNT"), &copy, Change::new())
            .and_then(|t| t.put(&Index::credential_key(name, "1.2.3#1"), &credential, Change::new()));
        index.commit(transaction.unwrap()).await.unwrap().or_contention().unwrap();
    }
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_sign_ins_at_once_are_all_answered_in_bounded_memory() {
    let system = System::start();
    rlimit::increase_nofile_limit(8192).unwrap();
    let patient = Patient::other(&system, 261).await;
    let accounts = crowd_of_accounts(&system, &patient).await;
    let before = memory_mib(&system, "VmRSS");
    let started = Instant::now();
    let system = &system;
    let crowd = (0..PEOPLE).map(|number| {
        // Half of the passwords are right. The requests come from forty addresses.
        let password = if number % 2 == 0 { patient.password() } else { "AAAAA-AAAAA".into() };
        let ask = sign_in(&accounts[number as usize], &password);
        let ask = ask.from(stranger(number % 40));
        async move { (ask.send(system).await, started.elapsed()) }
    });
    let others = async {
        let mut slowest = Duration::ZERO;
        for _ in 0..10 {
            let asked = Instant::now();
            let page = Ask::get(&patient.link_path()).from(stranger(999)).send(system).await;
            assert_eq!(page.status, 200);
            slowest = slowest.max(asked.elapsed());
        }
        slowest
    };
    let (answers, slowest) = tokio::join!(futures::future::join_all(crowd), others);
    let mut counts = BTreeMap::new();
    for (answer, _) in &answers {
        *counts.entry(answer.status).or_insert(0) += 1;
        if answer.status == 503 {
            assert_eq!(answer.header("retry-after"), "5");
        }
    }
    let last = answers.iter().map(|(_, after)| *after).max().unwrap();
    let (peak, after) = (memory_mib(system, "VmHWM"), memory_mib(system, "VmRSS"));
    println!("{counts:?} within {last:?}; others waited {slowest:?} at most");
    println!("memory: {before} MiB before, {peak} MiB at most, {after} MiB after");
    assert!(counts.keys().all(|status| matches!(status, 303 | 403 | 429 | 503)), "{counts:?}");
    // How many get in depends on the machine: after ten seconds of waiting, people are asked to come again.
    assert!(counts.get(&303).is_some_and(|count| *count >= 10), "hardly anybody got in: {counts:?}");
    assert!(last < Duration::from_secs(45), "the last one waited {last:?}");
    // Room for four hashes at a time, and for a thousand connections.
    assert!(peak < before + 250, "{peak} MiB");
    assert!(slowest < Duration::from_secs(20), "others waited {slowest:?}");
    // Once the crowd is gone, the patient can sign in as before.
    assert_eq!(patient.sign_in().from(stranger(998)).send(system).await.status, 303);
}
