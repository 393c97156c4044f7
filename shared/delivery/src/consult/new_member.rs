//! A new member: as typed, and as stored.

use filmless_consult::{BadField, Fault, Member, MemberId, MemberRole, MemberStatus};
use filmless_domain::{PhoneNumber, mailbox};
use filmless_store::index::{Change, Condition, ConsultationRecord, Index, MemberRecord, Transaction};

use super::Consultations;
use crate::DeliveryError;

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
}

impl std::fmt::Debug for NewMember {
    /// Hides name and addresses.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewMember(hidden)")
    }
}

/// A member as stored.
pub(super) fn member_of(id: MemberId, typed: &NewMember, role: MemberRole) -> Result<Member, BadField> {
    let not_allowed = |field: &str| BadField { field: field.to_owned(), kind: Fault::NotAllowed };
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
    member.checked()
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

/// The item of a member who was not invited yet.
pub(super) const fn new_record(member: Member) -> MemberRecord {
    MemberRecord {
        member,
        share_digest: None,
        share: None,
        messages: 0,
        came_at: None,
        admitted_at: None,
        removed_at: None,
    }
}
