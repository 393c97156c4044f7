//! A running system, and what a hospital, a patient and staff do with it.

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use bytes::Bytes;
use filmless_domain::{ObjectKey, PhoneNumber};
use filmless_embedded::{DurableQueue, RetryPolicy};
use filmless_store::{Bucket, Connection, ObjectVersion, Served, StoreError};
use serde_json::Value;

use crate::binary::binary;
use crate::embedded::Embedded;
use crate::sample::Study;
use crate::stack::Stack;

pub const PATIENCE: Duration = Duration::from_secs(90);
const OBJECT_BYTES_MAX: u64 = 64 << 20;

/// Runs every test of a module on both systems: the embedded profile, and the functions on LocalStack.
macro_rules! on_both_systems {
    ($($test:ident)*) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test($crate::system::System::start()).await;
            })*
        }
        mod localstack {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test($crate::system::System::on_localstack()).await;
            })*
        }
    };
}
pub(crate) use on_both_systems;

pub struct System {
    place: Place,
    /// Phones and mailboxes of this test's patients, because a stack is shared with other tests.
    receivers: Mutex<Vec<String>>,
}

enum Place {
    /// `filmless up`, in a process for this test alone.
    Embedded(Embedded),
    /// The deployed template, with the functions as Lambda runs them.
    Stack(Stack),
}

impl System {
    pub fn start() -> Self {
        Self::at(Place::Embedded(Embedded::start()))
    }

    pub fn start_in(data: &Path, options: &[&str]) -> Self {
        Self::at(Place::Embedded(Embedded::start_in(data, options)))
    }

    pub fn start_with(data: &Path, options: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::at(Place::Embedded(Embedded::start_with(data, options, variables)))
    }

    pub fn on_localstack() -> Self {
        Self::at(Place::Stack(Stack::deployed()))
    }

    pub fn around(embedded: Embedded) -> Self {
        Self::at(Place::Embedded(embedded))
    }

    fn at(place: Place) -> Self {
        Self { place, receivers: Mutex::default() }
    }

    /// The process of the embedded profile.
    pub fn embedded(&self) -> &Embedded {
        match &self.place {
            Place::Embedded(embedded) => embedded,
            Place::Stack(_) => panic!("there is no process of our own"),
        }
    }

    /// SIGKILL, so that nothing in the process gets to clean up.
    pub fn kill(self) {
        drop(self);
    }

    /// A study that no other test uses.
    pub fn sample(&self, number: u32) -> Study {
        match &self.place {
            Place::Embedded(_) => Study::numbered(number),
            Place::Stack(stack) => Study::numbered_in_run(number, stack.run),
        }
    }

    /// A field of the line that `up` prints, or what replaces it on a stack.
    pub fn text(&self, field: &str) -> String {
        match &self.place {
            Place::Embedded(embedded) => embedded.text(field),
            Place::Stack(stack) => stack.text(field),
        }
    }

    pub fn connection(&self) -> Connection {
        match &self.place {
            Place::Embedded(embedded) => embedded.connection(),
            Place::Stack(stack) => stack.connection(),
        }
    }

    pub fn bucket(&self, name: &str) -> Bucket {
        let name = match &self.place {
            Place::Embedded(_) => name.to_owned(),
            Place::Stack(stack) => stack.bucket(name),
        };
        self.connection().bucket(&name)
    }

    /// The key of this test's object, because a stack is shared with other tests.
    fn key(&self, key: &str) -> String {
        match &self.place {
            Place::Embedded(_) => key.to_owned(),
            Place::Stack(stack) => key.replacen('/', &format!("/{}/", stack.test), 1),
        }
    }

    pub async fn upload(&self, key: &str, bytes: impl Into<Bytes>) {
        let served = Served::uncached("application/octet-stream");
        let key = ObjectKey::parse(&self.key(key)).unwrap();
        self.bucket("studies").put(&key, bytes, served).await.unwrap();
    }

    /// Deletes the current version of an upload, as its owner may.
    pub async fn delete(&self, key: &str) {
        self.bucket("studies").delete(&ObjectKey::parse(&self.key(key)).unwrap()).await.unwrap();
    }

    pub async fn upload_order(&self, order: &Value) {
        let patient = &order["patient"];
        if let Some(phone) = patient["phone"].as_str() {
            let phone = PhoneNumber::parse(phone).ok();
            self.receivers.lock().unwrap().extend(phone.map(|phone| phone.as_str().to_owned()));
        }
        self.receivers.lock().unwrap().extend(patient["email"].as_str().map(str::to_owned));
        let accession = order["accession_number"].as_str().unwrap();
        self.upload(&format!("orders/{accession}.json"), order.to_string()).await;
    }

    /// The bytes of an upload in the bucket.
    pub async fn uploaded(&self, key: &str) -> Bytes {
        self.stored("studies", &self.key(key)).await.unwrap()
    }

    pub async fn stored(&self, bucket: &str, key: &str) -> Option<Bytes> {
        let key = ObjectKey::parse(key).unwrap();
        let object = ObjectVersion { key: &key, version_id: None };
        match self.bucket(bucket).get(object, OBJECT_BYTES_MAX).await {
            Ok(bytes) => Some(bytes),
            Err(StoreError::NotFound) => None,
            Err(error) => panic!("{error}"),
        }
    }

    fn run(&self, words: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(words);
        match &self.place {
            Place::Embedded(embedded) => command.arg("--data").arg(&embedded.data),
            Place::Stack(stack) => command.arg("--env").env_clear().envs(stack.environment()),
        };
        command
    }

