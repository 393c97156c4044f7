use super::files;
use crate::backup::files::make_folder;
use std::{
    collections::HashMap,
    fs::{self, File},
    path::{Component, Path},
};

use jiff::Timestamp;
use rusqlite::Connection;

use crate::{database, folder_lock::own_folder, table_server};

use super::manifest::{self, Line};
use super::pool::Pool;
use super::{cut, source};
use crate::backup::error::BackupError;
use crate::backup::files::Content;
use crate::backup::layout::{DATABASES, Progress, backups, finished};

/// Marks a folder that is being restored, so that nothing starts on half a system.
pub(crate) const UNFINISHED: &str = "restore-not-finished";
const MIB: u64 = 1 << 20;

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Which backup.
    pub name: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Versions of objects.
    pub objects: u64,
    /// Bytes written.
    pub bytes: u64,
}

/// What was found in a backup folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The backups, oldest first.
    pub backups: Vec<String>,
    /// Files read, each once.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// What is damaged or missing, in words.
    pub damaged: Vec<String>,
}

/// A backup, as read.
struct Opened {
    made_at: Timestamp,
    databases: Vec<(String, Content)>,
    /// With the time of writing: messages expire by it, and a relay tells by it what it has sent.
    files: Vec<(String, Option<Timestamp>, Content)>,
    objects: HashMap<String, Content>,
}

fn open(folder: &Path, name: &str) -> Result<Opened, BackupError> {
    let mut opened = Opened {
        made_at: Timestamp::default(),
        databases: Vec::new(),
        files: Vec::new(),
        objects: HashMap::new(),
    };
    for line in manifest::read(&folder.join(name))? {
        match line {
            Line::Backup { made_at, .. } => opened.made_at = made_at,
            Line::Database { name, content } => opened.databases.push((name, content)),
            Line::File { path, modified_at, content } => opened.files.push((path, modified_at, content)),
            Line::Object { version_id, content } => {
                opened.objects.insert(version_id, content);
            }
            Line::Lost { .. } | Line::End { .. } => {}
        }
    }
    Ok(opened)
}

