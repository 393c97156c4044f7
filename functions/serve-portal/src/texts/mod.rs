//! Every word a patient reads on the pages, one constant per language: [`vi::VI`] and [`en::EN`]. A text missing
//! in one of them does not compile.

use filmless_domain::Language;

mod cda;
pub(crate) mod console;
mod consult;
mod en;
mod guide;
mod in_app;
mod reading;
mod report;
mod shape;
mod sharing;
mod software;
mod vi;
mod viewer;
mod viewer_en;
mod viewer_vi;

pub use guide::GuideStep;
pub use shape::{DownloadChoice, LinkTexts, Texts};

/// The words of a language.
#[must_use]
pub const fn texts(language: Language) -> &'static Texts {
    match language {
        Language::Vi => &vi::VI,
        Language::En => &en::EN,
    }
}

#[cfg(test)]
mod tests {
    use filmless_delivery::viewing::SeriesView;
    use jiff::civil::Date;

    use super::*;

    /// The page on a disk (`docs/MEDIA.md`) says what the portal says. `UPDATE_WORDS=1` writes its words anew.
    #[test]
    fn a_viewer_on_a_disk_has_the_words_of_the_portal() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/src/media/words.json");
        let said = |language| serde_json::to_value(texts(language).viewer).unwrap();
        let words = serde_json::json!({ "vi": said(Language::Vi), "en": said(Language::En) });
        if std::env::var_os("UPDATE_WORDS").is_some() {
            std::fs::write(path, format!("{words:#}\n")).unwrap();
        }
        let there: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert!(there == words, "run this test with UPDATE_WORDS=1, then make web");
    }

    #[test]
    fn modalities_are_named_once_and_in_words() {
        let codes = |list: &[&str]| list.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
        for (list, expected) in [
            (vec!["CT"], "Computed tomography (CT)"),
            (vec!["CR", "DX"], "X-ray"),
            (vec!["CT", "SR"], "Computed tomography (CT)"),
            (vec!["SR"], "Document"),
            (vec!["CT", "PT"], "Computed tomography (CT), PET"),
            (vec!["??"], "Medical images"),
        ] {
            assert_eq!(texts(Language::En).modalities(&codes(&list)), expected, "{list:?}");
        }
    }

    #[test]
    fn nothing_is_called_a_pdf_by_its_modality() {
        use filmless_domain::SeriesAttributes;
        let series = |modality: &str, without_picture: u32| SeriesView {
            series_instance_uid: filmless_domain::SeriesInstanceUid::parse("1.2.3").unwrap(),
            attributes: SeriesAttributes { modality: modality.into(), ..SeriesAttributes::default() },
            frames: 0,
            is_report: false,
            is_dose: false,
            minutes: None,
            report_lacks: None,
            without_picture,
            cut_instances: 0,
            missing_frames: 0,
            index_url: String::new(),
            pack_url: String::new(),
            poster_url: None,
            thumbs_url: None,
            metadata_url: String::new(),
        };
        let en = texts(Language::En);
        for (modality, without_picture, expected) in
            [("DOC", 1, "Document"), ("OT", 0, "Document"), ("OT", 1, "Medical images")]
        {
            assert_eq!(en.tile_kind(&series(modality, without_picture)), expected, "{modality}");
        }
    }

    #[test]
    fn dates_are_written_as_people_write_them() {
        let date = Date::constant(2020, 11, 3);
        assert_eq!((texts(Language::Vi).date)(date), "03/11/2020");
        assert_eq!((texts(Language::En).date)(date), "3 Nov 2020");
    }

    #[test]
    fn a_study_without_a_date_has_that_of_its_pictures_which_is_told_as_such() {
        let date = |day| Some(Date::constant(2020, 11, day));
        for (of_study, of_images, told) in [
            (date(3), None, "03/11/2020"),
            (None, date(4), "Ngày ghi trên ảnh: 04/11/2020"),
            (None, None, "Không rõ ngày chụp"),
        ] {
            assert_eq!(texts(Language::Vi).study_date(of_study, of_images), told);
        }
    }

    #[test]
    fn english_numbers_agree_with_their_nouns() {
        let en = texts(Language::En);
        assert_eq!((en.images)(1), "1 image");
        assert_eq!((en.images)(300), "300 images");
        assert_eq!((en.series)(1), "1 series");
    }
}
