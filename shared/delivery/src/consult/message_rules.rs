//! By which channels a member is written to.

use filmless_consult::Member;
use filmless_domain::Channel;

/// The channel of the link, and another one for the code: nobody gets both by one way.
pub(super) fn channels_of(member: &Member) -> (Option<Channel>, Option<Channel>) {
    match (&member.email, &member.phone) {
        (Some(_), Some(_)) => (Some(Channel::Email), Some(Channel::Sms)),
        (Some(_), None) => (Some(Channel::Email), None),
        (None, Some(_)) => (Some(Channel::Sms), None),
        (None, None) => (None, None),
    }
}
