use super::files;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use jiff::Timestamp;
use rusqlite::Connection;

use crate::folder_lock::own_folder;

use super::cut::{self, Cut};
use super::manifest::{self, Line};
use super::pool::Pool;
use super::restore::check_versions;
use super::source::{self, Source, Version};
use crate::backup::error::BackupError;
use crate::backup::files::{Content, make_folder};
use crate::backup::layout::{DATABASES, Progress, finished};

/// Up to this many new versions are copied while writers wait.
const NEW_IN_CUT_MAX: usize = 200;
/// How long writers may wait for us: less than their own timeout of five seconds.
const CUT_MAX: Duration = Duration::from_secs(2);
const ROUNDS_MAX: usize = 20;

/// The result of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackedUp {
    /// The name of this backup in its folder.
    pub name: String,
    /// Versions of objects in it.
    pub objects: u64,
    /// How many of them were in no earlier backup.
    pub objects_new: u64,
    /// Bytes copied. Bytes that an earlier backup already had do not count.
    pub bytes_new: u64,
    /// Objects whose bytes are neither in the data folder nor in an earlier backup, as their paths below `buckets/`.
    /// All others are in the backup.
    pub lost: Vec<String>,
    /// Older backups that were removed.
    pub removed: u64,
    /// How long writers had to wait.
    pub held_still: Duration,
}

/// Copies a data folder into a backup folder, whether or not the system is running, and removes all but the newest
/// `keep` backups.
///
/// # Errors
/// [`BackupError`]. What was copied stays and need not be copied again; earlier backups are left as they were.
pub fn back_up(
    data: &Path,
    folder: &Path,
    keep: Option<usize>,
    progress: &mut dyn FnMut(Progress),
) -> Result<BackedUp, BackupError> {
    for file in DATABASES {
        if !data.join(file).is_file() {
            return Err(BackupError::NoData { dir: data.to_owned(), file });
        }
    }
    own_folder(folder).map_err(BackupError::Folder)?;
    let _lock = lock(folder)?;
    check_versions(data)?;
    let made_at = Timestamp::now();
    let name = made_at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let mut run = Run::new(data, folder)?;

    for round in 0..ROUNDS_MAX {
        let is_last_chance = round + 1 == ROUNDS_MAX;
        let versions = source::versions(&run.now)?;
        if run.missing(&versions).count() > NEW_IN_CUT_MAX || round == 0 {
            run.copy(&versions, None, progress)?;
            run.copy_files(None)?;
        }
        let mut cut = Cut::take(data)?;
        let held = Instant::now();
        let deadline = (!is_last_chance).then(|| held + CUT_MAX);
        let versions = source::versions(cut.objects())?;
        let is_in_time = run.copy(&versions, deadline, progress)? && run.copy_files(deadline)?;
        cut.let_go();
        if is_in_time {
            let held_still = held.elapsed();
            let place = run.begin(&name)?;
            cut.copy(&place)?;
            drop(cut);
            return run.finish(&name, made_at, &versions, keep, held_still);
        }
    }
    Err(BackupError::TooBusy)
}

