//! Software of doctors, with tokens that were made while an examination could be opened: it asks again whenever anything
//! changed, and keeps every token for ever.

use std::collections::BTreeSet;

use filmless_delivery::Services;
use filmless_delivery::viewing::software::Software;
use filmless_delivery::viewing::{Portal, Session};
use filmless_domain::{Secret, StudyInstanceUid};
use filmless_store::ObjectVersion;

use crate::pictures;
use crate::pixels::Mark;
use crate::seats::SOURCE;

const FILE_BYTES_MAX: u64 = 1 << 20;

/// A token, the person to whom it was given, and the examination for which it was made.
struct Token {
    person: usize,
    exam: usize,
    token: Secret,
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
    tokens: Vec<Token>,
}

impl Tokens {
    /// Makes a token for an examination that was opened, unless this person has one.
    pub async fn make(
        &mut self,
        portal: &Portal,
        session: &Session,
        (person, exam): (usize, usize),
        study: StudyInstanceUid,
    ) {
        if self.tokens.iter().any(|known| (known.person, known.exam) == (person, exam)) {
            return;
        }
        let made = portal.new_viewer_token(session, &[study]).await.unwrap();
        self.tokens.extend(made.map(|made| Token { person, exam, token: made.token }));
    }

    /// What all tokens show that were made for these examinations.
    pub async fn shown(&mut self, services: &Services, exams: &BTreeSet<usize>) -> Vec<Shown> {
        let software = self.software.get_or_insert_with(|| Software::new(services.clone()));
        let mut all = Vec::new();
        for token in self.tokens.iter().filter(|token| exams.contains(&token.exam)) {
            let Some(admission) = software.admit(token.token.expose(), SOURCE).await.unwrap() else {
                continue;
            };
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
