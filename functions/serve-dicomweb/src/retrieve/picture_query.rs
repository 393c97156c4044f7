//! How a picture is wanted: query parameters of rendered resources (PS3.18 8.3.5).

use filmless_dicomweb::{Refusal, Wanted};
use filmless_imaging::{PictureFormat, PictureJob, SourceRegion, Viewport, Window};

use super::frame_numbers::frame_numbers;

/// Longest side that a picture is made in, in pixels.
pub(crate) const SIDE_MAX: u32 = 8192;
const QUALITY: u8 = 90;
/// Side of a thumbnail of which nothing else is said.
const THUMBNAIL_SIDE: u32 = 256;

/// What may be said of a picture. `charset` is of annotations, of which there are none.
const PARAMETERS: [&str; 7] = ["accept", "charset", "frame", "iccprofile", "quality", "viewport", "window"];

/// A picture of any frame.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PictureQuery {
    pub window: Option<Window>,
    pub viewport: Option<Viewport>,
    pub format: PictureFormat,
    pub quality: u8,
}

impl PictureQuery {
    /// Reads the parameters of a rendered resource, or of a thumbnail, which knows its size only and is never enlarged.
    pub fn of(
        parameters: &[(String, String)],
        format: PictureFormat,
        is_thumbnail: bool,
    ) -> Result<Self, Refusal> {
        check_parameters(parameters)?;
        let value = |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, v)| v.as_str());
        let viewport = value("viewport").map(|text| viewport(text, !is_thumbnail)).transpose()?;
        if is_thumbnail {
            let square =
                Viewport { width: THUMBNAIL_SIDE, height: THUMBNAIL_SIDE, region: None, may_enlarge: false };
            return Ok(Self { window: None, viewport: viewport.or(Some(square)), format, quality: QUALITY });
        }
        Ok(Self {
            window: value("window").map(window).transpose()?,
            viewport,
            format,
            quality: value("quality").map(|text| quality("quality", text)).transpose()?.unwrap_or(QUALITY),
        })
    }

    /// The job for one frame.
    pub fn job(&self, frame: u32) -> PictureJob {
        let Self { window, viewport, format, quality } = self.clone();
        PictureJob { frame, window, viewport, format, quality }
    }
}

/// Whoever asks for something that is not done here gets no other picture in its place: none without the annotations that they
/// asked for, none of another frame because of a slip of the pen.
fn check_parameters(parameters: &[(String, String)]) -> Result<(), Refusal> {
    for (at, (name, value)) in parameters.iter().enumerate() {
        if !PARAMETERS.contains(&name.as_str()) {
            let expected = "a picture takes accept, charset, frame, iccprofile, quality, viewport and window";
            return Err(Refusal::BadQuery { expected });
        }
        if parameters.iter().take(at).any(|(before, _)| before == name) {
            return Err(malformed(name, "it is expected once"));
        }
        if name == "iccprofile" && value != "no" {
            return Err(malformed(name, "no, because pictures have no profile"));
        }
    }
    Ok(())
}

/// The frame of an instance that is asked for by parameter.
pub(crate) fn named_frame(parameters: &[(String, String)]) -> Result<Option<u32>, Refusal> {
    let Some((name, text)) = parameters.iter().find(|(name, _)| name == "frame") else { return Ok(None) };
    match frame_numbers(text).as_deref() {
        Ok([one]) => Ok(Some(*one)),
        _ => Err(malformed(name, "one number from 1 on")),
    }
}

/// The first kind of picture that is wanted and can be made.
pub(crate) fn format_of(wanted: &[Wanted]) -> Option<(PictureFormat, &Wanted)> {
    const FORMATS: [PictureFormat; 3] = [PictureFormat::Jpeg, PictureFormat::Png, PictureFormat::WebP];
    wanted.iter().find_map(|wanted| {
        let format = FORMATS.into_iter().find(|format| wanted.takes(media_type(*format)))?;
        Some((format, wanted))
    })
}

