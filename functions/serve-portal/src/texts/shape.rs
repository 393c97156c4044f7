//! The shape of the texts on patients' pages; each language is one constant of it.

use filmless_delivery::viewing::SeriesView;
use jiff::civil::Date;

use super::consult::ConsultWords;
use super::guide::GuideTexts;
use super::in_app::InAppTexts;
use super::reading::ReadingTexts;
use super::sharing::SharingTexts;
use super::software::SoftwareTexts;
use super::viewer::ViewerTexts;

/// The words of one language.
pub struct Texts {
    /// BCP 47 tag of the language.
    pub tag: &'static str,
    /// Consultations.
    pub(crate) consult: &'static ConsultWords,
    /// Between ones and tenths.
    pub decimal_mark: char,
    /// What surrounds every page.
    pub frame: FrameTexts,
    /// The sign-in page.
    pub sign_in: SignInTexts,
    /// The page behind the link of the slip.
    pub link: LinkTexts,
    /// "My studies".
    pub studies: StudiesTexts,
    /// The page of a study.
    pub study: StudyTexts,
    /// The download of a study.
    pub download: DownloadTexts,
    /// The viewer's script.
    pub viewer: &'static ViewerTexts,
    /// Shares, and who opened what.
    pub sharing: &'static SharingTexts,
    /// Opening with software of one's own.
    pub software: &'static SoftwareTexts,
    /// The reading room.
    pub reading: &'static ReadingTexts,
    /// For browsers within other apps.
    pub in_app: &'static InAppTexts,
    /// How to open the images.
    pub guide: &'static GuideTexts,
    /// When something went wrong.
    pub trouble: TroubleTexts,
    /// What an image was made with.
    pub modality: ModalityTexts,
    /// A calendar date as people write it.
    pub date: fn(Date) -> String,
    /// A number of images.
    pub images: fn(u32) -> String,
    /// A number of series.
    pub series: fn(u32) -> String,
}

/// What surrounds every page.
pub struct FrameTexts {
    /// Name of the product, also when it is installed on a phone.
    pub app_name: &'static str,
    /// First link of the page, for keyboards and screen readers.
    pub skip_to_content: &'static str,
    /// Heading of the support block.
    pub support: &'static str,
    /// Before the telephone number.
    pub hotline: &'static str,
    /// Before the hours.
    pub hours: &'static str,
    /// Before the mailbox.
    pub email: &'static str,
    /// Link to the guide.
    pub guide: &'static str,
    /// Link to "my studies".
    pub my_studies: &'static str,
    /// Button that ends the session.
    pub sign_out: &'static str,
    /// The other language, in its own words.
    pub other_language: &'static str,
    /// Tag of the other language.
    pub other_tag: &'static str,
}

/// The sign-in page.
pub struct SignInTexts {
    /// Heading.
    pub title: &'static str,
    /// What to do.
    pub intro: &'static str,
    /// Label of the account.
    pub account: &'static str,
    /// Label of the password.
    pub password: &'static str,
    /// How forgiving the password field is.
    pub password_hint: &'static str,
    /// Button.
    pub submit: &'static str,
    /// Wrong, or unknown.
    pub denied: &'static str,
    /// Too many wrong answers; the number of minutes to wait.
    pub slow_down: fn(u32) -> String,
    /// There is an easier way.
    pub have_link: &'static str,
    /// The session has ended.
    pub signed_out: &'static str,
}

