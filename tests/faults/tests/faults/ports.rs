//! The ports of a run: queues, SMS, email and sealing, each exposed to the weather.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use filmless_delivery::prepare::render::{FileOwner, InstanceRenderer, RenderedParts, SourceFile};
use filmless_domain::{Channel, Limits, Secret};
use filmless_imaging::{Job, run_job};
use filmless_store::port::{self, Messenger, Messengers, PortError, Queue, QueueName};
use filmless_store::sealing::{LocalSealer, Sealer};
use serde_json::json;
use tokio::sync::Notify;

use crate::chance::{Chance, SeededRandomness};
use crate::clock::VirtualClock;
use crate::weather::{Fault, Weather};

/// How often SQS lets a message be received here.
pub const RECEIVES_MAX: u32 = 5;

fn unavailable(operation: &'static str) -> PortError {
    PortError::Unavailable { operation, source: "it is down".into() }
}

fn unanswered(operation: &'static str) -> PortError {
    PortError::Unanswered { operation, source: "no answer".into() }
}

/// Where a message waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// One of our queues.
    Queue(QueueName),
    /// The queue of providers' reports about messages.
    Feedback,
}

#[derive(Debug, Clone)]
pub struct Message {
    pub id: usize,
    pub source: Source,
    pub body: String,
    pub due_ms: i64,
    pub receives: u32,
}

#[derive(Default)]
struct Held {
    waiting: Vec<Message>,
    dead: Vec<Message>,
    sent: usize,
}

/// The queues. They outlive every process, deliver in any order, and sometimes twice.
pub struct Queues {
    held: Mutex<Held>,
    /// Whether somebody takes reports the moment they are made.
    is_hurried: AtomicBool,
    reported: Notify,
    handled: Notify,
    mischief: Mutex<Option<Chance>>,
    clock: Arc<VirtualClock>,
    weather: Arc<Weather>,
}

impl Queues {
    pub fn new(mischief: Option<Chance>, clock: Arc<VirtualClock>, weather: Arc<Weather>) -> Self {
        Self {
            held: Mutex::default(),
            is_hurried: AtomicBool::new(false),
            reported: Notify::new(),
            handled: Notify::new(),
            mischief: Mutex::new(mischief),
            clock,
            weather,
        }
    }

    /// From now on each message comes once, when due.
    pub fn calm_down(&self) {
        *self.mischief.lock().unwrap() = None;
    }

    pub fn push(&self, source: Source, body: &str, delay: Duration) {
        let mut held = self.held.lock().unwrap();
        held.sent += 1;
        let due_ms = self.clock.now_ms() + i64::try_from(delay.as_millis()).unwrap();
        let message = Message { id: held.sent, source, body: body.to_owned(), due_ms, receives: 0 };
        held.waiting.push(message);
        if source == Source::Feedback {
            self.reported.notify_one();
        }
    }

    /// Sets whether somebody takes reports the moment they are made.
    pub fn hurry(&self, is_hurried: bool) {
        self.is_hurried.store(is_hurried, Ordering::SeqCst);
    }

    /// Waits as for a very fast provider: it answers the sender only after its report was handled.
    async fn until_reported(&self) {
        if self.is_hurried.load(Ordering::SeqCst) {
            self.handled.notified().await;
        }
    }

    /// A report was handled.
    pub fn has_handled(&self) {
        self.handled.notify_one();
    }

    /// Waits until a report is made.
    pub async fn until_report(&self) {
        self.reported.notified().await;
    }

    /// Takes a report, due or not.
    pub fn take_report(&self) -> Option<Message> {
        let mut held = self.held.lock().unwrap();
        let place = held.waiting.iter().position(|message| message.source == Source::Feedback)?;
        let mut report = held.waiting.remove(place);
        report.receives += 1;
        Some(report)
    }

    /// Takes due messages of one queue, at random or in order.
    pub fn take(&self, batch_max: usize) -> Vec<Message> {
        let now_ms = self.clock.now_ms();
        let mut held = self.held.lock().unwrap();
        let mut due: Vec<usize> =
            (0..held.waiting.len()).filter(|place| held.waiting[*place].due_ms <= now_ms).collect();
        if let Some(chance) = self.mischief.lock().unwrap().as_mut() {
            chance.shuffle(&mut due);
        }
        let Some(first) = due.first().copied() else { return Vec::new() };
        let source = held.waiting[first].source;
        // As the event source mappings in infra/ do: only intake takes more than one message.
        let count = if source == Source::Queue(QueueName::Intake) { batch_max } else { 1 };
        due.retain(|place| held.waiting[*place].source == source);
        due.truncate(count);
        let mut taken: Vec<Message> = due.iter().map(|place| held.waiting[*place].clone()).collect();
        due.sort_unstable();
        for place in due.into_iter().rev() {
            held.waiting.remove(place);
        }
        for message in &mut taken {
            message.receives += 1;
        }
        taken
    }