pub(crate) fn media_type(format: PictureFormat) -> &'static str {
    match format {
        PictureFormat::Jpeg => "image/jpeg",
        PictureFormat::Png => "image/png",
        PictureFormat::WebP => "image/webp",
    }
}

pub(crate) fn malformed(parameter: &str, expected: &'static str) -> Refusal {
    Refusal::BadParameter { parameter: parameter.to_owned(), expected }
}

/// 1 to 100.
pub(crate) fn quality(parameter: &str, text: &str) -> Result<u8, Refusal> {
    let number = text.trim().parse().ok().filter(|quality| (1..=100).contains(quality));
    number.ok_or_else(|| malformed(parameter, "a whole number from 1 to 100"))
}

/// A side of a picture.
pub(crate) fn side(parameter: &str, text: &str) -> Result<u32, Refusal> {
    let number = text.trim().parse().ok().filter(|side| (1..=SIDE_MAX).contains(side));
    number.ok_or_else(|| malformed(parameter, "whole numbers of pixels, from 1 to 8192"))
}

/// `center,width,function` (PS3.18 8.3.5.1.4). Function may be left out.
fn window(text: &str) -> Result<Window, Refusal> {
    const EXPECTED: &str = "center,width,function, where function is linear, linear-exact or sigmoid";
    let malformed = || malformed("window", EXPECTED);
    let mut values = text.split(',').map(str::trim);
    let (center, width) = (values.next().unwrap_or_default(), values.next().ok_or_else(malformed)?);
    let function = match values.next().unwrap_or("linear").to_ascii_lowercase().as_str() {
        "linear" => None,
        "linear-exact" => Some("LINEAR_EXACT".to_owned()),
        "sigmoid" => Some("SIGMOID".to_owned()),
        _ => return Err(malformed()),
    };
    if values.next().is_some() {
        return Err(malformed());
    }
    window_of(center, width, function).ok_or_else(malformed)
}

/// A window; its width is at least 1 where it is linear, and more than 0 elsewhere (PS3.3 C.11.2.1.2, C.11.2.1.3).
pub(crate) fn window_of(center: &str, width: &str, function: Option<String>) -> Option<Window> {
    let number = |text: &str| text.trim().parse().ok().filter(|number: &f64| number.is_finite());
    let (center, width) = (number(center)?, number(width)?);
    let least = if function.is_none() { 1.0 } else { f64::MIN_POSITIVE };
    (width >= least).then_some(Window { center, width, function, name: None })
}

