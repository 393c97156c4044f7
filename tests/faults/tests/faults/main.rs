//! The whole way of a study while everything fails, with real handlers, real S3 and DynamoDB requests, and a clock
//! that the run sets. Nothing may be lost, nothing done twice, and nobody may see what is not theirs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, missing_docs)]

mod calls;
mod chance;
mod clock;
mod handlers;
mod invariants;
mod ledger;
mod ports;
mod run;
#[path = "../../../integration/tests/flow/sample.rs"]
#[allow(dead_code)]
mod sample;
mod scenario;
mod software;
mod weather;
mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use filmless_domain::Order;
use run::{
    Told, random_setup, run, with_a_comparison_cut_short, with_a_late_event_of_what_was_corrected,
    with_a_meeting_in_a_storm, with_a_refusal_left_behind, with_marks_saved_in_a_storm,
    with_the_clock_set_back,
};
use sample::Study;
use scenario::Scenario;
use tokio::runtime::Runtime;
use weather::{Fault, Plan};
use world::Setup;

/// `make test` runs these, in two minutes on two cores; `make faults RUNS=… SEED=…` makes more.
const RUNS: u64 = 150;
const SEED: u64 = 1;
/// How many doctors save marks.
const MARKS_RUNS: u64 = 8;
/// How many meetings are held.
const MEETINGS: u64 = 8;
/// Seeds of runs that once failed: always run again.
const FOUND: [u64; 2] = [281, 5050];

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().unwrap())
}

fn servers() -> Arc<Runtime> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    Arc::new(runtime.unwrap())
}

/// Spreads runs over the cores; returns the failures, and what the rest reported.
fn all<T: Sync, D: Send>(
    cases: &[T],
    one: impl Fn(&Arc<Runtime>, &T) -> Result<D, String> + Sync,
) -> (Vec<String>, Vec<D>) {
    let next = AtomicUsize::new(0);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let work = || {
        let servers = servers();
        let (mut failed, mut told) = (Vec::new(), Vec::new());
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
            match one(&servers, case) {
                Ok(of_run) => told.push(of_run),
                Err(why) => failed.push(why),
            }
        }
        (failed, told)
    };
    let (mut failed, mut told) = (Vec::new(), Vec::new());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            let (mut f, mut t) = worker.join().unwrap();
            failed.append(&mut f);
            told.append(&mut t);
        }
    });
    (failed, told)
}

fn assert_none(failed: &[String]) {
    assert!(failed.is_empty(), "{} runs failed:\n{}", failed.len(), failed.join("\n\n"));
}

#[test]
fn whatever_call_fails_nothing_is_lost_and_nothing_happens_twice() {
    let scenario = Scenario::reference();
    let setup =
        |plan| Setup { seed: 7, plan, with_mischief: false, is_idempotent: false, with_reports: true };
    let calls = run(&servers(), &setup(Plan::Calm), &scenario).unwrap().calls;
    let mut cases = Vec::new();
    for first in 0..calls.len() {
        // The SDK tries three times before its caller hears of it. To the caller, a call that was not made looks the
        // same whatever the reason, so the reasons take turns.
        let not_made = [
            (Fault::Unreachable, 3),
            (Fault::TimedOut, 3),
            (Fault::Throttled, 3),
            (Fault::AnswerLost, 1),
            (Fault::Throttled, 1),
        ];
        for (fault, times) in [not_made[first % not_made.len()], (Fault::AnswerLost, 3), (Fault::Killed, 1)] {
            cases.push((first, times, fault));
        }
    }
    let started = Instant::now();
    let (failed, told) = all(&cases, |servers, (first, times, fault)| {
        let plan = Plan::At { first: *first, times: *times, fault: *fault };
        run(servers, &setup(plan), &scenario)
            .map_err(|why| format!("call {first} ({}) {fault:?} {times} times:\n{why}", calls[*first]))
    });
    println!("{} calls, {} runs in {:.0} s", calls.len(), told.len(), started.elapsed().as_secs_f64());
    assert_none(&failed);
}

#[test]
fn of_two_orders_the_later_version_counts_though_the_clock_was_set_back_between_them() {
    let setup =
        Setup { seed: 7, plan: Plan::Calm, with_mischief: false, is_idempotent: false, with_reports: false };
    let order = |phone: &str| {
        let mut order = Study::numbered(1).order();
        order["patient"]["phone"] = phone.into();
        Order::parse(order.to_string().as_bytes()).unwrap()
    };
    let (first, second) = (order("0903 123 456"), order("0912 000 222"));
    let counts = with_the_clock_set_back(&servers(), &setup, [&first, &second]).unwrap();
    assert_eq!(counts.patient.phone, second.patient.phone);
}