    /// A message that failed comes again, or the queue gives up on it.
    pub fn put_back(&self, mut message: Message, after: Duration) {
        let mut held = self.held.lock().unwrap();
        if message.receives >= RECEIVES_MAX {
            held.dead.push(message);
            return;
        }
        message.due_ms = self.clock.now_ms() + i64::try_from(after.as_millis()).unwrap();
        held.waiting.push(message);
    }

    pub fn next_due_ms(&self) -> Option<i64> {
        self.held.lock().unwrap().waiting.iter().map(|message| message.due_ms).min()
    }

    pub fn dead(&self) -> usize {
        self.held.lock().unwrap().dead.len()
    }

    /// Whether the queue gave up on a provider's report.
    pub fn has_dead_report(&self) -> bool {
        self.held.lock().unwrap().dead.iter().any(|message| message.source == Source::Feedback)
    }
}

#[async_trait]
impl Queue for Queues {
    async fn send(&self, queue: QueueName, body: &str, delay: Duration) -> Result<(), PortError> {
        let name = format!("SendMessage {}", queue.as_str());
        self.weather
            .on_port(&name, async |fault| match fault {
                None | Some(Fault::AnswerLost) => {
                    let copies = self
                        .mischief
                        .lock()
                        .unwrap()
                        .as_mut()
                        .map_or(1, |chance| if chance.per_mille(300) { 1 + chance.below(3) } else { 1 });
                    for _ in 0..copies {
                        self.push(Source::Queue(queue), body, delay);
                    }
                    if fault.is_none() { Ok(()) } else { Err(unavailable("SendMessage")) }
                }
                Some(_) => Err(unavailable("SendMessage")),
            })
            .await
    }
}

/// A message that reached somebody.
#[derive(Debug, Clone)]
pub struct Reached {
    /// Its name.
    pub name: String,
    /// Number or address.
    pub to: String,
    /// The text of an SMS, or the whole email.
    pub text: Vec<u8>,
}

/// Everything that reached patients.
#[derive(Default)]
struct Delivered {
    sms: Vec<Reached>,
    emails: Vec<Reached>,
}

/// Providers of SMS and email: one that drops repeated messages, or one that sends everything it gets.
pub struct Gateways {
    delivered: Mutex<Delivered>,
    is_idempotent: bool,
    /// Where delivery reports go; without it nothing is reported.
    reports: Option<Arc<Queues>>,
    weather: Arc<Weather>,
}

impl Gateways {
    pub fn new(is_idempotent: bool, reports: Option<Arc<Queues>>, weather: Arc<Weather>) -> Self {
        Self { delivered: Mutex::default(), is_idempotent, reports, weather }
    }

    /// A messenger for each channel.
    pub fn messengers(gateways: &Arc<Self>) -> Messengers {
        let of = |channel| Gateway { gateways: Arc::clone(gateways), channel };
        Messengers::new([Channel::Sms, Channel::Email].map(|channel| Arc::new(of(channel)) as _))
    }

    /// Whether every accepted message is reported as delivered.
    pub fn reports(&self) -> bool {
        self.reports.is_some()
    }

