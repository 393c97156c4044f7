//! Decoding in a child process: a hostile file may cost one message, never the process that serves everything.
//!
//! Requests and answers are frames: a length (8 bytes, little endian), then a MessagePack value or raw bytes.

use std::io::{self, Read, Write};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use filmless_delivery::render::{InstanceRenderer, NoPicture};
use filmless_domain::Limits;
use filmless_imaging::{PreviewSize, RenderedInstance, render_instance};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{Mutex, Semaphore};
use tracing::warn;

/// Longest time one file may take.
const RENDER_TIMEOUT: Duration = Duration::from_secs(120);
/// Most bytes an answer may have.
const ANSWER_BYTES_MAX: u64 = 1 << 30;

#[derive(Serialize, Deserialize)]
struct Request {
    limits: Limits,
    preview: PreviewSize,
}

#[derive(Serialize, Deserialize)]
enum Answer {
    Rendered(Box<RenderedInstance>),
    NoPicture(String),
}

/// A pool of decoding processes.
pub struct ChildRenderer {
    idle: Mutex<Vec<Worker>>,
    turns: Semaphore,
    parallelism: usize,
}

struct Worker {
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
}

impl ChildRenderer {
    /// A pool of as many processes as there are cores; each starts when it is needed.
    pub fn new() -> Self {
        let parallelism = std::thread::available_parallelism().map_or(1, usize::from);
        Self { idle: Mutex::default(), turns: Semaphore::new(parallelism), parallelism }
    }

    async fn ask(&self, worker: &mut Worker, request: &[u8], file: &[u8]) -> io::Result<Answer> {
        for part in [request, file] {
            worker.stdin.write_all(&(part.len() as u64).to_le_bytes()).await?;
            worker.stdin.write_all(part).await?;
        }
        worker.stdin.flush().await?;
        let length = worker.stdout.read_u64_le().await?;
        if length > ANSWER_BYTES_MAX {
            return Err(io::Error::other("the answer is too long"));
        }
        let mut answer = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        worker.stdout.read_exact(&mut answer).await?;
        rmp_serde::from_slice(&answer).map_err(io::Error::other)
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
}

#[async_trait]
impl InstanceRenderer for ChildRenderer {
    async fn render(
        &self,
        file: Bytes,
        limits: &Limits,
        preview: PreviewSize,
    ) -> Result<RenderedInstance, NoPicture> {
        let failed = |code: &str| NoPicture { code: code.to_owned() };
        let _turn = self.turns.acquire().await.map_err(|_| failed("decoder-failed"))?;
        let request = rmp_serde::to_vec_named(&Request { limits: limits.clone(), preview });
        let request = request.map_err(|_| failed("decoder-failed"))?;
        let idle = self.idle.lock().await.pop();
        let mut worker = match idle {
            Some(worker) => worker,
            None => Worker::start().map_err(|_| failed("decoder-failed"))?,
        };
        match tokio::time::timeout(RENDER_TIMEOUT, self.ask(&mut worker, &request, &file)).await {
            Ok(Ok(answer)) => {
                self.idle.lock().await.push(worker);
                match answer {
                    Answer::Rendered(instance) => Ok(*instance),
                    Answer::NoPicture(code) => Err(NoPicture { code }),
                }
            }
            Ok(Err(error)) => {
                // The process ended over this file: the next file gets a new one.
                let _ = worker.child.kill().await;
                warn!(code = "decoder-failed", cause = %error, "the decoder ended over a file");
                Err(failed("decoder-failed"))
            }
            Err(_) => {
                let _ = worker.child.kill().await;
                warn!(code = "decoder-timeout", "a file took too long to decode");
                Err(failed("decoder-timeout"))
            }
        }
    }

    fn parallelism(&self) -> usize {
        self.parallelism
    }
}

/// The child's side: answers until its input ends.
pub fn serve() -> ExitCode {
    match answer_all(&mut io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn answer_all(input: &mut impl Read, output: &mut impl Write) -> io::Result<()> {
    while let Some(request) = read_frame(input)? {
        let file = read_frame(input)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let request: Request = rmp_serde::from_slice(&request).map_err(io::Error::other)?;
        let answer = match render_instance(&file, &request.limits, request.preview) {
            Ok(instance) => Answer::Rendered(Box::new(instance)),
            Err(error) => Answer::NoPicture(error.code().to_owned()),
        };
        let answer = rmp_serde::to_vec_named(&answer).map_err(io::Error::other)?;
        output.write_all(&(answer.len() as u64).to_le_bytes())?;
        output.write_all(&answer)?;
        output.flush()?;
    }
    Ok(())
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
    use super::*;

    #[test]
    fn the_child_answers_every_request_with_one_frame() {
        let request = Request { limits: Limits::default(), preview: PreviewSize { side_max: 64 } };
        let request = rmp_serde::to_vec_named(&request).unwrap();
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
        let mut answers = 0;
        while let Some(frame) = read_frame(&mut output).unwrap() {
            assert!(matches!(rmp_serde::from_slice(&frame).unwrap(), Answer::NoPicture(_)));
            answers += 1;
        }
        assert_eq!(answers, 2);
    }
}
