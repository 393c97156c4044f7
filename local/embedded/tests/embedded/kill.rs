//! Kills a process at random moments while it receives uploads; nothing that was acknowledged may be missing.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::harness::{Bench, credentials, open, pattern, s3_client};

const FOLDER: &str = "FILMLESS_TEST_SERVE_FOLDER";
const ROUNDS: u64 = 12;
const UPLOADERS: usize = 8;
/// Few keys, so that uploads overwrite each other while the process dies.
const KEYS: usize = 40;

/// The body of the child process. Without its variable, an empty test.
#[tokio::test(flavor = "multi_thread")]
async fn serve_until_killed() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let embedded = open(Path::new(&folder)).await;
    println!("\nserving {}", embedded.s3_url());
    std::future::pending::<()>().await;
}

struct Served {
    child: Child,
    url: String,
}

fn serve(folder: &Path) -> Served {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::serve_until_killed", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("serving ").map(str::to_owned))
        .unwrap();
    Served { child, url }
}

/// What was sent and what was acknowledged for one key.
#[derive(Debug, Default, Clone)]
struct Sent {
    acknowledged: Option<u64>,
    /// Sent after that, but never answered: may or may not be there.
    unknown: BTreeSet<u64>,
}

type Ledger = Arc<Mutex<BTreeMap<String, Sent>>>;

/// The bytes of the n-th upload: very different sizes, no two alike.
fn body(n: u64) -> Vec<u8> {
    let length = 16 + usize::try_from(n * 7919 % 5).unwrap() * 120_000;
    let mut bytes = pattern(length);
    bytes[..8].copy_from_slice(&n.to_be_bytes());
    bytes
}

async fn upload(url: String, ledger: Ledger, uploader: usize, round: u64) {
    let s3 = s3_client(&url, &credentials());
    for turn in 0.. {
        let n = round * 1_000_000 + u64::try_from(uploader).unwrap() * 10_000 + turn;
        // Each uploader has its own keys, so the order of its uploads is the order of the versions.
        let slot = usize::try_from(turn).unwrap() % (KEYS / UPLOADERS);
        let key = format!("incoming/{uploader}/{slot}");
        ledger.lock().unwrap().entry(key.clone()).or_default().unknown.insert(n);
        let put = s3.put_object().bucket("studies").key(&key).body(body(n).into()).send().await;
        if put.is_err() {
            return;
        }
        let mut ledger = ledger.lock().unwrap();
        ledger.insert(key, Sent { acknowledged: Some(n), unknown: BTreeSet::new() });
    }
}

/// Every key has the last acknowledged upload or one sent after it, complete; and every version has its event.
async fn check(
    bench: &Bench,
    ledger: &Ledger,
    announced: &mut BTreeSet<String>,
    whole: &mut BTreeSet<String>,
) {
    for (_, event) in bench.events().await {
        announced.insert(event.records[0].s3.object.version_id.clone().unwrap());
    }
    let expected = ledger.lock().unwrap().clone();
    for (key, sent) in expected {
        let found = match bench.get("studies", &key).await {
            Ok(bytes) => u64::from_be_bytes(bytes[..8].try_into().unwrap()),
            Err(error) => {
                assert!(sent.acknowledged.is_none(), "{key}: {error}");
                continue;
            }
        };
        assert!(bench.get("studies", &key).await.unwrap() == body(found), "{key} is not whole");
        assert!(
            sent.acknowledged == Some(found) || sent.unknown.contains(&found),
            "{key}: {found} of {sent:?}"
        );
        let settled = Sent { acknowledged: Some(found), unknown: BTreeSet::new() };
        ledger.lock().unwrap().insert(key.clone(), settled);
    }
    let mut marker = (None, None);
    loop {
        let list = bench.s3.list_object_versions().bucket("studies").set_key_marker(marker.0);
        let page = list.set_version_id_marker(marker.1).send().await.unwrap();
        for version in page.versions() {
            let (key, id) = (version.key().unwrap(), version.version_id().unwrap());
            assert!(announced.contains(id), "{key} {id} was never announced");
            if !whole.insert(id.to_owned()) {
                continue;
            }
            let get = bench.s3.get_object().bucket("studies").key(key).version_id(id).send().await.unwrap();
            let bytes = get.body.collect().await.unwrap().to_vec();
            assert!(
                bytes == body(u64::from_be_bytes(bytes[..8].try_into().unwrap())),
                "{key} {id} is not whole"
            );
        }
        marker =
            (page.next_key_marker().map(str::to_owned), page.next_version_id_marker().map(str::to_owned));
        if page.is_truncated() != Some(true) {
            break;
        }
    }
    for folder in [".staged", ".parts"] {
        assert!(std::fs::read_dir(bench.file(folder)).unwrap().next().is_none(), "{folder} is not empty");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let mut dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::default();
    let (mut announced, mut whole) = (BTreeSet::new(), BTreeSet::new());
    for round in 0..ROUNDS {
        let mut served = serve(dir.path());
        let uploads: Vec<_> = (0..UPLOADERS)
            .map(|uploader| tokio::spawn(upload(served.url.clone(), Arc::clone(&ledger), uploader, round)))
            .collect();
        // Moments spread over the first second; the kill itself is what we await.
        let moment = Duration::from_millis(100 + round * 7919 % 900);
        tokio::time::sleep(moment).await;
        served.child.kill().unwrap();
        served.child.wait().unwrap();
        for upload in uploads {
            upload.await.unwrap();
        }
        let bench = Bench::open_in(dir).await;
        check(&bench, &ledger, &mut announced, &mut whole).await;
        bench.embedded.shutdown().await;
        dir = bench.dir;
    }
    let acknowledged = ledger.lock().unwrap().values().filter(|sent| sent.acknowledged.is_some()).count();
    assert!(acknowledged >= KEYS / 2, "only {acknowledged} keys were uploaded");
    assert!(announced.len() > acknowledged, "nothing was overwritten");
}
