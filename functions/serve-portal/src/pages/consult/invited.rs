//! How members were invited: only this answer ever contains what no message carries.

use filmless_delivery::consult::Invited;
use filmless_domain::{Channel, Secret};

use crate::pages::shares::spaced;
use crate::texts::Texts;

/// One member's invitation, as shown.
pub(crate) struct InvitedRow {
    pub(crate) name: String,
    /// What was sent, and how.
    pub(crate) sent: Vec<String>,
    /// What is to be passed on.
    pub(crate) link: Option<String>,
    pub(crate) code: Option<String>,
}

impl InvitedRow {
    pub(crate) fn new(t: &Texts, invited: &Invited) -> Self {
        let words = t.consult;
        let told = |words: &str, channel: Option<Channel>| {
            channel.map(|channel| format!("{words} {}.", channel.label()))
        };
        let sent = [told(words.sent_by, invited.link_by), told(words.code_sent_by, invited.code_by)];
        let by_account = invited.by_account.then(|| words.by_account.to_owned());
        Self {
            name: invited.name.clone(),
            sent: sent.into_iter().flatten().chain(by_account).collect(),
            link: invited.link.as_ref().map(|link| link.expose().to_owned()),
            code: invited.code.as_ref().map(Secret::expose).map(spaced),
        }
    }
}
