//! The words of the viewer's script. They travel in the page, as JSON, under the names of `web/src/words.ts`. Blanks in
//! braces are filled in by the viewer.

use serde::Serialize;

use super::cda::DocumentTexts;
use super::report::{MomentTexts, ReportTexts, ReportWordTexts};

/// Units that are words, under what the index of a series calls them.
#[derive(Serialize)]
pub struct UnitTexts {
    /// Counts of a detector.
    pub counts: &'static str,
    /// The same in a second.
    #[serde(rename = "counts/s")]
    pub counts_per_second: &'static str,
    /// What is proportional to counts.
    #[serde(rename = "relative counts")]
    pub relative_counts: &'static str,
    /// The same in a second.
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
    /// What a quick picture is good for.
    pub quick_preview: &'static str,
    /// The picture is bit-exact.
    pub full_quality: &'static str,
    /// The same of a picture that was compressed with a loss before it came.
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
    /// The network is away.
    pub offline: &'static str,
    /// The session has ended.
    pub signed_out: &'static str,
    /// It cannot be shown at all.
    pub failed: &'static str,
    /// A picture that the browser could not read.
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
    /// Heading: how the picture lies.
    pub position: &'static str,
    /// Button.
    pub rotate: &'static str,
    /// Button.
    pub flip: &'static str,
    /// Button.
    pub fit: &'static str,
    /// Button: a pixel to a pixel.
    pub actual_size: &'static str,
    /// Button: everything as at first.
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
    /// Outside, or not measured.
    pub no_value: &'static str,
    /// After a length in pixels.
    pub uncalibrated: &'static str,
    /// After a length that is not one in the patient.
    pub at_detector: &'static str,
    /// After a length at the object, as the geometry of the exposure gives it.
    pub by_geometry: &'static str,
    /// After a length that was calibrated by an object of known size in the picture.
    pub by_fiducial: &'static str,
    /// Beside a length that was measured on a scanned film.
    pub on_film: &'static str,
    /// `{value}` in millimetres.
    pub slice_position: &'static str,
    /// Heading.
    pub documents: &'static str,
    /// Button; `{title}`.
    pub open_document: &'static str,
    /// What the doctor reports.
    pub report: &'static str,
    /// What a report says of itself.
    pub report_status: ReportTexts,
    /// What is ours in a report, and not its author's.
    pub report_words: ReportWordTexts,
    /// How a date and a time of a report are written.
    pub moment: MomentTexts,
    /// What a machine notes of the radiation dose.
    pub dose: &'static str,
    /// The images that a doctor marked.
    pub selection: &'static str,
    /// An image that is marked; `{n}` its number among them, `{series}` its series.
    pub selected_image: &'static str,
    /// `{n}` marked images that are not here.
    pub selected_elsewhere: &'static str,
    /// What a machine notes: measurements.
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
    /// `{n}` images that have no picture.
    pub without_picture: &'static str,
    /// `{n}` files whose pixels end too early.
    pub cut_pictures: &'static str,
    /// `{n}` files whose overlays end too early.
    pub cut_overlays: &'static str,
    /// `{n}` images that are announced and not there.
    pub fewer_images: &'static str,
    /// `{n}` images that are there and not announced.
    pub more_images: &'static str,
    /// After which images there is a gap in the stack: `{places}`.
    pub gaps: &'static str,
    /// The next image is `{mm}` away, where `{usual}` is usual.
    pub gap_after: &'static str,
    /// The same of the image before.
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
    /// Over an earlier one beside it.
    pub earlier_study: &'static str,
    /// Over a later one beside it.
    pub later_study: &'static str,
    /// Over one of the same day beside it.
    pub same_day_study: &'static str,
    /// Over one of which nobody knows whether it is earlier or later, as one of the two has no date.
    pub other_study: &'static str,
    /// Instead of the date of a study that has none.
    pub no_date: &'static str,
    /// Check box.
    pub link_scroll: &'static str,
    /// Check box.
    pub link_view: &'static str,
    /// How both scroll.
    pub linked_by_position: &'static str,
    /// How both scroll.
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
