//! What is made of a file.

use std::ops::ControlFlow;

use filmless_dicom::RangedBytes;
use filmless_domain::Limits;
use serde::{Deserialize, Serialize};

use crate::native::{NativeJob, native_frames};
use crate::part::RenderedPart;
use crate::picture::{PictureJob, picture};
use crate::render::{RenderOptions, render_ranged};

/// What is made of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Job {
    /// The parts of a series pack.
    Render(RenderOptions),
    /// Native samples: [`RenderedPart::Layout`], then [`RenderedPart::Native`].
    Native(NativeJob),
    /// A picture to look at: [`RenderedPart::Picture`].
    Picture(PictureJob),
}

impl From<RenderOptions> for Job {
    fn from(options: RenderOptions) -> Self {
        Self::Render(options)
    }
}

/// Does a job part by part into `sink`, until it breaks. What cannot be made says why:
/// [`RenderedPart::Failure`], [`RenderedPart::NoPicture`].
pub fn run_job(
    file: &dyn RangedBytes,
    limits: &Limits,
    job: &Job,
    sink: &mut dyn FnMut(RenderedPart) -> ControlFlow<()>,
) -> ControlFlow<()> {
    match job {
        Job::Render(options) => render_ranged(file, limits, options, sink),
        Job::Native(job) => native_frames(file, limits, job, sink),
        Job::Picture(job) => picture(file, limits, job, sink),
    }
}
