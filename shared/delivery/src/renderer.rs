//! The port of the decoder for untrusted files.

use async_trait::async_trait;
use filmless_domain::{Limits, PatientDemographics, StudyInstanceUid};
use filmless_imaging::{Job, NoPicture, RenderedPart, run_job};
use std::ops::ControlFlow;
use tokio::sync::mpsc;

use crate::prepare::render::SourceFile;

/// Parts waiting to be written; more would only use memory.
const PARTS_WAITING_MAX: usize = 2;

/// The parts of one instance, as they are made. Ends when there are no more.
pub type RenderedParts = mpsc::Receiver<RenderedPart>;

/// Whose file is rendered. A decoder is never reused for a file of somebody else: of another study, or of another
/// patient under the same UID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOwner {
    /// The study.
    pub study: StudyInstanceUid,
    /// The patient, as the file names them.
    pub patient: Option<PatientDemographics>,
}

/// Decodes untrusted files; in a child process wherever real patients' files are decoded.
#[async_trait]
pub trait InstanceRenderer: Send + Sync {
    /// Waits for its turn and begins what is to be made of a file. A decoder that fails leaves a last part that says so.
    async fn render(&self, owner: &FileOwner, file: SourceFile, limits: &Limits, job: Job) -> RenderedParts;

    /// How many files can be rendered at a time.
    fn parallelism(&self) -> usize;
}

/// A channel for the parts of one instance.
#[must_use]
pub fn parts_channel() -> (mpsc::Sender<RenderedPart>, RenderedParts) {
    mpsc::channel(PARTS_WAITING_MAX)
}

/// The last part of an instance that cannot be shown, or only in part.
#[must_use]
pub fn no_picture(why: NoPicture) -> RenderedPart {
    RenderedPart::NoPicture { code: why.code().to_owned() }
}

/// Renders in this process, off the async threads.
#[derive(Debug, Clone, Copy, Default)]
pub struct InProcessRenderer;

#[async_trait]
impl InstanceRenderer for InProcessRenderer {
    async fn render(&self, _: &FileOwner, file: SourceFile, limits: &Limits, job: Job) -> RenderedParts {
        let (sender, parts) = parts_channel();
        let limits = limits.clone();
        tokio::spawn(async move {
            let sink = sender.clone();
            let rendering = tokio::task::spawn_blocking(move || {
                let _ = run_job(&file, &limits, &job, &mut |part| match sink.blocking_send(part) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                });
            });
            if rendering.await.is_err() {
                let _ = sender.send(no_picture(NoPicture::DecoderFailed)).await;
            }
        });
        parts
    }

    fn parallelism(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }
}
