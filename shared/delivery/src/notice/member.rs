//! Sends a message to a member of a consultation, once. Doing it again changes nothing.

use filmless_consult::ConsultationState;
use filmless_domain::channel::Form;
use filmless_domain::hospital::HOSPITAL_TIME;
use filmless_domain::usage::{UsageEvent, UsageKind, UsageUnit};
use filmless_domain::{Channel, Secret};
use filmless_slip::{MemberEmail, MemberMessage, MemberNews, member_email, member_sms};
use filmless_store::index::{
    ChannelRecord, ChannelState, ConsultationRecord, MemberMessageKind, MemberMessageRecord, MemberRecord,
};
use filmless_store::port::{Email, Message, PortError, Sms};
use jiff::SignedDuration;
use tracing::{info, instrument, warn};

use super::member_feedback::record_early_report;
use crate::DeliveryError;
use crate::notice::send::{COUNTRY_NOT_ALLOWED, SENDING_MAX};
use crate::parts::Notify;
use crate::record::messages::{MemberTask, Task};
use crate::record::outbox;
use crate::record::usage::{self, Pen};

/// A message, and its quantity for the usage ledger.
struct Composed {
    message: Message,
    quantity: i64,
}

/// What a message is about.
struct Letter {
    record: ConsultationRecord,
    member: MemberRecord,
    message: MemberMessageRecord,
}

/// Sends this message, unless it was sent or given up; then erases its secret. Doctors are told at any hour, unlike patients.
///
/// # Errors
/// [`DeliveryError`]: the provider could not be reached.
#[instrument(skip_all, fields(consultation = %task.consultation, member = %task.member, number = task.number))]
pub async fn send_member_message(notify: &Notify, task: &MemberTask) -> Result<(), DeliveryError> {
    let index = &notify.common.index;
    let message = index.member_message(&task.consultation, &task.member, task.number).await?;
    let record = index.consultation(&task.consultation).await?;
    let member = index.member(&task.consultation, &task.member).await?;
    // Erased since.
    let (Some(message), Some(record), Some(member)) = (message, record, member) else { return Ok(()) };
    let letter = Letter { record, member, message };
    let channel = letter.message.channel;
    let is_idempotent = notify.messengers.of(channel).is_ok_and(|messenger| messenger.is_idempotent());
    let now = notify.common.clock.now();
    match letter.message.delivery.state {
        ChannelState::Pending => {
            let sending =
                ChannelRecord { state: ChannelState::Sending, at: Some(now), ..ChannelRecord::pending() };
            if !index.mark_member_message(&letter.message, ChannelState::Pending, &sending, &[]).await? {
                return Ok(());
            }
            if let Some(why) = refusal_of(notify, &letter).await? {
                return give_up(notify, &letter, why).await;
            }
        }
        ChannelState::Sending if is_idempotent => {}
        ChannelState::Sending
            if letter.message.delivery.at.is_some_and(|since| now < since + SENDING_MAX) =>
        {
            return look_again(notify, task).await;
        }
        ChannelState::Sending => return give_up(notify, &letter, "unanswered").await,
        ChannelState::Sent | ChannelState::Delivered | ChannelState::Failed => return Ok(()),
    }
    let Some(composed) = compose(notify, &letter).await? else {
        return give_up(notify, &letter, "refused").await;
    };
    match notify.messengers.send(channel, &composed.message).await {
        Ok(id) => mark_sent(notify, &letter, id, composed.quantity).await,
        Err(PortError::Refused { operation, .. }) => {
            warn!(?channel, operation, "message to a member refused by the provider");
            give_up(notify, &letter, "refused").await
        }
        Err(PortError::Unanswered { operation, .. }) if !is_idempotent => {
            warn!(?channel, operation, "message to a member not answered by the provider");
            give_up(notify, &letter, "unanswered").await
        }
        // It may have gone out. The next run sends it again, and the provider drops one of the two.
        Err(error @ PortError::Unanswered { .. }) => Err(error.into()),
        Err(error) => {
            // It did not go out; the next run may try.
            let (from, to) = (ChannelState::Sending, ChannelRecord::pending());
            index.mark_member_message(&letter.message, from, &to, &[]).await?;
            Err(error.into())
        }
    }
}

/// Why a message is not to go out.
async fn refusal_of(notify: &Notify, letter: &Letter) -> Result<Option<&'static str>, DeliveryError> {
    let (common, member) = (&notify.common, &letter.member.member);
    let is_over = letter.record.consultation.state == ConsultationState::Ended;
    if letter.member.removed_at.is_some() || (is_over && letter.message.kind == MemberMessageKind::Link) {
        return Ok(Some("ended"));
    }
    if letter.message.channel == Channel::Sms
        && member.phone.as_ref().is_some_and(|phone| !common.settings.sms_countries.allow(phone))
    {
        return Ok(Some(COUNTRY_NOT_ALLOWED));
    }
    let receiver = match letter.message.channel.form() {
        Form::Mail => member.email.as_deref(),
        Form::Text | Form::Values => member.phone.as_ref().map(filmless_domain::PhoneNumber::as_str),
    };
    let Some(receiver) = receiver else { return Ok(Some("refused")) };
    let limits = &common.settings.limits;
    // However much is new, it stops no invitation.
    let counted = match letter.message.kind {
        MemberMessageKind::News => format!("news {receiver}"),
        MemberMessageKind::Link | MemberMessageKind::Code => receiver.to_owned(),
    };
    let now = common.clock.now();
    let sent = common.index.count_message(&counted, now, limits.messages_window_seconds).await?;
    Ok((sent > limits.messages_per_receiver_max).then_some("too-many-messages"))
}

