//! The QR code after an office printer and a shaky hand.

use std::fs;
use std::path::Path;

use filmless_domain::{Language, Secret};
use image::GrayImage;

use super::sample::{LINK, Sample, run};
use crate::{SlipError, qr_png, slip_pdf};

const ZBAR: &str = "zbar-tools";

/// A grey picture.
struct Grey {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Grey {
    fn read(path: &Path) -> Self {
        let picture = image::open(path).unwrap().into_luma8();
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        Self { width, height, pixels: picture.into_raw() }
    }

    fn write(&self, path: &Path) {
        let picture =
            GrayImage::from_raw(self.width as u32, self.height as u32, self.pixels.clone()).unwrap();
        picture.save(path).unwrap();
    }

    fn sample(&self, x: f32, y: f32) -> f32 {
        let at = |x: f32, y: f32| {
            let inside = x >= 0.0 && y >= 0.0 && (x as usize) < self.width && (y as usize) < self.height;
            if inside { f32::from(self.pixels[y as usize * self.width + x as usize]) } else { 255.0 }
        };
        let (fx, fy) = (x - x.floor(), y - y.floor());
        let row = |y: f32| at(x.floor(), y) * (1.0 - fx) + at(x.floor() + 1.0, y) * fx;
        row(y.floor()) * (1.0 - fy) + row(y.floor() + 1.0) * fy
    }

    /// Rotates the picture about its centre, fades it, and adds noise, dust and lost toner.
    fn worn(&self, degrees: f32, noise: f32) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (cx, cy) = (self.width as f32 / 2.0, self.height as f32 / 2.0);
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / 16_777_216.0
        };
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for y in 0..self.height {
            for x in 0..self.width {
                let (dx, dy) = (x as f32 - cx, y as f32 - cy);
                let value = self.sample(cx + dx * cos - dy * sin, cy + dx * sin + dy * cos);
                let faded = 50.0 + value * 0.7;
                let speck = if random() < 0.001 { (random() - 0.5) * 400.0 } else { 0.0 };
                let noisy = faded + (random() + random() - 1.0) * noise + speck;
                pixels.push(noisy.clamp(0.0, 255.0) as u8);
            }
        }
        Self { pixels, ..*self }
    }
}

fn scan(folder: &Path, file: &str) -> String {
    run("zbarimg", ZBAR, &["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file], folder)
        .trim()
        .to_owned()
}

#[test]
fn a_worn_rotated_print_at_150_dpi_is_still_read() {
    let mut sample = Sample::new();
    let long = format!("{LINK}-and-some-more-0123456789");
    for (link, language) in [(LINK, Language::Vi), (long.as_str(), Language::En)] {
        sample.link = Secret::new(link.to_owned());
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("slip.pdf"), slip_pdf(&sample.slip(language)).unwrap()).unwrap();
        let print = ["-r", "150", "-gray", "-png", "-singlefile", "slip.pdf", "page"];
        run("pdftoppm", "poppler-utils", &print, folder.path());
        let page = Grey::read(&folder.path().join("page.png"));
        for (degrees, noise) in [(0.0, 0.0), (3.0, 25.0), (-11.0, 25.0), (37.0, 10.0), (180.0, 25.0)] {
            page.worn(degrees, noise).write(&folder.path().join("worn.png"));
            assert_eq!(scan(folder.path(), "worn.png"), link, "turned by {degrees} degrees");
        }
    }
}

#[test]
fn the_symbol_is_36_mm_wide_with_four_white_modules_around_it() {
    let sample = Sample::new();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("slip.pdf"), slip_pdf(&sample.slip(Language::Vi)).unwrap()).unwrap();
    let print = ["-r", "254", "-gray", "-png", "-singlefile", "slip.pdf", "page"];
    run("pdftoppm", "poppler-utils", &print, folder.path());
    let page = Grey::read(&folder.path().join("page.png"));
    // In the left half of the page, the widest rows run through the symbol's finder patterns.
    let is_dark = |x: usize, y: usize| page.pixels[y * page.width + x] < 40;
    let inside_left = page.width * 12 / 100;
    let widest = (page.height * 38 / 100..page.height * 56 / 100)
        .filter_map(|y| {
            let dark = |x: &usize| is_dark(*x, y);
            let (left, right) = (inside_left..page.width * 38 / 100).fold((None, 0), |(left, right), x| {
                if dark(&x) { (left.or(Some(x)), x) } else { (left, right) }
            });
            left.map(|left| right - left + 1)
        })
        .max()
        .unwrap();
    // 254 dpi: ten pixels per millimetre.
    assert!((350..=365).contains(&widest), "{widest} tenths of a millimetre");
}

#[test]
fn the_picture_for_mails_is_read_and_has_its_quiet_zone() {
    let folder = tempfile::tempdir().unwrap();
    let png = qr_png(LINK).unwrap();
    assert_eq!(png, qr_png(LINK).unwrap());
    assert!(png.len() < 4000, "{} bytes", png.len());
    fs::write(folder.path().join("qr.png"), png).unwrap();
    assert_eq!(scan(folder.path(), "qr.png"), LINK);
}

#[test]
fn a_link_that_no_symbol_holds_is_refused() {
    assert!(matches!(qr_png("https://"), Err(SlipError::BadLink)));
    assert!(matches!(qr_png(&format!("https://a/{}", "x".repeat(3000))), Err(SlipError::QrTooLong(_))));
}
