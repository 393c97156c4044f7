//! The child.

use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::Mutex;

use filmless_domain::Limits;
use filmless_imaging::{Job, RangedBytes, RenderedPart, run_job};

use crate::asked_file::{AskedFile, Pipes};
use crate::confine::confine;
use crate::protocol::{Answer, Request};

/// Takes the parts of a file, until it breaks off.
pub type Sink<'s> = dyn FnMut(RenderedPart) -> ControlFlow<()> + 's;

/// Gives up everything, then does job after job until its input ends.
#[must_use]
pub fn serve() -> ExitCode {
    serve_with(|file, limits, job, sink| {
        let _ = run_job(file, limits, job, sink);
    })
}

/// Like [`serve`], with another renderer: simulates a decoder that was taken over.
#[must_use]
pub fn serve_with(work: impl FnMut(&dyn RangedBytes, &Limits, &Job, &mut Sink<'_>)) -> ExitCode {
    let limits = Limits::default();
    let memory = std::env::args().nth(2).and_then(|bytes| bytes.parse().ok());
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    // A process decodes at most as long as one file may take, plus its current file, on every core.
    let cpu_seconds = limits.decode_seconds_max * 2 * cores;
    let served =
        confine(memory.unwrap_or(limits.decoder_memory_bytes_max), cpu_seconds).and_then(|given_up| {
            let pipes = Pipes::new(io::stdin(), io::BufWriter::new(io::stdout()));
            pipes.say(&Answer::Ready(given_up))?;
            answer_all(&pipes, work)
        });
    if served.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn answer_all<I: Read + Send, O: Write + Send>(
    pipes: &Pipes<I, O>,
    mut work: impl FnMut(&dyn RangedBytes, &Limits, &Job, &mut Sink<'_>),
) -> io::Result<()> {
    while let Some((request, head)) = pipes.hear()? {
        let request: Request = rmp_serde::from_slice(&request).map_err(io::Error::other)?;
        let file = AskedFile { pipes, total: request.total, head, block: Mutex::default() };
        let mut failed = None;
        work(&file, &request.limits, &request.job, &mut |part| match pipes.say(&Answer::Part(part)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        });
        match failed {
            None => pipes.say(&Answer::End)?,
            Some(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use filmless_imaging::{PreviewSize, RenderOptions};

    use super::*;
    use crate::asked_file::read_frame;

    #[test]
    fn the_child_answers_every_request_and_says_where_each_file_ends() {
        let options = RenderOptions::new(PreviewSize { side_max: 64 });
        let mut input = Vec::new();
        for file in [b"not dicom".as_slice(), b""] {
            let job = Job::Render(options);
            let request = Request { limits: Limits::default(), job, total: file.len() as u64 };
            let request = rmp_serde::to_vec_named(&request).unwrap();
            for part in [request.as_slice(), file] {
                input.extend((part.len() as u64).to_le_bytes());
                input.extend(part);
            }
        }
        let mut output = Vec::new();
        answer_all(&Pipes::new(input.as_slice(), &mut output), |file, limits, job, sink| {
            let _ = run_job(file, limits, job, sink);
        })
        .unwrap();
        let mut output = output.as_slice();
        let mut answers = Vec::new();
        while let Some(frame) = read_frame(&mut output).unwrap() {
            answers.push(match rmp_serde::from_slice(&frame).unwrap() {
                Answer::Part(RenderedPart::NoPicture { .. }) => "no picture",
                Answer::Part(_) => "part",
                Answer::End => "end",
                Answer::Ready(_) => "ready",
                Answer::Want { .. } => "want",
            });
        }
        assert_eq!(answers, ["no picture", "end", "no picture", "end"]);
    }
}
