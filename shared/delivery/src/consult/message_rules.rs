//! By which channels a member is written to.

use filmless_consult::Member;
use filmless_domain::Channel;
use filmless_store::index::{ChannelState, MemberMessageKind, MemberMessageRecord};

/// How a new link is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkBy {
    /// As the first one does.
    Usual,
    /// By this channel, if the member has it; else as usual.
    Channel(Channel),
    /// Whoever invites passes it on.
    Hand,
}

/// The channels of a member, by what became of earlier messages.
pub(super) struct Ways {
    /// Those that they have, in the order in which a link takes them.
    known: Vec<Channel>,
    /// Those whose last message did not arrive.
    broken: Vec<Channel>,
    /// By which their last link went.
    linked_by: Option<Channel>,
}

impl Ways {
    /// The channels of a member who was told this, oldest first.
    pub fn of(member: &Member, told: &[MemberMessageRecord]) -> Self {
        let email = member.email.as_ref().map(|_| Channel::Email);
        let known: Vec<Channel> =
            email.into_iter().chain(member.phone.as_ref().map(|_| Channel::Sms)).collect();
        let is_broken = |channel: &Channel| {
            let last = told.iter().rev().find(|message| message.channel == *channel);
            last.is_some_and(|message| message.delivery.state == ChannelState::Failed)
        };
        let linked = told.iter().rev().find(|message| message.kind == MemberMessageKind::Link);
        Self {
            broken: known.iter().copied().filter(is_broken).collect(),
            known,
            linked_by: linked.map(|message| message.channel),
        }
    }

    /// Those that they have.
    pub fn known(&self) -> &[Channel] {
        &self.known
    }

    /// Those whose last message did not arrive.
    pub fn into_broken(self) -> Vec<Channel> {
        self.broken
    }

    /// The channel of a new link.
    pub fn link(&self, by: LinkBy) -> Option<Channel> {
        match by {
            LinkBy::Hand => None,
            LinkBy::Channel(wished) if self.known.contains(&wished) => Some(wished),
            LinkBy::Channel(_) | LinkBy::Usual => self.known.first().copied(),
        }
    }

    /// The channel of a code, for a link that went so: another one, as nobody gets both by one way, and one that works.
    pub fn code(&self, linked_by: Option<Channel>) -> Option<Channel> {
        let linked_by = linked_by?;
        self.known.iter().copied().find(|channel| *channel != linked_by && !self.broken.contains(channel))
    }

    /// The channel of a code for the link that they have.
    pub fn code_for_last_link(&self) -> Option<Channel> {
        self.code(self.linked_by)
    }

    /// The channel of news.
    pub fn news(&self) -> Option<Channel> {
        self.known
            .iter()
            .copied()
            .find(|channel| !self.broken.contains(channel))
            .or_else(|| self.link(LinkBy::Usual))
    }
}