/// The page behind the link of the slip.
pub struct LinkTexts {
    /// Heading.
    pub title: &'static str,
    /// Why anything is asked.
    pub why: &'static str,
    /// Why the password is asked: the hospital knows no birth date.
    pub why_password: &'static str,
    /// Label of the birth date.
    pub birth_date: &'static str,
    /// How to type it.
    pub birth_date_hint: &'static str,
    /// Button.
    pub submit: &'static str,
    /// Opens the other way in.
    pub or_password: &'static str,
    /// Label of the password.
    pub password: &'static str,
    /// Wrong; the number of answers left.
    pub wrong: fn(u32) -> String,
    /// A part of the date is missing; nothing was counted.
    pub incomplete: &'static str,
    pub no_such_day: &'static str,
    /// A day in the future, or too long ago for anybody living.
    pub unbelievable: &'static str,
    /// Neither a date nor a password.
    pub unreadable: &'static str,
    /// Heading after the last wrong answer.
    pub used_up_title: &'static str,
    /// What it means.
    pub used_up: &'static str,
    /// Heading for a link nobody can use.
    pub gone_title: &'static str,
    /// Its explanation.
    pub gone: &'static str,
    /// Heading when a newer slip exists.
    pub replaced_title: &'static str,
    /// Its explanation.
    pub replaced: &'static str,
    /// What else can be done.
    pub instead: &'static str,
    /// Link to the sign-in page.
    pub sign_in_instead: &'static str,
}

/// "My studies".
pub struct StudiesTexts {
    /// Heading.
    pub title: &'static str,
    /// When there is nothing yet.
    pub empty: &'static str,
    /// A study on its way.
    pub preparing: &'static str,
    /// What to do about it.
    pub preparing_hint: &'static str,
    /// That so many of their studies are hidden for now.
    pub withheld: fn(usize) -> String,
    /// Heading of the page of a hidden study.
    pub withheld_title: &'static str,
    /// What to do about it.
    pub withheld_hint: &'static str,
    /// A study without a date.
    pub no_date: &'static str,
    /// A study without a date whose images have one.
    pub image_date: fn(&str) -> String,
    /// Link to the study.
    pub open: &'static str,
}

/// The page of a study.
pub struct StudyTexts {
    /// Patient's code at the hospital.
    pub patient_id: &'static str,
    /// Birth date.
    pub birth_date: &'static str,
    /// In place of a birth date the hospital does not know.
    pub birth_date_unknown: &'static str,
    /// Heading of what the hospital says about the study.
    pub result: &'static str,
    /// Before the name of the doctor who signed it.
    pub signed_by: &'static str,
    /// Before the time, if nobody is named.
    pub signed_at: &'static str,
    /// Under a result that replaces an earlier one.
    pub corrected: &'static str,
    /// That there was a result before.
    pub result_taken_back: &'static str,
    /// Heading of the list of series.
    pub series: &'static str,
    /// A series without description.
    pub series_number: fn(i64) -> String,
    /// Name of the stage for a screen reader.
    pub stage: &'static str,
    /// What the images here are good for.
    pub general_note: &'static str,
    /// On paper, instead of images.
    pub print_note: &'static str,
    /// Button.
    pub retry: &'static str,
    /// One way to move between images.
    pub hint: &'static str,
    /// Instances without an image; their number.
    pub without_picture: fn(u32) -> String,
    /// Instances with a missing part; their number.
    pub cut_instances: fn(u32) -> String,
    /// Images that were announced but are missing; their number.
    pub missing_frames: fn(u32) -> String,
    /// Files that arrived damaged and were refused; their number.
    pub lost_files: fn(u32) -> String,
    /// A series without any image.
    pub no_picture: &'static str,
    /// A list of marked images.
    pub key_list: &'static str,
    /// How images are to be shown.
    pub display_settings: &'static str,
    /// Data for doctors' software.
    pub software_data: &'static str,
    /// Above the contact sheet, when scripts do not run.
    pub no_script: &'static str,
}

/// The download of a study.
pub struct DownloadTexts {
    /// Link to it, and its heading.
    pub title: &'static str,
    /// The files as they were uploaded: what it is called, and for whom it is.
    pub uploaded: DownloadChoice,
    /// The file-set for other software: what it is called, and for whom it is.
    pub media: DownloadChoice,
    /// How to treat it.
    pub private: &'static str,
    /// Button that asks for it.
    pub ask: &'static str,
    /// Its size before it is made, in megabytes.
    pub size: fn(&str) -> String,
    /// While it is being made.
    pub preparing: &'static str,
    /// How many files are in it already, and how many there are.
    pub progress: fn(u32, u32) -> String,
    /// Link to the file; its size in megabytes.
    pub ready: fn(&str) -> String,
    /// Link back to the images.
    pub back: &'static str,
}

