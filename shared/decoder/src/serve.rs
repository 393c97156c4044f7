//! The child's side.

use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;

use filmless_domain::Limits;
use filmless_imaging::{RenderOptions, RenderedPart, render_file};

use crate::confine::confine;
use crate::protocol::{Answer, Request};

/// Takes the parts of a file, until it breaks.
pub type Sink<'s> = dyn FnMut(RenderedPart) -> ControlFlow<()> + 's;

/// Gives up everything, then renders file after file until its input ends.
#[must_use]
pub fn serve() -> ExitCode {
    serve_with(|file, limits, options, sink| {
        let _ = render_file(file, limits, options, sink);
    })
}

/// As [`serve`], with another renderer: what a decoder would be that was taken over.
#[must_use]
pub fn serve_with(render: impl FnMut(&[u8], &Limits, &RenderOptions, &mut Sink<'_>)) -> ExitCode {
    let limits = Limits::default();
    let memory = std::env::args().nth(2).and_then(|bytes| bytes.parse().ok());
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    // A process decodes no longer than one file may take, and then the file in hand; on every core.
    let cpu_seconds = limits.decode_seconds_max * 2 * cores;
    let served =
        confine(memory.unwrap_or(limits.decoder_memory_bytes_max), cpu_seconds).and_then(|given_up| {
            let mut output = io::BufWriter::new(io::stdout().lock());
            write_answer(&mut output, &Answer::Ready(given_up))?;
            answer_all(&mut io::stdin().lock(), &mut output, render)
        });
    if served.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn answer_all(
    input: &mut impl Read,
    output: &mut impl Write,
    mut render: impl FnMut(&[u8], &Limits, &RenderOptions, &mut Sink<'_>),
) -> io::Result<()> {
    while let Some(request) = read_frame(input)? {
        let file = read_frame(input)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let request: Request = rmp_serde::from_slice(&request).map_err(io::Error::other)?;
        let mut failed = None;
        render(&file, &request.limits, &request.options, &mut |part| match write_answer(
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
#[allow(clippy::unwrap_used)]
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
        answer_all(&mut input.as_slice(), &mut output, |file, limits, options, sink| {
            let _ = render_file(file, limits, options, sink);
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
            });
        }
        assert_eq!(answers, ["no picture", "end", "no picture", "end"]);
    }
}
