//! What the pages need from the use cases. The pages are tested against a sample behind this port; in
//! production they are [`filmless_delivery::viewing::Portal`] and its session.

use std::error::Error;

use async_trait::async_trait;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use filmless_delivery::DeliveryError;
use filmless_delivery::viewing::{
    AccessLine, LinkOpening, LinkStatus, NewShare, ShareLine, ShareOpening, ShareRequest, ShareScope,
    ShareStatus, SignIn, StudyDownload, StudySummary, StudyView,
};
use filmless_domain::{Language, LogCode, SopInstanceUid, StudyInstanceUid};
use filmless_runtime::error_chain;
use thiserror::Error;

/// When to come again while too many are at the door: the queue is empty by then.
const BUSY_SECONDS: &str = "5";

/// Why a page could not be made.
#[derive(Debug, Error)]
pub enum PortalError {
    /// There is no such thing, or it is not theirs: nobody can tell which.
    #[error("not found")]
    NotFound,
    /// Too many are at the door at this moment.
    #[error("too busy")]
    Busy,
    /// The use case behind it failed.
    #[error("the use case failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl PortalError {
    /// What a use case of ours failed with.
    #[must_use]
    pub fn of(error: DeliveryError) -> Self {
        match error {
            DeliveryError::Busy => Self::Busy,
            error => Self::failed(error),
        }
    }

    /// Wraps a failure of the use case.
    pub fn failed(source: impl Error + Send + Sync + 'static) -> Self {
        Self::Failed(Box::new(source))
    }
}

impl IntoResponse for PortalError {
    /// The status only; the page is put around it in the visitor's language when it leaves.
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND.into_response(),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, BUSY_SECONDS)]).into_response(),
            Self::Failed(source) => {
                let cause = error_chain(source.as_ref());
                tracing::error!(code = LogCode::PortalFailed.code(), cause, "a page could not be made");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// The use cases of the portal.
#[async_trait]
pub trait Door: Send + Sync {
    /// Account and password.
    async fn sign_in(&self, account: &str, password: &str, source: &str) -> Result<SignIn, PortalError>;
    /// What a link is, before anything is asked. Never changes anything: message apps fetch links unasked.
    async fn link_status(&self, token: &str) -> Result<LinkStatus, PortalError>;
    /// The answer to the second check: birth date or password, as typed.
    async fn open_link(&self, token: &str, answer: &str, source: &str) -> Result<LinkOpening, PortalError>;
    /// What a share is, before its code is asked. Never changes anything.
    async fn share_status(&self, token: &str) -> Result<ShareStatus, PortalError>;
    /// The code of a share, as typed.
    async fn open_share(&self, token: &str, code: &str, source: &str) -> Result<ShareOpening, PortalError>;
    /// Whom a session cookie belongs to.
    async fn session(&self, cookie: &str, source: &str) -> Result<Option<Box<dyn Guest>>, PortalError>;
    /// What of that which everything stands on does not work; nothing, where all is well.
    async fn failing(&self) -> Vec<&'static str>;
    /// Ends a session.
    async fn sign_out(&self, cookie: &str, source: &str) -> Result<(), PortalError>;
}

/// Somebody who was let in, and what they may see.
#[async_trait]
pub trait Guest: Send + Sync {
    /// Name as the hospital writes it.
    fn patient_name(&self) -> &str;
    /// Language of the order.
    fn language(&self) -> Language;
    /// What a share lets them see; nothing for the patient.
    fn share(&self) -> Option<&ShareScope>;
    /// Ends every session of the account; false for a share.
    async fn sign_out_everywhere(&self) -> Result<bool, PortalError>;
    /// Their studies, newest first.
    async fn list_studies(&self) -> Result<Vec<StudySummary>, PortalError>;
    /// One of them, with fresh URLs; `None` when it is unknown, not released or not theirs.
    async fn open_study(&self, study: &StudyInstanceUid) -> Result<Option<StudyView>, PortalError>;
    /// How many that they were given are held back for now.
    async fn count_withheld(&self) -> Result<usize, PortalError>;
    /// Whether one that they were given is held back for now; false of any other.
    async fn is_withheld(&self, study: &StudyInstanceUid) -> Result<bool, PortalError>;
    /// All files of one of them in one ZIP; `None` as above.
    async fn find_download(&self, study: &StudyInstanceUid) -> Result<Option<StudyDownload>, PortalError>;
    /// Asks for that ZIP; false when the study is unknown, not released or not theirs.
    async fn request_download(&self, study: &StudyInstanceUid) -> Result<bool, PortalError>;
    /// A presigned URL of one file as it was uploaded; `None` as above.
    async fn original_url(
        &self,
        study: &StudyInstanceUid,
        instance: &SopInstanceUid,
    ) -> Result<Option<String>, PortalError>;
    /// The first image of a study is on the screen.
    async fn see_first_image(&self, study: &StudyInstanceUid) -> Result<(), PortalError>;
    /// Who opened a study, newest first; `None` when it is not theirs, and for a share.
    async fn who_opened(&self, study: &StudyInstanceUid) -> Result<Option<Vec<AccessLine>>, PortalError>;
    /// The shares of the account, newest first; none for a share.
    async fn list_shares(&self) -> Result<Vec<ShareLine>, PortalError>;
    /// Makes a share; `None` when the request asks for what cannot be.
    async fn create_share(&self, request: &ShareRequest) -> Result<Option<NewShare>, PortalError>;
    /// Ends a share of the account; false for any other.
    async fn end_share(&self, id: &str) -> Result<bool, PortalError>;
}
