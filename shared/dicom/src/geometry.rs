//! The position of a slice in the patient (PS3.3 C.7.6.2).

/// Projects Image Position (Patient) onto the normal of Image Orientation (Patient). Sorted by this number, the slices
/// of a stack are in spatial order (PS3.3 C.7.6.2.1.1).
#[must_use]
pub fn slice_position(position: [f64; 3], orientation: [f64; 6]) -> Option<f64> {
    let [rx, ry, rz, cx, cy, cz] = orientation;
    let normal = [ry * cz - rz * cy, rz * cx - rx * cz, rx * cy - ry * cx];
    let length = normal.iter().map(|v| v * v).sum::<f64>().sqrt();
    let along = position.iter().zip(normal).map(|(p, n)| p * n).sum::<f64>() / length;
    (length > 1e-6 && along.is_finite()).then_some(along)
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
    }
}
