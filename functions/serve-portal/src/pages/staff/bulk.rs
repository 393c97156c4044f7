//! One act for many studies. Only acts that are safe for each study by itself: sending a message once more, within the
//! limits for every message.

use std::collections::BTreeMap;

use axum::Form;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::staff::{Channels, StaffError};
use filmless_domain::StudyInstanceUid;
use filmless_domain::staff::Act;

use super::console::Console;
use super::outcome::OutcomePage;
use super::trouble::{Trouble, words_of};
use crate::pages::answer::page;

/// Comes before the UID in the name of a ticked box.
const TICKED: &str = "study:";
/// Most studies of one act: each takes a few writes while somebody waits for the page.
const STUDIES_MAX: usize = 50;

/// `POST /staff/resend`: sends the message of each ticked study once more.
pub(crate) async fn resend(
    console: Console,
    Form(typed): Form<BTreeMap<String, String>>,
) -> Result<Response, Trouble> {
    console.demand(Act::Resend).await?;
    let channels = typed.get("channels").and_then(|word| word.parse().ok());
    let channels = channels.filter(|channels| *channels != Channels::None).unwrap_or_default();
    let ticked = typed.keys().filter_map(|name| StudyInstanceUid::parse(name.strip_prefix(TICKED)?).ok());
    let ticked: Vec<StudyInstanceUid> = ticked.collect();
    let (mut sent, mut not_sent) = (0_usize, BTreeMap::<&'static str, usize>::new());
    for study in ticked.iter().take(STUDIES_MAX) {
        match console.desk.resend(study, channels).await {
            Ok(_) => sent += 1,
            Err(error @ (StaffError::Refused(_) | StaffError::NotFound)) => {
                let (_, why) = words_of(&error, console.visitor.console_language());
                *not_sent.entry(why).or_default() += 1;
            }
            Err(error) => return Err(console.trouble()(error)),
        }
    }
    let frame = console.frame_at("/staff/unreached");
    let words = frame.t.reading;
    let mut facts = vec![(words.resent, sent.to_string())];
    facts.extend(not_sent.iter().map(|(why, count)| (*why, count.to_string())));
    if ticked.len() > STUDIES_MAX {
        facts.push((words.too_many, (ticked.len() - STUDIES_MAX).to_string()));
    }
    let back = ("/staff/unreached".to_owned(), frame.t.frame.unreached);
    Ok(page(StatusCode::OK, &OutcomePage { frame, title: words.resend_ticked, facts, viewers: None, back })?)
}
