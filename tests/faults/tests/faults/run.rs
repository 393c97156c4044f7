//! One run, from the first upload until nothing is left to do.

mod marks;
mod meeting;
mod mishaps;

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use filmless_delivery::Services;
use filmless_delivery::upkeep::reconcile::{Scope, reconcile};
use filmless_domain::{ObjectKey, Order};
use filmless_store::Served;
use filmless_store::port::QueueName;
use run_upkeep::handler::{Job, UpkeepEvent};
use tokio::runtime::Runtime;
use tokio::sync::Notify;

pub use self::marks::with_marks_saved_in_a_storm;
pub use self::meeting::with_a_meeting_in_a_storm;
pub use self::mishaps::{
    with_a_comparison_cut_short, with_a_late_event_of_what_was_corrected, with_a_refusal_left_behind,
};
use crate::chance::Chance;
use crate::handlers::{event_of, handle};
use crate::invariants;
use crate::ports::{Message, Source};
use crate::scenario::{Scenario, Upload};
use crate::software::{DoctorsSoftware, Seen};
use crate::weather::Plan;
use crate::world::{Process, Setup, World};

/// As in infra/: a message that a killed function held becomes visible again after this.
const VISIBILITY: Duration = Duration::from_secs(120);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
/// Hours after the storm by which everything must be well.
const HOURS_MAX: usize = 8;
/// AWS runs upkeep every minute; here it runs less often, because it mostly finds nothing to do.
const UPKEEP_MS: i64 = 10 * 60_000;
/// Most steps of one run, so that it cannot go in circles.
const STEPS_MAX: usize = 3000;

/// What a run reports.
#[derive(Debug, Clone, Default)]
pub struct Told {
    pub calls: Vec<String>,
    pub faults: usize,
    pub kills: usize,
    pub dead_letters: usize,
    pub software: Seen,
}

pub struct Run {
    pub world: World,
    process: Process,
    software: DoctorsSoftware,
    scenario: Scenario,
    chance: Chance,
    pub uploads: Vec<Upload>,
    started_ms: i64,
    upkeep_at_ms: i64,
    kills: usize,
    with_mischief: bool,
    steps: usize,
}

/// Delivers a scenario; returns the calls that it took.
pub fn deliver(servers: &Arc<Runtime>, setup: &Setup, scenario: &Scenario) -> Result<Vec<String>, String> {
    let mut run = Run::start(servers, setup, scenario)?;
    run.upload_what_is_due()?;
    run.until_delivered()?;
    Ok(run.world.weather.calls())
}

/// Runs a scenario to its end and checks what must hold then.
pub fn run(servers: &Arc<Runtime>, setup: &Setup, scenario: &Scenario) -> Result<Told, String> {
    let mut run = Run::start(servers, setup, scenario)?;
    run.live_through(setup, scenario)
        .map_err(|why| format!("{why}\nits calls: {}", run.calls_kept(setup.seed)))
}

/// Uploads one key twice, with the clock set back in between; returns which of the two counts in the end.
pub fn with_the_clock_set_back(
    servers: &Arc<Runtime>,
    setup: &Setup,
    orders: [&Order; 2],
) -> Result<Order, String> {
    let mut run = Run::start(servers, setup, &Scenario::default())?;
    for order in orders {
        run.uploads.push(Upload {
            after: Duration::ZERO,
            key: "orders/one.json".into(),
            bytes: serde_json::to_vec(order).unwrap(),
        });
        run.until_delivered()?;
        run.world.clock.set_back(HOUR);
        run.started_ms = run.world.clock.now_ms();
    }
    let number = orders[1].accession_number.clone();
    let known = run.hospital(async |services| services.index.order(&number).await.unwrap());
    known.map(|known| known.order).ok_or_else(|| "no order is known".into())
}

impl Run {
    fn live_through(&mut self, setup: &Setup, scenario: &Scenario) -> Result<Told, String> {
        self.until_idle(true)?;
        let mut told = Told { calls: self.world.weather.calls(), ..Told::default() };
        self.world.weather.calm_down();
        self.world.queues.calm_down();
        self.software.look_in_calm(scenario, &self.world)?;
        self.recover(setup.seed)?;
        told.faults = self.world.weather.faults();
        told.kills = self.kills;
        told.dead_letters = self.world.queues.dead();
        let checks = invariants::check(&self.process.services, &self.world, scenario);
        match self.process.run(checks) {
            Some(broken) if broken.is_empty() => {}
            Some(broken) => return Err(broken.join("\n")),
            None => return Err("killed in calm weather".into()),
        }
        self.software.look_in_calm(scenario, &self.world)?;
        told.software = self.software.seen;
        Ok(told)
    }

    /// Writes the calls of a failed run to a file, because a repeated run does not make all of them in the same order.
    fn calls_kept(&self, seed: u64) -> String {
        let file = format!("{}/faults-{seed}.calls", env!("CARGO_TARGET_TMPDIR"));
        let calls = self.world.weather.calls().join("\n");
        std::fs::write(&file, calls).map_or_else(|error| error.to_string(), |()| file)
    }

