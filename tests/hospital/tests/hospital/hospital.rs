//! The hospital at work: does whatever is due, message by message, and lets the oracle look after each one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use filmless_delivery::upkeep::reconcile::{Scope, reconcile};
use filmless_delivery::{Services, Settings};
use filmless_domain::ObjectKey;
use filmless_domain::gate::ReleaseOn;
use filmless_store::Served;
use filmless_store::port::QueueName;
use jiff::Timestamp;
use run_upkeep::handler::{Job, UpkeepEvent};
use tokio::runtime::Runtime;

use crate::figures::Figures;
use crate::handlers::{event_of, handle};
use crate::oracle::{Oracle, Violation, uid_of};
use crate::patients::{ask_for_download, share};
use crate::plan::{Act, Plan, Size};
use crate::ports::{Message, Source};
use crate::truth::Truth;
use crate::weather::Plan as Weather;
use crate::world::{Process, QUIET_PERIOD, Setup, World};

const VISIBILITY: Duration = Duration::from_secs(120);
const DAY: Duration = Duration::from_secs(24 * 3600);
const UPKEEP_MS: i64 = 24 * 3600 * 1000;

/// The result of a hospital's life.
pub struct Outcome {
    pub figures: Figures,
    pub violations: Vec<Violation>,
    /// What happened to each examination, in order.
    pub traces: BTreeMap<usize, Vec<String>>,
}

pub struct Hospital {
    world: World,
    process: Process,
    oracle: Oracle,
    acts: Vec<(Timestamp, Act)>,
    traces: BTreeMap<usize, Vec<String>>,
    messages_read: (usize, usize),
    upkeep_at_ms: i64,
    started_ms: i64,
    /// Only these examinations happen.
    only: Option<BTreeSet<usize>>,
}

/// Runs a hospital for its whole time; with `only`, as if only these examinations had been made.
pub fn live(servers: &Arc<Runtime>, size: &Size, only: Option<&BTreeSet<usize>>) -> Outcome {
    let mut hospital = Hospital::open(servers, size, only.cloned());
    while hospital.step() {}
    hospital.close()
}

impl Hospital {
    fn open(servers: &Arc<Runtime>, size: &Size, only: Option<BTreeSet<usize>>) -> Self {
        let setup = Setup {
            seed: size.seed,
            plan: Weather::Calm,
            with_mischief: false,
            is_idempotent: true,
            with_reports: false,
        };
        let mut world = World::new(servers, &setup);
        // Nothing fails here, and calls are not recorded.
        world.weather.pause(true);
        let mut process = world.start_process();
        // One hospital in four waits for the signed result.
        let is_report_asked = size.seed % 4 == 3;
        process.services.settings = Arc::new(Settings {
            quiet_period: QUIET_PERIOD,
            release_on: if is_report_asked { ReleaseOn::Report } else { ReleaseOn::Images },
            // Nobody signs out: whoever has a session keeps looking.
            session_ttl: DAY * 400,
            session_idle: DAY * 400,
            link_ttl: DAY * 400,
            ..Settings::default()
        });
        process.run(process.services.index.create_table()).unwrap().unwrap();
        let start = Timestamp::from_millisecond(world.clock.now_ms()).unwrap();
        let mut plan = Plan::new(size, start);
        if let Some(only) = &only {
            plan = plan.only(only);
        }
        plan.acts.reverse();
        let mut oracle = Oracle::new(Truth::new(plan.people, plan.exams));
        oracle.figures.is_report_asked = is_report_asked;
        let started_ms = start.as_millisecond();
        Self {
            world,
            process,
            oracle,
            acts: plan.acts,
            traces: BTreeMap::new(),
            messages_read: (0, 0),
            upkeep_at_ms: started_ms,
            started_ms,
            only,
        }
    }

    /// Does what is next; false once there is nothing more.
    fn step(&mut self) -> bool {
        let batch = self.world.queues.take(10);
        if !batch.is_empty() {
            self.work_on(batch);
            return true;
        }
        if self.world.clock.now_ms() - self.upkeep_at_ms >= UPKEEP_MS {
            self.upkeep_at_ms = self.world.clock.now_ms();
            let upkeep = (&self.process.services).into();
            let work = run_upkeep::handler::handle(&upkeep, UpkeepEvent { job: Job::Minutely });
            self.process.run(work).unwrap().unwrap();
            return true;
        }
        let act_ms = self.acts.last().map(|(at, _)| at.as_millisecond());
        let due = self.world.queues.next_due_ms();
        match (act_ms, due) {
            (None, None) => false,
            (Some(act_ms), due) if due.is_none_or(|due| act_ms <= due) => {
                self.world.clock.advance_to(act_ms);
                if let Some((_, act)) = self.acts.pop() {
                    self.act(act);
                }
                true
            }
            (_, Some(due)) => {
                self.world.clock.advance_to(due);
                true
            }
            (Some(_), None) => false,
        }
    }

