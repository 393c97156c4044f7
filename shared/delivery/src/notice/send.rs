//! Sends the messages of a notice over each of its channels. Doing it again changes nothing.

use crate::DeliveryError;
use std::time::Duration;

use filmless_domain::hospital::HOSPITAL_TIME;
use filmless_domain::usage::{UsageEvent, UsageKind, UsageUnit};
use filmless_domain::{Channel, StudyInstanceUid};
use filmless_store::index::{ChannelRecord, ChannelState, NoticeRecord};
use filmless_store::port::PortError;
use tracing::{info, instrument, warn};

use crate::notice::compose::compose;
use crate::notice::feedback;
use crate::parts::{Common, Notify, Release};
use crate::record::messages::{NoticeTask, Task};
use crate::record::outbox;
use crate::record::usage::{self, Pen};
use crate::release::slip::{Content, content_of, ensure_slip};

/// The longest delay SQS allows. After it, the message checks the clock again.
const PUT_OFF_MAX: Duration = Duration::from_secs(15 * 60);

/// A run that said it is about to send, and has not reported back after this long, never will.
pub(crate) const SENDING_MAX: Duration = Duration::from_secs(5 * 60);

/// Why no SMS was sent: the settings do not list the number's country.
pub(crate) const COUNTRY_NOT_ALLOWED: &str = "country-not-allowed";

/// Sends a notice over its remaining channels, then erases its secrets.
///
/// # Errors
/// [`DeliveryError`]: a provider could not be reached; finished channels stay finished.
#[instrument(skip_all, fields(study_instance_uid = %study, link_version))]
pub async fn send_notice(
    notify: &Notify,
    study: &StudyInstanceUid,
    link_version: u32,
) -> Result<(), DeliveryError> {
    let Some(notice) = notify.common.index.notice(study, link_version).await? else { return Ok(()) };
    // Reports for the channels that an earlier run served.
    feedback::record_early_reports(&notify.release, &notice).await?;
    ensure_slip(&notify.release, &notice).await?;
    // Held or recalled since, or ordered for somebody else: never announce images the patient cannot see. A later
    // release announces them.
    let Some(content) = content_of(&notify.release, &notice).await? else { return Ok(()) };
    if let Some(left) = quiet_time_left(&notify.common) {
        info!("notice put off for the quiet hours");
        return look_again(&notify.common, study, link_version, left).await;
    }
    // A channel that is down does not hold up the other.
    let mut failed = None;
    let (mut notice, mut tried) = (notice, Vec::new());
    while let Some(channel) = untried(&notice, &tried) {
        tried.push(channel);
        match deliver(notify, &notice, &content, channel).await {
            Ok(Next::None) => {}
            // The notice has one more channel now.
            Ok(Next::Follows) => match notify.common.index.notice(study, link_version).await? {
                Some(with_next) => notice = with_next,
                None => return Ok(()),
            },
            Err(error) => {
                failed.get_or_insert(error);
            }
        }
    }
    if let Some(error) = failed {
        return Err(error);
    }
    // Read again: another run may be busy with a channel, and needs the secrets if it has to start over.
    match notify.common.index.notice(study, link_version).await? {
        Some(notice) if notice.is_done() => close(&notify.release, &notice).await,
        Some(_) => look_again(&notify.common, study, link_version, SENDING_MAX).await,
        None => Ok(()),
    }
}

/// Nothing more will be sent: records the reports that came so far, then erases the secrets. Secrets last: they
/// bring back a run that was cut off here.
async fn close(release: &Release, notice: &NoticeRecord) -> Result<(), DeliveryError> {
    feedback::record_early_reports(release, notice).await?;
    Ok(release.common.index.erase_notice_secrets(notice).await?)
}

/// The same for a study that its patient does not see.
pub(crate) async fn close_unseen(common: &Common, notice: &NoticeRecord) -> Result<(), DeliveryError> {
    feedback::mark_early_reports(common, notice).await?;
    Ok(common.index.erase_notice_secrets(notice).await?)
}

