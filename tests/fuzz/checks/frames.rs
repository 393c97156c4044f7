//! Every frame of a file, decoded and drawn, within limits that keep one run short.

use filmless_domain::Limits;
use filmless_imaging::{Layers, PreviewSize, render_layers};

pub fn check(bytes: &[u8]) {
    let limits =
        Limits { frames_max: 8, side_pixels_max: 1024, frame_samples_max: 1 << 20, ..Limits::default() };
    let _ = render_layers(bytes, &limits, PreviewSize { side_max: 64 }, Layers::PreviewAndDiagnostic);
}
