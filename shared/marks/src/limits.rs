//! How much one save may hold. Each limit has a test.

/// Most versions of something: the newest has the lowest Instance Number, so that software that sorts by it opens that one.
pub const VERSIONS_MAX: u32 = 999;
/// Most bytes of a PDF: the whole file is in memory.
pub const PDF_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Most bytes of a request.
pub const REQUEST_BYTES_MAX: usize = 256 * 1024;
/// Longest name of an author or a facility, and longest description: LO (PS3.5 6.2), in characters.
pub const NAME_CHARS_MAX: usize = 64;
/// Longest note of a key image, label of a measurement or text in a picture, in characters: what ST allows.
pub const TEXT_CHARS_MAX: usize = 1024;
/// Longest label of a measurement, in characters.
pub const LABEL_CHARS_MAX: usize = 64;
/// Longest word for a unit, in characters.
pub const UNIT_CHARS_MAX: usize = 16;
/// Most images that are marked as key images.
pub const KEY_IMAGES_MAX: usize = 256;
/// Most images that are shown in a certain way.
pub const PRESENTATIONS_MAX: usize = 128;
/// Most shapes in one image, and most texts.
pub const GRAPHICS_MAX: usize = 256;
/// Most measurements.
pub const MEASUREMENTS_MAX: usize = 256;
/// Most values of one measurement.
pub const VALUES_MAX: usize = 16;
/// Most points of one shape.
pub const POINTS_MAX: usize = 1024;
/// Most different instances in one save: the header of each is read.
pub const INSTANCES_MAX: usize = 256;
/// Largest magnitude of a value or a window.
pub const VALUE_MAX: f64 = 1e12;
/// Largest coordinate: Rows and Columns have 16 bits.
pub const COORDINATE_MAX: f64 = 65_535.0;