/// The message in the form of its channel; `None` if it has nowhere to go, or its secret is erased.
async fn compose(notify: &Notify, letter: &Letter) -> Result<Option<Composed>, DeliveryError> {
    let (settings, message) = (&notify.common.settings, &letter.message);
    let context = MemberMessageRecord::seal_context(&message.consultation, &message.member, message.number);
    let secret = match &message.sealed {
        Some(sealed) => Some(notify.release.sealer.open(sealed, &context).await?),
        None => None,
    };
    let ends_at = letter.record.consultation.ends_at;
    let link =
        secret.as_ref().map(|token| Secret::new(format!("{}/c/{}", settings.public_url, token.expose())));
    let page_url = format!("{}/consultations/{}", settings.public_url, message.consultation);
    let news = match (message.kind, &secret, &link) {
        (MemberMessageKind::Link, _, Some(link)) => {
            let until = ends_at.to_zoned(HOSPITAL_TIME).date();
            MemberNews::Invitation { link, until, by_account: letter.member.signs_in() }
        }
        (MemberMessageKind::Code, Some(code), _) => MemberNews::Code(code),
        (MemberMessageKind::News, ..) => MemberNews::SomethingNew { page_url: &page_url },
        _ => return Ok(None),
    };
    let member = &letter.member.member;
    let said =
        MemberMessage { hospital: &settings.hospital, language: message.language, name: &member.name, news };
    let idempotency_key = format!("consult-{}-{}-{}", message.consultation, message.member, message.number);
    match message.channel.form() {
        Form::Text => {
            let Some(to) = member.phone.clone() else { return Ok(None) };
            let text = member_sms(&said);
            let (parts, encoding) = (text.parts, text.encoding);
            let sms = Sms { idempotency_key, to, text: text.text, parts, encoding };
            Ok(Some(Composed { message: Message::Sms(sms), quantity: parts.into() }))
        }
        Form::Mail => {
            let Some(to) = member.email.clone() else { return Ok(None) };
            let host = settings.email_from.rsplit('@').next().unwrap_or("localhost");
            let raw = member_email(&MemberEmail {
                message: said,
                from: &settings.email_from,
                to: &to,
                message_id: &format!("{idempotency_key}@{host}"),
                date: message.created_at,
            });
            let raw = raw.map_err(DeliveryError::internal("an email"))?;
            let from = settings.email_from.clone();
            let email = Email { idempotency_key, from, to, raw };
            Ok(Some(Composed { message: Message::Email(email), quantity: 1 }))
        }
        Form::Values => Ok(None),
    }
}

async fn mark_sent(notify: &Notify, letter: &Letter, id: String, quantity: i64) -> Result<(), DeliveryError> {
    let channel = letter.message.channel;
    info!(?channel, "message to a member sent");
    let at = Some(notify.common.clock.now());
    let sent = ChannelRecord { state: ChannelState::Sent, provider_id: Some(id.clone()), at, detail: None };
    let events = event_of(notify, letter, UsageKind::MessageSent).await?;
    let events: Vec<_> =
        events.into_iter().map(|event| event.count(quantity, UsageUnit::of_channel(channel))).collect();
    let (index, events) = (&notify.common.index, usage::entries(&events)?);
    if !index.mark_member_message(&letter.message, ChannelState::Sending, &sent, &events).await? {
        // Another run set it back to pending because its own attempt did not go out.
        index.mark_member_message(&letter.message, ChannelState::Pending, &sent, &events).await?;
    }
    record_early_report(&notify.common, &id).await
}

async fn give_up(notify: &Notify, letter: &Letter, why: &str) -> Result<(), DeliveryError> {
    warn!(channel = ?letter.message.channel, why, "message to a member given up");
    let at = Some(notify.common.clock.now());
    let failed =
        ChannelRecord { state: ChannelState::Failed, provider_id: None, at, detail: Some(why.to_owned()) };
    let events = event_of(notify, letter, UsageKind::MessageFailed).await?;
    let events: Vec<_> = events.into_iter().map(|event| event.because(why)).collect();
    let (index, events) = (&notify.common.index, usage::entries(&events)?);
    index.mark_member_message(&letter.message, ChannelState::Sending, &failed, &events).await?;
    Ok(())
}

/// The event for the ledger, about the first study of the consultation; none once that study is erased.
async fn event_of(
    notify: &Notify,
    letter: &Letter,
    kind: UsageKind,
) -> Result<Option<UsageEvent>, DeliveryError> {
    let Some(uid) = letter.record.consultation.studies.first() else { return Ok(None) };
    let Some(study) = notify.common.index.study(uid).await? else { return Ok(None) };
    let message = &letter.message;
    let occasion = format!("consultation {} {} {}", message.consultation, message.member, message.number);
    let event = Pen::of_study(&notify.common, &study).await?.event(kind, &occasion);
    Ok(Some(UsageEvent { channel: Some(message.channel.as_str().to_owned()), ..event }))
}

async fn look_again(notify: &Notify, task: &MemberTask) -> Result<(), DeliveryError> {
    let mut message = task.to_outbox()?;
    let delay = SignedDuration::try_from(SENDING_MAX).unwrap_or_default();
    message.delay_ms = u64::try_from(delay.as_millis()).unwrap_or_default();
    outbox::publish(&notify.common, &outbox::entry(&notify.common, vec![message])?).await
}
