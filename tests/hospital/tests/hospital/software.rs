//! Software of doctors, with tokens that were made while an examination could be opened: it asks again whenever anything
//! changed, and keeps every token for ever. Where one ended because nothing was asked for long, another one is made.

use std::collections::BTreeSet;

use filmless_delivery::Services;
use filmless_delivery::viewing::software::Software;
use filmless_delivery::viewing::{Portal, Session};
use filmless_domain::{Secret, StudyInstanceUid};
use filmless_store::ObjectVersion;
use jiff::{SignedDuration, Timestamp};

use crate::pictures;
use crate::pixels::Mark;
use crate::seats::SOURCE;

const FILE_BYTES_MAX: u64 = 1 << 20;
/// Software opens one examination in so many: it looks at every file of it each time.
const EXAMS_WITH_SOFTWARE: usize = 4;
/// So long does a token open that nobody uses.
const TOKEN_IDLE: SignedDuration = SignedDuration::from_hours(8);

/// A token, the person to whom it was given, and the examination for which it was made.
struct Token {
    person: usize,
    exam: usize,
    token: Secret,
    used_at: Timestamp,
}

/// What software was shown by one token.
pub struct Shown {
    pub person: usize,
    pub studies: Vec<StudyInstanceUid>,
    pub marks: BTreeSet<Mark>,
}

/// One process for the whole run, so that it remembers what it judged.
#[derive(Default)]
pub struct Tokens {
    software: Option<Software>,
    /// The hour of whoever looks.
    pub now: Timestamp,
    tokens: Vec<Token>,
}

impl Tokens {
    /// Makes a token for an examination that was opened, unless this person has one that may still open it.
    pub async fn make(
        &mut self,
        portal: &Portal,
        session: &Session,
        (person, exam): (usize, usize),
        study: StudyInstanceUid,
    ) {
        let now = self.now;
        let may_open =
            |known: &Token| (known.person, known.exam) == (person, exam) && known.used_at + TOKEN_IDLE > now;
        if !exam.is_multiple_of(EXAMS_WITH_SOFTWARE) || self.tokens.iter().any(may_open) {
            return;
        }
        let made = portal.new_viewer_token(session, &[study]).await.unwrap();
        self.tokens.extend(made.map(|made| Token { person, exam, token: made.token, used_at: now }));
    }

    /// What all tokens show that were made for these examinations.
    pub async fn shown(&mut self, services: &Services, exams: &BTreeSet<usize>) -> Vec<Shown> {
        let software = self.software.get_or_insert_with(|| Software::new(services.clone()));
        let (mut all, now) = (Vec::new(), services.clock.now());
        for token in self.tokens.iter_mut().filter(|token| exams.contains(&token.exam)) {
            let Some(admission) = software.admit(token.token.expose(), SOURCE).await.unwrap() else {
                continue;
            };
            token.used_at = now;
            let (mut studies, mut marks) = (Vec::new(), BTreeSet::new());
            for study in admission.studies.iter() {
                studies.push(study.record.study_instance_uid.clone());
                for instance in software.instances(study).await.unwrap().iter() {
                    let version = instance.version_id.as_deref();
                    let file = ObjectVersion { key: &instance.key, version_id: version };
                    let bytes = services.studies.get(file, FILE_BYTES_MAX).await.unwrap();
                    marks.extend(pictures::of_file(&bytes));
                }
            }
            all.push(Shown { person: token.person, studies, marks });
        }
        all
    }
}
