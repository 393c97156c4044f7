//! Viewer tokens and leases: what one transaction adds and ends, and what a snapshot sees of it.

use filmless_domain::identity::IdentityRules;
use filmless_domain::{
    DownloadKind, Language, Parcel, PatientDemographics, PatientId, Retrieval, SeriesInstanceUid,
    StudyInstanceUid,
};
use filmless_store::Index;
use filmless_store::index::{
    Arrival, Change, PackingProgress, SessionRecord, Transaction, TransactionOutcome, ViewerRecord, Watched,
};
use jiff::{SignedDuration, Timestamp};

use crate::backend::Backend;
use crate::every_backend::on_every_backend;

on_every_backend! {
    one_token_more_than_a_session_may_have_ends_its_oldest
    of_two_tokens_that_a_session_makes_at_once_one_is_refused
    no_token_is_added_to_a_session_that_ended
    whatever_a_token_rests_on_changes_the_snapshot
    one_run_packs_at_a_time_and_says_how_far_it_is
}

const COOKIE: &str = "digest-of-a-cookie";
const MAX: usize = 3;

fn study() -> StudyInstanceUid {
    StudyInstanceUid::parse("1.2.3").unwrap()
}

/// In the future of every server's clock, so that no table removes what is looked at.
fn now() -> Timestamp {
    "2040-01-01T00:00:00Z".parse().unwrap()
}

async fn start_session(index: &Index) {
    let session = SessionRecord {
        account_key: "N20-1".into(),
        account_name: "N20-1".into(),
        patient_id: PatientId::parse("N20-1").unwrap(),
        patient_name: "Nguyễn Thị Hoà".into(),
        language: Language::Vi,
        share: None,
        started_at: now(),
        seen_at: now(),
        expires_at: now().as_second() + 3600,
        viewers: Vec::new(),
        viewers_made: 0,
    };
    let transaction = Transaction::new().put(&Index::session_key(COOKIE), &session, Change::new()).unwrap();
    assert_eq!(index.commit(transaction).await.unwrap(), TransactionOutcome::Committed);
}

async fn session(index: &Index) -> SessionRecord {
    index.session(COOKIE, now()).await.unwrap().unwrap()
}

/// Whether it was added.
async fn add(index: &Index, digest: &str, session: &SessionRecord) -> bool {
    let viewer = ViewerRecord {
        session: COOKIE.into(),
        account_key: "N20-1".into(),
        studies: vec![study()],
        may_take: true,
        created_at: now(),
        seen_at: now(),
        expires_at: session.expires_at,
    };
    let transaction = Transaction::new().add_viewer(digest, &viewer, session, MAX).unwrap();
    index.commit(transaction).await.unwrap() == TransactionOutcome::Committed
}

async fn opens(index: &Index, digest: &str) -> bool {
    index.viewer(digest, now()).await.unwrap().is_some()
}

async fn one_token_more_than_a_session_may_have_ends_its_oldest(backend: &Backend) {
    let index = &backend.index;
    start_session(index).await;
    for digest in ["a", "b", "c", "d"] {
        assert!(add(index, digest, &session(index).await).await, "{digest}");
    }
    let session = session(index).await;
    assert_eq!(
        (session.viewers.as_slice(), session.viewers_made),
        (&["b", "c", "d"].map(String::from)[..], 4)
    );
    for (digest, expected) in [("a", false), ("b", true), ("c", true), ("d", true)] {
        assert_eq!(opens(index, digest).await, expected, "{digest}");
    }
}

async fn of_two_tokens_that_a_session_makes_at_once_one_is_refused(backend: &Backend) {
    let index = &backend.index;
    start_session(index).await;
    for _ in 0..3 {
        let as_read = session(index).await;
        let (left, right) =
            (format!("left {}", as_read.viewers_made), format!("right {}", as_read.viewers_made));
        let added = futures::future::join(add(index, &left, &as_read), add(index, &right, &as_read)).await;
        assert!(added.0 != added.1, "{added:?}");
        assert_eq!((opens(index, &left).await, opens(index, &right).await), added);
        assert_eq!(session(index).await.viewers_made, as_read.viewers_made + 1);
    }
}