#[test]
fn a_file_whose_event_was_cut_short_does_not_keep_a_corrected_study_hidden() {
    let setup =
        Setup { seed: 7, plan: Plan::Calm, with_mischief: false, is_idempotent: false, with_reports: false };
    assert_none(&with_a_comparison_cut_short(&servers(), &setup).unwrap());
}

#[test]
fn a_refused_file_whose_correction_is_there_does_not_keep_a_study_hidden() {
    let setup =
        Setup { seed: 7, plan: Plan::Calm, with_mischief: false, is_idempotent: false, with_reports: false };
    assert_none(&with_a_refusal_left_behind(&servers(), &setup).unwrap());
}

#[test]
fn what_a_corrected_file_said_refuses_no_other_file_though_its_event_comes_late() {
    let setup =
        Setup { seed: 7, plan: Plan::Calm, with_mischief: false, is_idempotent: false, with_reports: false };
    assert_none(&with_a_late_event_of_what_was_corrected(&servers(), &setup).unwrap());
}

#[test]
fn marks_that_are_saved_in_a_storm_are_saved_whole_and_once() {
    let seeds: Vec<u64> = (1..=MARKS_RUNS).collect();
    let (failed, told) = all(&seeds, |servers, seed| {
        let (plan, seed) = (Plan::Calm, *seed);
        let setup = Setup { seed, plan, with_mischief: false, is_idempotent: true, with_reports: false };
        let (broken, tries) =
            with_marks_saved_in_a_storm(servers, &setup).map_err(|why| format!("seed {seed}: {why}"))?;
        if broken.is_empty() { Ok(tries) } else { Err(format!("seed {seed}: {}", broken.join("\n"))) }
    });
    assert_none(&failed);
    println!("{} saves, {} tries", told.len(), told.iter().sum::<usize>());
    assert!(told.iter().any(|tries| *tries > 1), "no save ever failed");
}

#[test]
fn what_is_said_in_a_meeting_in_a_storm_is_there_once_and_the_record_verifies() {
    let seeds: Vec<u64> = (1..=MEETINGS).collect();
    let (failed, told) = all(&seeds, |servers, seed| {
        let (plan, seed) = (Plan::Calm, *seed);
        let setup = Setup { seed, plan, with_mischief: false, is_idempotent: true, with_reports: false };
        let (broken, tries) =
            with_a_meeting_in_a_storm(servers, &setup).map_err(|why| format!("seed {seed}: {why}"))?;
        if broken.is_empty() { Ok(tries) } else { Err(format!("seed {seed}: {}", broken.join("\n"))) }
    });
    assert_none(&failed);
    println!("{} meetings, {} tries", told.len(), told.iter().sum::<usize>());
    assert!(told.iter().any(|tries| *tries > 21), "nothing ever had to be said again");
}

#[test]
fn in_any_storm_nothing_is_lost_and_nothing_happens_twice() {
    let (runs, first) = (number("FAULTS_RUNS", RUNS), number("FAULTS_SEED", SEED));
    let mut seeds: Vec<u64> = (first..first + runs).collect();
    if runs > 1 {
        seeds.extend(FOUND);
    }
    let started = Instant::now();
    let (failed, told) = all(&seeds, |servers, seed| {
        let (setup, scenario) = random_setup(*seed);
        run(servers, &setup, &scenario)
            .map_err(|why| format!("make faults RUNS=1 SEED={seed}\n{:?}\n{why}", setup.plan))
    });
    let sum = |count: fn(&Told) -> usize| told.iter().map(count).sum::<usize>();
    println!(
        "{} runs in {:.0} s: {} calls, {} faults, {} kills, {} dead letters; software: {} shown, {} refused, {} failed",
        told.len(),
        started.elapsed().as_secs_f64(),
        sum(|told| told.calls.len()),
        sum(|told| told.faults),
        sum(|told| told.kills),
        sum(|told| told.dead_letters),
        sum(|told| told.software.shown),
        sum(|told| told.software.refused),
        sum(|told| told.software.failed),
    );
    assert_none(&failed);
    if runs > 100 {
        assert!(sum(|told| told.software.shown) > 0, "no software was ever shown anything");
        assert!(sum(|told| told.software.refused) > 0, "no software was ever refused anything");
    }
}

#[test]
fn a_study_asks_for_no_more_than_is_reckoned() {
    let servers = servers();
    for shape in filmless_domain::cost::StudyShape::usual() {
        calls::check(&servers, &shape.name, shape.files, shape.series);
    }
}

#[test]
fn a_declared_count_does_not_have_every_batch_read_all_instances() {
    calls::check_declared(&servers());
}
