//! Feeds C and C++ codecs what they get in a delivery: a codestream in a file, after all our checks.

use filmless_domain::Limits;
use filmless_imaging::{PreviewSize, RenderOptions, render_image};

const JPEG_2000: &str = "1.2.840.10008.1.2.4.91";
const JPEG_LS: &str = "1.2.840.10008.1.2.4.81";

/// A JPEG 2000 codestream or a JP2 file, for OpenJPEG.
pub fn check_jpeg_2000(codestream: &[u8]) {
    let Some(at) = codestream.windows(4).position(|bytes| bytes == [0xFF, 0x4F, 0xFF, 0x51]) else { return };
    let Some(size) = codestream.get(at + 6..).filter(|size| size.len() > 36) else { return };
    let long = |at: usize| u32::from_be_bytes([size[at], size[at + 1], size[at + 2], size[at + 3]]);
    let (columns, rows) = (long(2).wrapping_sub(long(10)), long(6).wrapping_sub(long(14)));
    draw(JPEG_2000, codestream, [rows as u16, columns as u16, u16::from(size[35])], size[36] & 0x7F);
}

/// A JPEG-LS codestream, for CharLS.
pub fn check_jpeg_ls(codestream: &[u8]) {
    let Some(at) = codestream.windows(2).position(|bytes| bytes == [0xFF, 0xF7]) else { return };
    let Some(&[precision, r1, r0, c1, c0, components]) = codestream.get(at + 4..at + 10) else { return };
    let size = [u16::from_be_bytes([r1, r0]), u16::from_be_bytes([c1, c0]), u16::from(components)];
    draw(JPEG_LS, codestream, size, precision.wrapping_sub(1));
}

/// libwebp encodes what we drew and, for a poster, decodes what a decoder says that it encoded.
pub fn check_webp(bytes: &[u8]) {
    let _ = webp::Decoder::new(bytes).decode();
    let [width, height, quality, pixels @ ..] = bytes else { return };
    let (width, height) = (u32::from(*width).max(1), u32::from(*height).max(1));
    if pixels.is_empty() {
        return;
    }
    let wanted = (width * height * 3) as usize;
    let pixels: Vec<u8> = pixels.iter().copied().cycle().take(wanted).collect();
    let Ok(mut config) = webp::WebPConfig::new() else { return };
    config.quality = f32::from(*quality % 101);
    config.method = i32::from(*quality % 7);
    let encoded = webp::Encoder::from_rgb(&pixels, width, height).encode_advanced(&config);
    let decoded = webp::Decoder::new(&encoded.expect("any picture is encoded")).decode();
    let decoded = decoded.expect("what was encoded is decoded");
    assert_eq!((decoded.width(), decoded.height()), (width, height));
}

fn draw(syntax: &str, codestream: &[u8], [rows, columns, samples]: [u16; 3], depth: u8) {
    let limits = Limits { side_pixels_max: 1024, frame_samples_max: 1 << 20, ..Limits::default() };
    let file = file_of(syntax, codestream, [rows, columns, samples], u16::from(depth) + 1);
    let _ = render_image(&file, &limits, &RenderOptions::new(PreviewSize { side_max: 64 }));
}

/// A file with one frame.
fn file_of(syntax: &str, codestream: &[u8], [rows, columns, samples]: [u16; 3], bits: u16) -> Vec<u8> {
    let allocated = if bits <= 8 { 8 } else { 16 };
    let photometric = if samples == 3 { "RGB " } else { "MONOCHROME2 " };
    let mut file = [&[0; 128][..], b"DICM"].concat();
    let mut put = |group: u16, number: u16, vr: &str, value: &[u8]| {
        file.extend([group.to_le_bytes(), number.to_le_bytes()].concat());
        file.extend(vr.as_bytes());
        file.extend((value.len() as u16).to_le_bytes());
        file.extend(value);
    };
    put(2, 0x10, "UI", syntax.as_bytes());
    put(8, 0x16, "UI", b"1.2.840.10008.5.1.4.1.1.7\0");
    put(0x28, 2, "US", &samples.to_le_bytes());
    put(0x28, 4, "CS", photometric.as_bytes());
    if samples > 1 {
        put(0x28, 6, "US", &[0, 0]);
    }
    for (number, value) in
        [(0x10, rows), (0x11, columns), (0x100, allocated), (0x101, bits), (0x102, bits - 1)]
    {
        put(0x28, number, "US", &value.to_le_bytes());
    }
    put(0x28, 0x103, "US", &[0, 0]);
    file.extend([0xE0, 0x7F, 0x10, 0, b'O', b'B', 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]);
    file.extend([0xFE, 0xFF, 0, 0xE0, 0, 0, 0, 0, 0xFE, 0xFF, 0, 0xE0]);
    file.extend((codestream.len() as u32).next_multiple_of(2).to_le_bytes());
    file.extend(codestream);
    file.extend(&[0][..codestream.len() % 2]);
    file.extend([0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]);
    file
}