    pub fn start(servers: &Arc<Runtime>, setup: &Setup, scenario: &Scenario) -> Result<Self, String> {
        let mut world = World::new(servers, setup);
        let process = world.start_process();
        let started_ms = world.clock.now_ms();
        let software = DoctorsSoftware::new(setup.seed, &setup.plan);
        let mut run = Self {
            world,
            process,
            software,
            scenario: scenario.clone(),
            chance: Chance::new(setup.seed, 4),
            uploads: scenario.uploads.clone(),
            started_ms,
            upkeep_at_ms: started_ms,
            kills: 0,
            with_mischief: setup.with_mischief,
            steps: 0,
        };
        run.uploads.reverse();
        // infra/ makes the table before anything runs.
        run.hospital(async |services| services.index.create_table().await.map_err(|e| e.to_string()))?;
        Ok(run)
    }

    /// Works until no message is left, as if there were nothing else to do.
    pub fn until_delivered(&mut self) -> Result<(), String> {
        loop {
            self.upload_what_is_due()?;
            let batches = self.batches(false);
            if !batches.is_empty() {
                self.work_on(batches);
                continue;
            }
            let uploads = self.uploads.last().map(|upload| self.due_ms(upload));
            match [uploads, self.world.queues.next_due_ms()].into_iter().flatten().min() {
                Some(next_ms) => self.world.clock.advance_to(next_ms),
                None => return Ok(()),
            }
        }
    }

    /// Runs work that is not under test, without faults.
    pub fn hospital<T>(&mut self, work: impl AsyncFnOnce(&Services) -> T) -> T {
        self.world.weather.pause(true);
        let done = self.process.run(work(&self.process.services));
        self.world.weather.pause(false);
        done.unwrap()
    }

    /// Works until no message is left, and lets time pass.
    fn until_idle(&mut self, in_storm: bool) -> Result<(), String> {
        loop {
            self.steps += 1;
            if self.steps > STEPS_MAX {
                return Err(format!(
                    "no end: {:?}",
                    self.world.weather.calls().iter().rev().take(30).collect::<Vec<_>>()
                ));
            }
            self.upload_what_is_due()?;
            let batches = self.batches(in_storm);
            if !batches.is_empty() {
                self.work_on(batches);
                self.software.look(&self.scenario, &self.world)?;
                continue;
            }
            if self.world.clock.now_ms() - self.upkeep_at_ms >= UPKEEP_MS {
                self.upkeep();
                continue;
            }
            let uploads = self.uploads.last().map(|upload| self.due_ms(upload));
            match [uploads, self.world.queues.next_due_ms()].into_iter().flatten().min() {
                Some(next_ms) => self.world.clock.advance_to(next_ms),
                None => break,
            }
        }
        self.world.clock.advance(MINUTE);
        self.upkeep();
        if self.world.queues.next_due_ms().is_some() { self.until_idle(in_storm) } else { Ok(()) }
    }

    fn batches(&mut self, in_storm: bool) -> Vec<Vec<Message>> {
        let is_wild = self.with_mischief && in_storm;
        let workers = if is_wild && self.chance.per_mille(400) { 2 + self.chance.below(2) } else { 1 };
        let mut batches = Vec::new();
        for _ in 0..workers {
            let batch_max = if is_wild { 1 + self.chance.below(6) } else { 10 };
            let batch = self.world.queues.take(batch_max);
            if !batch.is_empty() {
                batches.push(batch);
            }
        }
        batches
    }

    fn due_ms(&self, upload: &Upload) -> i64 {
        self.started_ms + i64::try_from(upload.after.as_millis()).unwrap()
    }

    fn upload_what_is_due(&mut self) -> Result<(), String> {
        while self.uploads.last().is_some_and(|upload| self.due_ms(upload) <= self.world.clock.now_ms()) {
            let Some(upload) = self.uploads.pop() else { break };
            self.hospital(async |services| {
                let key = ObjectKey::parse(&upload.key).unwrap();
                let served = Served::uncached("application/octet-stream");
                services.studies.put(&key, upload.bytes, served).await.map_err(|e| e.to_string())
            })?;
        }
        self.announce();
        Ok(())
    }

    /// Events of S3: at least once, in any order, some late, some never.
    fn announce(&mut self) {
        let queue = self.world.embedded.as_ref().unwrap().queue();
        let events = self.process.run_unharmed(async {
            let mut bodies = Vec::new();
            loop {
                let batch = queue.receive(QueueName::Intake, 10, VISIBILITY).await.unwrap();
                if batch.is_empty() {
                    return bodies;
                }
                for message in batch {
                    queue.delete(&message.receipt).await.unwrap();
                    bodies.push(message.body);
                }
            }
        });
        for body in events {
            let (mut copies, mut delay) = (1, Duration::ZERO);
            if self.with_mischief {
                copies = [1, 1, 1, 1, 2, 3, 3, 0][self.chance.below(8)];
                delay = [Duration::ZERO, Duration::ZERO, Duration::from_secs(3), MINUTE, MINUTE * 40]
                    [self.chance.below(5)];
            }
            for _ in 0..copies {
                self.world.queues.push(Source::Queue(QueueName::Intake), &body, delay);
            }
        }
    }