    fn trace(&mut self, exam: usize, what: String) {
        let seconds = (self.world.clock.now_ms() - self.started_ms) / 1000;
        let at = format!(
            "day {:>2} {:02}:{:02}:{:02} step {:>5}",
            seconds / 86_400,
            seconds / 3600 % 24,
            seconds / 60 % 60,
            seconds % 60,
            self.oracle.step
        );
        self.traces.entry(exam).or_default().push(format!("{at}  {what}"));
    }

    fn act(&mut self, act: Act) {
        self.oracle.step += 1;
        let exam = act.exam();
        if let (Some(exam), true) = (exam, !matches!(act, Act::File { .. } | Act::Order { .. })) {
            self.trace(exam, format!("{act:?}"));
        }
        match act {
            Act::File { exam, place } => self.upload_file(exam, place),
            Act::Again { exam } => self.upload_file(exam, 0),
            Act::Order { exam, place } => self.upload_order(exam, place),
            Act::Reconcile => {
                let scope = Scope::default();
                let parts = (&self.process.services).into();
                let work = reconcile(&parts, &scope);
                self.process.run(work).unwrap().unwrap();
            }
            Act::Sweep => self.process.run(self.oracle.sweep(&self.process.services)).unwrap(),
            _ => self.staff_or_patient(act),
        }
    }

    fn staff_or_patient(&mut self, act: Act) {
        let (oracle, services) = (&mut self.oracle, &self.process.services);
        let touched: BTreeSet<usize> = match act {
            Act::Desk => self.process.run(oracle.work_through_held(services)).unwrap().into_iter().collect(),
            Act::Recall { exam } => {
                self.process.run(oracle.recall(services, exam));
                BTreeSet::from([exam])
            }
            Act::Contact { exam } => {
                self.process.run(oracle.correct_contact(services, exam));
                BTreeSet::from([exam])
            }
            Act::Merge { person } | Act::MergeDoubles { person } => {
                if matches!(act, Act::Merge { .. }) {
                    self.process.run(oracle.merge(services, person));
                } else {
                    self.process.run(oracle.merge_doubles(services, person));
                }
                let exams = oracle.truth.exams.iter().filter(|exam| exam.people().contains(&person));
                exams.map(|exam| exam.number).collect()
            }
            Act::Download { exam } => {
                self.process.run(ask_for_download(oracle, services, exam));
                BTreeSet::new()
            }
            Act::Share { exam } => {
                self.process.run(share(oracle, services, exam));
                BTreeSet::from([exam])
            }
            _ => BTreeSet::new(),
        };
        for exam in &touched {
            if act == Act::Desk {
                self.trace(*exam, "released by staff".into());
            }
        }
        self.process.run(self.oracle.look(&self.process.services, &touched, true)).unwrap();
    }

    fn upload_file(&mut self, exam: usize, place: usize) {
        let this = &self.oracle.truth.exams[exam];
        let file = &this.files[place];
        let (key, bytes) = (file.key.clone(), file.bytes(this));
        let told = format!(
            "file {} of person {}: {:?}{}",
            file.number,
            file.pixels_of,
            file.facts,
            if file.is_mended { " mended" } else { "" }
        );
        self.trace(exam, told);
        self.oracle.figures.files += 1;
        self.upload(&key, bytes);
    }

    fn upload_order(&mut self, exam: usize, place: usize) {
        let this = &self.oracle.truth.exams[exam];
        let order = this.orders[place].clone();
        let (key, bytes) = (format!("orders/{exam}-{place}.json"), order.json(this).to_string().into_bytes());
        self.oracle.truth.writes(&order);
        self.trace(exam, format!("order about person {}: {order:?}", order.about));
        self.oracle.figures.orders += 1;
        self.upload(&key, bytes);
    }

    fn upload(&mut self, key: &str, bytes: Vec<u8>) {
        let key = ObjectKey::parse(key).unwrap();
        let served = Served::uncached("application/octet-stream");
        self.process.run(self.process.services.studies.put(&key, bytes, served)).unwrap().unwrap();
        let queue = self.world.embedded.as_ref().unwrap().queue();
        let bodies = self.process.run(async {
            let mut bodies = Vec::new();
            for message in queue.receive(QueueName::Intake, 10, VISIBILITY).await.unwrap() {
                queue.delete(&message.receipt).await.unwrap();
                bodies.push(message.body);
            }
            bodies
        });
        for body in bodies.unwrap() {
            self.world.queues.push(Source::Queue(QueueName::Intake), &body, Duration::ZERO);
        }
    }