/// How long messages must wait for the end of the quiet hours.
fn quiet_time_left(common: &Common) -> Option<Duration> {
    let quiet = common.settings.quiet_hours?;
    let left = quiet.remaining(common.clock.now(), &HOSPITAL_TIME)?;
    Some(Duration::try_from(left).unwrap_or_default())
}

async fn look_again(
    common: &Common,
    study: &StudyInstanceUid,
    link_version: u32,
    left: Duration,
) -> Result<(), DeliveryError> {
    let task = NoticeTask { study_instance_uid: study.clone(), link_version };
    let mut message = task.to_outbox()?;
    let delay = left.min(PUT_OFF_MAX);
    message.delay_ms = u64::try_from(delay.as_millis()).unwrap_or_default();
    outbox::publish(common, &outbox::entry(common, vec![message])?).await
}

/// Whether to try another channel instead.
enum Next {
    /// No.
    None,
    /// The notice has one more channel now.
    Follows,
}

fn untried(notice: &NoticeRecord, tried: &[Channel]) -> Option<Channel> {
    notice.messages().map(|(channel, _)| channel).find(|channel| !tried.contains(channel))
}

/// Sends one channel of a notice once: a run first records that it is about to send. A run that finds another one's
/// mark sends again only if the provider drops duplicates. Otherwise it gives the other run its time; after that
/// nobody knows whether the message went out, and the channel counts as failed, although the patient may have it.
async fn deliver(
    notify: &Notify,
    notice: &NoticeRecord,
    content: &Content,
    channel: Channel,
) -> Result<Next, DeliveryError> {
    let Some(found) = notice.channel(channel) else { return Ok(Next::None) };
    let is_idempotent = notify.messengers.of(channel).is_ok_and(|messenger| messenger.is_idempotent());
    let now = notify.common.clock.now();
    let sending = ChannelRecord { state: ChannelState::Sending, at: Some(now), ..ChannelRecord::pending() };
    match found.state {
        ChannelState::Pending => {
            let from = ChannelState::Pending;
            if !notify.common.index.mark_channel(notice, channel, from, &sending, &[]).await? {
                return Ok(Next::None);
            }
            if channel == Channel::Sms
                && notice
                    .phone
                    .as_ref()
                    .is_some_and(|phone| !notify.common.settings.sms_countries.allow(phone))
            {
                warn!(?channel, "notice not sent: SMS to this country are not allowed");
                return fail(&notify.common, notice, content, channel, COUNTRY_NOT_ALLOWED).await;
            }
            if is_flooded(&notify.common, notice, channel).await? {
                warn!(?channel, "notice not sent: too many messages to one receiver");
                return fail(&notify.common, notice, content, channel, "too-many-messages").await;
            }
        }
        ChannelState::Sending if is_idempotent => {}
        ChannelState::Sending if found.at.is_some_and(|since| now < since + SENDING_MAX) => {
            return Ok(Next::None);
        }
        ChannelState::Sending => {
            return fail(&notify.common, notice, content, channel, "unanswered").await;
        }
        ChannelState::Sent | ChannelState::Delivered | ChannelState::Failed => return Ok(Next::None),
    }
    let composed = compose(&notify.common.settings, notice, content, channel)?;
    let sent = match &composed {
        Some(composed) => notify.messengers.send(channel, &composed.message).await,
        None => Err(PortError::refused("compose a message", "nowhere that it can be sent to")),
    };
    let quantity = composed.map_or(1, |composed| composed.quantity);
    match sent {
        Ok(id) => {
            mark_sent(&notify.common, notice, content, channel, (id, quantity)).await?;
            Ok(Next::None)
        }
        Err(PortError::Refused { operation, .. }) => {
            warn!(?channel, operation, "notice refused by the provider");
            fail(&notify.common, notice, content, channel, "refused").await
        }
        Err(PortError::Unanswered { operation, .. }) if !is_idempotent => {
            warn!(?channel, operation, "notice not answered by the provider");
            fail(&notify.common, notice, content, channel, "unanswered").await
        }
        // It may have gone out. The next run sends it again, and the provider drops one of the two.
        Err(error @ PortError::Unanswered { .. }) => Err(error.into()),
        Err(error) => {
            // It did not go out; the next run may try.
            settle(&notify.common, notice, channel, ChannelRecord::pending(), &[]).await?;
            Err(error.into())
        }
    }
}

