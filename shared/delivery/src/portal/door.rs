//! Who may come in: account and password, or link and second check.

use filmless_domain::{BirthDate, Secret, access, person_name};
use filmless_store::index::{AccountRecord, LinkRecord, LinkState, SessionRecord};

use super::{LinkOpening, LinkStatus, Portal, Session, SignIn};
use crate::{DeliveryError, credentials};

/// Salt of the hash that is computed for accounts that do not exist, so that they take as long as others.
const NO_ACCOUNT_SALT: &str = "00000000000000000000000000000000";

impl Portal {
    /// Checks account and password. Guessing is counted per account and source address, so that nobody can lock
    /// a patient out from elsewhere.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn sign_in(
        &self,
        account: &str,
        password: &str,
        source: &str,
    ) -> Result<SignIn, DeliveryError> {
        let account_key = access::account_key(account);
        if account_key.is_empty() {
            return Ok(SignIn::Denied);
        }
        let index = &self.services.index;
        let limits = &self.services.settings.limits;
        let source_digest = credentials::token_digest(source);
        let window = limits.sign_in_window_seconds;
        let tries =
            index.count_sign_in(&account_key, &source_digest, self.services.clock.now(), window).await?;
        if tries > limits.sign_in_failures_max {
            return Ok(SignIn::SlowDown { retry_after_seconds: window });
        }
        let known = index.account(&account_key).await?;
        let is_right = self.is_password_right(known.as_ref(), password).await?;
        match known.filter(|_| is_right) {
            Some(account) => {
                index.forget_sign_ins(&account_key, &source_digest).await?;
                Ok(SignIn::Granted(self.start_session(account).await?))
            }
            None => Ok(SignIn::Denied),
        }
    }

    /// What a link is before its second check. Reading it changes nothing, because link previewers read links.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn link_status(&self, token: &str) -> Result<LinkStatus, DeliveryError> {
        let link = self.services.index.link(&credentials::token_digest(token)).await?;
        Ok(self.status_of(link.as_ref()))
    }

    /// Checks a birth date or a password against a link.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn open_link(
        &self,
        token: &str,
        answer: &str,
        _source: &str,
    ) -> Result<LinkOpening, DeliveryError> {
        let index = &self.services.index;
        let digest = credentials::token_digest(token);
        match self.link_status(token).await? {
            LinkStatus::Open { .. } => {}
            LinkStatus::Replaced => return Ok(LinkOpening::Replaced),
            LinkStatus::Gone => return Ok(LinkOpening::Gone),
        }
        let failures_max = self.services.settings.limits.link_failures_max;
        // Counted first: answers that come at the same time must not share one count.
        let Some(link) = index.count_link_check(&digest, failures_max).await? else {
            return Ok(LinkOpening::Gone);
        };
        let account = index.account(&link.account_key).await?;
        if self.is_answer_right(&link, account.as_ref(), answer).await?
            && let Some(account) = account
        {
            index.uncount_link_check(&digest).await?;
            let session = self.start_session(account).await?;
            return Ok(LinkOpening::Granted { session, study: link.study_instance_uid });
        }
        Ok(LinkOpening::Wrong { attempts_left: failures_max.saturating_sub(link.failures) })
    }

    /// The session of a cookie.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn session(&self, cookie: &str) -> Result<Option<Session>, DeliveryError> {
        let digest = credentials::token_digest(cookie);
        let record = self.services.index.session(&digest, self.services.clock.now()).await?;
        Ok(record.map(|record| Session {
            account: record.account_name,
            patient_name: record.patient_name,
            language: record.language,
            account_key: record.account_key,
            patient_id: record.patient_id,
        }))
    }

    /// Ends the session of a cookie.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn sign_out(&self, cookie: &str) -> Result<(), DeliveryError> {
        Ok(self.services.index.end_session(&credentials::token_digest(cookie)).await?)
    }

    fn status_of(&self, link: Option<&LinkRecord>) -> LinkStatus {
        let failures_max = self.services.settings.limits.link_failures_max;
        match link {
            Some(link) if link.is_expired(self.services.clock.now()) => LinkStatus::Gone,
            Some(link) if link.state == LinkState::Replaced => LinkStatus::Replaced,
            Some(link) if link.state == LinkState::Open && link.failures < failures_max => {
                LinkStatus::Open { language: link.language }
            }
            _ => LinkStatus::Gone,
        }
    }

    async fn is_answer_right(
        &self,
        link: &LinkRecord,
        account: Option<&AccountRecord>,
        answer: &str,
    ) -> Result<bool, DeliveryError> {
        if let Ok(typed) = BirthDate::parse_typed(answer) {
            return Ok(self.birth_date_of(link).await? == Some(typed));
        }
        self.is_password_right(account, answer).await
    }

    async fn birth_date_of(&self, link: &LinkRecord) -> Result<Option<BirthDate>, DeliveryError> {
        let study = self.services.index.study(&link.study_instance_uid).await?;
        let Some(accession) = study.and_then(|s| s.order_accession) else { return Ok(None) };
        let order = self.services.index.order(&accession).await?;
        Ok(order.map(|o| o.order.patient.birth_date))
    }

    /// One hash whatever the account, none of whose results can be told apart by time.
    async fn is_password_right(
        &self,
        account: Option<&AccountRecord>,
        typed: &str,
    ) -> Result<bool, DeliveryError> {
        let salt = account.map_or(NO_ACCOUNT_SALT, |a| a.salt.as_str());
        let hash = credentials::password_hash(typed, salt).await?;
        let account_key = account.map_or("", |a| a.account_key.as_str());
        let now = self.services.clock.now().as_second();
        let issued = self.services.index.credentials(account_key).await?;
        Ok(issued.iter().filter(|c| c.expires_at > now).any(|c| credentials::is_same_hash(&c.hash, &hash)))
    }

    async fn start_session(&self, account: AccountRecord) -> Result<Secret, DeliveryError> {
        let token = credentials::new_token(self.services.randomness.as_ref())?;
        let orders = self.services.index.orders_of_patient(&account.patient_id).await?;
        let latest = orders.into_iter().max_by_key(|o| o.written_at).map(|o| o.order.patient);
        let session = SessionRecord {
            account_key: account.account_key,
            account_name: account.account_name,
            patient_name: latest.as_ref().map(|p| person_name::display(&p.name)).unwrap_or_default(),
            language: latest.map(|p| p.language).unwrap_or_default(),
            patient_id: account.patient_id,
            expires_at: (self.services.clock.now() + self.services.settings.session_ttl).as_second(),
        };
        self.services.index.start_session(&credentials::token_digest(token.expose()), &session).await?;
        Ok(token)
    }
}
