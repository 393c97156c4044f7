//! Who may come in: account and password, or link and second check.

use filmless_domain::audit::{AuditAction, AuditOutcome};
use filmless_domain::{BirthDate, TypedAnswer, access};
use filmless_store::index::{AccountRecord, LinkRecord, LinkState};

use super::{LinkOpening, LinkStatus, Portal, SignIn, evenly};
use crate::DeliveryError;
use crate::credentials::{self, Turn};
use crate::record::audit::Record;
use crate::sight::is_account_of;
use crate::viewing::tries::{self, Tries};

/// Salt for a hash that is computed for unknown accounts, so that they take as long as others.
const NO_ACCOUNT_SALT: &str = "00000000000000000000000000000000";

impl Portal {
    /// Checks account and password.
    ///
    /// Attempts are counted three times within a window. Per account and source: stops a guesser. Per source: somebody
    /// who walks through accounts gets few for each. Per account: after too many wrong attempts from anywhere, each
    /// source gets few attempts instead of many. Nobody can lock out a patient from elsewhere.
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
        let turn = credentials::turn_to_hash().await?;
        let began_at = self.common.clock.now();
        let source_digest = credentials::token_digest(source);
        let tries = tries::count(&self.common, &account_key, &source_digest).await?;
        let known = self.common.index.account(&account_key).await?;
        // The typed name may be anything; record only the name of an existing account.
        let mut record = Record::new(AuditAction::SignIn, Self::actor_of(known.as_ref())).from(source);
        if let Some(account) = &known {
            record = record.account(&account.account_key);
        }
        if let Tries::TooMany { is_first } = tries {
            if is_first {
                record.outcome(AuditOutcome::Refused).detail("slowed").write(&self.common).await?;
            }
            let window = self.common.settings.limits.sign_in_window_seconds;
            return Ok(SignIn::SlowDown { retry_after_seconds: window });
        }
        let is_right = self.is_password_right(&turn, known.as_ref(), password).await?;
        match known.filter(|_| is_right) {
            Some(account) => {
                tries::forget(&self.common, &account_key, &source_digest).await?;
                Ok(SignIn::Granted(self.start_session(&account, None, began_at, record, None).await?))
            }
            None => {
                record.outcome(AuditOutcome::Refused).write(&self.common).await?;
                Ok(SignIn::Denied)
            }
        }
    }

    /// A link's state, before its second check. Reading it changes nothing, because link previews read links.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn link_status(&self, token: &str) -> Result<LinkStatus, DeliveryError> {
        evenly(async {
            let link = self.common.index.link(&link_digest(token)).await?;
            self.status_of(link.as_ref()).await
        })
        .await
    }

    /// Checks a birth date or a password against a link.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn open_link(
        &self,
        token: &str,
        answer: &str,
        source: &str,
    ) -> Result<LinkOpening, DeliveryError> {
        let index = &self.common.index;
        let digest = link_digest(token);
        let link = evenly(index.link(&digest)).await?;
        match self.state_of(link.as_ref()) {
            Some(LinkState::Open) => {}
            Some(LinkState::Replaced) => return Ok(LinkOpening::Replaced),
            Some(LinkState::Revoked) | None => return Ok(LinkOpening::Gone),
        }
        let typed = match BirthDate::read_answer(answer) {
            TypedAnswer::NoSuchDay => return Ok(LinkOpening::NoSuchDay),
            TypedAnswer::Unreadable => return Ok(LinkOpening::Unreadable),
            TypedAnswer::Dates(mut dates) => {
                let today = self.common.latest_today();
                dates.retain(|date| date.is_believable(today));
                if dates.is_empty() {
                    return Ok(LinkOpening::Unbelievable);
                }
                TypedAnswer::Dates(dates)
            }
            other @ (TypedAnswer::Incomplete | TypedAnswer::Password) => other,
        };
        if let Some(link) = &link
            && self.is_incomplete(&typed, link).await?
        {
            return Ok(LinkOpening::Incomplete);
        }
        // A birth date needs no hash, so it need not queue behind passwords.
        let turn = match typed {
            TypedAnswer::Password => Some(credentials::turn_to_hash().await?),
            _ => None,
        };
        let began_at = self.common.clock.now();
        let failures_max = self.common.settings.limits.link_failures_max;
        // Count first: answers at the same time must not share one count.
        let Some(link) = index.count_link_check(&digest, failures_max).await? else {
            return Ok(LinkOpening::Gone);
        };
        // Staff may have ended it just now.
        match link.state {
            LinkState::Open => {}
            LinkState::Replaced => return Ok(LinkOpening::Replaced),
            LinkState::Revoked => return Ok(LinkOpening::Gone),
        }
        let account = index.account(&link.account_key).await?;
        let record = Record::new(AuditAction::OpenLink, Self::actor_of(account.as_ref())).from(source);
        let record = record.study(&link.study_instance_uid).account(&link.account_key);
        let is_right = match (&typed, &turn) {
            (TypedAnswer::Dates(dates), _) => {
                let known = self.birth_date_of(&link).await?;
                known.is_some_and(|known| dates.iter().any(|date| known.is_answered_by(*date)))
            }
            (_, Some(turn)) => self.is_password_right(turn, account.as_ref(), answer).await?,
            (_, None) => false,
        };
        if is_right && let Some(account) = account {
            index.forget_link_checks(&digest).await?;
            let session = self.start_session(&account, None, began_at, record, Some(&link)).await?;
            return Ok(LinkOpening::Granted { session, study: link.study_instance_uid });
        }
        record.outcome(AuditOutcome::Refused).write(&self.common).await?;
        Ok(LinkOpening::Wrong { attempts_left: failures_max.saturating_sub(link.failures) })
    }

    async fn status_of(&self, link: Option<&LinkRecord>) -> Result<LinkStatus, DeliveryError> {
        let Some((link, state)) = link.zip(self.state_of(link)) else { return Ok(LinkStatus::Gone) };
        Ok(match state {
            LinkState::Open => match self.birth_date_of(link).await? {
                Some(born) => {
                    LinkStatus::Open { language: link.language, is_birth_date_known: !born.is_placeholder() }
                }
                // The order is for another patient now: no answer may show its images to this one.
                None => LinkStatus::Gone,
            },
            LinkState::Replaced => LinkStatus::Replaced,
            LinkState::Revoked => LinkStatus::Gone,
        })
    }

    /// A link's state; `None` if it is unknown, expired or used up.
    fn state_of(&self, link: Option<&LinkRecord>) -> Option<LinkState> {
        let link = link.filter(|link| !link.is_expired(self.common.clock.now()))?;
        let is_used_up = link.failures >= self.common.settings.limits.link_failures_max;
        (link.state != LinkState::Open || !is_used_up).then_some(link.state)
    }

    /// Whether the typed text is not a full answer yet. Then it costs nothing, and we do not reveal whether its parts
    /// are right. The year is enough if the hospital knows only the year.
    async fn is_incomplete(&self, typed: &TypedAnswer, link: &LinkRecord) -> Result<bool, DeliveryError> {
        match typed {
            TypedAnswer::Incomplete => Ok(true),
            TypedAnswer::Dates(dates) if dates.iter().all(|date| !date.is_complete()) => Ok(self
                .birth_date_of(link)
                .await?
                .is_some_and(|born| born.is_complete() && !born.is_placeholder())),
            _ => Ok(false),
        }
    }

    /// The birth date of the patient whose account the link leads to. If the order changed hands it has another
    /// patient's, which must not open the first one's account.
    async fn birth_date_of(&self, link: &LinkRecord) -> Result<Option<BirthDate>, DeliveryError> {
        let index = &self.common.index;
        let Some(study) = index.study(&link.study_instance_uid).await? else { return Ok(None) };
        let Some(accession) = study.order_accession else { return Ok(None) };
        let Some(order) = index.order(&accession).await? else { return Ok(None) };
        let order = order.order;
        let Some(owner) = index.account_of_patient(&order.patient.id).await? else { return Ok(None) };
        let account = self.account_since(&link.account_key, None).await?;
        let is_owner = account.is_some_and(|account| account.account_key == owner.account_key);
        let is_theirs = is_owner && is_account_of(&self.common, owner, &order).await?;
        Ok(is_theirs.then_some(order.patient.birth_date))
    }

    /// One hash and one query, whatever the account. The query runs while the hash, which takes far longer, is
    /// computed. So the time does not reveal how many passwords exist.
    async fn is_password_right(
        &self,
        turn: &Turn,
        account: Option<&AccountRecord>,
        typed: &str,
    ) -> Result<bool, DeliveryError> {
        let salt = account.map_or(NO_ACCOUNT_SALT, |a| a.salt.as_str());
        let account_key = account.map_or("", |a| a.account_key.as_str());
        let issued = async { Ok(self.common.index.credentials(account_key).await?) };
        let (hash, issued) = tokio::try_join!(credentials::typed_password_hash(turn, typed, salt), issued)?;
        let now = self.common.clock.now().as_second();
        Ok(issued.iter().filter(|c| c.expires_at > now).any(|c| credentials::is_same_hash(&c.hash, &hash)))
    }
}

/// The stored name of a link's token; removes what a message program added to it.
fn link_digest(token: &str) -> String {
    credentials::token_digest(access::token_of_link(token))
}