async fn no_token_is_added_to_a_session_that_ended(backend: &Backend) {
    let index = &backend.index;
    start_session(index).await;
    let as_read = session(index).await;
    index.end_session(COOKIE).await.unwrap();
    assert!(!add(index, "a", &as_read).await);
    assert!(!opens(index, "a").await && index.session(COOKIE, now()).await.unwrap().is_none());
}

async fn whatever_a_token_rests_on_changes_the_snapshot(backend: &Backend) {
    let index = &backend.index;
    start_session(index).await;
    assert!(add(index, "a", &session(index).await).await);
    let watched = Watched {
        viewer: "a".into(),
        session: COOKIE.into(),
        share: Some("no share".into()),
        account_key: "N20-1".into(),
        studies: vec![study(), study()],
        orders: Vec::new(),
    };
    let mut last = index.snapshot(&watched).await.unwrap();
    let arrival = Arrival {
        study_instance_uid: study(),
        patient: PatientDemographics::default(),
        accession_number: None,
        study_date: None,
        image_date: None,
        description: None,
    };
    for change in ["nothing", "an arrival", "a use of the token", "a look at a page", "a sign-out"] {
        match change {
            "an arrival" => {
                drop(index.touch_study(&arrival, &IdentityRules::default(), now()).await.unwrap())
            }
            "a use of the token" => {
                index.see_viewer("a", now() + SignedDuration::from_secs(1)).await.unwrap()
            }
            "a look at a page" => {
                index.see_session(COOKIE, now() + SignedDuration::from_secs(1)).await.unwrap()
            }
            "a sign-out" => index.end_session(COOKIE).await.unwrap(),
            _ => {}
        }
        let snapshot = index.snapshot(&watched).await.unwrap();
        assert_eq!(snapshot == last, change == "nothing", "{change}");
        assert_eq!(format!("{snapshot:?}"), "Snapshot(hidden)", "it holds patients");
        last = snapshot;
    }
    // A use that comes behind the end of a token does not bring it back.
    index.see_viewer("never", now()).await.unwrap();
    assert!(!opens(index, "never").await);
}

async fn one_run_packs_at_a_time_and_says_how_far_it_is(backend: &Backend) {
    let (index, study) = (&backend.index, study());
    let parcel = Parcel::Download(DownloadKind::Media);
    let life = SignedDuration::from_secs(60);
    let progress_at = async |at| index.packing_progress(&study, &parcel, at).await.unwrap();
    assert_eq!(progress_at(now()).await, None);
    assert!(index.lease_packing(&study, &parcel, now(), life).await.unwrap());
    assert_eq!(progress_at(now()).await, Some(PackingProgress::default()));
    let later = now() + SignedDuration::from_secs(30);
    assert!(!index.lease_packing(&study, &parcel, later, life).await.unwrap(), "another run has it");
    let series = SeriesInstanceUid::parse("1.2.3.4").unwrap();
    for other in [
        Parcel::Download(DownloadKind::Uploaded),
        Parcel::Retrieval(Retrieval::study()),
        Parcel::Retrieval(Retrieval::series(series)),
    ] {
        assert!(index.lease_packing(&study, &other, later, life).await.unwrap(), "{other:?} is another one");
    }
    let progress = PackingProgress { files_done: 7, files: 9 };
    index.renew_packing(&study, &parcel, later, life, progress).await.unwrap();
    assert_eq!(progress_at(later).await, Some(progress));
    let over = later + life + SignedDuration::from_secs(1);
    assert_eq!(progress_at(over).await, None, "the run before it died");
    assert!(index.lease_packing(&study, &parcel, over, life).await.unwrap());
    assert_eq!(progress_at(over).await, Some(PackingProgress::default()));
    index.end_packing(&study, &parcel).await.unwrap();
    assert_eq!(progress_at(over).await, None);
}
