//! English.

use filmless_domain::Language;

use super::consult::ConsultWords;
use super::shape::{
    DownloadChoice, DownloadTexts, FrameTexts, LinkTexts, ModalityTexts, SignInTexts, StudiesTexts,
    StudyTexts, Texts, TroubleTexts,
};
use super::{guide, in_app, reading, sharing, software, viewer_en};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

pub(super) const EN: Texts = Texts {
    tag: "en",
    consult: ConsultWords::of(Language::En),
    decimal_mark: '.',
    frame: FrameTexts {
        app_name: "My images",
        skip_to_content: "Skip to content",
        support: "Do you need help?",
        hotline: "Hotline",
        hours: "Hours",
        email: "Email",
        guide: "Guide",
        my_studies: "My studies",
        sign_out: "Sign out",
        other_language: "Tiếng Việt",
        other_tag: "vi",
    },
    sign_in: SignInTexts {
        title: "See your images",
        intro: "Enter the account and password printed on your result slip.",
        account: "Account",
        password: "Password",
        password_hint: "Capital or small letters both work; the dash can be left out.",
        submit: "Sign in",
        denied: "Account or password is not right. Please check the slip and try again.",
        slow_down: |minutes| {
            let unit = if minutes == 1 { "minute" } else { "minutes" };
            format!(
                "Too many wrong answers. Please wait {minutes} {unit} and try again, or call the hotline."
            )
        },
        have_link: "Is there a QR code on your slip, or a link in your messages? Scanning or tapping it is quicker.",
        signed_out: "You are signed out.",
    },
    link: LinkTexts {
        title: "See your images",
        why: "Please enter the patient's birth date. It keeps strangers from seeing these images.",
        why_password: "Please enter the password on the slip. The hospital has no birth date of the patient, so only the password opens this link.",
        birth_date: "Birth date",
        birth_date_hint: "Type day, month, year. Example: 02031958 (or 020358) is 2 March 1958.",
        submit: "Show the images",
        or_password: "Or use the password on the slip",
        password: "Password",
        wrong: |left| {
            let unit = if left == 1 { "try" } else { "tries" };
            format!("That is not right. Please check and try again. {left} {unit} left.")
        },
        incomplete: "A part of the birth date is missing. Please type day, month and year, for example 02031958. This try was not counted.",
        unbelievable: "This date lies in the future, or too far in the past. Please check the year of birth. This try was not counted.",
        unreadable: "This is neither a date of birth nor a password of ten characters. Please type the birth date with day, month and year, for example 02031958, or the password on the slip. This try was not counted.",
        no_such_day: "No calendar has this day. Please check day, month and year of birth. This try was not counted.",
        used_up_title: "This link is locked",
        used_up: "After too many wrong answers this link is locked to protect your images. The hospital still keeps them. For a \
                  new slip or link, please call the hotline below.",
        gone_title: "This link can no longer be used",
        gone: "It may have expired, the hospital may have ended it, or a part of it is missing. If you typed it by hand, type it again exactly as it is printed: capital and small letters are not the same. The hospital still keeps your images.",
        replaced_title: "There is a newer slip",
        replaced: "This slip was replaced by a new one. Please use the QR code or the link on the newest slip.",
        instead: "You can sign in with the account and password on the slip, or call the hotline for help.",
        sign_in_instead: "Sign in with your account",
    },
    studies: StudiesTexts {
        title: "My studies",
        empty: "There are no images yet. They will appear here as soon as there is a result.",
        preparing: "Images are being prepared",
        preparing_hint: "Please come back later. The hospital sends a message once they are ready.",
        withheld: |count| {
            let studies = if count == 1 { "study" } else { "studies" };
            format!("The hospital is checking {count} {studies} once more. Until then they cannot be opened.")
        },
        withheld_title: "The hospital is checking this result",
        withheld_hint: "The hospital keeps result and images. Once it has checked them and is sure that they are yours, they will \
                        open here again. If you need them now, or have a question, please call the hotline below.",
        no_date: "Date unknown",
        image_date: |date| format!("Date in the images: {date}"),
        open: "Show the images",
    },
    study: StudyTexts {
        patient_id: "Patient code",
        birth_date: "Born",
        birth_date_unknown: "(date not known)",
        result: "Result",
        signed_by: "Signed by",
        signed_at: "Signed at",
        result_taken_back: "The hospital has taken the earlier result back to review it. The new one will appear here once it is signed.",
        corrected: "The hospital has corrected or amended this result; it takes the place of the earlier one.",
        series: "Series",
        series_number: |number| format!("Series {number}"),
        stage: "The image shown",
        general_note: "These images are for you to see and to talk over with your doctor. A diagnosis is made by a doctor.",
        print_note: "Images are not printed. Please look at them on a phone or a computer.",
        retry: "Try again",
        hint: "Drag the slider, or swipe sideways on the image, to see the others.",
        without_picture: |count| {
            let words = if count == 1 { "image cannot" } else { "images cannot" };
            format!("{count} {words} be previewed. The original is kept by the hospital.")
        },
        lost_files: |count| {
            let words = if count == 1 { "file of this study" } else { "files of this study" };
            format!(
                "{count} {words} arrived damaged, or under the number of another one, and cannot be shown. The hospital has been told."
            )
        },
        cut_instances: |count| {
            let words = if count == 1 { "image file is" } else { "image files are" };
            format!("{count} {words} incomplete: a part is missing.")
        },
        missing_frames: |count| {
            let words = if count == 1 {
                "image that the file announces is"
            } else {
                "images that the files announce are"
            };
            format!("{count} {words} missing.")
        },
        no_picture: "This series cannot be previewed. The original is kept by the hospital.",
        key_list: "List of images marked by the doctor",
        display_settings: "Display settings of the doctor",
        software_data: "Data for the software of doctors",
        no_script: "JavaScript is switched off, so only the small images below can be shown.",
    },
    download: DownloadTexts {
        title: "Download the original images",
        uploaded: DownloadChoice {
            title: "The originals as the hospital keeps them",
            what: "For a doctor or an engineer who needs each original file (DICOM); to look at the images you need no download.",
        },
        media: DownloadChoice {
            title: "A disc for another doctor or hospital",
            what: "To copy to a USB stick or a disc for a visit elsewhere: the hospital's software reads it, and the file \
                   INDEX.HTM shows the images in any browser, without a network.",
        },
        private: "The file holds personal health data. Save it only on a device that you trust.",
        ask: "Prepare the download",
        size: |megabytes| format!("The file is about {megabytes} MB. Wi-Fi is better for it."),
        preparing: "The file is being prepared. This page looks again by itself; you may also come back later.",
        progress: |done, all| format!("{done} of {all} files are done."),
        ready: |megabytes| format!("Download ZIP ({megabytes} MB)"),
        back: "Back to the images",
    },
    viewer: &viewer_en::EN,
    sharing: &sharing::EN,
    software: &software::EN,
    reading: &reading::EN,
    in_app: &in_app::EN,
    guide: &guide::EN,
    trouble: TroubleTexts {
        not_found_title: "This page was not found",
        not_found: "A part of the address may be missing, or these images do not belong to your account.",
        busy_title: "Very many people are signing in",
        busy: "Please wait a few seconds and try again. This attempt was not counted.",
        failed_title: "Something went wrong",
        failed: "The fault is ours, not yours. Your images are safe. Please try again in a few minutes.",
        refused_title: "The request was not accepted",
        refused: "Please go back to the first page and try again from there.",
        to_start: "To the first page",
    },
    modality: ModalityTexts {
        ct: "Computed tomography (CT)",
        mr: "Magnetic resonance (MRI)",
        x_ray: "X-ray",
        fluoroscopy: "Fluoroscopy",
        mammography: "Mammography",
        ultrasound: "Ultrasound",
        angiography: "Angiography (DSA)",
        nuclear: "Nuclear imaging (SPECT)",
        pet: "PET",
        bone_density: "Bone densitometry",
        endoscopy: "Endoscopy",
        dental: "Dental X-ray",
        document: "Document",
        other: "Medical images",
    },
    date: |date| {
        let month = MONTHS[usize::try_from(date.month() - 1).unwrap_or(0)];
        format!("{} {month} {}", date.day(), date.year())
    },
    images: |count| if count == 1 { "1 image".into() } else { format!("{count} images") },
    series: |count| format!("{count} series"),
};