/// Stores the provider's id of a message, and how much of it is counted.
async fn mark_sent(
    common: &Common,
    notice: &NoticeRecord,
    content: &Content,
    channel: Channel,
    (id, quantity): (String, i64),
) -> Result<(), DeliveryError> {
    info!(?channel, "notice sent");
    let at = Some(common.clock.now());
    let sent = ChannelRecord { state: ChannelState::Sent, provider_id: Some(id), at, detail: None };
    let event = content.event(common, notice, channel, UsageKind::MessageSent);
    let event = [event.count(quantity, UsageUnit::of_channel(channel))];
    if !settle(common, notice, channel, sent.clone(), &event).await? {
        // Another run on this channel set it back to pending because its own attempt did not go out.
        let (from, event) = (ChannelState::Pending, usage::entries(&event)?);
        common.index.mark_channel(notice, channel, from, &sent, &event).await?;
    }
    Ok(())
}

/// Whether the receiver got more messages than any patient has studies. A repeated run counts again, so the limit
/// is far above what a day brings.
async fn is_flooded(common: &Common, notice: &NoticeRecord, channel: Channel) -> Result<bool, DeliveryError> {
    let limits = &common.settings.limits;
    let Some(receiver) = notice.address(channel.reach()) else { return Ok(false) };
    let (now, window) = (common.clock.now(), limits.messages_window_seconds);
    Ok(common.index.count_message(receiver, now, window).await? > limits.messages_per_receiver_max)
}

/// Gives up a channel; tries the hospital's next one instead, if this notice may go there.
async fn fail(
    common: &Common,
    notice: &NoticeRecord,
    content: &Content,
    channel: Channel,
    why: &str,
) -> Result<Next, DeliveryError> {
    let at = Some(common.clock.now());
    let failed =
        ChannelRecord { state: ChannelState::Failed, provider_id: None, at, detail: Some(why.to_owned()) };
    let event = content.event(common, notice, channel, UsageKind::MessageFailed).because(why);
    let Some(next) = next_of(common, notice, channel) else {
        settle(common, notice, channel, failed, &[event]).await?;
        return Ok(Next::None);
    };
    let event = usage::entries(&[event])?;
    let is_ours = common.index.follow_channel(notice, channel, &failed, next, &event).await?;
    Ok(if is_ours { Next::Follows } else { Next::None })
}

/// The channel to try within a notice after one of its channels failed.
fn next_of(common: &Common, notice: &NoticeRecord, failed: Channel) -> Option<Channel> {
    let has_failed = |channel, state| channel == failed || state == ChannelState::Failed;
    let tried = notice.messages().map(|(channel, message)| (channel, has_failed(channel, message.state)));
    let tried: Vec<_> = tried.collect();
    // A notice from before channels were listed has no room for another one.
    let is_known = |reach| !notice.channels.is_empty() && notice.address(reach).is_some();
    common.settings.channels.next(&tried, is_known)
}

/// Returns whether the channel was still `sending`.
async fn settle(
    common: &Common,
    notice: &NoticeRecord,
    channel: Channel,
    to: ChannelRecord,
    events: &[UsageEvent],
) -> Result<bool, DeliveryError> {
    let (from, events) = (ChannelState::Sending, usage::entries(events)?);
    Ok(common.index.mark_channel(notice, channel, from, &to, &events).await?)
}

impl Content {
    fn event(&self, common: &Common, notice: &NoticeRecord, channel: Channel, kind: UsageKind) -> UsageEvent {
        let (version, channel) = (notice.link_version, channel.as_str());
        let pen = Pen::new(common, &self.study, Some(&self.order));
        pen.event(kind, &format!("{version} {channel}")).message(channel, version)
    }
}
