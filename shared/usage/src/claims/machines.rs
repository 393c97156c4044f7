//! Machine codes (`MA_MAY`): which machine made the images, and whether it could have.
//!
//! QĐ 130/QĐ-BYT, table 3, field 42: `XX.n.YYYYY.Z`. `XX` or `XXX` is the machine's group, `n` who paid for it (1 to
//! 3), `YYYYY` the hospital, `Z` its serial. `;` joins the serials of a system of several machines, and also machines.
//! Groups without a code use the first letters of their Vietnamese name.

/// What the machines of a group make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Makes {
    /// Images of these modalities (PS3.3 C.7.3.1.1.1).
    Images(&'static [&'static str]),
    /// No images.
    None,
    /// Anything: theatre and procedures have many kinds of machines.
    Anything,
}

/// The groups of the decision.
const GROUPS: [(&str, Makes); 16] = [
    ("SA", Makes::Images(&["US", "IVUS"])),
    ("XQ", Makes::Images(&["CR", "DX", "RF", "RG", "PX", "IO", "MG"])),
    ("CL", Makes::Images(&["CT"])),
    ("MRI", Makes::Images(&["MR"])),
    ("SP", Makes::Images(&["NM", "CT"])),
    ("PET", Makes::Images(&["PT", "CT"])),
    ("XH", Makes::Images(&["NM"])),
    ("NS", Makes::Images(&["ES"])),
    ("DSA", Makes::Images(&["XA"])),
    ("ĐT", Makes::Images(&["ECG"])),
    ("HH", Makes::None),
    ("VS", Makes::None),
    ("SH", Makes::None),
    ("DC", Makes::None),
    ("PT", Makes::Anything),
    ("TT", Makes::Anything),
];
/// Radiotherapy: a known group, but the claim does not say what its machines send.
const NOT_JUDGED: &str = "XT";
/// Separators in a code: the decision says a dot; people type others.
const SEPARATORS: [char; 5] = ['.', '-', '_', '/', ' '];

/// What the machines of a claim say about the images.
#[derive(Debug, PartialEq, Eq)]
pub enum Judgement {
    /// At least one of them makes or may make such images.
    Fits,
    /// None of them does. Holds the group of the first one.
    Differs(&'static str),
    /// The decision lists none of the named groups.
    Unknown,
}

/// The groups that a value names, in order and as written. A part after `;` without a group of its own is another
/// serial of the previous machine.
pub fn groups(value: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (n, code) in value.split(';').map(str::trim).filter(|code| !code.is_empty()).enumerate() {
        let mut parts = code.split(SEPARATORS).filter(|part| !part.is_empty());
        let group = parts.next().unwrap_or_default().to_uppercase();
        let has_source = parts
            .next()
            .is_some_and(|source| source.len() == 1 && source.chars().all(|c| c.is_ascii_digit()));
        if n == 0 || has_source {
            found.push(group);
        }
    }
    found
}

fn find(group: &str) -> Option<(&'static str, Makes)> {
    // Some systems cannot write Đ.
    let group = if group == "DT" { "ĐT" } else { group };
    GROUPS.iter().find(|(known, _)| *known == group).copied()
}

/// The groups in a value that the decision does not list.
pub fn unknown_groups(value: &str) -> Vec<String> {
    groups(value).into_iter().filter(|group| group != NOT_JUDGED && find(group).is_none()).collect()
}

/// Judges the machines of a claim by the modalities of its images (joined with `+`).
pub fn judge(value: &str, modality: &str) -> Judgement {
    let groups = groups(value);
    if groups.iter().any(|group| group == NOT_JUDGED) {
        return Judgement::Fits;
    }
    let known: Vec<_> = groups.iter().filter_map(|group| find(group)).collect();
    let fits = known.iter().any(|(_, makes)| match makes {
        Makes::Images(modalities) => modality.split('+').any(|m| modalities.contains(&m)),
        Makes::None => false,
        Makes::Anything => true,
    });
    match (fits, known.first()) {
        (true, _) => Judgement::Fits,
        // With several machines, the unknown one may have made the images.
        (false, _) if known.len() < groups.len() => Judgement::Unknown,
        (false, Some((group, _))) => Judgement::Differs(group),
        (false, None) => Judgement::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_group_of_the_decision_fits_its_own_images_and_no_others() {
        for (code, fits, differs) in [
            ("SA", "US", "CT"),
            ("XQ", "DX", "MR"),
            ("XQ", "MG", "US"),
            ("CL", "CT", "MR"),
            ("MRI", "MR", "CT"),
            ("SP", "NM", "PT"),
            ("PET", "CT+PT", "MR"),
            ("XH", "NM", "CT"),
            ("NS", "ES", "US"),
            ("DSA", "XA", "CT"),
            ("ĐT", "ECG", "CT"),
            ("DT", "ECG", "CT"),
        ] {
            let value = format!("{code}.1.79001.A1");
            assert_eq!(judge(&value, fits), Judgement::Fits, "{code} {fits}");
            assert!(matches!(judge(&value, differs), Judgement::Differs(_)), "{code} {differs}");
        }
        for code in ["HH", "VS", "SH", "DC"] {
            assert_eq!(judge(&format!("{code}.1.79001.A1"), "CT"), Judgement::Differs(code));
        }
        for code in ["PT", "TT", "XT"] {
            for modality in ["CT", "PT", "XA"] {
                assert_eq!(judge(&format!("{code}.1.79001.A1"), modality), Judgement::Fits, "{code}");
            }
        }
    }

    #[test]
    fn several_machines_separators_and_serials_are_told_apart() {
        for (value, expected) in [
            ("CL.1.79001.A1", vec!["CL"]),
            ("cl.1.79001.A1; MRI.2.79001.B2", vec!["CL", "MRI"]),
            ("CL.1.79001.A1;A2;SA900", vec!["CL"]),
            ("CL-1-79001-A1", vec!["CL"]),
            ("CL_1_79001_A1;XQ/3/79001/7", vec!["CL", "XQ"]),
            ("CL", vec!["CL"]),
            ("", vec![]),
            (";", vec![]),
        ] {
            assert_eq!(groups(value), expected, "{value}");
        }
        assert_eq!(judge("MRI.1.79001.A;CL.1.79001.B", "CT"), Judgement::Fits);
        assert_eq!(judge("CL.1.79001.MRI;MRI2", "MR"), Judgement::Differs("CL"));
    }

    #[test]
    fn groups_that_the_decision_does_not_have_are_not_judged() {
        for value in ["CT.1.79001.A", "MR.1.79001.A", "XX.1.79001.A", "MRI.1.79001.A;QQ.1.79001.B", ""] {
            assert_eq!(judge(value, "CT"), Judgement::Unknown, "{value}");
        }
        assert_eq!(unknown_groups("CT.1.79001.A;CL.1.79001.B;QQ.1.79001.C;XT.1.79001.D"), ["CT", "QQ"]);
    }
}
