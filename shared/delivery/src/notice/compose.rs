//! The text of a message, in the form of its channel.

use filmless_domain::channel::Form;
use filmless_domain::mailbox::is_mailbox;
use filmless_domain::{Channel, Secret};
use filmless_slip::{EmailContent, SmsContent, email_message, qr_png, slip_pdf, sms_text};
use filmless_store::index::NoticeRecord;
use filmless_store::port::{Email, Message, Sms, Values};

use crate::release::slip::Content;
use crate::services::MessageSecrets;
use crate::{DeliveryError, Settings};

/// A message, and its quantity for the usage ledger.
pub(super) struct Composed {
    pub message: Message,
    /// In the unit of its channel.
    pub quantity: i64,
}

/// The message of a notice for one channel; `None` if it has no address.
pub(super) fn compose(
    settings: &Settings,
    notice: &NoticeRecord,
    content: &Content,
    channel: Channel,
) -> Result<Option<Composed>, DeliveryError> {
    let idempotency_key = format!("{}-v{}-{channel}", notice.study_instance_uid, notice.link_version);
    match channel.form() {
        Form::Text => Ok(sms(settings, notice, content, idempotency_key)),
        Form::Mail => email(settings, notice, content, idempotency_key),
        Form::Values => Ok(values(settings, notice, content, idempotency_key)),
    }
}

fn sms(
    settings: &Settings,
    notice: &NoticeRecord,
    content: &Content,
    idempotency_key: String,
) -> Option<Composed> {
    let phone = notice.phone.as_ref()?;
    let text = sms_text(&SmsContent {
        hospital: &settings.hospital,
        language: notice.language,
        account: &notice.account_name,
        password: password(settings, content),
        link: &content.link,
        guide_url: &content.guide_url,
    });
    let (to, parts, encoding) = (phone.clone(), text.parts, text.encoding);
    let message = Message::Sms(Sms { idempotency_key, to, text: text.text, parts, encoding });
    Some(Composed { message, quantity: parts.into() })
}

fn email(
    settings: &Settings,
    notice: &NoticeRecord,
    content: &Content,
    idempotency_key: String,
) -> Result<Option<Composed>, DeliveryError> {
    // An address from before we checked addresses as the builder does: the message is listed as failed.
    let Some(to) = notice.email.as_ref().filter(|to| is_mailbox(to)) else { return Ok(None) };
    // The slip contains the password and the result, too.
    let with_password = settings.message_secrets == MessageSecrets::All;
    let slip = if with_password {
        Some(slip_pdf(&content.slip(settings, notice)).map_err(DeliveryError::internal("a slip"))?)
    } else {
        None
    };
    let qr = qr_png(content.link.expose()).map_err(DeliveryError::internal("a QR code"))?;
    let host = settings.email_from.rsplit('@').next().unwrap_or("localhost");
    let raw = email_message(&EmailContent {
        hospital: &settings.hospital,
        language: notice.language,
        patient_name: &content.patient_name,
        study_title: &content.title,
        study_date: content.study.study_date,
        result: content.result.as_ref().filter(|_| with_password),
        is_birth_date_known: !content.order.patient.birth_date.is_placeholder(),
        account: &notice.account_name,
        password: password(settings, content),
        link: &content.link,
        guide_url: &content.guide_url,
        portal_url: &content.portal_url,
        expires_on: content.expires_on,
        from: &settings.email_from,
        to,
        message_id: &format!("{idempotency_key}@{host}"),
        date: notice.issued_at,
        qr_png: &qr,
        slip_pdf: slip.as_deref(),
    });
    let raw = raw.map_err(DeliveryError::internal("an email"))?;
    let (from, to) = (settings.email_from.clone(), to.clone());
    let message = Message::Email(Email { idempotency_key, from, to, raw });
    Ok(Some(Composed { message, quantity: 1 }))
}

fn values(
    settings: &Settings,
    notice: &NoticeRecord,
    content: &Content,
    idempotency_key: String,
) -> Option<Composed> {
    let message = Message::Values(Values {
        idempotency_key,
        to: notice.phone.clone()?,
        language: notice.language,
        hospital: settings.hospital.name(notice.language).to_owned(),
        account: notice.account_name.clone(),
        password: password(settings, content).cloned(),
        link: content.link.clone(),
    });
    Some(Composed { message, quantity: 1 })
}

/// The password, if messages carry it.
fn password<'a>(settings: &Settings, content: &'a Content) -> Option<&'a Secret> {
    (settings.message_secrets == MessageSecrets::All).then_some(&content.password)
}
