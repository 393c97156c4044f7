//! A running `filmless up`, and what a hospital, a patient and the staff do with it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use filmless_domain::ObjectKey;
use filmless_store::{Bucket, Connection, Endpoints, Served};
use serde_json::Value;
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(90);

pub struct System {
    process: Child,
    pub data: PathBuf,
    pub running: Value,
    _folder: Option<TempDir>,
}

/// The binary lies beside the test's own: `cargo build -p filmless` makes it.
fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let binary = test.parent().and_then(Path::parent).unwrap().join("filmless");
    assert!(binary.exists(), "{} is missing: run `cargo build -p filmless` first", binary.display());
    binary
}

impl System {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut system = Self::start_in(folder.path(), &[]);
        system._folder = Some(folder);
        system
    }

    pub fn start_in(data: &Path, options: &[&str]) -> Self {
        let mut process = Command::new(binary())
            .args(["up", "--port", "0", "--settle", "1s", "--data"])
            .arg(data)
            .args(options)
            .env("XDG_STATE_HOME", data.join("state"))
            .stdout(Stdio::piped())
            .stderr(Stdio::from(std::fs::File::create(data.join("log")).unwrap()))
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let running = serde_json::from_str(&line).unwrap_or_else(|_| {
            panic!("up did not start: {}", std::fs::read_to_string(data.join("log")).unwrap())
        });
        Self { process, data: data.to_owned(), running, _folder: None }
    }

    /// SIGKILL: nothing of the process gets to run.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub fn text(&self, field: &str) -> String {
        self.running[field].as_str().unwrap().to_owned()
    }

    pub fn connection(&self) -> Connection {
        Connection::to(&Endpoints {
            s3: self.text("s3"),
            s3_public: self.text("s3"),
            dynamodb: self.text("dynamodb"),
            region: self.text("region"),
            access_key_id: self.text("access_key_id"),
            secret_access_key: self.text("secret_access_key"),
        })
    }

    pub fn studies(&self) -> Bucket {
        self.connection().bucket("studies")
    }

    pub async fn upload(&self, key: &str, bytes: impl Into<Bytes>) {
        let served = Served::uncached("application/octet-stream");
        self.studies().put(&ObjectKey::parse(key).unwrap(), bytes, served).await.unwrap();
    }

    pub async fn upload_order(&self, order: &Value) {
        let accession = order["accession_number"].as_str().unwrap();
        self.upload(&format!("orders/{accession}.json"), order.to_string()).await;
    }

    /// What `filmless status --json` prints.
    pub fn status(&self) -> Value {
        let output =
            Command::new(binary()).args(["status", "--json", "--data"]).arg(&self.data).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// What an operator's command prints, and whether it succeeded.
    pub fn command(&self, words: &[&str]) -> (bool, String) {
        let output = Command::new(binary()).args(words).arg("--data").arg(&self.data).output().unwrap();
        let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
        (output.status.success(), String::from_utf8(text).unwrap())
    }

    /// `filmless staff … --json`.
    pub fn staff(&self, words: &[&str]) -> Value {
        let (is_done, text) = self.command(&[&["staff", "--json"], words].concat());
        assert!(is_done, "{words:?}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The code with which an act is refused.
    pub fn staff_refused(&self, words: &[&str]) -> String {
        let (is_done, text) = self.command(&[&["staff", "--json"], words].concat());
        assert!(!is_done, "{words:?} was not refused: {text}");
        let answer: Value = serde_json::from_str(&text).unwrap();
        answer["error"]["code"].as_str().unwrap().to_owned()
    }

    /// `filmless feedback`, with these lines.
    pub fn feed(&self, lines: &[&str]) -> String {
        let mut command = Command::new(binary());
        command.args(["feedback", "--json", "--data"]).arg(&self.data).stdin(Stdio::piped());
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut process.stdin.take().unwrap(), lines.join("\n").as_bytes()).unwrap();
        let output = process.wait_with_output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    }

    /// Waits for so many SMS; the newest first.
    pub async fn until_sms(&self, count: usize) -> Vec<Value> {
        self.until_some("an SMS", || Some(self.sms_newest_first()).filter(|all| all.len() >= count)).await
    }

    fn sms_newest_first(&self) -> Vec<Value> {
        let mut files = self.outbox("sms", "json");
        files.sort_by_key(|file| std::cmp::Reverse(std::fs::metadata(file).unwrap().modified().unwrap()));
        files.into_iter().map(|file| serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()).collect()
    }

    pub fn study(&self, uid: &str) -> Option<Value> {
        self.status()["studies"].as_array().unwrap().iter().find(|s| s["study_instance_uid"] == uid).cloned()
    }

    /// Waits until the study is in a state and its notices are settled; returns it.
    pub async fn until(&self, uid: &str, state: &str) -> Value {
        let is_settled = |study: &Value| {
            let is_out = |notice: &Value| notice["state"] != "pending" && notice["state"] != "sending";
            study["state"] == state && study["notices"].as_array().unwrap().iter().all(is_out)
        };
        self.until_some(state, || self.study(uid).filter(is_settled)).await
    }

    pub async fn until_quarantined(&self, key: &str) -> Value {
        let find = || {
            let status = self.status();
            status["quarantined"].as_array().unwrap().iter().find(|o| o["key"] == key).cloned()
        };
        self.until_some(key, find).await
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

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.data.join("log")).unwrap()
    }

    pub fn all_sms(&self) -> Vec<Value> {
        let read = |file: PathBuf| serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        self.outbox("sms", "json").into_iter().map(read).collect()
    }

    pub fn all_emails(&self) -> Vec<Vec<u8>> {
        self.outbox("email", "eml").into_iter().map(|file| std::fs::read(file).unwrap()).collect()
    }

    fn outbox(&self, kind: &str, extension: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.data.join("outbox").join(kind)).unwrap();
        let files = entries.map(|entry| entry.unwrap().path());
        files.filter(|file| file.extension().is_some_and(|e| e == extension)).collect()
    }

    pub fn slip(&self, uid: &str) -> PathBuf {
        self.data.join("buckets/slips").join(uid).join("v1/slip.pdf")
    }
}

impl Drop for System {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The line of an SMS that starts with a word, or the word that looks like a link.
pub fn link_of(sms: &Value) -> String {
    let text = sms["text"].as_str().unwrap();
    text.split_whitespace().find(|word| word.contains("/x/")).unwrap().to_owned()
}
