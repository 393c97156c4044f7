//! The parent: one process per study, patient and core, started when needed.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use filmless_delivery::prepare::render::{
    FileOwner, InstanceRenderer, RenderedParts, SourceFile, no_picture, parts_channel,
};
use filmless_domain::{Limits, LogCode};
use filmless_imaging::{Job, NoPicture, RenderedPart};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::timeout;
use tracing::warn;

use crate::protocol::{Answer, PART_BYTES_MAX, Request};

/// How long a process may take to give up its rights and report it.
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// How much of a file on disk is in this process at a time, in bytes.
const PIECE_BYTES: u64 = 4 << 20;
/// So many streams per core may wait for whoever reads them, with their processes but without a turn.
const WAITING_PER_CORE: usize = 4;
/// A process that was idle for longer is not reused; what it saw is gone with it.
const IDLE_MAX: Duration = Duration::from_secs(60);

/// Renders in child processes: this program, started with the arguments `render-child` and its memory limit in bytes,
/// must call [`crate::serve()`].
pub struct ChildRenderer {
    idle: Arc<Mutex<Vec<Worker>>>,
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    parallelism: usize,
    memory_bytes: u64,
    program: PathBuf,
}

struct Worker {
    owner: FileOwner,
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
    /// How long it has decoded.
    busy: Duration,
    idle_since: Instant,
}

/// How a file ended.
enum Ending {
    /// The worker waits for the next file.
    Done,
    /// Nobody wants the rest.
    Unwanted,
    /// It took too long.
    TimedOut,
}

impl ChildRenderer {
    /// One process of this program per core, each with at most this much memory, in bytes.
    #[must_use]
    pub fn new(memory_bytes: u64) -> Self {
        // Without a path it cannot be started; each file then reports that.
        Self::of_program(std::env::current_exe().unwrap_or_default(), memory_bytes)
    }

    /// Like [`Self::new`], with another program.
    #[must_use]
    pub fn of_program(program: PathBuf, memory_bytes: u64) -> Self {
        let parallelism = std::thread::available_parallelism().map_or(1, usize::from);
        let turns = Arc::new(Semaphore::new(parallelism));
        let waiting = Arc::new(Semaphore::new(parallelism * WAITING_PER_CORE));
        Self { idle: Arc::default(), turns, waiting, parallelism, memory_bytes, program }
    }

    /// Processes that share this much memory, in bytes.
    #[must_use]
    pub fn sharing(memory_bytes: u64) -> Self {
        let mut renderer = Self::new(memory_bytes);
        renderer.memory_bytes = memory_bytes / renderer.parallelism as u64;
        renderer
    }
}

impl Worker {
    async fn start(program: &Path, owner: FileOwner, memory_bytes: u64) -> io::Result<Self> {
        let mut child = Command::new(program)
            .arg("render-child")
            .arg(memory_bytes.to_string())
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let missing = || io::Error::other("no pipe to the decoder");
        let stdin = child.stdin.take().ok_or_else(missing)?;
        let stdout = child.stdout.take().ok_or_else(missing)?;
        let (busy, idle_since) = (Duration::ZERO, Instant::now());
        let mut worker = Self { owner, child, stdin, stdout, busy, idle_since };
        match timeout(START_TIMEOUT, worker.receive()).await.map_err(io::Error::other)?? {
            Answer::Ready(given_up) if !given_up.system_calls => {
                warn!(code = LogCode::DecoderUnconfined.code(), "this kernel does not confine the decoder");
            }
            Answer::Ready(_) => {}
            _ => return Err(io::Error::other("the decoder does not say that it is ready")),
        }
        Ok(worker)
    }

    /// Sends a file over and passes its parts on. Counts only the worker's time, not the receiver's.
    async fn render(
        &mut self,
        work: &Work,
        turn: &mut Turn,
        parts: &mpsc::Sender<RenderedPart>,
    ) -> io::Result<Ending> {
        let mut left = work.budget;
        let start = Instant::now();
        let sent = timeout(left, self.send_request(&work.request, &work.file)).await;
        self.spend(start, &mut left);
        let Ok(sent) = sent else { return Ok(Ending::TimedOut) };
        sent?;
        loop {
            let start = Instant::now();
            let answer = timeout(left, self.answer(&work.file)).await;
            self.spend(start, &mut left);
            let Ok(answer) = answer else { return Ok(Ending::TimedOut) };
            match answer? {
                Answer::End => return Ok(Ending::Done),
                Answer::Part(part) => {
                    if !turn.send(part, parts).await {
                        return Ok(Ending::Unwanted);
                    }
                }
                Answer::Ready(_) | Answer::Want { .. } => {
                    return Err(io::Error::other("the decoder says what it was not asked"));
                }
            }
        }
    }

    fn spend(&mut self, start: Instant, left: &mut Duration) {
        let spent = start.elapsed();
        self.busy += spent;
        *left = left.saturating_sub(spent);
    }

    async fn send_request(&mut self, request: &[u8], file: &Arc<SourceFile>) -> io::Result<()> {
        self.stdin.write_all(&(request.len() as u64).to_le_bytes()).await?;
        self.stdin.write_all(request).await?;
        self.send(file, 0..file.head_bytes()).await
    }

    /// Sends a range of the file, piece by piece.
    async fn send(&mut self, file: &Arc<SourceFile>, range: Range<u64>) -> io::Result<()> {
        self.stdin.write_all(&(range.end - range.start).to_le_bytes()).await?;
        let mut at = range.start;
        while at < range.end {
            let piece = file.read(at..range.end.min(at + PIECE_BYTES)).await?;
            self.stdin.write_all(&piece).await?;
            at += piece.len() as u64;
        }
        self.stdin.flush().await
    }

