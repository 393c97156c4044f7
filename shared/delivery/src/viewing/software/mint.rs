//! Making a viewer token.

use filmless_domain::audit::AuditAction;
use filmless_domain::{Secret, StudyInstanceUid};
use filmless_store::StoreError;
use filmless_store::index::{LogName, Transaction, TransactionOutcome, ViewerRecord};
use jiff::Timestamp;

use super::admission::Right;
use super::judge::VIEWER_IDLE;
use crate::viewing::access::{OpenedWith, event};
use crate::viewing::{FoundSession, Portal, Session};
use crate::{DeliveryError, credentials};

/// Most viewer tokens of one session that open at a time: one more ends the oldest, so that the newest click always works.
pub const VIEWER_TOKENS_MAX: usize = 20;

/// How often a token is added anew because the session made another one at the same moment.
const TRIES_MAX: u32 = 8;

/// A token that was made: shown once.
pub struct NewViewerToken {
    /// Letters and digits only: it stands in addresses.
    pub token: Secret,
    /// The DICOMweb service of whoever has the token: what software is given.
    pub address: Secret,
    /// When it ends if nobody uses it: 8 hours from now, or at its latest end where that is earlier.
    pub expires_at: Timestamp,
    /// When it ends however much it is used: with the age of its session, or with its share.
    pub ends_at: Timestamp,
    /// What it lets do.
    pub right: Right,
}

impl NewViewerToken {
    /// QR code of the address, PNG.
    ///
    /// # Errors
    /// [`DeliveryError::Internal`], never for an address.
    pub fn qr_png(&self) -> Result<Vec<u8>, DeliveryError> {
        filmless_slip::qr_png(self.address.expose()).map_err(DeliveryError::internal("a QR code"))
    }
}

impl Portal {
    /// Whether software may be offered for a study: false for any that is not in sight of the session.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn may_open_with_software(
        &self,
        session: &Session,
        study: &StudyInstanceUid,
    ) -> Result<bool, DeliveryError> {
        Ok(self.visible(session, study).await?.is_some())
    }

    /// Makes a token with which software opens these studies; `None` unless all of them are in sight of the session.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn new_viewer_token(
        &self,
        session: &Session,
        studies: &[StudyInstanceUid],
    ) -> Result<Option<NewViewerToken>, DeliveryError> {
        let Some(first) = studies.first() else { return Ok(None) };
        for study in studies {
            if self.visible(session, study).await?.is_none() {
                return Ok(None);
            }
            // Who has a token has opened the study, whether they saw its page or not.
            self.record_opening(session, study, OpenedWith::Pages).await?;
        }
        let common = &self.common;
        let token = credentials::new_viewer_token(common.randomness.as_ref())?;
        let digest = credentials::token_digest(token.expose());
        let right = if session.may_download() { Right::Take } else { Right::See };
        let audit = event(session, AuditAction::CreateViewerToken, first);
        let audit = audit.detail(format!("{} studies, {}", studies.len(), right.as_str())).entry(common)?;
        for _ in 0..TRIES_MAX {
            let found = self.find_session(&session.token_digest, &session.source).await?;
            let Some(found) = found.and_then(FoundSession::in_use) else { return Ok(None) };
            let (now, ends_at) = (common.clock.now(), found.ends_at()?);
            let viewer = ViewerRecord {
                session: session.token_digest.clone(),
                account_key: session.account_key.clone(),
                studies: studies.to_vec(),
                may_take: right == Right::Take,
                created_at: now,
                seen_at: now,
                expires_at: ends_at.as_second(),
            };
            let transaction = Transaction::new()
                .add_viewer(&digest, &viewer, &found.record, VIEWER_TOKENS_MAX)?
                .log(LogName::Audit, &audit)?;
            if common.index.commit(transaction).await? == TransactionOutcome::Committed {
                let address = format!("{}/dicomweb/{}", common.settings.public_url, token.expose());
                let (address, expires_at) = (Secret::new(address), ends_at.min(now + VIEWER_IDLE));
                return Ok(Some(NewViewerToken { token, address, expires_at, ends_at, right }));
            }
        }
        Err(StoreError::Contention { operation: "make a viewer token" }.into())
    }
}
