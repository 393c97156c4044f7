//! `filmless up`, in a process for this test alone.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use filmless_store::{Connection, Endpoints};
use serde_json::Value;
use tempfile::TempDir;

use crate::binary::binary;

pub struct Embedded {
    process: Child,
    pub data: PathBuf,
    running: Value,
    _folder: Option<TempDir>,
}

impl Embedded {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut system = Self::start_in(folder.path(), &[]);
        system._folder = Some(folder);
        system
    }

    pub fn start_in(data: &Path, options: &[&str]) -> Self {
        Self::start_with(data, options, &[])
    }

    pub fn start_with(data: &Path, options: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut process = Command::new(binary())
            .args(["up", "--port", "0", "--data"])
            .arg(data)
            .args(if options.contains(&"--settle") { &[][..] } else { &["--settle", "1s"] })
            .args(options)
            .env("XDG_STATE_HOME", data.join("state"))
            .envs(environment.iter().copied())
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

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The first slip of a study, in the bucket's folder.
    pub fn slip_file(&self, uid: &str) -> PathBuf {
        self.data.join("buckets/slips").join(uid).join("v1/slip.pdf")
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
            access_key_id: self.system_key("access_key_id"),
            secret_access_key: self.system_key("secret_access_key"),
        })
    }

    /// One half of the system's own key, from the data folder.
    pub fn system_key(&self, field: &str) -> String {
        let files = ["storage-key.json", "system-key.json"].map(|name| self.data.join(name));
        let file = files.iter().find(|file| file.exists()).unwrap();
        let keys: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        keys[field].as_str().unwrap().to_owned()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.data.join("log")).unwrap()
    }

    /// All SMS, newest first.
    pub fn all_sms(&self) -> Vec<Value> {
        let mut files = self.outbox("sms", "json");
        files.sort_by_key(|file| std::cmp::Reverse(std::fs::metadata(file).unwrap().modified().unwrap()));
        files.into_iter().map(|file| serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()).collect()
    }

    pub fn all_emails(&self) -> Vec<Vec<u8>> {
        self.outbox("email", "eml").into_iter().map(|file| std::fs::read(file).unwrap()).collect()
    }

    fn outbox(&self, kind: &str, extension: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.data.join("outbox").join(kind)).unwrap();
        let files = entries.map(|entry| entry.unwrap().path());
        files.filter(|file| file.extension().is_some_and(|e| e == extension)).collect()
    }
}

/// SIGKILL, so that nothing in the process gets to clean up.
impl Drop for Embedded {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
