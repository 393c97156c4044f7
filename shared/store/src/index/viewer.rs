//! Viewer tokens: what a doctor's software opens studies with. Found by the hash of the token, never by the token.

use std::collections::BTreeMap;

use filmless_domain::{AccessionNumber, StudyInstanceUid};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::account::account_key_of;
use super::order::order_key;
use super::session::session_key;
use super::share::share_key;
use super::study::study_key;
use super::table::Item;
use super::{Change, Condition, Index, ItemKey, SessionRecord, Transaction};
use crate::StoreError;

/// What one viewer token opens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ViewerRecord {
    /// SHA-256 of the cookie of the session that it was made in, in hex: it ends with that session, but not with its pages.
    pub session: String,
    /// The account of that session.
    pub account_key: String,
    /// What it opens.
    pub studies: Vec<StudyInstanceUid>,
    /// Whether files may be taken as they were uploaded.
    pub may_take: bool,
    /// When it was made.
    #[serde(with = "millisecond::required")]
    pub created_at: Timestamp,
    /// When it was last used, to within a minute.
    #[serde(with = "millisecond::required")]
    pub seen_at: Timestamp,
    /// When it ends at the latest, in seconds since 1970 (also the table's TTL).
    pub expires_at: i64,
}

/// Everything that can end a viewer token at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Digest of the token.
    pub viewer: String,
    /// Digest of the session's cookie.
    pub session: String,
    /// Digest of the share's token, where the session came with a share.
    pub share: Option<String>,
    /// The account.
    pub account_key: String,
    /// The studies.
    pub studies: Vec<StudyInstanceUid>,
    /// The orders under which they are seen.
    pub orders: Vec<AccessionNumber>,
}

/// Those items as they are at one moment: to be compared with how they are at another.
#[derive(Clone, PartialEq)]
pub struct Snapshot(BTreeMap<(String, String), Item>);

impl std::fmt::Debug for Snapshot {
    /// Items hold patients.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Snapshot(hidden)")
    }
}

impl Snapshot {
    pub(super) fn of(items: impl IntoIterator<Item = ((String, String), Item)>) -> Self {
        Self(items.into_iter().collect())
    }
}

/// A text attribute; empty where it is missing.
pub(super) fn text_of(item: &Item, name: &str) -> String {
    item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default()
}

impl Watched {
    fn keys(&self) -> Vec<ItemKey> {
        let mut keys =
            vec![viewer_key(&self.viewer), session_key(&self.session), account_key_of(&self.account_key)];
        keys.extend(self.share.as_deref().map(share_key));
        keys.extend(self.studies.iter().map(study_key));
        keys.extend(self.orders.iter().map(order_key));
        keys
    }
}

fn viewer_key(token_digest: &str) -> ItemKey {
    ItemKey::new(format!("VIEWER#{token_digest}"), "VIEWER")
}

impl Transaction {
    /// Adds a new viewer token to its session, as it was read. Where the session has `max` already, its oldest ones end.
    /// Unmet when the session ended meanwhile, or made another token.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn add_viewer(
        self,
        token_digest: &str,
        viewer: &ViewerRecord,
        session: &SessionRecord,
        max: usize,
    ) -> Result<Self, StoreError> {
        let mut tokens = session.viewers.clone();
        tokens.push(token_digest.to_owned());
        let ended: Vec<String> = tokens.drain(..tokens.len().saturating_sub(max)).collect();
        let as_read = match session.viewers_made {
            0 => Condition::Absent("viewers_made"),
            made => Condition::is_number("viewers_made", i64::from(made)),
        };
        let change = Change::new()
            .set("viewers", tokens)
            .set("viewers_made", session.viewers_made.saturating_add(1))
            .when(&Condition::Present("account_key"))
            .when(&as_read);
        let new = Change::new().when(&Condition::Absent("pk"));
        let added =
            self.update(session_key(&viewer.session), change).put(&viewer_key(token_digest), viewer, new)?;
        Ok(ended.iter().fold(added, |transaction, digest| transaction.delete(viewer_key(digest))))
    }
}

impl Index {
    /// The viewer token with this digest, unless it ended: the table removes ended items late.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn viewer(
        &self,
        token_digest: &str,
        now: Timestamp,
    ) -> Result<Option<ViewerRecord>, StoreError> {
        let viewer: Option<ViewerRecord> = self.get(&viewer_key(token_digest)).await?;
        Ok(viewer.filter(|viewer| viewer.expires_at > now.as_second()))
    }

    /// Remembers that the token was used.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn see_viewer(&self, token_digest: &str, now: Timestamp) -> Result<(), StoreError> {
        let change =
            Change::new().set("seen_at", now.as_millisecond()).when(&Condition::Present("account_key"));
        self.update::<ViewerRecord>(&viewer_key(token_digest), change).await.map(|_| ())
    }

    /// These items as they are now, by one call; one that is gone is missing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn snapshot(&self, watched: &Watched) -> Result<Snapshot, StoreError> {
        let items = self.get_items(watched.keys()).await?.into_iter();
        Ok(Snapshot::of(items.map(|item| ((text_of(&item, "pk"), text_of(&item, "sk")), item))))
    }
}
