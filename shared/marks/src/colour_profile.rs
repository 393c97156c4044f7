//! The colour space of images that do not name one: sRGB, as an input profile (PS3.3 C.11.15).

use moxcms::{ColorProfile, ProfileClass};

/// An ICC profile; `None` if it cannot be encoded.
pub(crate) fn srgb_input_profile() -> Option<Vec<u8>> {
    let mut profile = ColorProfile::new_srgb();
    profile.profile_class = ProfileClass::InputDevice;
    profile.encode().ok()
}
