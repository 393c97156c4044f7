//! Decoding in a child process: a hostile file may cost one message, never the process that serves everything.
//!
//! Requests and answers are frames: a length (8 bytes, little endian), then a MessagePack value or raw bytes.

use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::process::{ExitCode, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use filmless_delivery::render::{InstanceRenderer, RenderedParts, no_picture, parts_channel};
use filmless_domain::Limits;
use filmless_imaging::{RenderOptions, RenderedPart, render_file};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tracing::warn;

/// Longest time that one part, at most a few frames, may take.
const PART_TIMEOUT: Duration = Duration::from_secs(120);
/// Most bytes a part may have: a frame at the limit of its samples, twice.
const PART_BYTES_MAX: u64 = 2 << 30;

#[derive(Serialize, Deserialize)]
struct Request {
    limits: Limits,
    options: RenderOptions,
}

/// What the child says, one frame each, until the end of a file.
#[derive(Serialize, Deserialize)]
enum Answer {
    Part(RenderedPart),
    End,
}

/// A pool of decoding processes.
pub struct ChildRenderer {
    idle: Arc<Mutex<Vec<Worker>>>,
    turns: Arc<Semaphore>,
    parallelism: usize,
}

struct Worker {
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
}

/// How a file ended.
enum Ending {
    /// The worker waits for the next one.
    Done,
    /// Nobody wants the rest.
    Unwanted,
    /// It took too long.
    TimedOut,
}

impl ChildRenderer {
    /// A pool of as many processes as there are cores; each starts when it is needed.
    pub fn new() -> Self {
        let parallelism = std::thread::available_parallelism().map_or(1, usize::from);
        Self { idle: Arc::default(), turns: Arc::new(Semaphore::new(parallelism)), parallelism }
    }
}

impl Worker {
    fn start() -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("render-child")
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let missing = || io::Error::other("no pipe to the decoder");
        let stdin = child.stdin.take().ok_or_else(missing)?;
        let stdout = child.stdout.take().ok_or_else(missing)?;
        Ok(Self { child, stdin, stdout })
    }

    /// Sends a file over and passes its parts on.
    async fn render(
        &mut self,
        request: &[u8],
        file: &[u8],
        parts: &mpsc::Sender<RenderedPart>,
    ) -> io::Result<Ending> {
        let Ok(sent) = timeout(PART_TIMEOUT, self.send(request, file)).await else {
            return Ok(Ending::TimedOut);
        };
        sent?;
        loop {
            let Ok(answer) = timeout(PART_TIMEOUT, self.receive()).await else { return Ok(Ending::TimedOut) };
            match answer? {
                Answer::End => return Ok(Ending::Done),
                Answer::Part(part) => {
                    if parts.send(part).await.is_err() {
                        return Ok(Ending::Unwanted);
                    }
                }
            }
        }
    }

    async fn send(&mut self, request: &[u8], file: &[u8]) -> io::Result<()> {
        for frame in [request, file] {
            self.stdin.write_all(&(frame.len() as u64).to_le_bytes()).await?;
            self.stdin.write_all(frame).await?;
        }
        self.stdin.flush().await
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

#[async_trait]
impl InstanceRenderer for ChildRenderer {
    async fn render(&self, file: Bytes, limits: &Limits, options: RenderOptions) -> RenderedParts {
        let (sender, parts) = parts_channel();
        let Ok(turn) = Arc::clone(&self.turns).acquire_owned().await else { return parts };
        let request = rmp_serde::to_vec_named(&Request { limits: limits.clone(), options });
        let idle = Arc::clone(&self.idle);
        tokio::spawn(async move {
            let _turn = turn;
            let failed = match request {
                Ok(request) => render_in(&idle, &request, &file, &sender).await.err(),
                Err(_) => Some("decoder-failed"),
            };
            if let Some(code) = failed {
                let _ = sender.send(no_picture(code)).await;
            }
        });
        parts
    }

    fn parallelism(&self) -> usize {
        self.parallelism
    }
}

/// Renders in an idle process or in a new one; one that failed over a file is ended, and the next file gets another.
async fn render_in(
    idle: &Mutex<Vec<Worker>>,
    request: &[u8],
    file: &[u8],
    parts: &mpsc::Sender<RenderedPart>,
) -> Result<(), &'static str> {
    let waiting = idle.lock().ok().and_then(|mut idle| idle.pop());
    let mut worker = match waiting {
        Some(worker) => worker,
        None => Worker::start().map_err(|_| "decoder-failed")?,
    };
    let ending = worker.render(request, file, parts).await;
    if let Ok(Ending::Done) = ending {
        if let Ok(mut idle) = idle.lock() {
            idle.push(worker);
        }
        return Ok(());
    }
    let _ = worker.child.kill().await;
    match ending {
        Ok(Ending::TimedOut) => {
            warn!(code = "decoder-timeout", "a file took too long to decode");
            Err("decoder-timeout")
        }
        Ok(_) => Ok(()),
        Err(error) => {
            warn!(code = "decoder-failed", cause = %error, "the decoder ended over a file");
            Err("decoder-failed")
        }
    }
}

/// The child's side: answers until its input ends.
pub fn serve() -> ExitCode {
    match answer_all(&mut io::stdin().lock(), &mut io::BufWriter::new(io::stdout().lock())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn answer_all(input: &mut impl Read, output: &mut impl Write) -> io::Result<()> {
    while let Some(request) = read_frame(input)? {
        let file = read_frame(input)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let request: Request = rmp_serde::from_slice(&request).map_err(io::Error::other)?;
        let mut failed = None;
        let _ = render_file(&file, &request.limits, &request.options, &mut |part| match write_answer(
            output,
            &Answer::Part(part),
        ) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        });
        match failed {
            None => write_answer(output, &Answer::End)?,
            Some(error) => return Err(error),
        }
    }
    Ok(())
}

fn write_answer(output: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let answer = rmp_serde::to_vec_named(answer).map_err(io::Error::other)?;
    output.write_all(&(answer.len() as u64).to_le_bytes())?;
    output.write_all(&answer)?;
    output.flush()
}

/// One frame, or `None` at the end of the input. The parent is trusted, so its lengths are.
fn read_frame(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 8];
    match input.read_exact(&mut length) {
        Ok(()) => {}
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(e) => return Err(e),
    }
    let mut frame = vec![0; usize::try_from(u64::from_le_bytes(length)).map_err(io::Error::other)?];
    input.read_exact(&mut frame)?;
    Ok(Some(frame))
}

#[cfg(test)]
mod tests {
    use filmless_imaging::PreviewSize;

    use super::*;

    #[test]
    fn the_child_answers_every_request_and_says_where_each_file_ends() {
        let options = RenderOptions::new(PreviewSize { side_max: 64 });
        let request = rmp_serde::to_vec_named(&Request { limits: Limits::default(), options }).unwrap();
        let mut input = Vec::new();
        for file in [b"not dicom".as_slice(), b""] {
            for part in [request.as_slice(), file] {
                input.extend((part.len() as u64).to_le_bytes());
                input.extend(part);
            }
        }
        let mut output = Vec::new();
        answer_all(&mut input.as_slice(), &mut output).unwrap();
        let mut output = output.as_slice();
        let mut answers = Vec::new();
        while let Some(frame) = read_frame(&mut output).unwrap() {
            answers.push(match rmp_serde::from_slice(&frame).unwrap() {
                Answer::Part(RenderedPart::NoPicture { .. }) => "no picture",
                Answer::Part(_) => "part",
                Answer::End => "end",
            });
        }
        assert_eq!(answers, ["no picture", "end", "no picture", "end"]);
    }
}
