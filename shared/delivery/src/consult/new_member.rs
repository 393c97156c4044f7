//! A new member: as typed, and as stored.

use filmless_consult::{BadField, Fault, Member, MemberId, MemberRole, MemberStatus};
use filmless_domain::invisible::one_line;
use filmless_domain::{PhoneNumber, mailbox};
use filmless_store::index::{Change, Condition, ConsultationRecord, Index, MemberRecord, Transaction};

use super::Consultations;
use super::printable::demand_printable;
use crate::DeliveryError;

/// Longest name of an account, in characters.
pub const ACCOUNT_CHARS_MAX: usize = 254;

/// A new member, as typed.
#[derive(Clone, Default)]
pub struct NewMember {
    /// Name.
    pub name: String,
    /// Title.
    pub title: String,
    /// Where they work.
    pub facility: String,
    /// Number of their licence to practise.
    pub licence: String,
    /// Email address; may be empty.
    pub email: String,
    /// Phone number; may be empty.
    pub phone: String,
    /// Their account at the hospital's identity provider, by its stable name or its email address; empty if they come with a code.
    pub account: String,
}

impl std::fmt::Debug for NewMember {
    /// Hides name and addresses.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewMember(hidden)")
    }
}

/// A member as stored, who was not invited yet.
pub(super) fn member_of(id: MemberId, typed: &NewMember, role: MemberRole) -> Result<MemberRecord, BadField> {
    let not_allowed = |field: &str| BadField { field: field.to_owned(), kind: Fault::NotAllowed };
    demand_printable([
        ("name", typed.name.as_str()),
        ("title", typed.title.as_str()),
        ("facility", typed.facility.as_str()),
        ("licence", typed.licence.as_str()),
    ])?;
    let email = typed.email.trim();
    if !email.is_empty() && !mailbox::is_public_mailbox(email) {
        return Err(not_allowed("email"));
    }
    let phone = match typed.phone.trim() {
        "" => None,
        number => Some(PhoneNumber::parse(number).map_err(|_| not_allowed("phone"))?),
    };
    let member = Member {
        id,
        name: typed.name.clone(),
        title: typed.title.clone(),
        facility: typed.facility.clone(),
        licence: typed.licence.clone(),
        email: (!email.is_empty()).then(|| email.to_owned()),
        phone,
        role,
        status: MemberStatus::Invited,
    };
    let account = one_line(&typed.account);
    if account.chars().count() > ACCOUNT_CHARS_MAX {
        return Err(BadField { field: "account".to_owned(), kind: Fault::TooLong });
    }
    Ok(MemberRecord {
        member: member.checked()?,
        account: (!account.is_empty()).then_some(account),
        identified_as: None,
        share_digest: None,
        share: None,
        messages: 0,
        came_at: None,
        admitted_at: None,
        removed_at: None,
    })
}

impl Consultations {
    /// An id that no other member has.
    pub(super) fn new_member_id(&self, others: &[Member]) -> Result<MemberId, DeliveryError> {
        loop {
            let mut id = [0; 4];
            self.common.randomness.fill(&mut id)?;
            let id =
                MemberId::parse(&hex::encode(id)).map_err(DeliveryError::internal("the id of a member"))?;
            if others.iter().all(|other| other.id != id) {
                return Ok(id);
            }
        }
    }
}

/// Adds a member whom nobody knows yet.
pub(super) async fn add_member(
    consultations: &Consultations,
    record: &ConsultationRecord,
    member: &MemberRecord,
) -> Result<(), DeliveryError> {
    let key = Index::member_key(&record.consultation.id, &member.member.id);
    let new = Change::new().when(&Condition::Absent("pk"));
    let transaction = Transaction::new().put(&key, member, new)?;
    consultations.common.index.commit(transaction).await?.or_contention()?;
    Ok(())
}
