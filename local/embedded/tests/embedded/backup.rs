//! Backups made while the folder is being written to, and what they restore.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use aws_sdk_s3::primitives::ByteStream;
use filmless_embedded::{
    DurableQueue, EmbeddedError, RetryPolicy,
    backup::{BackedUp, BackupError, back_up, restore, verify},
};
use filmless_store::port::QueueName;
use rusqlite::Connection;

use crate::harness::{Bench, config, open};

const BODY_BYTES: usize = 20_000;

async fn make(data: &Path, folder: &Path, keep: Option<usize>) -> Result<BackedUp, BackupError> {
    let (data, folder) = (data.to_owned(), folder.to_owned());
    tokio::task::spawn_blocking(move || back_up(&data, &folder, keep, &mut |_| {})).await.unwrap()
}

/// All bodies have one size, so only the bytes tell one version from another.
fn body(number: u64) -> Vec<u8> {
    number.to_le_bytes().repeat(BODY_BYTES / 8)
}

async fn put(s3: &aws_sdk_s3::Client, bucket: &str, key: &str, number: u64) {
    let put = s3.put_object().bucket(bucket).key(key).metadata("number", number.to_string());
    put.body(ByteStream::from(body(number))).send().await.unwrap();
}

/// Overwrites and deletes the same few keys until told to stop.
async fn overwrite(s3: aws_sdk_s3::Client, bucket: &'static str, stop: Arc<AtomicBool>) -> u64 {
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        let key = format!("incoming/{}", number % 7);
        if number % 5 == 0 {
            s3.delete_object().bucket(bucket).key(&key).send().await.unwrap();
        } else {
            put(&s3, bucket, &key, number).await;
        }
    }
    number
}

/// Every version of the bucket is there, with the bytes its row describes.
async fn check_every_object(bench: &Bench, bucket: &str) -> usize {
    let listed = bench.s3.list_object_versions().bucket(bucket).send().await.unwrap();
    let mut checked = 0;
    for version in listed.versions() {
        let id = version.version_id().filter(|id| *id != "null").map(str::to_owned);
        let get = bench.s3.get_object().bucket(bucket).key(version.key().unwrap()).set_version_id(id);
        let found = get.send().await.unwrap();
        let number: u64 = found.metadata().unwrap()["number"].parse().unwrap();
        assert_eq!(found.body.collect().await.unwrap().to_vec(), body(number), "{bucket} {number}");
        checked += 1;
    }
    checked
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_backed_up_under_load_has_the_bytes_of_every_row() {
    let (bench, place) = (Bench::open().await, tempfile::tempdir().unwrap());
    let (folder, stop) = (place.path().join("backups"), Arc::new(AtomicBool::new(false)));
    let load: Vec<_> = ["studies", "derived", "slips"]
        .into_iter()
        .map(|bucket| tokio::spawn(overwrite(bench.s3.clone(), bucket, Arc::clone(&stop))))
        .collect();
    let mut names = Vec::new();
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let made = make(bench.dir.path(), &folder, None).await.unwrap();
        assert_eq!(made.lost, Vec::<String>::new());
        assert!(made.held_still < Duration::from_secs(4), "{made:?}");
        names.push(made.name);
    }
    stop.store(true, Ordering::Relaxed);
    for writer in load {
        assert!(writer.await.unwrap() > 20, "there was no load");
    }
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 4);
    for name in &names {
        let target = tempfile::tempdir().unwrap();
        restore(&folder, Some(name), target.path(), &mut |_| {}).unwrap();
        let restored = Bench::open_in(target).await;
        let mut checked = 0;
        for bucket in ["studies", "derived", "slips"] {
            checked += check_every_object(&restored, bucket).await;
        }
        assert!(checked > 10, "{checked}");
    }
    assert_eq!(verify(&folder, &mut |_| {}).unwrap().damaged, Vec::<String>::new());
}

