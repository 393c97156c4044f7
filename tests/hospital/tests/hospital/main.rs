//! A hospital that makes every mistake, on the real handlers and a clock of its own. An oracle knows whose every
//! pixel, name, date and message is, and looks after every step. Nobody may see, be told of, or download anything of
//! another person, not for a moment; and whatever has no mistake must be shown.
//!
//! One thing no system can know: images taken of one person, and labelled and ordered throughout as another's. They
//! happen here, too. They are counted, and excused until the first message that says otherwise was handled.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, missing_docs)]

#[path = "../../../faults/tests/faults/chance.rs"]
#[allow(dead_code)]
mod chance;
#[path = "../../../faults/tests/faults/clock.rs"]
#[allow(dead_code)]
mod clock;
mod desk;
mod exam;
mod figures;
#[path = "../../../faults/tests/faults/handlers.rs"]
mod handlers;
mod hospital;
mod kinds;
mod mail;
mod mistakes;
mod oracle;
mod patients;
mod people;
mod pictures;
mod pixels;
mod plan;
#[path = "../../../faults/tests/faults/ports.rs"]
#[allow(dead_code)]
mod ports;
#[path = "../../../integration/tests/flow/sample.rs"]
#[allow(dead_code)]
mod sample;
mod seats;
mod servers;
mod shrink;
mod software;
mod truth;
#[path = "../../../faults/tests/faults/weather.rs"]
#[allow(dead_code)]
mod weather;
#[path = "../../../faults/tests/faults/world.rs"]
#[allow(dead_code)]
mod world;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use figures::Figures;
use hospital::{Outcome, live};
use plan::Size;
use servers::servers;

/// This many hospitals, so that every core has one; one in four waits for signed results.
const HOSPITALS: u64 = 4;
const PEOPLE: u64 = 160;
const STUDIES: u64 = 500;
const SEED: u64 = 1;
const MISTAKES_PER_MILLE: u64 = 350;

fn number(name: &str, otherwise: u64) -> u64 {
    let given = std::env::var(name).ok().filter(|text| !text.is_empty());
    given.map_or(otherwise, |text| text.parse().unwrap())
}

/// Runs all hospitals side by side.
fn all(size: impl Fn(u64) -> Size + Sync) -> Vec<(Size, Outcome)> {
    let next = AtomicU64::new(0);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let work = || {
        let servers = servers();
        let mut outcomes = Vec::new();
        loop {
            let hospital = next.fetch_add(1, Ordering::SeqCst);
            if hospital >= HOSPITALS {
                return outcomes;
            }
            let size = size(hospital);
            outcomes.push((size, live(&servers, &size, None)));
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    })
}

#[test]
fn in_a_hospital_that_makes_every_mistake_nobody_sees_what_is_not_theirs() {
    let (people, studies) = (number("HOSPITAL_PEOPLE", PEOPLE), number("HOSPITAL_STUDIES", STUDIES));
    let seed = number("HOSPITAL_SEED", SEED);
    let mistakes = number("HOSPITAL_MISTAKES", MISTAKES_PER_MILLE);
    let days = number("HOSPITAL_DAYS", 40);
    let usize_of = |number: u64| usize::try_from(number).unwrap();
    let started = Instant::now();
    let outcomes = all(|hospital| Size {
        seed: seed + hospital,
        people: usize_of(people / HOSPITALS),
        exams: usize_of(studies / HOSPITALS),
        days: u32::try_from(days).unwrap(),
        mistakes_per_mille: usize_of(mistakes),
    });
    let mut sum = Figures::default();
    let mut disclosures = Vec::new();
    for (size, outcome) in &outcomes {
        sum.add(&outcome.figures);
        disclosures.extend(outcome.violations.iter().map(|violation| (size.seed, violation)));
        if number("HOSPITAL_TELL", 0) == 1 {
            for exam in &outcome.figures.needless {
                let trace = outcome.traces[exam].join("\n");
                println!("seed {}: examination {exam} is needlessly held:\n{trace}", size.seed);
            }
        }
    }
    println!("{sum}\ndisclosures {}; {:.0} s", disclosures.len(), started.elapsed().as_secs_f64());
    for (what, count) in counts(disclosures.iter().map(|(_, violation)| violation.what)) {
        println!("  {what}: {count}");
    }
    let mut broken = Vec::new();
    for (size, outcome) in &outcomes {
        broken.extend(shrink::told(size, outcome));
        let unseen = &outcome.figures.clean_unseen;
        broken.extend(unseen.iter().take(3).map(|exam| {
            format!(
                "seed {}: examination {exam} has no mistake and is not shown:\n{}",
                size.seed,
                outcome.traces[exam].join("\n")
            )
        }));
    }
    assert!(broken.is_empty(), "{} things do not hold:\n{}", broken.len(), broken.join("\n\n"));
}

fn counts<'t>(texts: impl Iterator<Item = &'t str>) -> BTreeMap<&'t str, usize> {
    let mut counts = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    counts
}
