//! What a file-set says of its patient and study, beside what the files say.

use filmless_domain::{Language, Order};
use filmless_store::index::StudyRecord;
use serde_json::{Value, json};

/// The patient as the order names them, and what the pages of the portal say of the study.
pub(crate) fn media_facts(study: &StudyRecord, order: &Order) -> Value {
    let title = order.service_name().or(study.description.as_deref()).map(Order::title_of_service);
    let birth_date = order.patient.birth_date;
    json!({
        "language": if order.patient.language == Language::En { "en" } else { "vi" },
        "patient_name": filmless_domain::person_name::display(&order.patient.name),
        "patient_id": order.patient.id,
        "birth_date": (!birth_date.is_placeholder()).then(|| birth_date.to_day_first()),
        "date": study.study_date.or(study.image_date),
        "title": title.map_or_else(|| study.modalities.join(", "), str::to_owned),
    })
}
