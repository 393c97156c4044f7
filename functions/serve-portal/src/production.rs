//! The port over the real use cases.

use async_trait::async_trait;
use filmless_delivery::viewing::{
    AccessLine, LinkOpening, LinkStatus, NewShare, Portal, Session, ShareLine, ShareOpening, ShareRequest,
    ShareScope, ShareStatus, SignIn, StudyDownload, StudySummary, StudyView,
};
use filmless_domain::{Language, SopInstanceUid, StudyInstanceUid};

use crate::{Door, Guest, PortalError};

#[async_trait]
impl Door for Portal {
    async fn sign_in(&self, account: &str, password: &str, source: &str) -> Result<SignIn, PortalError> {
        Self::sign_in(self, account, password, source).await.map_err(PortalError::of)
    }

    async fn link_status(&self, token: &str) -> Result<LinkStatus, PortalError> {
        Self::link_status(self, token).await.map_err(PortalError::of)
    }

    async fn open_link(&self, token: &str, answer: &str, source: &str) -> Result<LinkOpening, PortalError> {
        Self::open_link(self, token, answer, source).await.map_err(PortalError::of)
    }

    async fn share_status(&self, token: &str) -> Result<ShareStatus, PortalError> {
        Self::share_status(self, token).await.map_err(PortalError::of)
    }

    async fn open_share(&self, token: &str, code: &str, source: &str) -> Result<ShareOpening, PortalError> {
        Self::open_share(self, token, code, source).await.map_err(PortalError::of)
    }

    async fn session(&self, cookie: &str, source: &str) -> Result<Option<Box<dyn Guest>>, PortalError> {
        let session = Self::session(self, cookie, source).await.map_err(PortalError::of)?;
        Ok(session.map(|session| Box::new(SignedIn { portal: self.clone(), session }) as Box<dyn Guest>))
    }

    async fn failing(&self) -> Vec<&'static str> {
        Self::failing(self).await
    }

    async fn sign_out(&self, cookie: &str, source: &str) -> Result<(), PortalError> {
        Self::sign_out(self, cookie, source).await.map_err(PortalError::of)
    }
}

struct SignedIn {
    portal: Portal,
    session: Session,
}

#[async_trait]
impl Guest for SignedIn {
    fn patient_name(&self) -> &str {
        &self.session.patient_name
    }

    fn language(&self) -> Language {
        self.session.language
    }

    fn share(&self) -> Option<&ShareScope> {
        self.session.share.as_ref()
    }

    async fn sign_out_everywhere(&self) -> Result<bool, PortalError> {
        self.portal.sign_out_everywhere(&self.session).await.map_err(PortalError::of)
    }

    async fn list_studies(&self) -> Result<Vec<StudySummary>, PortalError> {
        self.portal.list_studies(&self.session).await.map_err(PortalError::of)
    }

    async fn open_study(&self, study: &StudyInstanceUid) -> Result<Option<StudyView>, PortalError> {
        self.portal.open_study(&self.session, study).await.map_err(PortalError::of)
    }

    async fn count_withheld(&self) -> Result<usize, PortalError> {
        self.portal.count_withheld(&self.session).await.map_err(PortalError::of)
    }

    async fn is_withheld(&self, study: &StudyInstanceUid) -> Result<bool, PortalError> {
        self.portal.is_withheld(&self.session, study).await.map_err(PortalError::of)
    }

    async fn find_download(&self, study: &StudyInstanceUid) -> Result<Option<StudyDownload>, PortalError> {
        self.portal.find_download(&self.session, study).await.map_err(PortalError::of)
    }

    async fn request_download(&self, study: &StudyInstanceUid) -> Result<bool, PortalError> {
        self.portal.request_download(&self.session, study).await.map_err(PortalError::of)
    }

    async fn original_url(
        &self,
        study: &StudyInstanceUid,
        instance: &SopInstanceUid,
    ) -> Result<Option<String>, PortalError> {
        self.portal.original_url(&self.session, study, instance).await.map_err(PortalError::of)
    }

    async fn see_first_image(&self, study: &StudyInstanceUid) -> Result<(), PortalError> {
        self.portal.see_first_image(&self.session, study).await.map_err(PortalError::of)
    }

    async fn who_opened(&self, study: &StudyInstanceUid) -> Result<Option<Vec<AccessLine>>, PortalError> {
        self.portal.who_opened(&self.session, study).await.map_err(PortalError::of)
    }

    async fn list_shares(&self) -> Result<Vec<ShareLine>, PortalError> {
        self.portal.list_shares(&self.session).await.map_err(PortalError::of)
    }

    async fn create_share(&self, request: &ShareRequest) -> Result<Option<NewShare>, PortalError> {
        self.portal.create_share(&self.session, request).await.map_err(PortalError::of)
    }

    async fn end_share(&self, id: &str) -> Result<bool, PortalError> {
        self.portal.end_share(&self.session, id).await.map_err(PortalError::of)
    }
}