    /// Handles batches side by side, as functions do. Their calls mix in a random order.
    fn work_on(&mut self, mut batches: Vec<Vec<Message>>) {
        let services = &self.process.services;
        let work = batches.iter().filter_map(|batch| {
            let source = batch.first()?.source;
            Some(handle(services, source, event_of(batch)))
        });
        let (done, hurried) = (Notify::new(), RefCell::new(Vec::new()));
        let work = async {
            let responses = futures::future::join_all(work).await;
            done.notify_one();
            responses
        };
        // A provider may report before its caller even hears that the message was accepted.
        let is_hurried = self.with_mischief && self.chance.per_mille(300);
        let queues = &self.world.queues;
        queues.hurry(is_hurried);
        let reporting = async {
            let mut responses = Vec::new();
            loop {
                tokio::select! {
                    biased;
                    () = done.notified() => return responses,
                    () = queues.until_report(), if is_hurried => {}
                }
                while let Some(report) = queues.take_report() {
                    hurried.borrow_mut().push(vec![report.clone()]);
                    responses.push(handle(services, Source::Feedback, event_of(&[report])).await);
                    queues.has_handled();
                }
            }
        };
        let responses = self.process.run(async {
            let (mut responses, mut of_reports) = futures::join!(work, reporting);
            responses.append(&mut of_reports);
            responses
        });
        queues.hurry(false);
        let was_killed = responses.is_none();
        batches.append(&mut hurried.into_inner());
        let failed: Vec<String> = responses
            .into_iter()
            .flatten()
            .flat_map(|response| response.batch_item_failures)
            .map(|failure| failure.item_identifier)
            .collect();
        for message in batches.into_iter().flatten() {
            if was_killed {
                self.world.queues.put_back(message, VISIBILITY);
            } else if failed.contains(&message.id.to_string()) {
                let wait = Duration::from_secs(1 << message.receives.min(6));
                self.world.queues.put_back(message, wait);
            }
        }
        if was_killed {
            self.restart();
        }
    }

    fn restart(&mut self) {
        self.kills += 1;
        self.process = self.world.start_process();
    }

    /// What the schedule starts every minute. If it fails, it is not repeated before the next minute.
    fn upkeep(&mut self) {
        self.upkeep_at_ms = self.world.clock.now_ms();
        let event = UpkeepEvent { job: Job::Minutely };
        if self.process.run(run_upkeep::handler::handle(&(&self.process.services).into(), event)).is_none() {
            self.restart();
        }
    }

    /// After the storm: works hour by hour until `reconcile` finds nothing more. Nobody empties a dead-letter queue.
    fn recover(&mut self, seed: u64) -> Result<(), String> {
        // Objects are found in both ways: by prefix, and by the walk through the bucket.
        let by_prefix = Scope {
            prefixes: ["incoming/", "orders/", "unpacked/", "marks/"].map(str::to_owned).into(),
            crawl_versions_max: 0,
            ..Scope::default()
        };
        let by_walk = Scope { prefixes: Vec::new(), crawl_versions_max: 1000, ..Scope::default() };
        let scope = if seed.is_multiple_of(2) { by_prefix } else { by_walk };
        let mut found = String::new();
        for _ in 0..HOURS_MAX {
            self.until_idle(false)?;
            self.world.clock.advance(HOUR);
            let done = self.process.run(reconcile(&(&self.process.services).into(), &scope));
            let report = done.ok_or("killed in calm weather")?.map_err(|e| format!("reconcile: {e}"))?;
            if report.is_whole() && self.world.queues.next_due_ms().is_none() {
                return Ok(());
            }
            found = format!("{:?}", report.found);
        }
        Err(format!("after {HOURS_MAX} hours reconcile still finds {found}"))
    }
}

impl Process {
    fn run_unharmed<T>(&self, work: impl Future<Output = T>) -> T {
        self.run(work).unwrap()
    }
}

/// The setup of a random run; it follows from the seed alone.
pub fn random_setup(seed: u64) -> (Setup, Scenario) {
    let mut chance = Chance::new(seed, 1);
    let scenario = Scenario::random(&mut chance);
    // From a drizzle to a storm in which one call in eight fails.
    let per_mille = [0, 5, 20, 60, 125][chance.below(5)];
    let kills_per_mille = [0, 2, 10, 30][chance.below(4)];
    let setup = Setup {
        seed,
        plan: Plan::Storm { per_mille, kills_per_mille },
        with_mischief: chance.per_mille(800),
        is_idempotent: chance.per_mille(300),
        with_reports: chance.per_mille(500),
    };
    (setup, scenario)
}
