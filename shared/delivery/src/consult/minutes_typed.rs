//! What is written by hand in the minutes.

use filmless_consult::{ImageName, MinutesText};

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

impl TypedMinutes {
    /// What is printed, each text with the name of its field.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = [
            ("reason", &self.reason),
            ("patient.record_number", &self.record_number),
            ("patient.department", &self.department),
            ("patient.bed", &self.bed),
            ("diagnosis", &self.diagnosis),
            ("place", &self.place),
            ("course", &self.course),
            ("treatment_so_far", &self.treatment_so_far),
            ("conclusion", &self.conclusion),
            ("treatment", &self.treatment),
            ("follow_up", &self.follow_up),
        ];
        let chosen = self.images.iter().filter(|image| image.is_chosen);
        let captions = chosen.map(|image| ("caption", image.caption.as_str()));
        fields.into_iter().map(|(field, text)| (field, text.as_str())).chain(captions)
    }
}

impl TypedMinutes {
    /// What of a text is written by hand. The rest is the record's, which goes on meanwhile.
    pub(super) fn of(text: &MinutesText) -> Self {
        let printed = text.key_images.iter().map(|image| TypedImage {
            image: ImageName::from(image).to_string(),
            is_chosen: true,
            caption: image.caption.clone(),
        });
        Self {
            images: printed.collect(),
            follows: String::new(),
            reason: String::new(),
            record_number: text.patient.record_number.clone(),
            department: text.patient.department.clone(),
            bed: text.patient.bed.clone(),
            diagnosis: text.diagnosis.clone(),
            place: text.place.clone(),
            course: text.course.clone(),
            treatment_so_far: text.treatment_so_far.clone(),
            conclusion: text.conclusion.clone(),
            treatment: text.treatment.clone(),
            follow_up: text.follow_up.clone(),
        }
    }

    /// Adds images that are not there yet, unticked.
    pub(super) fn offer(&mut self, images: impl Iterator<Item = String>) {
        for image in images {
            if self.images.iter().all(|known| known.image != image) {
                self.images.push(TypedImage { image, ..TypedImage::default() });
            }
        }
    }
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
