//! The position of a slice in the patient (PS3.3 C.7.6.2).

/// The unit normal of Image Orientation (Patient): rows crossed with columns, away from whoever looks. `None` if they span no plane.
#[must_use]
pub fn normal(orientation: [f64; 6]) -> Option<[f64; 3]> {
    let (normal, length) = crossed(orientation);
    (length > 1e-6 && length.is_finite()).then(|| normal.map(|v| v / length))
}

/// Projects Image Position (Patient) onto the normal of Image Orientation (Patient). Sorted by this number, the slices
/// of a stack are in spatial order (PS3.3 C.7.6.2.1.1).
#[must_use]
pub fn slice_position(position: [f64; 3], orientation: [f64; 6]) -> Option<f64> {
    let (normal, length) = crossed(orientation);
    let along = position.iter().zip(normal).map(|(p, n)| p * n).sum::<f64>() / length;
    (length > 1e-6 && along.is_finite()).then_some(along)
}

/// Rows crossed with columns, and how long that is.
fn crossed([rx, ry, rz, cx, cy, cz]: [f64; 6]) -> ([f64; 3], f64) {
    let normal = [ry * cz - rz * cy, rz * cx - rx * cz, rx * cy - ry * cx];
    (normal, normal.iter().map(|v| v * v).sum::<f64>().sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axial_slices_lie_along_z() {
        let axial = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
        assert_eq!(slice_position([3.0, 4.0, 12.5], axial), Some(12.5));
        assert_eq!(slice_position([3.0, 4.0, 12.5], [0.0; 6]), None);
        assert_eq!(slice_position([f64::NAN, 0.0, 0.0], axial), None);
        assert_eq!((normal(axial), normal([0.0; 6])), (Some([0.0, 0.0, 1.0]), None));
    }
}
