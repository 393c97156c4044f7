//! SMS and email of the embedded profile: files under `DIR/outbox`. A message sent again has the same file name, so a
//! patient gets each message once, whatever crashed in between.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use filmless_domain::Channel;
use filmless_store::port::{Message, Messenger, Messengers, PortError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The channels whose messages are stored here for the hospital's relay.
const CHANNELS: [Channel; 2] = [Channel::Sms, Channel::Email];

/// The outbox folder.
#[derive(Debug, Clone)]
pub struct OutboxFolder {
    folder: PathBuf,
}

/// A stored SMS.
#[derive(Clone, Serialize, Deserialize)]
pub struct StoredSms {
    /// Recipient in E.164.
    pub to: String,
    /// Text.
    pub text: String,
    /// Number of parts.
    pub parts: u32,
    /// Encoding.
    pub encoding: String,
}

impl OutboxFolder {
    /// The outbox below a data folder.
    pub fn new(data: &Path) -> std::io::Result<Self> {
        let folder = data.join("outbox");
        for channel in CHANNELS {
            fs::create_dir_all(folder.join(channel.as_str()))?;
        }
        // Messages contain passwords.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
        Ok(Self { folder })
    }

    /// The messengers that write here, one for each channel.
    pub fn messengers(&self) -> Messengers {
        let of = |channel| OutboxMessenger { outbox: self.clone(), channel };
        Messengers::new(CHANNELS.map(|channel| Arc::new(of(channel)) as _))
    }

    /// The SMS, newest first.
    pub fn sms(&self) -> Vec<StoredSms> {
        let files = self.newest_first("sms", "json").into_iter();
        files.filter_map(|file| serde_json::from_slice(&fs::read(file).ok()?).ok()).collect()
    }

    /// The emails, newest first: file name and message.
    pub fn emails(&self) -> Vec<(String, Vec<u8>)> {
        let name = |file: &Path| file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let files = self.newest_first("email", "eml").into_iter();
        files.filter_map(|file| Some((name(&file), fs::read(&file).ok()?))).collect()
    }

    /// Deletes messages written before then, and returns their number.
    pub async fn expire(&self, before: Timestamp) -> std::io::Result<usize> {
        let before = SystemTime::from(before);
        let mut removed = 0;
        for channel in CHANNELS {
            removed += self.remove(channel, move |entry| Ok(entry.metadata()?.modified()? < before)).await?;
        }
        Ok(removed)
    }

    async fn remove(
        &self,
        channel: Channel,
        is_meant: impl Fn(&fs::DirEntry) -> std::io::Result<bool> + Send + 'static,
    ) -> std::io::Result<usize> {
        let folder = self.folder.join(channel.as_str());
        let removed = tokio::task::spawn_blocking(move || {
            let mut removed = 0;
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                if is_meant(&entry)? {
                    fs::remove_file(entry.path())?;
                    removed += 1;
                }
            }
            Ok(removed)
        });
        removed.await.map_err(std::io::Error::other)?
    }

    fn newest_first(&self, kind: &str, extension: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.join(kind)).into_iter().flatten().flatten();
        let mut files: Vec<_> = entries
            .filter(|entry| entry.path().extension().is_some_and(|e| e == extension))
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        files.sort_by(|a, b| b.cmp(a));
        files.into_iter().map(|(_, file)| file).collect()
    }

    async fn keep(&self, channel: Channel, name: String, bytes: Vec<u8>) -> Result<String, PortError> {
        let file = self.folder.join(channel.as_str()).join(&name);
        let kept = tokio::task::spawn_blocking(move || write_whole(&file, &bytes)).await;
        let unavailable = |source: Box<dyn std::error::Error + Send + Sync>| PortError::Unavailable {
            operation: "write to the outbox",
            source,
        };
        kept.map_err(|e| unavailable(Box::new(e)))?.map_err(|e| unavailable(Box::new(e)))?;
        Ok(name)
    }
}

