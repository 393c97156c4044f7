//! How commands find a system that runs on this machine: `up` writes `DIR/up.json` and a copy where every working
//! folder finds it, readable by their owner only.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use filmless_delivery::MessageSecrets;
use filmless_domain::Hospital;
use filmless_domain::gate::ReleaseOn;
use filmless_domain::identity::IdentityRules;
use filmless_store::{Connection, Endpoints};
use serde::{Deserialize, Serialize};

use crate::cli::TargetOptions;

/// Names of buckets and table in the embedded profile.
pub const STUDIES_BUCKET: &str = "studies";
pub const DERIVED_BUCKET: &str = "derived";
pub const SLIPS_BUCKET: &str = "slips";
pub const AUDIT_BUCKET: &str = "audit";
pub const USAGE_BUCKET: &str = "usage";
pub const INDEX_TABLE: &str = "filmless";
/// Region in the embedded profile's signatures: Singapore, where a Vietnamese hospital's AWS would be.
pub const REGION: &str = "ap-southeast-1";

/// The one line that `up` prints when it is ready.
#[derive(Clone, Serialize, Deserialize)]
pub struct Running {
    /// Where patients go.
    pub portal: String,
    /// Where the hospital uploads.
    pub s3: String,
    /// Where the index is.
    pub dynamodb: String,
    /// Access key of both.
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: String,
    /// Region of signatures; any is accepted.
    pub region: String,
    /// Bucket of uploads.
    pub studies_bucket: String,
    /// The data folder.
    pub data: PathBuf,
    /// What slips and messages say of the hospital.
    pub hospital: Hospital,
    /// Which secrets messages carry.
    pub message_secrets: MessageSecrets,
    /// What the gate demands: a command beside `up` judges as it does.
    #[serde(default)]
    pub release_on: ReleaseOn,
    /// How persons are compared.
    #[serde(default)]
    pub identity: IdentityRules,
    /// Quiet period in milliseconds.
    pub quiet_period_ms: u64,
    /// Where a storage of one's own announces uploads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announce: Option<String>,
}

impl Running {
    /// Where commands look for it.
    pub fn write(&self) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        write_private(&self.data.join("up.json"), &text)?;
        // A convenience: without a home directory, `--data` still finds the system.
        if let Some(folder) = registry_folder()
            && fs::create_dir_all(&folder).is_ok()
        {
            let port = url::Url::parse(&self.portal)?.port_or_known_default().unwrap_or_default();
            let _ = write_private(&folder.join(format!("up-{port}.json")), &text);
        }
        Ok(())
    }

    /// The system that the options, or the last `up`, name.
    pub fn find(target: &TargetOptions) -> anyhow::Result<Self> {
        let mut candidates: Vec<PathBuf> = target.data.iter().map(|dir| dir.join("up.json")).collect();
        if target.data.is_none() {
            candidates.push(PathBuf::from("data/up.json"));
            candidates.extend(registered());
        }
        for file in candidates {
            let Ok(text) = fs::read_to_string(&file) else { continue };
            let running: Self =
                serde_json::from_str(&text).with_context(|| format!("{} is damaged", file.display()))?;
            if target.to.as_deref().is_none_or(|url| running.is_at(url)) {
                return Ok(running);
            }
        }
        match &target.to {
            Some(url) => bail!("no system of this machine is at {url}; name its folder with --data"),
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

    /// The clients' connection.
    pub fn connection(&self) -> Connection {
        Connection::to(&Endpoints {
            s3: self.s3.clone(),
            s3_public: self.s3.clone(),
            dynamodb: self.dynamodb.clone(),
            region: self.region.clone(),
            access_key_id: self.access_key_id.clone(),
            secret_access_key: self.secret_access_key.clone(),
        })
    }
}

fn registry_folder() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let state = state.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state")))?;
    Some(state.join("filmless"))
}

/// The systems started on this machine, the latest first.
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

/// Writes a file that only its owner may read, in one step.
pub fn write_private(file: &Path, text: &str) -> anyhow::Result<()> {
    let temporary = file.with_extension("new");
    let mut options = fs::OpenOptions::new();
    let opened = options.create(true).truncate(true).write(true).mode(0o600).open(&temporary);
    let mut opened = opened.with_context(|| format!("cannot write {}", file.display()))?;
    opened.write_all(text.as_bytes())?;
    opened.sync_all()?;
    fs::rename(&temporary, file).with_context(|| format!("cannot write {}", file.display()))
}
