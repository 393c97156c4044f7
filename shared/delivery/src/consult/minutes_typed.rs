//! What is written by hand in the minutes.

/// What is written by hand in the minutes.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TypedMinutes {
    /// Digest of the version that it follows; empty for the first.
    pub follows: String,
    /// Why that version is replaced.
    pub reason: String,
    /// Number of the patient's record.
    pub record_number: String,
    /// Department.
    pub department: String,
    /// Bed.
    pub bed: String,
    /// Diagnosis before the consultation.
    pub diagnosis: String,
    /// Place, and the points that were connected.
    pub place: String,
    /// Course of the disease.
    pub course: String,
    /// Treatment so far.
    pub treatment_so_far: String,
    /// Conclusion.
    pub conclusion: String,
    /// Treatment from here on.
    pub treatment: String,
    /// What is checked, and when.
    pub follow_up: String,
    /// All images of the form, in their order.
    pub images: Vec<TypedImage>,
}

impl std::fmt::Debug for TypedMinutes {
    /// Hides all of it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TypedMinutes(hidden)")
    }
}

/// An image in the form of the minutes, ticked or not.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TypedImage {
    /// Which: `study/series/instance/frame`.
    pub image: String,
    /// Whether it is to be printed.
    pub is_chosen: bool,
    /// What is seen in it.
    pub caption: String,
}