/// Restores a data folder from the named backup, or the newest. Every byte is checked on the way.
///
/// # Errors
/// [`BackupError`]. The target then contains a file that stops a system from starting on it: remove the folder.
pub fn restore(
    folder: &Path,
    name: Option<&str>,
    target: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<Restored, BackupError> {
    let names = finished(folder)?;
    let chosen = match name {
        Some(name) => names.iter().find(|known| *known == name),
        None => names.last(),
    };
    let none = || BackupError::NoBackup { folder: folder.to_owned(), name: name.map(str::to_owned) };
    let name = chosen.cloned().ok_or_else(none)?;
    let backup = open(folder, &name)?;
    let place = folder.join(&name);
    for (database, content) in &backup.databases {
        let found = File::open(place.join(database)).and_then(|file| files::copy(file, std::io::sink()));
        if found.ok().as_ref() != Some(content) {
            return Err(BackupError::Damaged(format!("{database} of {name} is not what was written")));
        }
    }
    check_versions(&place)?;
    let is_empty = fs::read_dir(target).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty {
        return Err(BackupError::TargetNotEmpty { target: target.to_owned() });
    }
    own_folder(target).map_err(BackupError::Folder)?;
    check_room(&backup, target)?;

    let unfinished = target.join(UNFINISHED);
    files::create(&unfinished).map_err(BackupError::file("write it", &unfinished))?;
    let bytes = fill(&backup, folder, &place, target, progress)?;
    let failed = || BackupError::file("write it", target);
    rustix::fs::syncfs(File::open(target).map_err(failed())?).map_err(|e| failed()(e.into()))?;
    fs::remove_file(&unfinished).map_err(BackupError::file("remove it", &unfinished))?;
    File::open(target).and_then(|folder| folder.sync_all()).map_err(failed())?;
    let objects = backup.objects.len() as u64;
    Ok(Restored { name, made_at: backup.made_at, objects, bytes })
}

/// Writes everything into the folder, and returns the number of bytes.
fn fill(
    backup: &Opened,
    folder: &Path,
    place: &Path,
    target: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<u64, BackupError> {
    let pool = Pool::of(folder);
    let mut written = 0;
    for (path, modified_at, content) in &backup.files {
        written += put(&pool.path(&content.sha256), content, target, path)?;
        if let Some(modified_at) = modified_at {
            let file = target.join(path);
            let stamped = File::options().write(true).open(&file);
            stamped
                .and_then(|file| file.set_modified((*modified_at).into()))
                .map_err(BackupError::file("date it", &file))?;
        }
    }
    for (name, content) in &backup.databases {
        written += put(&place.join(name), content, target, name)?;
    }
    let versions = source::versions(&cut::open(&target.join(DATABASES[0]))?)?;
    let files_all = versions.len() as u64;
    for (version, files) in versions.iter().zip(1..) {
        // The manifest names a version without bytes as lost: the backed-up folder did not have them.
        if let Some(content) = backup.objects.get(&version.id) {
            written +=
                put(&pool.path(&content.sha256), content, target, &format!("buckets/{}", version.path))?;
        }
        progress(Progress { files, files_all });
    }
    Ok(written)
}

/// Copies one file, and checks that it matches the backup.
fn put(from: &Path, content: &Content, target: &Path, path: &str) -> Result<u64, BackupError> {
    let to = Path::new(path);
    if !to.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(BackupError::Damaged("it names a file outside its folder".to_owned()));
    }
    let to = target.join(to);
    to.parent().map_or(Ok(()), make_folder)?;
    let bytes = File::open(from).map_err(BackupError::file("read it", from))?;
    let file = files::create(&to).map_err(BackupError::file("write it", &to))?;
    let found = files::copy(bytes, file).map_err(BackupError::file("write it", &to))?;
    if found != *content {
        return Err(BackupError::Damaged(format!("{} is not what was written", from.display())));
    }
    Ok(found.bytes)
}

fn check_room(backup: &Opened, target: &Path) -> Result<(), BackupError> {
    let files = backup.files.iter().map(|(_, _, content)| content);
    let databases = backup.databases.iter().map(|(_, content)| content);
    let contents = backup.objects.values().chain(files).chain(databases);
    let needed: u64 = contents.map(|content| content.bytes).sum();
    let Ok(disk) = rustix::fs::statvfs(target) else { return Ok(()) };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    if free < needed {
        return Err(BackupError::NoRoom { needed_mib: needed.div_ceil(MIB), free_mib: free / MIB });
    }
    Ok(())
}

/// Reads all backups of a folder, and compares every byte with what was written.
///
/// # Errors
/// [`BackupError`] if there is no backup, or a folder cannot be read. Damage is not an error but a result.
pub fn verify(folder: &Path, progress: &mut dyn FnMut(Progress)) -> Result<Verified, BackupError> {
    let (backups, unfinished) = backups(folder)?;
    if backups.is_empty() {
        return Err(BackupError::NoBackup { folder: folder.to_owned(), name: None });
    }
    let pool = Pool::of(folder);
    let no_manifest = |name: &String| {
        format!("{name} has no manifest: its run was cut off or still goes on, or the file was lost")
    };
    let (mut contents, mut damaged) =
        (HashMap::new(), unfinished.iter().map(no_manifest).collect::<Vec<_>>());
    let (mut files, mut bytes) = (0, 0);
    for name in &backups {
        let backup = match open(folder, name) {
            Ok(backup) => backup,
            Err(error) => {
                damaged.push(error.to_string());
                continue;
            }
        };
        for (database, content) in &backup.databases {
            let found = File::open(folder.join(name).join(database))
                .and_then(|file| files::copy(file, std::io::sink()));
            if found.ok().as_ref() != Some(content) {
                damaged.push(format!("{name}/{database}"));
            }
            (files, bytes) = (files + 1, bytes + content.bytes);
        }
        for content in backup.objects.into_values().chain(backup.files.into_iter().map(|(_, _, c)| c)) {
            contents.insert(content.sha256.clone(), content);
        }
    }
    let files_all = contents.len() as u64;
    for (content, done) in contents.values().zip(1..) {
        if !pool.is_sound(content)? {
            damaged.push(pool.path(&content.sha256).display().to_string());
        }
        (files, bytes) = (files + 1, bytes + content.bytes);
        progress(Progress { files: done, files_all });
    }
    damaged.sort();
    Ok(Verified { backups, files, bytes, damaged })
}

/// Refuses databases of a newer program.
pub(super) fn check_versions(folder: &Path) -> Result<(), BackupError> {
    let check = |found: i64, known: i64, what: &'static str| {
        if found > known { Err(BackupError::Newer { what, found, known }) } else { Ok(()) }
    };
    let read = |connection: &Connection, sql: &str| -> Result<i64, BackupError> {
        connection.query_row(sql, [], |row| row.get(0)).map_err(BackupError::database("read"))
    };
    let objects = cut::open(&folder.join(DATABASES[0]))?;
    check(read(&objects, "PRAGMA user_version")?, database::VERSION, "the database of objects and queues")?;
    let tables = cut::open(&folder.join(DATABASES[1]))?;
    check(read(&tables, "PRAGMA user_version")?, table_server::VERSION, "the database of tables")
}
