//! How commands find a system on this machine: `up` writes `DIR/up.json`, and a copy that commands find from any
//! working folder. Only their owner can read them.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use filmless_delivery::Settings;
use filmless_embedded::Credentials;
use filmless_store::{Connection, Endpoints};
use serde::{Deserialize, Serialize};

use crate::cli::TargetOptions;

/// Names of buckets and table in the embedded profile.
pub const STUDIES_BUCKET: &str = "studies";
pub const DERIVED_BUCKET: &str = "derived";
pub const SLIPS_BUCKET: &str = "slips";
pub const AUDIT_BUCKET: &str = "audit";
pub const USAGE_BUCKET: &str = "usage";
/// Where the hospital's systems write: studies and orders.
pub const UPLOAD_PREFIXES: [&str; 2] = ["incoming/", "orders/"];
pub const INDEX_TABLE: &str = "filmless";
/// Region in the embedded profile's signatures: Singapore, where a Vietnamese hospital's AWS would be.
pub const REGION: &str = "ap-southeast-1";

/// The key of the servers in its process, as `filmless-embedded` stores it.
const SYSTEM_KEY_FILE: &str = "system-key.json";
/// The key of external storage.
const STORAGE_KEY_FILE: &str = "storage-key.json";

/// The one line `up` prints when it is ready.
#[derive(Clone, Serialize, Deserialize)]
pub struct Running {
    /// The portal's URL.
    pub portal: String,
    /// The S3 URL for uploads.
    pub s3: String,
    /// The URL of the index.
    pub dynamodb: String,
    /// The uploader's access key. It can only upload. `None` with external storage, whose owner gives out its keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key_id: Option<String>,
    /// Its secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_access_key: Option<String>,
    /// Region for signatures; any is accepted.
    pub region: String,
    /// Bucket of uploads.
    pub studies_bucket: String,
    /// The data folder.
    pub data: PathBuf,
    /// The hospital's settings, so that a command next to `up` decides and writes as `up` does.
    pub settings: Settings,
    /// Where external storage announces uploads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announce: Option<String>,
    /// Where Prometheus fetches the metrics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<String>,
}

impl Running {
    /// Writes it where commands look for it.
    pub fn write(&self) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        write_private(&self.data.join("up.json"), &text)?;
        // Only a convenience: without a home directory, `--data` still finds the system.
        if let Some(folder) = registry_folder()
            && fs::create_dir_all(&folder).is_ok()
        {
            let port = url::Url::parse(&self.portal)?.port_or_known_default().unwrap_or_default();
            let _ = write_private(&folder.join(format!("up-{port}.json")), &text);
        }
        Ok(())
    }

    /// The system that the options name, or the one `up` started last.
    pub fn find(target: &TargetOptions) -> anyhow::Result<Self> {
        let mut candidates: Vec<PathBuf> = target.data.iter().map(|dir| dir.join("up.json")).collect();
        if target.data.is_none() {
            candidates.push(PathBuf::from("data/up.json"));
            candidates.extend(registered());
        }
        for file in candidates {
            let Ok(text) = fs::read_to_string(&file) else { continue };
            let running: Self = serde_json::from_str(&text).with_context(|| {
                format!(
                    "{} cannot be read: another version of the program wrote it; start `filmless up` again",
                    file.display()
                )
            })?;
            if target.to.as_deref().is_none_or(|url| running.is_at(url)) {
                return Ok(running);
            }
        }
        match &target.to {
            Some(url) => {
                bail!("no system on this machine has the address {url}; name its folder with --data")
            }
            None => {
                bail!("no running system found; start one with `filmless up`, or name its folder with --data")
            }
        }
    }

    fn is_at(&self, url: &str) -> bool {
        let address = |text: &str| {
            let url = url::Url::parse(text).ok()?;
            Some((url.host_str()?.replace("localhost", "127.0.0.1"), url.port_or_known_default()?))
        };
        let asked = address(url);
        asked.is_some() && [&self.portal, &self.s3].iter().any(|known| address(known) == asked)
    }

    /// The system's own connection, for operators' commands. Its key is readable only by the owner of the data folder.
    pub fn connection(&self) -> anyhow::Result<Connection> {
        let file = self.data.join(match self.access_key_id {
            Some(_) => SYSTEM_KEY_FILE,
            None => STORAGE_KEY_FILE,
        });
        let text = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let keys: Credentials =
            serde_json::from_slice(&text).with_context(|| format!("{} is damaged", file.display()))?;
        Ok(self.connection_with(keys))
    }

    /// The uploader's connection; to external storage, with the key from the environment or the system's.
    pub fn connection_of_uploader(&self) -> anyhow::Result<Connection> {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let given = self.access_key_id.clone().zip(self.secret_access_key.clone());
        match given.or_else(|| variable("AWS_ACCESS_KEY_ID").zip(variable("AWS_SECRET_ACCESS_KEY"))) {
            Some((access_key_id, secret_access_key)) => {
                Ok(self.connection_with(Credentials { access_key_id, secret_access_key }))
            }
            None => self.connection(),
        }
    }

    fn connection_with(&self, keys: Credentials) -> Connection {
        Connection::to(&Endpoints {
            s3: self.s3.clone(),
            s3_public: self.s3.clone(),
            dynamodb: self.dynamodb.clone(),
            region: self.region.clone(),
            access_key_id: keys.access_key_id,
            secret_access_key: keys.secret_access_key,
        })
    }
}

/// Stores the key of external storage for operators' commands.
pub fn keep_storage_key(data: &Path, storage: &Endpoints) -> anyhow::Result<()> {
    let keys = Credentials {
        access_key_id: storage.access_key_id.clone(),
        secret_access_key: storage.secret_access_key.clone(),
    };
    write_private(&data.join(STORAGE_KEY_FILE), &serde_json::to_string_pretty(&keys)?)
}

fn registry_folder() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let state = state.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state")))?;
    Some(state.join("filmless"))
}

/// The systems started on this machine, latest first.
fn registered() -> Vec<PathBuf> {
    let entries =
        registry_folder().and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let mut files: Vec<_> =
        entries.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).collect();
    files.sort_by(|a, b| b.cmp(a));
    files
        .into_iter()
        .map(|(_, file)| file)
        .filter(|file| file.extension().is_some_and(|e| e == "json"))
        .collect()
}

/// Writes a file that only its owner can read, in one step.
pub fn write_private(file: &Path, text: &str) -> anyhow::Result<()> {
    let temporary = file.with_extension("new");
    let mut options = fs::OpenOptions::new();
    let opened = options.create(true).truncate(true).write(true).mode(0o600).open(&temporary);
    let mut opened = opened.with_context(|| format!("cannot write {}", file.display()))?;
    opened.write_all(text.as_bytes())?;
    opened.sync_all()?;
    fs::rename(&temporary, file).with_context(|| format!("cannot write {}", file.display()))
}
