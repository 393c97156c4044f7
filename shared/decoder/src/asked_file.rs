//! A file at the other end of a pipe; the child requests the ranges it needs.

use std::borrow::Cow;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use filmless_imaging::RangedBytes;

use crate::protocol::Answer;

/// Smallest request, in bytes: the headers of fragments follow one another.
const BLOCK_BYTES: u64 = 64 << 10;

/// Both pipes. Every decoding thread may send requests.
pub(crate) struct Pipes<I, O>(Mutex<(I, O)>);

impl<I: Read, O: Write> Pipes<I, O> {
    pub fn new(input: I, output: O) -> Self {
        Self(Mutex::new((input, output)))
    }

    /// Sends something that needs no reply.
    pub fn say(&self, answer: &Answer) -> io::Result<()> {
        let mut pipes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        write_answer(&mut pipes.1, answer)
    }

    /// The next request and the first bytes of its file, or `None` at the end of the input.
    pub fn hear(&self) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
        let mut pipes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(request) = read_frame(&mut pipes.0)? else { return Ok(None) };
        let head = read_frame(&mut pipes.0)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(Some((request, head)))
    }

    fn ask(&self, range: &Range<u64>) -> io::Result<Vec<u8>> {
        let mut pipes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let length = range.end.saturating_sub(range.start);
        write_answer(&mut pipes.1, &Answer::Want { start: range.start, length })?;
        let bytes = read_frame(&mut pipes.0)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        if bytes.len() as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::InvalidData.into()) }
    }
}

/// The current file.
pub(crate) struct AskedFile<'p, I, O> {
    pub pipes: &'p Pipes<I, O>,
    pub total: u64,
    /// Its first bytes.
    pub head: Vec<u8>,
    /// The last small range requested: where it begins, and its bytes.
    pub block: Mutex<(u64, Vec<u8>)>,
}

impl<I: Read + Send, O: Write + Send> AskedFile<'_, I, O> {
    fn of_block(&self, range: &Range<u64>) -> Option<Vec<u8>> {
        let mut block = self.block.lock().unwrap_or_else(PoisonError::into_inner);
        let is_inside = block.0 <= range.start && range.end <= block.0 + block.1.len() as u64;
        if !is_inside {
            let bytes = self.pipes.ask(&(range.start..self.total.min(range.start + BLOCK_BYTES))).ok()?;
            *block = (range.start, bytes);
        }
        let start = usize::try_from(range.start - block.0).ok()?;
        let length = usize::try_from(range.end - range.start).ok()?;
        block.1.get(start..start + length).map(<[u8]>::to_vec)
    }
}

impl<I: Read + Send, O: Write + Send> RangedBytes for AskedFile<'_, I, O> {
    fn total(&self) -> u64 {
        self.total
    }

    fn range(&self, range: Range<u64>) -> Option<Cow<'_, [u8]>> {
        if range.start > range.end || range.end > self.total {
            return None;
        }
        if range.end <= self.head.len() as u64 {
            let (start, end) = (usize::try_from(range.start).ok()?, usize::try_from(range.end).ok()?);
            return self.head.get(start..end).map(Cow::Borrowed);
        }
        if range.end - range.start < BLOCK_BYTES {
            return self.of_block(&range).map(Cow::Owned);
        }
        self.pipes.ask(&range).ok().map(Cow::Owned)
    }
}

fn write_answer(output: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let answer = rmp_serde::to_vec_named(answer).map_err(io::Error::other)?;
    output.write_all(&(answer.len() as u64).to_le_bytes())?;
    output.write_all(&answer)?;
    output.flush()
}

/// One frame, or `None` at the end of the input. We trust the parent, and so its lengths.
pub(crate) fn read_frame(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
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
