//! The text beside a file-set: what it is, where it comes from, whom to ask (IHE PDI, RAD TF-2 4.47).

use std::fmt::Write as _;

use filmless_dicom::Tag;
use filmless_domain::Hospital;
use filmless_media::{FileId, Profile, keyword};

/// Most files that are named one by one.
const NAMED_MAX: usize = 50;
/// Windows shows it right with this mark and these line ends alone.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// What the text speaks of. It names no patient: it is read before anybody knows whose the set is.
pub(super) struct ReadMe<'a> {
    pub hospital: &'a Hospital,
    pub profile: Profile,
    /// How many files were decoded for it.
    pub decoded: usize,
    /// Files that the profile does not allow.
    pub kept: &'a [FileId],
    /// Files that end before their pixels do.
    pub cut: &'a [FileId],
    /// Files that the directory does not list.
    pub unlisted: &'a [FileId],
    /// Attributes that the directory alone has.
    pub invented: &'a [Tag],
}

/// The text, Vietnamese first.
pub(super) fn read_me(facts: &ReadMe<'_>) -> String {
    let ReadMe { hospital, .. } = facts;
    let vi = format!(
        "HÌNH ẢNH Y KHOA (DICOM)\n\n\
         Nơi cung cấp: {}\nĐịa chỉ: {}\nĐiện thoại: {} ({})\nEmail: {}\n\n\
         - Mở tệp INDEX.HTM bằng trình duyệt để xem ảnh ngay, không cần Internet hay phần mềm.\n\
         - Phần mềm xem ảnh DICOM (Weasis, RadiAnt, Horos, 3D Slicer, máy của bệnh viện khác): mở tệp DICOMDIR hoặc cả thư mục.\n\
         - SHA256SUMS: mã kiểm tra từng tệp (lệnh sha256sum -c SHA256SUMS).\n\n\
         Lưu ý: chẩn đoán do bác sĩ kết luận. INDEX.HTM dùng để xem, không dùng để chẩn đoán.\n\
         Đây là dữ liệu sức khỏe cá nhân: xin giữ kín.\n",
        hospital.name_vi,
        hospital.address,
        hospital.hotline,
        hospital.hotline_hours_vi,
        hospital.support_email,
    );
    let en = format!(
        "MEDICAL IMAGES (DICOM)\n\n\
         From: {}\nAddress: {}\nTelephone: {} ({})\nEmail: {}\n\n\
         - Open INDEX.HTM in a browser to see the images at once, without Internet or software.\n\
         - DICOM software (Weasis, RadiAnt, Horos, 3D Slicer, the PACS of another hospital): open DICOMDIR, or the whole folder.\n\
         - SHA256SUMS: checksums of all files (sha256sum -c SHA256SUMS).\n\n\
         Note: a doctor makes the diagnosis. INDEX.HTM is for looking at the images, not for diagnosis.\n\
         This is personal health data: please keep it private.\n\n\
         For technicians: DICOM file-set (PS3.10), profile {}.\n",
        hospital.name_en,
        hospital.address,
        hospital.hotline,
        hospital.hotline_hours_en,
        hospital.support_email,
        facts.profile.name(),
    );
    let mut text = format!("{BYTE_ORDER_MARK}{vi}\n{en}");
    if facts.decoded > 0 {
        let _ = writeln!(
            text,
            "{} files were decoded to Explicit VR Little Endian, without loss and under their SOP Instance UIDs.",
            facts.decoded
        );
    }
    list(
        &mut text,
        "Các tệp sau giữ nguyên như khi tải lên, một số phần mềm có thể không đọc được.\n\
         These files are as they were uploaded; their transfer syntax is not in the profile, and some software may not read them:",
        facts.kept.iter().map(FileId::path),
    );
    list(
        &mut text,
        "Các tệp sau kết thúc sớm, ảnh trong đó thiếu một phần.\n\
         These files end too early; a part of their images is missing:",
        facts.cut.iter().map(FileId::path),
    );
    list(
        &mut text,
        "Các tệp sau không có trong DICOMDIR.\nThese files are not listed in the DICOMDIR:",
        facts.unlisted.iter().map(FileId::path),
    );
    list(
        &mut text,
        "DICOMDIR bắt buộc có các mục sau, nhưng tệp ảnh không ghi. Giá trị trong DICOMDIR chỉ để thay thế.\n\
         The DICOMDIR must have these attributes, and the files lack them. What it says there is a stand-in:",
        facts.invented.iter().map(|tag| keyword(*tag)),
    );
    text.replace('\n', "\r\n")
}

fn list<'a>(text: &mut String, heading: &str, names: impl ExactSizeIterator<Item = &'a str>) {
    let count = names.len();
    if count == 0 {
        return;
    }
    let names: Vec<&str> = names.take(NAMED_MAX).collect();
    let more = if count > NAMED_MAX { format!(" … (+{})", count - NAMED_MAX) } else { String::new() };
    let _ = writeln!(text, "\n{heading}\n  {}{more}", names.join("\n  "));
}

#[cfg(test)]
mod tests {
    use filmless_dicom::tags;

    use super::*;

    fn text(kept: usize, invented: &[Tag]) -> String {
        let kept: Vec<FileId> = (1..=kept).map(|n| FileId::of_instance(1, n).unwrap()).collect();
        let hospital = Hospital::default();
        read_me(&ReadMe {
            hospital: &hospital,
            profile: Profile::Jpeg,
            decoded: 3,
            kept: &kept,
            cut: kept.get(51..).unwrap_or_default(),
            unlisted: &[],
            invented,
        })
    }

    #[test]
    fn it_says_where_the_images_come_from_in_both_languages_and_windows_can_show_it() {
        let (text, hospital) = (text(0, &[]), Hospital::default());
        for part in [&hospital.name_vi, &hospital.name_en, &hospital.hotline, &hospital.support_email] {
            assert!(text.contains(part.as_str()), "{part}");
        }
        assert!(text.starts_with('\u{feff}') && text.contains("STD-GEN-USB-JPEG"), "{text}");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert!(!text.contains("as they were uploaded"), "{text}");
    }

    #[test]
    fn it_names_what_other_software_may_trip_over() {
        let text = text(52, &[tags::STUDY_ID]);
        assert!(text.contains("DICOM/S0000001/I0000050 … (+2)"), "{text}");
        assert!(text.contains("is missing:\r\n  DICOM/S0000001/I0000052\r\n"), "{text}");
        assert!(!text.contains("I0000051") && text.contains("  StudyID\r\n"), "{text}");
    }
}