fn lock(folder: &Path) -> Result<File, BackupError> {
    let path = folder.join("lock");
    let file = files::create(&path).map_err(BackupError::file("write it", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BackupError::Locked { folder: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(BackupError::file("lock it", &path)(error)),
    }
}

/// Size and time of writing: a file where both are the same need not be read again.
type Stamp = (u64, Option<SystemTime>);

struct Run {
    data: PathBuf,
    folder: PathBuf,
    pool: Pool,
    source: Source,
    /// Reads what is committed now.
    now: Connection,
    /// What the pool has, by version id.
    known: HashMap<String, Content>,
    files: BTreeMap<String, (Stamp, Content)>,
    objects_new: u64,
    bytes_new: u64,
}

impl Run {
    fn new(data: &Path, folder: &Path) -> Result<Self, BackupError> {
        let pool = Pool::of(folder);
        let mut known = HashMap::new();
        // A version's bytes never change: what the last backup has need not be read again.
        if let Some(last) = finished(folder)?.last() {
            for line in manifest::read(&folder.join(last))? {
                if let Line::Object { version_id, content } = line
                    && pool.has(&content)
                {
                    known.insert(version_id, content);
                }
            }
        }
        let open = || cut::open(&data.join(DATABASES[0]));
        Ok(Self {
            data: data.to_owned(),
            folder: folder.to_owned(),
            pool,
            source: Source::new(data, open()?),
            now: open()?,
            known,
            files: BTreeMap::new(),
            objects_new: 0,
            bytes_new: 0,
        })
    }

    fn missing<'a>(&self, versions: &'a [Version]) -> impl Iterator<Item = &'a Version> {
        versions.iter().filter(|version| !self.known.contains_key(&version.id))
    }

    /// Copies what is missing. `false` if the deadline came first.
    fn copy(
        &mut self,
        versions: &[Version],
        deadline: Option<Instant>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<bool, BackupError> {
        let files_all = versions.len() as u64;
        let missing: Vec<Version> = self.missing(versions).cloned().collect();
        let there = files_all - missing.len() as u64;
        for (version, files) in missing.into_iter().zip(there + 1..) {
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(false);
            }
            if let Some(bytes) = self.source.open(&version)? {
                let content = self.pool.add(bytes)?;
                self.objects_new += 1;
                self.bytes_new += content.bytes;
                self.known.insert(version.id, content);
            }
            progress(Progress { files, files_all });
        }
        Ok(true)
    }

    /// Copies keys, accounts and messages. `false` if the deadline came first.
    fn copy_files(&mut self, deadline: Option<Instant>) -> Result<bool, BackupError> {
        let mut found = BTreeMap::new();
        for path in files_of(&self.data)? {
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(false);
            }
            let place = self.data.join(&path);
            // A file that is gone since it was listed was deleted before the cut, or is not the system's.
            let Ok(stat) = fs::metadata(&place) else { continue };
            let stamp = (stat.len(), stat.modified().ok());
            let content = match self.files.remove(&path) {
                Some((known, content)) if known == stamp => content,
                _ => match File::open(&place) {
                    Ok(bytes) => self.pool.add(bytes)?,
                    Err(_) => continue,
                },
            };
            found.insert(path, (stamp, content));
        }
        self.files = found;
        Ok(true)
    }

    /// Makes the folder of this backup, and clears what an interrupted run left in it.
    fn begin(&self, name: &str) -> Result<PathBuf, BackupError> {
        let place = self.folder.join(name);
        if place.exists() {
            fs::remove_dir_all(&place).map_err(BackupError::file("remove it", &place))?;
        }
        make_folder(&place)?;
        Ok(place)
    }

    fn finish(
        self,
        name: &str,
        made_at: Timestamp,
        versions: &[Version],
        keep: Option<usize>,
        held_still: Duration,
    ) -> Result<BackedUp, BackupError> {
        let place = self.folder.join(name);
        let mut lines = Vec::with_capacity(versions.len() + self.files.len() + DATABASES.len());
        for database in DATABASES {
            let path = place.join(database);
            let read = File::open(&path).and_then(|file| files::copy(file, std::io::sink()));
            let content = read.map_err(BackupError::file("read it", &path))?;
            lines.push(Line::Database { name: database.to_owned(), content });
        }
        for (path, ((_, modified), content)) in self.files {
            let modified_at = modified.and_then(|at| Timestamp::try_from(at).ok());
            lines.push(Line::File { path, modified_at, content });
        }
        let (mut objects, mut lost) = (0, Vec::new());
        for version in versions {
            let version_id = version.id.clone();
            match self.known.get(&version.id) {
                Some(content) => {
                    objects += 1;
                    lines.push(Line::Object { version_id, content: content.clone() });
                }
                None => {
                    lost.push(version.path.clone());
                    lines.push(Line::Lost { version_id });
                }
            }
        }
        manifest::write(&place, made_at, lines.into_iter())?;
        let removed = keep.map_or(Ok(0), |keep| thin_out(&self.folder, keep, &self.pool))?;
        Ok(BackedUp {
            name: name.to_owned(),
            objects,
            objects_new: self.objects_new,
            bytes_new: self.bytes_new,
            lost,
            removed,
            held_still,
        })
    }
}

/// Removes all but the newest backups, the remains of interrupted runs, and the bytes that only these needed.
fn thin_out(folder: &Path, keep: usize, pool: &Pool) -> Result<u64, BackupError> {
    let mut names = finished(folder)?;
    let kept = names.split_off(names.len().saturating_sub(keep.max(1)));
    let mut needed = HashSet::new();
    for name in &kept {
        for line in manifest::read(&folder.join(name))? {
            if let Line::Object { content, .. } | Line::File { content, .. } = line {
                needed.insert(content.sha256);
            }
        }
    }
    for name in &names {
        let place = folder.join(name);
        fs::remove_dir_all(&place).map_err(BackupError::file("remove it", &place))?;
    }
    pool.keep_only(&needed)?;
    Ok(names.len() as u64)
}

/// The system's other files: keys, accounts, messages. Not what the next start makes again.
fn files_of(data: &Path) -> Result<Vec<String>, BackupError> {
    let mut files = Vec::new();
    for folder in ["", "outbox/sms", "outbox/email"] {
        let place = data.join(folder);
        let Ok(entries) = fs::read_dir(&place) else { continue };
        for entry in entries {
            let entry = entry.map_err(BackupError::file("list it", &place))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            if is_file && (!folder.is_empty() || belongs_to_the_system(&name)) && !name.ends_with(".new") {
                files.push(if folder.is_empty() { name } else { format!("{folder}/{name}") });
            }
        }
    }
    Ok(files)
}

fn belongs_to_the_system(name: &str) -> bool {
    let is_key_or_accounts = [".json", ".key", ".txt", ".token"].iter().any(|end| name.ends_with(end));
    is_key_or_accounts && name != "up.json"
}