/// `width,height`, or `width,height,x,y,w,h` with a part of the image: of these four each may be left out, and a negative size
/// mirrors (PS3.18 8.3.5.1.3).
fn viewport(text: &str, may_enlarge: bool) -> Result<Viewport, Refusal> {
    const EXPECTED: &str = "width,height or width,height,x,y,w,h in whole pixels";
    let malformed = || malformed("viewport", EXPECTED);
    let values: Vec<&str> = text.split(',').map(str::trim).collect();
    let (width, height, region) = match values[..] {
        [width, height] => (width, height, None),
        [width, height, x, y, w, h] => {
            let whole = |text: &str| {
                if text.is_empty() { Some(None) } else { text.parse::<f64>().ok().map(Some) }
            };
            let number = |text: &str| {
                let number = whole(text).ok_or_else(malformed)?;
                let is_pixel = |value: &f64| value.is_finite() && value.abs() <= f64::from(u32::MAX);
                if number.is_none_or(|value| is_pixel(&value)) { Ok(number) } else { Err(malformed()) }
            };
            let [x, y, w, h] = [number(x)?, number(y)?, number(w)?, number(h)?];
            let place = |value: Option<f64>| {
                value.map_or(Some(0), |value| (value >= 0.0).then_some(value as u32)).ok_or_else(malformed)
            };
            let size = |value: Option<f64>| value.map(|value| value.abs() as u32);
            if [w, h].into_iter().any(|size| size.is_some_and(|size| size.abs() < 1.0)) {
                return Err(malformed());
            }
            let region = SourceRegion {
                x: place(x)?,
                y: place(y)?,
                width: size(w),
                height: size(h),
                flip_horizontally: w.is_some_and(|w| w < 0.0),
                flip_vertically: h.is_some_and(|h| h < 0.0),
            };
            (width, height, Some(region))
        }
        _ => return Err(malformed()),
    };
    let (width, height) = (side("viewport", width)?, side("viewport", height)?);
    Ok(Viewport { width, height, region, may_enlarge })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(parameters: &[(&str, &str)], is_thumbnail: bool) -> Result<PictureQuery, Refusal> {
        let parameters: Vec<_> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        PictureQuery::of(&parameters, PictureFormat::Jpeg, is_thumbnail)
    }

    #[test]
    fn parameters_of_the_standard_are_read() {
        let query = read(&[("window", "40, 400,linear"), ("viewport", "512,256"), ("quality", "75")], false);
        let query = query.unwrap();
        let window = query.window.unwrap();
        assert_eq!((window.center, window.width, window.function), (40.0, 400.0, None));
        let viewport = query.viewport.unwrap();
        assert_eq!((viewport.width, viewport.height, viewport.may_enlarge), (512, 256, true));
        assert_eq!(query.quality, 75);
        let query = read(&[("viewport", "64,64,10,,-20,30"), ("window", "0.5,0.25,SIGMOID")], false).unwrap();
        let region = query.viewport.unwrap().region.unwrap();
        assert_eq!((region.x, region.y, region.width, region.height), (10, 0, Some(20), Some(30)));
        assert!(region.flip_horizontally && !region.flip_vertically);
        assert_eq!(query.window.unwrap().function.unwrap(), "SIGMOID");
    }

    #[test]
    fn a_thumbnail_is_small_and_never_enlarged() {
        for (parameters, side) in [(vec![], 256), (vec![("viewport", "100,100"), ("window", "1,2")], 100)] {
            let query = read(&parameters, true).unwrap();
            let viewport = query.viewport.unwrap();
            assert_eq!((viewport.width, viewport.may_enlarge, query.window), (side, false, None));
        }
    }

    #[test]
    fn a_parameter_that_is_not_known_or_comes_twice_is_no_picture() {
        for parameters in [
            &[("annotation", "patient")][..],
            &[("frames", "2")],
            &[("Frame", "2")],
            &[("window", "1,2"), ("window", "3,4")],
        ] {
            assert_eq!(read(parameters, false).unwrap_err().status(), 400, "{parameters:?}");
            assert_eq!(read(parameters, true).unwrap_err().status(), 400, "{parameters:?}");
        }
        assert!(read(&[("accept", "image/png"), ("charset", "utf-8"), ("iccprofile", "no")], false).is_ok());
    }

    #[test]
    fn one_frame_is_named_by_its_number() {
        let named = |value: &str| named_frame(&[("frame".to_owned(), value.to_owned())]);
        assert_eq!((named("3"), named_frame(&[])), (Ok(Some(3)), Ok(None)));
        for value in ["0", "abc", "", "1,2", "-1"] {
            assert_eq!(named(value).unwrap_err().status(), 400, "{value}");
        }
    }

    #[test]
    fn what_is_no_value_of_the_standard_is_refused_by_name() {
        for (name, value) in [
            ("window", "40"),
            ("window", "40,0"),
            ("window", "40,400,log"),
            ("window", "40,400,linear,1"),
            ("window", "a,b"),
            ("window", "nan,1"),
            ("viewport", "0,10"),
            ("viewport", "10"),
            ("viewport", "10,9000"),
            ("viewport", "10,10,-1,0,5,5"),
            ("viewport", "10,10,0,0,0,5"),
            ("viewport", "10,10,0,0,inf,5"),
            ("quality", "0"),
            ("quality", "101"),
            ("quality", "best"),
            ("iccprofile", "yes"),
        ] {
            let refused = read(&[(name, value)], false).unwrap_err();
            assert!(
                matches!(refused, Refusal::BadParameter { parameter, .. } if parameter == name),
                "{value}"
            );
        }
    }
}
