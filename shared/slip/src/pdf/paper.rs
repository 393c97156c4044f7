//! The paper of a slip, and of minutes.

/// Points per millimetre.
pub(super) const MM: f32 = 72.0 / 25.4;
/// A5, portrait (ISO 216).
pub(super) const PAGE: (f32, f32) = (148.0 * MM, 210.0 * MM);
/// A4, portrait (ISO 216).
pub(super) const A4: (f32, f32) = (210.0 * MM, 297.0 * MM);
/// Left and right margin of the slip.
pub(super) const MARGIN: f32 = 10.5 * MM;
/// Width between the margins.
pub(super) const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