    /// Handles one batch. Then the oracle reads what was sent, and looks at the examinations concerned.
    fn work_on(&mut self, batch: Vec<Message>) {
        self.oracle.step += 1;
        let exams: BTreeSet<usize> = batch.iter().flat_map(|message| self.learn(&message.body)).collect();
        let Some(source) = batch.first().map(|message| message.source) else { return };
        let response = self.process.run(handle(&self.process.services, source, event_of(&batch))).unwrap();
        let failed: Vec<String> =
            response.batch_item_failures.into_iter().map(|f| f.item_identifier).collect();
        for message in batch {
            if failed.contains(&message.id.to_string()) {
                self.world.queues.put_back(message, Duration::from_secs(2));
            }
        }
        let (sms, emails) = self.world.gateways.delivered_after(self.messages_read.0, self.messages_read.1);
        self.messages_read.0 += sms.len();
        self.messages_read.1 += emails.len();
        sms.iter().for_each(|message| self.oracle.read_sms(message));
        emails.iter().for_each(|message| self.oracle.read_email(message));
        let services = &self.process.services;
        if let Some(exam) = exams.first().filter(|exam| !sms.is_empty() && exam.is_multiple_of(10)) {
            self.process.run(self.oracle.read_slip(services, *exam)).unwrap();
        }
        self.process.run(self.oracle.look(services, &exams, false)).unwrap();
        if source == Source::Queue(QueueName::Settle)
            && !exams.is_empty()
            && self.oracle.figures.wants_download(&exams)
        {
            for exam in &exams {
                self.process.run(self.oracle.fetch(services, *exam)).unwrap();
            }
        }
        for exam in exams {
            let state = self.process.run(services_state(&self.process.services, &self.oracle, exam)).unwrap();
            self.trace(exam, format!("{source:?} -> {state}"));
        }
    }

    /// The examinations that a message is about. What the message brings can be known from now on.
    fn learn(&mut self, body: &str) -> BTreeSet<usize> {
        let mut exams: BTreeSet<usize> = body.split("10.998.").skip(1).filter_map(leading_number).collect();
        for rest in body.split("incoming/").skip(1).chain(body.split("incoming%2F").skip(1)) {
            let Some(exam) = leading_number(rest) else { continue };
            exams.insert(exam);
            if rest.contains("-mended") || self.is_mended_under_its_key(exam) {
                self.oracle.truth.ends(exam);
            }
        }
        for rest in body.split("orders/").skip(1).chain(body.split("orders%2F").skip(1)) {
            let Some((exam, place)) = rest
                .split_once('-')
                .and_then(|(exam, rest)| Some((exam.parse::<usize>().ok()?, leading_number(rest)?)))
            else {
                continue;
            };
            let order = self.oracle.truth.exams[exam].orders[place].clone();
            if order.ends_error {
                self.oracle.truth.ends(exam);
            }
            if order.is_cancelled {
                self.oracle.truth.cancelled.insert(exam);
            }
            // Everything with that number is concerned.
            let others = self
                .oracle
                .truth
                .exams
                .iter()
                .filter(|other| other.accessions().contains(order.accession.as_str()));
            exams.extend(others.map(|other| other.number));
            exams.insert(exam);
        }
        if let Some(only) = &self.only {
            exams.retain(|exam| only.contains(exam));
        }
        exams
    }

    fn is_mended_under_its_key(&self, exam: usize) -> bool {
        let now = self.world.clock.now_ms();
        let files = &self.oracle.truth.exams[exam].files;
        files.iter().any(|file| file.is_mended && file.at.as_millisecond() <= now)
    }

    fn close(mut self) -> Outcome {
        let services = &self.process.services;
        let shown = self.process.run(self.oracle.shown_to_their_owners(services)).unwrap();
        let all = 0..self.oracle.truth.exams.len();
        let done: BTreeSet<usize> = match &self.only {
            Some(only) => only.clone(),
            None => all.collect(),
        };
        let figures = &mut self.oracle.figures;
        figures.count(&self.oracle.truth, &shown, &done);
        figures.people = self.oracle.truth.people.len();
        figures.exams = done.len();
        figures.steps = self.oracle.step;
        figures.fetched = self.oracle.pictures.fetched;
        Outcome { figures: figures.clone(), violations: self.oracle.violations, traces: self.traces }
    }
}

async fn services_state(services: &Services, oracle: &Oracle, exam: usize) -> String {
    let uid = uid_of(&oracle.truth.exams[exam].uid());
    match services.index.study(&uid).await.unwrap() {
        Some(study) => format!(
            "{:?} {:?} account {:?} order {:?}",
            study.state, study.reason, study.account_key, study.order_accession
        ),
        None => "not in the index".into(),
    }
}

fn leading_number(text: &str) -> Option<usize> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}
