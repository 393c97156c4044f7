//! Issues a slip's password, link and notice, in the transaction that makes them due.

use filmless_domain::hospital::end_of_day;
use filmless_domain::usage::{UsageEvent, UsageKind, UsageUnit};
use filmless_domain::{Channel, Order, Secret};
use filmless_store::index::{
    AccountRecord, Change, ChannelRecord, ChannelState, ChannelsOfBefore, Condition, Contact,
    CredentialRecord, Index, LinkPointer, LinkRecord, LinkState, NoticeRecord, OutboxRecord, StudyRecord,
    Transaction, Worklist,
};

use crate::parts::Release;
use crate::record::messages::{NoticeTask, Task};
use crate::record::outbox;
use crate::record::usage::{self, Pen};
use crate::release::slip::ensure_slip;
use crate::{DeliveryError, Settings, credentials};

/// Most notices for one study within a day: nobody is flooded because somebody presses a button again and again.
pub const NOTICES_PER_DAY_MAX: usize = 5;

/// The channels of a notice, and the addresses they lead to.
pub(crate) struct Ways {
    contact: Contact,
    channels: Vec<Channel>,
}

impl Ways {
    /// The first channels of the hospital's policy: the first one to the number and the first one to the address.
    pub fn at_once(settings: &Settings, contact: Contact) -> Self {
        let channels = settings.channels.first(|reach| contact.is_known(reach));
        Self { contact, channels }
    }

    /// Only this channel, if possible.
    pub fn only(channel: Channel, contact: Contact) -> Self {
        let contact = contact.only(channel.reach());
        let channels = if contact.is_known(channel.reach()) { vec![channel] } else { Vec::new() };
        Self { contact, channels }
    }

    /// Nobody is told.
    pub fn none() -> Self {
        Self { contact: Contact::default(), channels: Vec::new() }
    }

    /// Whether nobody is told.
    pub const fn is_silent(&self) -> bool {
        self.channels.is_empty()
    }
}

/// Everything one slip needs, before it is written.
pub(crate) struct Issue {
    credential: CredentialRecord,
    token_digest: String,
    link: LinkRecord,
    pub notice: NoticeRecord,
    entry: OutboxRecord,
    slip_made: UsageEvent,
}

impl Issue {
    /// A new password, and a new link of version `study.link_version`, announced over `ways`.
    pub async fn new(
        release: &Release,
        study: &StudyRecord,
        order: &Order,
        account: &AccountRecord,
        ways: Ways,
    ) -> Result<Self, DeliveryError> {
        let uid = study.study_instance_uid.clone();
        let (now, version) = (release.common.clock.now(), study.link_version);
        let password = credentials::new_password(release.common.randomness.as_ref())?;
        let token = credentials::new_token(release.common.randomness.as_ref())?;
        let expires_at = end_of_day(now + release.common.settings.link_ttl).as_second();
        let hash = credentials::password_hash(password.expose(), &account.salt).await?;
        let task = NoticeTask { study_instance_uid: uid.clone(), link_version: version };
        let link = LinkRecord {
            study_instance_uid: uid,
            account_key: account.account_key.clone(),
            version,
            state: LinkState::Open,
            language: order.patient.language,
            failures: 0,
            expires_at,
        };
        Ok(Self {
            credential: CredentialRecord { hash, expires_at },
            token_digest: credentials::token_digest(token.expose()),
            notice: new_notice(release, &link, account, (&password, &token), ways).await?,
            link,
            entry: outbox::entry(&release.common, vec![task.to_outbox()?])?,
            slip_made: slip_made(&Pen::new(&release.common, study, Some(order)), version),
        })
    }

    /// Adds everything to a transaction. None of it may exist yet.
    pub fn add_to(&self, transaction: Transaction) -> Result<Transaction, DeliveryError> {
        let new = || Change::new().when(&Condition::Absent("pk"));
        let (study, version) = (&self.link.study_instance_uid, self.link.version);
        let pointer = LinkPointer {
            token_digest: self.token_digest.clone(),
            version,
            expires_at: self.link.expires_at,
        };
        let credential_key = Index::credential_key(&self.link.account_key, &format!("{study}#{version}"));
        let transaction = usage::add(transaction, std::slice::from_ref(&self.slip_made))?;
        Ok(transaction
            .put(&credential_key, &self.credential, new())?
            .put(&Index::link_key(&self.token_digest), &self.link, new())?
            .put(&Index::link_pointer_key(study, version), &pointer, new())?
            .put(&NoticeRecord::key(study, version), &self.notice, new())?
            .list_notice(Worklist::Unreached, &self.notice)?
            .announce(&self.entry)?)
    }

    /// Makes the slip and queues the messages, once the transaction is written.
    pub async fn announce(&self, release: &Release) -> Result<(), DeliveryError> {
        ensure_slip(release, &self.notice).await?;
        outbox::publish(&release.common, &self.entry).await
    }
}

fn slip_made(pen: &Pen, version: u32) -> UsageEvent {
    let event = pen.event(UsageKind::SlipMade, &version.to_string()).count(1, UsageUnit::Slip);
    UsageEvent { link_version: Some(version), ..event }
}

async fn new_notice(
    release: &Release,
    link: &LinkRecord,
    account: &AccountRecord,
    (password, token): (&Secret, &Secret),
    ways: Ways,
) -> Result<NoticeRecord, DeliveryError> {
    let context = NoticeRecord::seal_context(&link.study_instance_uid, link.version);
    Ok(NoticeRecord {
        study_instance_uid: link.study_instance_uid.clone(),
        link_version: link.version,
        account_name: account.account_name.clone(),
        language: link.language,
        channels: ways.channels.into_iter().map(|channel| (channel, ChannelRecord::pending())).collect(),
        of_before: ChannelsOfBefore::default(),
        phone: ways.contact.phone,
        email: ways.contact.email,
        sealed_password: Some(release.sealer.seal(password, &context).await?),
        sealed_token: Some(release.sealer.seal(token, &context).await?),
        issued_at: release.common.clock.now(),
        link_expires_at: link.expires_at,
    })
}

/// Whether any message about a study arrived, or may have, as far as we know.
#[must_use]
pub fn is_reached(notices: &[NoticeRecord]) -> bool {
    let mut messages = notices.iter().flat_map(NoticeRecord::messages);
    messages.any(|(_, message)| matches!(message.state, ChannelState::Sent | ChannelState::Delivered))
}