    /// The next answer about the picture; before it, sends the worker the ranges of this file that it requests.
    async fn answer(&mut self, file: &Arc<SourceFile>) -> io::Result<Answer> {
        loop {
            let (start, length) = match self.receive().await? {
                Answer::Want { start, length } => (start, length),
                answer => return Ok(answer),
            };
            let end = start.checked_add(length).filter(|end| *end <= file.bytes());
            let end = end.ok_or_else(|| io::Error::other("the decoder wants what is not in its file"))?;
            self.send(file, start..end).await?;
        }
    }

    async fn receive(&mut self) -> io::Result<Answer> {
        let length = self.stdout.read_u64_le().await?;
        if length > PART_BYTES_MAX {
            return Err(io::Error::other("the answer is too long"));
        }
        let mut answer = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.stdout.read_exact(&mut answer).await?;
        rmp_serde::from_slice(&answer).map_err(io::Error::other)
    }
}

/// The right to decode now.
struct Turn {
    held: Option<OwnedSemaphorePermit>,
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// Whether somebody far away reads what is decoded as it comes. Whoever writes it to a disk is never slow.
    is_streamed: bool,
}

impl Turn {
    /// Passes a part on; false where nobody wants it any more. While a slow reader is behind, others have the turn.
    async fn send(&mut self, part: RenderedPart, parts: &mpsc::Sender<RenderedPart>) -> bool {
        let part = match parts.try_send(part) {
            Ok(()) => return true,
            Err(TrySendError::Closed(_)) => return false,
            Err(TrySendError::Full(part)) => part,
        };
        // One that finds no place keeps its turn: every process that waits has memory.
        let place = if self.is_streamed { Arc::clone(&self.waiting).try_acquire_owned().ok() } else { None };
        if place.is_some() {
            self.held = None;
        }
        let is_sent = parts.send(part).await.is_ok();
        drop(place);
        if is_sent && self.held.is_none() {
            self.held = Arc::clone(&self.turns).acquire_owned().await.ok();
        }
        is_sent
    }
}

/// One file, and how to render it.
struct Work {
    program: PathBuf,
    owner: FileOwner,
    file: Arc<SourceFile>,
    request: Vec<u8>,
    budget: Duration,
    busy_max: Duration,
    memory_bytes: u64,
}

#[async_trait]
impl InstanceRenderer for ChildRenderer {
    async fn render(&self, owner: &FileOwner, file: SourceFile, limits: &Limits, job: Job) -> RenderedParts {
        let (sender, parts) = parts_channel();
        let Ok(held) = Arc::clone(&self.turns).acquire_owned().await else { return parts };
        let is_streamed = matches!(job, Job::Native(_));
        let (turns, waiting) = (Arc::clone(&self.turns), Arc::clone(&self.waiting));
        let mut turn = Turn { held: Some(held), turns, waiting, is_streamed };
        let idle = Arc::clone(&self.idle);
        let request = rmp_serde::to_vec_named(&Request { limits: limits.clone(), job, total: file.bytes() });
        let work = request.map(|request| Work {
            program: self.program.clone(),
            owner: owner.clone(),
            budget: limits.decode_budget(file.bytes()),
            busy_max: Duration::from_secs(limits.decode_seconds_max),
            file: Arc::new(file),
            request,
            memory_bytes: self.memory_bytes.min(limits.decoder_memory_bytes_max),
        });
        tokio::spawn(async move {
            let failed = match work {
                Ok(work) => render_in(&idle, &work, &mut turn, &sender).await.err(),
                Err(_) => Some(NoPicture::DecoderFailed),
            };
            if let Some(why) = failed {
                let _ = sender.send(no_picture(why)).await;
            }
        });
        parts
    }

    fn parallelism(&self) -> usize {
        self.parallelism
    }
}

/// An idle process that worked for this patient and study; ends those of others.
fn idle_worker(idle: &Mutex<Vec<Worker>>, owner: &FileOwner) -> Option<Worker> {
    let mut idle = idle.lock().ok()?;
    idle.retain(|worker| worker.owner == *owner && worker.idle_since.elapsed() < IDLE_MAX);
    idle.pop()
}

/// Renders in an idle process or a new one. A process that failed on a file is ended, and the next file gets another.
async fn render_in(
    idle: &Mutex<Vec<Worker>>,
    work: &Work,
    turn: &mut Turn,
    parts: &mpsc::Sender<RenderedPart>,
) -> Result<(), NoPicture> {
    let mut worker = match idle_worker(idle, &work.owner) {
        Some(worker) => worker,
        None => {
            Worker::start(&work.program, work.owner.clone(), work.memory_bytes).await.map_err(|error| {
                warn!(code = NoPicture::DecoderFailed.code(), cause = %error, "a decoder could not be started");
                NoPicture::DecoderFailed
            })?
        }
    };
    let ending = worker.render(work, turn, parts).await;
    if let Ok(Ending::Done) = ending {
        // Do not reuse one that worked long: the kernel would end it for its time limit.
        if worker.busy < work.busy_max
            && let Ok(mut idle) = idle.lock()
        {
            worker.idle_since = Instant::now();
            idle.push(worker);
        }
        return Ok(());
    }
    let _ = worker.child.kill().await;
    match ending {
        Ok(Ending::TimedOut) => {
            warn!(code = NoPicture::DecoderTimeout.code(), "a file took too long to decode");
            Err(NoPicture::DecoderTimeout)
        }
        Ok(_) => Ok(()),
        Err(error) => {
            warn!(code = NoPicture::DecoderFailed.code(), cause = %error, "the decoder ended over a file");
            Err(NoPicture::DecoderFailed)
        }
    }
}