/// One of the forms in which a study is downloaded.
pub struct DownloadChoice {
    /// Its heading.
    pub title: &'static str,
    /// What is in it, and for whom, in one sentence.
    pub what: &'static str,
}

/// When something is not as it should be.
pub struct TroubleTexts {
    /// Heading of an address that leads nowhere.
    pub not_found_title: &'static str,
    /// Its explanation.
    pub not_found: &'static str,
    /// Heading when too many people sign in at once.
    pub busy_title: &'static str,
    /// Its explanation.
    pub busy: &'static str,
    /// Heading of a fault on our side.
    pub failed_title: &'static str,
    /// Its explanation.
    pub failed: &'static str,
    /// Heading of a request from another site.
    pub refused_title: &'static str,
    /// Its explanation.
    pub refused: &'static str,
    /// Link to the start.
    pub to_start: &'static str,
}

/// Modalities (PS3.3 C.7.3.1.1.1) in words.
pub struct ModalityTexts {
    /// CT.
    pub ct: &'static str,
    /// MR.
    pub mr: &'static str,
    /// CR, DX, DR.
    pub x_ray: &'static str,
    /// RF.
    pub fluoroscopy: &'static str,
    /// MG.
    pub mammography: &'static str,
    /// US, ECHO, IVUS.
    pub ultrasound: &'static str,
    /// XA.
    pub angiography: &'static str,
    /// NM, ST.
    pub nuclear: &'static str,
    /// PT.
    pub pet: &'static str,
    /// BMD.
    pub bone_density: &'static str,
    /// ES.
    pub endoscopy: &'static str,
    /// IO, PX.
    pub dental: &'static str,
    /// SR, DOC, KO, PR.
    pub document: &'static str,
    /// Anything else.
    pub other: &'static str,
}

impl Texts {
    /// When a study was made: its own date, else the date of its images, named as such.
    pub fn study_date(&self, date: Option<Date>, of_images: Option<Date>) -> String {
        let of_images = || of_images.map(|date| (self.studies.image_date)(&(self.date)(date)));
        date.map(self.date).or_else(of_images).unwrap_or_else(|| self.studies.no_date.to_owned())
    }

    /// A modality code in words.
    #[must_use]
    pub fn modality(&self, code: &str) -> &'static str {
        let words = &self.modality;
        match code {
            "CT" => words.ct,
            "MR" => words.mr,
            "CR" | "DX" | "DR" => words.x_ray,
            "RF" => words.fluoroscopy,
            "MG" => words.mammography,
            "US" | "ECHO" | "IVUS" => words.ultrasound,
            "XA" => words.angiography,
            "NM" | "ST" => words.nuclear,
            "PT" => words.pet,
            "BMD" => words.bone_density,
            "ES" => words.endoscopy,
            "IO" | "PX" => words.dental,
            "SR" | "DOC" | "KO" | "PR" => words.document,
            _ => words.other,
        }
    }

    /// The content of a series without images: a doctor's report, else what its modality says.
    #[must_use]
    pub fn tile_kind(&self, series: &SeriesView) -> &'static str {
        match series.attributes.modality.as_str() {
            _ if series.is_report => self.viewer.report,
            _ if series.is_dose => self.viewer.dose,
            "SR" => self.viewer.record,
            "KO" => self.study.key_list,
            "PR" | "GSPS" => self.study.display_settings,
            "SEG" | "RTSTRUCT" | "RTPLAN" | "RTDOSE" | "REG" | "FID" => self.study.software_data,
            // Images that cannot be shown are not a document, and only its bytes tell what kind of document it is.
            "DOC" => self.modality.document,
            code if series.without_picture > 0 => self.modality(code),
            _ => self.modality.document,
        }
    }

    /// Several modality codes in words, each once; documents only if there is nothing else.
    #[must_use]
    pub fn modalities(&self, codes: &[String]) -> String {
        let mut words: Vec<&str> = Vec::new();
        for word in codes.iter().map(|code| self.modality(code)) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        if words.len() > 1 {
            words.retain(|word| *word != self.modality.document);
        }
        words.join(", ")
    }
}
