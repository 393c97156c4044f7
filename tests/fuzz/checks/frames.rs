//! Decodes and draws every part of a file, within limits that keep a run short.

use std::ops::ControlFlow;

use filmless_domain::Limits;
use filmless_imaging::{PreviewSize, RenderOptions, render_file, render_image};

pub fn check(bytes: &[u8]) {
    let limits =
        Limits { frames_max: 8, side_pixels_max: 1024, frame_samples_max: 1 << 20, ..Limits::default() };
    let options = RenderOptions::new(PreviewSize { side_max: 64 });
    let _ = render_file(bytes, &limits, &options, &mut |_| ControlFlow::Continue(()));
    // Try the pixels, whatever the file says that it is.
    let _ = render_image(bytes, &limits, &options);
}
