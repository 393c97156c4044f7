//! What a token opens: the use case, under the names that the routes call it by.

pub(crate) use filmless_delivery::viewing::software::{
    Admission, LargeAnswer, SoftwareSeries, SoftwareStudy,
};
pub use filmless_delivery::viewing::software::{Right, Software};