    /// The output of `filmless status --json`.
    pub fn status(&self) -> Value {
        let output = self.run(&["status", "--json"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The output of an operator's command, and whether it succeeded.
    pub fn command(&self, words: &[&str]) -> (bool, String) {
        let output = self.run(words).output().unwrap();
        let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
        (output.status.success(), String::from_utf8(text).unwrap())
    }

    /// `filmless staff … --json`.
    pub fn staff(&self, words: &[&str]) -> Value {
        let (is_done, text) = self.command(&[&["staff", "--json"], words].concat());
        assert!(is_done, "{words:?}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Releases a study by hand as staff do: first get the facts, then decide on exactly those.
    pub fn release(&self, uid: &str, words: &[&str]) -> Value {
        let reason = ["--reason", "compared"];
        let order: Vec<&str> = words
            .iter()
            .position(|w| *w == "--order")
            .map(|at| words[at..at + 2].to_vec())
            .unwrap_or_default();
        let facts = self.staff(&[&["release", uid][..], &order, &reason].concat());
        let seen = facts["seen"].as_str().unwrap();
        self.staff(&[&["release", uid, "--seen", seen][..], words, &reason].concat())
    }

    /// The code of the refusal.
    pub fn staff_refused(&self, words: &[&str]) -> String {
        let (is_done, text) = self.command(&[&["staff", "--json"], words].concat());
        assert!(!is_done, "{words:?} was not refused: {text}");
        let answer: Value = serde_json::from_str(&text).unwrap();
        answer["error"]["code"].as_str().unwrap().to_owned()
    }

    /// Feeds these lines to `filmless feedback`.
    pub fn feed(&self, lines: &[&str]) -> String {
        self.feed_and_exit(lines).1
    }

    /// The same, and whether all lines were about known messages.
    pub fn feed_and_exit(&self, lines: &[&str]) -> (bool, String) {
        let mut command = self.run(&["feedback", "--json"]);
        command.stdin(std::process::Stdio::piped());
        let mut process = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut process.stdin.take().unwrap(), lines.join("\n").as_bytes()).unwrap();
        let output = process.wait_with_output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    }

    /// Waits for this many SMS; returns them newest first.
    pub async fn until_sms(&self, count: usize) -> Vec<Value> {
        self.until_some("an SMS", || Some(self.all_sms()).filter(|all| all.len() >= count)).await
    }

    pub fn study(&self, uid: &str) -> Option<Value> {
        self.status()["studies"].as_array().unwrap().iter().find(|s| s["study_instance_uid"] == uid).cloned()
    }

    /// Waits until the study has this state and its notices are settled; returns it.
    pub async fn until(&self, uid: &str, state: &str) -> Value {
        let is_settled = |study: &Value| {
            let is_settled =
                |notice: &Value| !["pending", "sending"].contains(&notice["state"].as_str().unwrap());
            study["state"] == state && study["notices"].as_array().unwrap().iter().all(is_settled)
        };
        self.until_some(state, || self.study(uid).filter(is_settled)).await
    }

    /// The refused uploads of this test.
    pub fn quarantined(&self) -> Vec<Value> {
        let all = self.status()["quarantined"].as_array().unwrap().clone();
        let of_this_test = |object: &Value| match &self.place {
            Place::Embedded(_) => true,
            Place::Stack(stack) => object["key"].as_str().unwrap().contains(&format!("/{}/", stack.test)),
        };
        all.into_iter().filter(of_this_test).collect()
    }

    pub async fn until_quarantined(&self, key: &str) -> Value {
        let placed = self.key(key);
        self.until_some(key, || self.quarantined().into_iter().find(|o| o["key"] == placed.as_str())).await
    }

    pub async fn until_some<T>(&self, what: &str, find: impl Fn() -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(found) = find() {
                return found;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "{what} did not come about: {:#}\n{}",
                self.status(),
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until all uploads are worked off.
    pub async fn until_idle(&self) {
        let queue = DurableQueue::attach(&self.embedded().data, RetryPolicy::default()).await.unwrap();
        let started = Instant::now();
        while !queue.is_idle().await.unwrap() {
            assert!(started.elapsed() < PATIENCE, "there is still work: {}", self.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub fn log(&self) -> String {
        match &self.place {
            Place::Embedded(embedded) => embedded.log(),
            Place::Stack(stack) => stack.log(),
        }
    }

    /// All SMS, newest first.
    pub fn all_sms(&self) -> Vec<Value> {
        match &self.place {
            Place::Embedded(embedded) => embedded.all_sms(),
            Place::Stack(stack) => stack.sms_to(&self.receivers.lock().unwrap()),
        }
    }

    pub fn all_emails(&self) -> Vec<Vec<u8>> {
        match &self.place {
            Place::Embedded(embedded) => embedded.all_emails(),
            Place::Stack(stack) => stack.emails_to(&self.receivers.lock().unwrap()),
        }
    }

    /// A file of a study's slip, as the HIS prints it: `slip.pdf` or `qr.png`.
    pub async fn slip(&self, uid: &str, file: &str) -> Option<Bytes> {
        self.stored("slips", &format!("{uid}/v1/{file}")).await
    }
}

/// The part of an SMS that looks like a link.
pub fn link_of(sms: &Value) -> String {
    let text = sms["text"].as_str().unwrap();
    text.split_whitespace().find(|word| word.contains("/x/")).unwrap().to_owned()
}