/// Writes a message unless it exists: after a crash, a message that was already sent is not written again.
fn write_whole(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if file.exists() {
        return Ok(());
    }
    // The dot hides a half-written message.
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let temporary = file.with_file_name(format!(".{name}.new"));
    let mut written = fs::File::create(&temporary)?;
    written.write_all(bytes)?;
    written.sync_all()?;
    fs::rename(&temporary, file)
}

/// One channel of an outbox.
struct OutboxMessenger {
    outbox: OutboxFolder,
    channel: Channel,
}

#[async_trait]
impl Messenger for OutboxMessenger {
    fn channel(&self) -> Channel {
        self.channel
    }

    async fn send(&self, message: &Message) -> Result<String, PortError> {
        let key = message.idempotency_key();
        let (name, bytes) = match message {
            Message::Sms(sms) => {
                let stored = StoredSms {
                    to: sms.to.as_str().to_owned(),
                    text: sms.text.clone(),
                    parts: sms.parts,
                    encoding: sms.encoding.to_owned(),
                };
                let bytes = serde_json::to_vec_pretty(&stored).map_err(|e| PortError::Refused {
                    operation: "write to the outbox",
                    source: Box::new(e),
                })?;
                (format!("{key}.json"), bytes)
            }
            Message::Email(email) => (format!("{key}.eml"), email.raw.clone()),
            Message::Values(_) => {
                return Err(PortError::refused("write to the outbox", "no relay knows the template"));
            }
        };
        self.outbox.keep(self.channel, name, bytes).await
    }

    fn is_idempotent(&self) -> bool {
        true
    }

    async fn forget(&self, beginning: &str) -> Result<usize, PortError> {
        let beginning = beginning.to_owned();
        let is_meant = move |entry: &fs::DirEntry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            Ok(name.trim_start_matches('.').starts_with(&beginning))
        };
        self.outbox.remove(self.channel, is_meant).await.map_err(|source| PortError::Unavailable {
            operation: "delete from the outbox",
            source: Box::new(source),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use filmless_domain::PhoneNumber;
    use filmless_store::port::Sms;

    #[tokio::test]
    async fn messages_go_when_their_time_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = OutboxFolder::new(folder.path()).unwrap();
        for (channel, name) in [(Channel::Sms, "1.2-v1-sms.json"), (Channel::Email, "1.2-v1-email.eml")] {
            outbox.keep(channel, name.into(), b"{}".to_vec()).await.unwrap();
        }
        let (now, day) = (Timestamp::now(), jiff::SignedDuration::from_hours(24));
        assert_eq!(outbox.expire(now - day).await.unwrap(), 0);
        assert_eq!(outbox.expire(now + day).await.unwrap(), 2);
        assert!(outbox.emails().is_empty());
    }

    #[tokio::test]
    async fn a_message_sent_twice_is_there_once() {
        let folder = std::env::temp_dir().join(format!("filmless-outbox-{}", std::process::id()));
        let outbox = OutboxFolder::new(&folder).unwrap();
        let sms = Message::Sms(Sms {
            idempotency_key: "1.2-v1-sms".into(),
            to: PhoneNumber::parse("0903123456").unwrap(),
            text: "Ket qua".into(),
            parts: 1,
            encoding: "GSM-7",
        });
        let messengers = outbox.messengers();
        let messenger = messengers.of(Channel::Sms).unwrap();
        let file = folder.join("outbox/sms/1.2-v1-sms.json");
        messenger.send(&sms).await.unwrap();
        let written_at = fs::metadata(&file).unwrap().modified().unwrap();
        messenger.send(&sms).await.unwrap();
        let kept = outbox.sms();
        assert_eq!(kept.len(), 1);
        assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), written_at, "it was written anew");
        assert_eq!((kept[0].to.as_str(), kept[0].parts), ("+84903123456", 1));
        assert_eq!(messenger.forget("1.2-v2").await.unwrap(), 0);
        assert_eq!(messenger.forget("1.2-v").await.unwrap(), 1);
        assert!(outbox.sms().is_empty());
        fs::remove_dir_all(folder).unwrap();
    }
}
