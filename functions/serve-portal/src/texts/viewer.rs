//! The words of the viewer's script. They travel in the page as JSON, under the names in `web/src/words.ts`. The viewer
//! fills in the placeholders in braces.

use serde::Serialize;

use super::cda::DocumentTexts;
use super::report::{MomentTexts, ReportTexts, ReportWordTexts};

/// Units that are words, under the names the index of a pack uses.
#[derive(Serialize)]
pub struct UnitTexts {
    /// Counts of a detector.
    pub counts: &'static str,
    /// Counts per second.
    #[serde(rename = "counts/s")]
    pub counts_per_second: &'static str,
    /// Proportional to counts.
    #[serde(rename = "relative counts")]
    pub relative_counts: &'static str,
    /// Proportional to counts per second.
    #[serde(rename = "relative counts/s")]
    pub relative_counts_per_second: &'static str,
    /// Standard deviations.
    #[serde(rename = "SD")]
    pub deviations: &'static str,
}

/// The words of the viewer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ViewerTexts {
    /// Which image is shown; `{n}` of `{total}`.
    pub counter: &'static str,
    /// What a quick preview is good for.
    pub quick_preview: &'static str,
    /// The picture is bit-exact.
    pub full_quality: &'static str,
    /// The picture is bit-exact, but arrived with lossy compression.
    pub full_quality_of_lossy: &'static str,
    /// A doctor marked the image.
    pub key_image: &'static str,
    /// Label of the slider.
    pub slider: &'static str,
    /// Button.
    pub previous: &'static str,
    /// Button.
    pub next: &'static str,
    /// Button that starts the film.
    pub play: &'static str,
    /// Button that stops it.
    pub pause: &'static str,
    /// Button.
    pub zoom_in: &'static str,
    /// Button.
    pub zoom_out: &'static str,
    /// Button that fills the screen.
    pub large: &'static str,
    /// Button that goes back.
    pub small: &'static str,
    /// Button.
    pub close: &'static str,
    /// While bytes are on their way.
    pub loading: &'static str,
    /// There is no network.
    pub offline: &'static str,
    /// The session has ended.
    pub signed_out: &'static str,
    /// Nothing can be shown.
    pub failed: &'static str,
    /// A picture the browser could not decode.
    pub broken_picture: &'static str,
    /// Button that opens the tools.
    pub tools: &'static str,
    /// Heading: what a finger or the mouse does.
    pub touch_tool: &'static str,
    /// Tool: go through the images.
    pub browse: &'static str,
    /// Tool: brightness and contrast.
    pub window_tool: &'static str,
    /// Tool: move the picture.
    pub move_tool: &'static str,
    /// Button: remove measurements.
    pub clear: &'static str,
    /// Button: take the last step back.
    pub undo: &'static str,
    /// How to use a tool.
    pub keys_hint: &'static str,
    /// Measuring waits for full quality.
    pub only_preview: &'static str,
    /// Heading: brightness, colours.
    pub look: &'static str,
    /// List of windows.
    pub preset: &'static str,
    /// Window of the file.
    pub preset_default: &'static str,
    /// Window of all values.
    pub preset_range: &'static str,
    /// Window.
    pub preset_lung: &'static str,
    /// Window.
    pub preset_bone: &'static str,
    /// Window.
    pub preset_brain: &'static str,
    /// Window.
    pub preset_abdomen: &'static str,
    /// Window.
    pub preset_mediastinum: &'static str,
    /// Window.
    pub preset_vessels: &'static str,
    /// A window; `{c}` its centre, `{w}` its width.
    pub window_values: &'static str,
    /// Button.
    pub invert: &'static str,
    /// List of colour maps.
    pub colours: &'static str,
    /// Colour map.
    pub grey: &'static str,
    /// Colour map.
    pub grey_inverted: &'static str,
    /// Colour map.
    pub hot_iron: &'static str,
    /// Button: drawings over the image.
    pub overlays: &'static str,
    /// Button: subtract the mask.
    pub mask: &'static str,
    /// Heading: rotation, flip and zoom.
    pub position: &'static str,
    /// Button.
    pub rotate: &'static str,
    /// Button.
    pub flip: &'static str,
    /// Button.
    pub fit: &'static str,
    /// Button: one pixel of the image on one of the screen.
    pub actual_size: &'static str,
    /// Button: back to the start.
    pub reset: &'static str,
    /// Heading: films.
    pub film: &'static str,
    /// List.
    pub speed: &'static str,
    /// Button: again and again.
    pub repeat: &'static str,
    /// Heading: small pictures.
    pub images: &'static str,
    /// A small picture; `{n}` its number.
    pub show_image: &'static str,
    /// Button.
    pub next_key: &'static str,
    /// Heading.
    pub measurements: &'static str,
    /// Units that are words.
    pub units: UnitTexts,
    /// Outside the image, or not measured.
    pub no_value: &'static str,
    /// After a length in pixels.
    pub uncalibrated: &'static str,
    /// After a length measured at the detector, not in the patient.
    pub at_detector: &'static str,
    /// After a length in the object, from the geometry of the exposure.
    pub by_geometry: &'static str,
    /// After a length calibrated with an object of known size in the image.
    pub by_fiducial: &'static str,
    /// Beside a length measured on a scanned film.
    pub on_film: &'static str,
    /// `{value}` in millimetres.
    pub slice_position: &'static str,
    /// Heading.
    pub documents: &'static str,
    /// Button; `{title}`.
    pub open_document: &'static str,
    /// What the doctor reports.
    pub report: &'static str,
    /// What a report says about itself.
    pub report_status: ReportTexts,
    /// Words in a report that are ours, not its author's.
    pub report_words: ReportWordTexts,
    /// How a report's dates and times are written.
    pub moment: MomentTexts,
    /// What a machine records of the radiation dose.
    pub dose: &'static str,
    /// The images a doctor marked.
    pub selection: &'static str,
    /// A marked image; `{n}` its number among them, `{series}` its series.
    pub selected_image: &'static str,
    /// `{n}` marked images that are elsewhere.
    pub selected_elsewhere: &'static str,
    /// Measurements, or what a machine records.
    pub record: &'static str,
    /// A document without title.
    pub pdf: &'static str,
    /// A document without title.
    pub text: &'static str,
    /// A document without title.
    pub video: &'static str,
    /// Link.
    pub download: &'static str,
    /// A page; `{n}` of `{total}`.
    pub page: &'static str,
    /// It cannot be shown here.
    pub document_failed: &'static str,
    /// Around an encapsulated document.
    #[serde(flatten)]
    pub encapsulated: DocumentTexts,
    /// Kept but not shown: `{names}`.
    pub kept: &'static str,
    /// `{n}` instances without an image.
    pub without_picture: &'static str,
    /// `{n}` files whose pixels end too early.
    pub cut_pictures: &'static str,
    /// `{n}` files whose overlays end too early.
    pub cut_overlays: &'static str,
    /// `{n}` images that were announced but are missing.
    pub fewer_images: &'static str,
    /// `{n}` images more than announced.
    pub more_images: &'static str,
    /// The images that are followed by a gap in the stack: `{places}`.
    pub gaps: &'static str,
    /// The next image is `{mm}` away, instead of the usual `{usual}`.
    pub gap_after: &'static str,
    /// The same for the image before.
    pub gap_before: &'static str,
    /// Button.
    pub compare: &'static str,
    /// List of studies.
    pub compare_with: &'static str,
    /// List of series.
    pub compare_series: &'static str,
    /// Button.
    pub compare_close: &'static str,
    /// This study, in the list of studies.
    pub this_study: &'static str,
    /// Over the study that is open.
    pub present_study: &'static str,
    /// Over an earlier study beside it.
    pub earlier_study: &'static str,
    /// Over a later study beside it.
    pub later_study: &'static str,
    /// Over a study of the same day beside it.
    pub same_day_study: &'static str,
    /// Over a study that may be earlier or later, because one of the two has no date.
    pub other_study: &'static str,
    /// In place of a missing date.
    pub no_date: &'static str,
    /// Check box.
    pub link_scroll: &'static str,
    /// Check box.
    pub link_view: &'static str,
    /// Both scroll by position.
    pub linked_by_position: &'static str,
    /// Both scroll by number.
    pub linked_by_number: &'static str,
    /// Name of the second stage.
    pub other_stage: &'static str,
    /// Over a picture that was flipped by hand.
    pub is_mirrored: &'static str,
    /// Over a picture that was turned by hand; `{n}` degrees.
    pub is_turned: &'static str,
    /// Laterality `R`.
    pub right_side: &'static str,
    /// Laterality `L`.
    pub left_side: &'static str,
    /// Laterality `B`.
    pub both_sides: &'static str,
}
