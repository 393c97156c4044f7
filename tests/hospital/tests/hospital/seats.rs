//! Who holds what opens the portal: accounts, links, passwords, shares. Each belongs to one person.

use std::collections::{BTreeMap, BTreeSet};

use filmless_delivery::viewing::{LinkOpening, Portal, Session, ShareOpening, SignIn};

use crate::people::Person;

pub const SOURCE: &str = "203.0.113.7";

/// One account, as its owner knows it.
#[derive(Default)]
pub struct Account {
    pub person: usize,
    /// The token of each link, newest last.
    pub links: Vec<String>,
    /// The newest password.
    pub password: String,
    /// The cookie of the open session.
    pub cookie: Option<String>,
    /// The cookies of the shares made.
    pub shares: Vec<String>,
}

/// All accounts by name.
#[derive(Default)]
pub struct Seats {
    pub accounts: BTreeMap<String, Account>,
}

impl Seats {
    pub fn of_people(&self, people: &BTreeSet<usize>) -> Vec<String> {
        let theirs = self.accounts.iter().filter(|(_, account)| people.contains(&account.person));
        theirs.map(|(name, _)| name.clone()).collect()
    }
}

impl Account {
    /// The open session, or a new one by any way that works.
    pub async fn session(
        &mut self,
        portal: &Portal,
        name: &str,
        person: &Person,
        anew: bool,
    ) -> Option<Session> {
        if let Some(cookie) = self.cookie.clone().filter(|_| !anew)
            && let Some(session) = portal.session(&cookie, SOURCE).await.unwrap()
        {
            return Some(session);
        }
        let answer = if person.knows_year_only {
            format!("01/01/{}", person.born.year())
        } else {
            person.born.strftime("%d/%m/%Y").to_string()
        };
        let answers =
            if person.knows_year_only { vec![person.born.year().to_string(), answer] } else { vec![answer] };
        // A recall closes the link of a study, but an older link still opens.
        for link in self.links.iter().rev() {
            for answer in &answers {
                if let LinkOpening::Granted { session, .. } =
                    portal.open_link(link, answer, SOURCE).await.unwrap()
                {
                    self.cookie = Some(session.expose().to_owned());
                    return portal.session(session.expose(), SOURCE).await.unwrap();
                }
            }
        }
        match portal.sign_in(name, &self.password, SOURCE).await.unwrap() {
            SignIn::Granted(cookie) => {
                self.cookie = Some(cookie.expose().to_owned());
                portal.session(cookie.expose(), SOURCE).await.unwrap()
            }
            SignIn::Denied | SignIn::SlowDown { .. } => None,
        }
    }

    /// Opens the newest share as a doctor.
    pub async fn open_share(&mut self, portal: &Portal, link: &str, code: &str) {
        let token = link.rsplit('/').next().unwrap_or_default();
        if let ShareOpening::Granted(cookie) = portal.open_share(token, code, SOURCE).await.unwrap() {
            self.shares.push(cookie.expose().to_owned());
        }
    }
}