    /// How often each message reached somebody.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let delivered = self.delivered.lock().unwrap();
        let mut counts = BTreeMap::new();
        for message in delivered.sms.iter().chain(&delivered.emails) {
            *counts.entry(message.name.clone()).or_default() += 1;
        }
        counts
    }

    /// Text of an SMS.
    pub fn sms(&self, name: &str) -> Option<String> {
        let delivered = self.delivered.lock().unwrap();
        let found = delivered.sms.iter().find(|known| known.name == name)?;
        Some(String::from_utf8(found.text.clone()).unwrap())
    }

    /// Everything delivered so far, except the first few SMS and emails.
    pub fn delivered_after(&self, sms: usize, emails: usize) -> (Vec<Reached>, Vec<Reached>) {
        let delivered = self.delivered.lock().unwrap();
        (delivered.sms[sms..].to_vec(), delivered.emails[emails..].to_vec())
    }

    /// Hands a message over. `deliver` returns what is reported about it, unless it was seen before.
    async fn hand_over(
        &self,
        name: &'static str,
        deliver: impl FnOnce(&mut Delivered) -> Option<serde_json::Value>,
    ) -> Result<(), PortError> {
        let mut report = None;
        let answer = self
            .weather
            .on_port(name, async |fault| match fault {
                None => {
                    report = deliver(&mut self.delivered.lock().unwrap());
                    Ok(())
                }
                Some(Fault::AnswerLost) => {
                    report = deliver(&mut self.delivered.lock().unwrap());
                    Err(unanswered(name))
                }
                Some(Fault::Throttled) => Err(unavailable(name)),
                // The AWS adapters cannot tell these from a lost answer, and report it as such.
                Some(_) => Err(unanswered(name)),
            })
            .await;
        if let (Some(report), Some(queues)) = (report, &self.reports) {
            queues.push(Source::Feedback, &report.to_string(), Duration::ZERO);
            queues.until_reported().await;
        }
        answer
    }
}

/// One channel of the gateways.
struct Gateway {
    gateways: Arc<Gateways>,
    channel: Channel,
}

#[async_trait]
impl Messenger for Gateway {
    fn channel(&self) -> Channel {
        self.channel
    }

    async fn send(&self, message: &port::Message) -> Result<String, PortError> {
        let key = message.idempotency_key();
        let id = format!("provider-{key}");
        let (name, to, text, report) = match message {
            port::Message::Sms(sms) => {
                let report = json!({ "notification": { "messageId": id }, "status": "SUCCESS" });
                ("Publish", sms.to.as_str().to_owned(), sms.text.clone().into_bytes(), report)
            }
            port::Message::Email(email) => {
                let report = json!({ "eventType": "Delivery", "mail": { "messageId": id } });
                ("SendRawEmail", email.to.clone(), email.raw.clone(), report)
            }
            port::Message::Values(_) => unreachable!("no channel of a run takes values"),
        };
        self.gateways
            .hand_over(name, |delivered| {
                let delivered = match self.channel {
                    Channel::Sms => &mut delivered.sms,
                    _ => &mut delivered.emails,
                };
                if self.gateways.is_idempotent && delivered.iter().any(|known| known.name == key) {
                    return None;
                }
                delivered.push(Reached { name: key.to_owned(), to, text });
                Some(report)
            })
            .await?;
        Ok(id)
    }

    fn is_idempotent(&self) -> bool {
        self.gateways.is_idempotent
    }
}

/// Sealing as with KMS: a call that can fail.
pub struct RemoteSealer {
    sealer: LocalSealer<SeededRandomness>,
    weather: Arc<Weather>,
}

impl RemoteSealer {
    pub fn new(seed: u64, process: u64, weather: Arc<Weather>) -> Self {
        let randomness = SeededRandomness::new(seed, 1000 + process);
        Self { sealer: LocalSealer::new(&[7; 32], randomness), weather }
    }
}

#[async_trait]
impl Sealer for RemoteSealer {
    async fn seal(&self, secret: &Secret, context: &str) -> Result<String, PortError> {
        self.weather
            .on_port("Encrypt", async |fault| match fault {
                None => self.sealer.seal(secret, context).await,
                Some(_) => Err(unavailable("Encrypt")),
            })
            .await
    }

    async fn open(&self, sealed: &str, context: &str) -> Result<Secret, PortError> {
        self.weather
            .on_port("Decrypt", async |fault| match fault {
                None => self.sealer.open(sealed, context).await,
                Some(_) => Err(unavailable("Decrypt")),
            })
            .await
    }
}

/// Renders for real, but on the spot, because threads would finish in an order of their own.
pub struct RenderOnTheSpot;

#[async_trait]
impl InstanceRenderer for RenderOnTheSpot {
    async fn render(&self, _: &FileOwner, file: SourceFile, limits: &Limits, job: Job) -> RenderedParts {
        let mut parts = Vec::new();
        let _ = run_job(&file, limits, &job, &mut |part| {
            parts.push(part);
            std::ops::ControlFlow::Continue(())
        });
        let (sender, receiver) = tokio::sync::mpsc::channel(parts.len().max(1));
        for part in parts {
            sender.try_send(part).unwrap();
        }
        receiver
    }

    fn parallelism(&self) -> usize {
        1
    }
}