fn long_ago() -> std::time::SystemTime {
    std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

/// A system with two objects and a message, backed up once.
async fn backed_up() -> (Bench, tempfile::TempDir, PathBuf) {
    let (bench, place) = (Bench::open().await, tempfile::tempdir().unwrap());
    put(&bench.s3, "studies", "incoming/a", 1).await;
    put(&bench.s3, "derived", "b", 2).await;
    fs::write(bench.dir.path().join("seal.key"), "of the system").unwrap();
    let sms = bench.dir.path().join("outbox/sms/1.2-v1-sms.json");
    fs::create_dir_all(sms.parent().unwrap()).unwrap();
    fs::write(&sms, "{}").unwrap();
    fs::File::options().write(true).open(&sms).unwrap().set_modified(long_ago()).unwrap();
    let folder = place.path().join("backups");
    let made = make(bench.dir.path(), &folder, None).await.unwrap();
    assert_eq!((made.objects, made.objects_new), (2, 2));
    (bench, place, folder)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_whose_manifest_is_gone_is_named() {
    let (bench, _place, folder) = backed_up().await;
    next_second().await;
    let second = make(bench.dir.path(), &folder, None).await.unwrap();
    fs::remove_file(folder.join(&second.name).join("manifest.jsonl")).unwrap();
    let verified = verify(&folder, &mut |_| {}).unwrap();
    assert_eq!(verified.backups.len(), 1);
    assert!(verified.damaged.len() == 1 && verified.damaged[0].starts_with(&second.name), "{verified:?}");
}

/// Waits for the next second, because backups are named by the second.
async fn next_second() {
    tokio::time::sleep(Duration::from_millis(1100)).await;
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() { files.extend(files_below(&entry)) } else { files.push(entry) }
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_backup_copies_only_what_is_new_and_old_ones_can_go() {
    let (bench, _place, folder) = backed_up().await;
    put(&bench.s3, "derived", "b", 3).await;
    next_second().await;
    let second = make(bench.dir.path(), &folder, None).await.unwrap();
    assert_eq!((second.objects, second.objects_new, second.bytes_new), (2, 1, BODY_BYTES as u64));
    let before = files_below(&folder.join("bytes")).len();
    next_second().await;
    let third = make(bench.dir.path(), &folder, Some(2)).await.unwrap();
    assert_eq!((third.objects_new, third.removed), (0, 1));
    assert_eq!(files_below(&folder.join("bytes")).len(), before - 1, "what only the first needed is gone");
    let verified = verify(&folder, &mut |_| {}).unwrap();
    assert_eq!((verified.backups.len(), verified.damaged.len()), (2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_and_what_is_restored_are_their_owners_alone() {
    let (_bench, place, folder) = backed_up().await;
    let target = place.path().join("restored");
    restore(&folder, None, &target, &mut |_| {}).unwrap();
    assert_eq!(fs::read(target.join("seal.key")).unwrap(), b"of the system");
    let sms = fs::metadata(target.join("outbox/sms/1.2-v1-sms.json")).unwrap();
    assert_eq!(sms.modified().unwrap(), long_ago(), "a message is as old as it was");
    for (root, mode) in [(&folder, 0o700), (&target, 0o700)] {
        assert_eq!(fs::metadata(root).unwrap().permissions().mode() & 0o777, mode);
        for file in files_below(root) {
            let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", file.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_were_in_hand_are_worked_on_after_the_restore() {
    let (bench, place, _) = backed_up().await;
    let held = bench.embedded.queue().receive(QueueName::Intake, 1, Duration::from_secs(900)).await.unwrap();
    next_second().await;
    let folder = place.path().join("others");
    make(bench.dir.path(), &folder, None).await.unwrap();
    let target = tempfile::tempdir().unwrap();
    restore(&folder, None, target.path(), &mut |_| {}).unwrap();
    let restored = Bench::open_in(target).await;
    let again =
        restored.embedded.queue().receive(QueueName::Intake, 10, Duration::from_secs(1)).await.unwrap();
    assert_eq!(again.len(), 1);
    assert_eq!((&again[0].body, again[0].receive_count), (&held[0].body, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_backup_is_made_at_a_time() {
    let (bench, _place, folder) = backed_up().await;
    let other = fs::File::open(folder.join("lock")).unwrap();
    other.try_lock().unwrap();
    let refused = make(bench.dir.path(), &folder, None).await.unwrap_err();
    assert!(matches!(refused, BackupError::Locked { .. }), "{refused}");
    drop(other);
    next_second().await;
    make(bench.dir.path(), &folder, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_is_named_and_not_restored() {
    let (_bench, place, folder) = backed_up().await;
    let target = place.path().join("restored");
    let damaged = files_below(&folder.join("bytes"))
        .into_iter()
        .find(|file| fs::metadata(file).unwrap().len() == BODY_BYTES as u64)
        .unwrap();
    let mut bytes = fs::read(&damaged).unwrap();
    bytes[7] ^= 1;
    fs::write(&damaged, bytes).unwrap();
    let verified = verify(&folder, &mut |_| {}).unwrap();
    assert_eq!(verified.damaged, [damaged.display().to_string()]);
    let refused = restore(&folder, None, &target, &mut |_| {}).unwrap_err();
    assert!(matches!(refused, BackupError::Damaged(_)), "{refused}");
    // Nothing starts on a partial restore.
    let refused = filmless_embedded::Embedded::open(config(&target)).await.unwrap_err();
    assert!(matches!(refused, EmbeddedError::RestoreUnfinished { .. }), "{refused}");

    let name = verified.backups[0].clone();
    let manifest = folder.join(&name).join("manifest.jsonl");
    let text = fs::read_to_string(&manifest).unwrap();
    for changed in
        [text.replacen("\"bytes\":20000", "\"bytes\":20001", 1), text[..text.len() - 20].to_owned()]
    {
        assert_ne!(changed, text);
        fs::write(&manifest, changed).unwrap();
        let refused = restore(&folder, None, &place.path().join("other"), &mut |_| {}).unwrap_err();
        assert!(matches!(refused, BackupError::Damaged(_)), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_holds_something_is_not_restored_into() {
    let (bench, _place, folder) = backed_up().await;
    let refused = restore(&folder, None, bench.dir.path(), &mut |_| {}).unwrap_err();
    assert!(matches!(refused, BackupError::TargetNotEmpty { .. }), "{refused}");
    let none = restore(bench.dir.path(), None, Path::new("/nowhere"), &mut |_| {}).unwrap_err();
    assert!(matches!(none, BackupError::NoBackup { .. }), "{none}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_newer_program_wrote_is_left_to_it() {
    for database in ["embedded.db", "filmless.db"] {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path()).await.shutdown().await;
        let connection = Connection::open(dir.path().join(database)).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        drop(connection);
        let folder = tempfile::tempdir().unwrap();
        let refused = make(dir.path(), folder.path(), None).await.unwrap_err();
        assert!(matches!(refused, BackupError::Newer { found: 99, .. }), "{refused}");
        let refused = filmless_embedded::Embedded::open(config(dir.path())).await.unwrap_err();
        assert!(refused.to_string().contains("99") || matches!(refused, EmbeddedError::Database { .. }));
    }
}

/// The table of messages, as versions 1 and 2 created it.
fn as_version(version: i64, dir: &Path) {
    let connection = Connection::open(dir.join("embedded.db")).unwrap();
    let study = if version == 1 { "" } else { "study TEXT," };
    connection
        .execute_batch(&format!(
            "DROP TABLE message;
             CREATE TABLE message (
                 id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, {study} body TEXT NOT NULL,
                 sent_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL, receipt TEXT,
                 receive_count INTEGER NOT NULL DEFAULT 0, interruptions INTEGER NOT NULL DEFAULT 0,
                 first_received_ms INTEGER, dead_ms INTEGER
             ) STRICT;
             CREATE INDEX message_due ON message (queue, due_ms) WHERE dead_ms IS NULL;
             CREATE INDEX message_dead ON message (queue, id) WHERE dead_ms IS NOT NULL;
             CREATE UNIQUE INDEX message_receipt ON message (receipt) WHERE receipt IS NOT NULL;
             INSERT INTO message (queue, body, sent_ms, due_ms) VALUES ('settle', 'of an earlier version', 1, 1);
             INSERT INTO message (queue, body, sent_ms, due_ms, dead_ms) VALUES ('settle', 'dead', 1, 1, 2);
             PRAGMA user_version = {version};"
        ))
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_an_earlier_version_goes_on_where_it_was() {
    for version in [1, 2] {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path()).await.shutdown().await;
        as_version(version, dir.path());
        let filmless = Connection::open(dir.path().join("filmless.db")).unwrap();
        filmless.pragma_update(None, "user_version", 0).unwrap();
        drop(filmless);
        // A backup made before the upgrade is just as good.
        let folder = tempfile::tempdir().unwrap();
        make(dir.path(), folder.path(), None).await.unwrap();
        let restored = tempfile::tempdir().unwrap();
        restore(folder.path(), None, restored.path(), &mut |_| {}).unwrap();
        for dir in [dir.path(), restored.path()] {
            let system = open(dir).await;
            let received =
                system.queue().receive(QueueName::Settle, 10, Duration::from_secs(60)).await.unwrap();
            assert_eq!(received.len(), 1);
            assert_eq!(received[0].body, "of an earlier version");
            system.queue().release_for_retry(&received[0].receipt, Some("storage-failed")).await.unwrap();
            let dead = DurableQueue::attach(dir, RetryPolicy::default()).await.unwrap();
            let dead = dead.dead_letters(QueueName::Settle).await.unwrap();
            assert_eq!((dead.len(), dead[0].last_error.as_deref()), (1, None));
            system.shutdown().await;
        }
    }
}
