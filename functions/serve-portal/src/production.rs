//! The port over the real use cases.

use async_trait::async_trait;
use filmless_delivery::portal::{
    LinkOpening, LinkStatus, Portal, Session, SignIn, StudyDownload, StudySummary, StudyView,
};
use filmless_domain::{Language, SopInstanceUid, StudyInstanceUid};

use crate::{Door, Guest, PortalError};

#[async_trait]
impl Door for Portal {
    async fn sign_in(&self, account: &str, password: &str, source: &str) -> Result<SignIn, PortalError> {
        Self::sign_in(self, account, password, source).await.map_err(PortalError::failed)
    }

    async fn link_status(&self, token: &str) -> Result<LinkStatus, PortalError> {
        Self::link_status(self, token).await.map_err(PortalError::failed)
    }

    async fn open_link(&self, token: &str, answer: &str, source: &str) -> Result<LinkOpening, PortalError> {
        Self::open_link(self, token, answer, source).await.map_err(PortalError::failed)
    }

    async fn session(&self, cookie: &str) -> Result<Option<Box<dyn Guest>>, PortalError> {
        let session = Self::session(self, cookie).await.map_err(PortalError::failed)?;
        Ok(session.map(|session| Box::new(SignedIn { portal: self.clone(), session }) as Box<dyn Guest>))
    }

    async fn sign_out(&self, cookie: &str) -> Result<(), PortalError> {
        Self::sign_out(self, cookie).await.map_err(PortalError::failed)
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

    async fn list_studies(&self) -> Result<Vec<StudySummary>, PortalError> {
        self.portal.list_studies(&self.session).await.map_err(PortalError::failed)
    }

    async fn open_study(&self, study: &StudyInstanceUid) -> Result<Option<StudyView>, PortalError> {
        self.portal.open_study(&self.session, study).await.map_err(PortalError::failed)
    }

    async fn find_download(&self, study: &StudyInstanceUid) -> Result<Option<StudyDownload>, PortalError> {
        self.portal.find_download(&self.session, study).await.map_err(PortalError::failed)
    }

    async fn request_download(&self, study: &StudyInstanceUid) -> Result<bool, PortalError> {
        self.portal.request_download(&self.session, study).await.map_err(PortalError::failed)
    }

    async fn original_url(
        &self,
        study: &StudyInstanceUid,
        instance: &SopInstanceUid,
    ) -> Result<Option<String>, PortalError> {
        self.portal.original_url(&self.session, study, instance).await.map_err(PortalError::failed)
    }
}
