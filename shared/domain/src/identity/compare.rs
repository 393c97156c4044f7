//! Compares persons, fact by fact.

use super::agreement::Agreement;
use super::{Fact, IdentityRules, compare_names};
use crate::{BirthDate, PatientDemographics, PatientId};

/// Two persons, fact by fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// Patient ID with its issuer.
    pub id: Agreement,
    /// Name.
    pub name: Agreement,
    /// Birth date.
    pub birth_date: Agreement,
    /// Sex. The same sex proves nothing.
    pub sex: Agreement,
}

impl Comparison {
    fn facts(self) -> [(Fact, Agreement); 4] {
        [
            (Fact::PatientId, self.id),
            (Fact::Name, self.name),
            (Fact::BirthDate, self.birth_date),
            (Fact::Sex, self.sex),
        ]
    }

    /// Whether they cannot be one person: both state some fact, and it differs.
    #[must_use]
    pub fn contradicts(self) -> bool {
        self.facts().iter().any(|(_, agreement)| *agreement == Agreement::Differs)
    }

    /// Whether they are one person, as far as a machine may decide. Nothing differs; and besides an equal name the id
    /// or the whole birth date is equal, because a name alone proves nothing. A name that is only similar needs both.
    /// An id of an unknown issuer and a year are half a proof each, so both are needed.
    #[must_use]
    pub fn is_same_person(self) -> bool {
        use Agreement::{Agrees, Weak};
        let has_birth_date = matches!(self.birth_date, Agrees | Weak);
        !self.contradicts()
            && match self.name {
                Agrees => {
                    self.id == Agrees
                        || self.birth_date == Agrees
                        || (self.id == Weak && self.birth_date == Weak)
                }
                Weak => self.id == Agrees && has_birth_date,
                Agreement::Unknown | Agreement::Differs => false,
            }
    }

    /// The facts that prevent it: those that differ, else those that do not prove enough.
    #[must_use]
    pub fn doubts(self) -> Vec<Fact> {
        if self.is_same_person() {
            return Vec::new();
        }
        let of = |wanted: fn(Agreement) -> bool| {
            self.facts().into_iter().filter(|(_, a)| wanted(*a)).map(|(fact, _)| fact).collect::<Vec<_>>()
        };
        let differing = of(|agreement| agreement == Agreement::Differs);
        if differing.is_empty() {
            let mut doubted = of(|agreement| agreement != Agreement::Agrees);
            doubted.retain(|fact| *fact != Fact::Sex);
            return doubted;
        }
        differing
    }
}

/// Compares two persons.
#[must_use]
pub fn compare(a: &PatientDemographics, b: &PatientDemographics, rules: &IdentityRules) -> Comparison {
    Comparison {
        id: compare_ids(a, b, rules),
        name: match (&a.name, &b.name) {
            (Some(a), Some(b)) => compare_names(a, b),
            _ => Agreement::Unknown,
        },
        birth_date: compare_birth_dates(a.birth_date, b.birth_date),
        sex: match (a.sex.as_deref(), b.sex.as_deref()) {
            (Some("M"), Some("F")) | (Some("F"), Some("M")) => Agreement::Differs,
            (Some(a), Some(b)) if a == b => Agreement::Agrees,
            _ => Agreement::Unknown,
        },
    }
}

/// Whether two files of one study cannot belong to one patient. A file that names nobody, among files that do, may be
/// anyone's. Facts that are the same in both contradict nothing, not even an impossible id: the gate holds that.
#[must_use]
pub fn files_contradict(a: &PatientDemographics, b: &PatientDemographics, rules: &IdentityRules) -> bool {
    if a == b {
        return false;
    }
    a.is_anonymous() != b.is_anonymous() || compare(a, b, rules).contradicts()
}

fn compare_ids(a: &PatientDemographics, b: &PatientDemographics, rules: &IdentityRules) -> Agreement {
    if a.is_id_unreadable || b.is_id_unreadable {
        let is_stated = |p: &PatientDemographics| p.is_id_unreadable || p.id.is_some();
        return if is_stated(a) && is_stated(b) { Agreement::Differs } else { Agreement::Unknown };
    }
    let (Some(a_id), Some(b_id)) = (&a.id, &b.id) else { return Agreement::Unknown };
    let is_own = |issuer: &str| is_own(issuer, rules);
    // An order without an issuer counts as the hospital's.
    let (a_issuer, b_issuer) = (a.issuer.as_deref().map(plain), b.issuer.as_deref().map(plain));
    let issuers = match (a_issuer.as_deref(), b_issuer.as_deref()) {
        (None, None) => Agreement::Agrees,
        (Some(a), Some(b)) if a == b || (is_own(a) && is_own(b)) => Agreement::Agrees,
        (Some(_), Some(_)) => Agreement::Differs,
        (Some(issuer), None) | (None, Some(issuer)) if is_own(issuer) => Agreement::Agrees,
        (Some(_), None) | (None, Some(_)) if rules.own_issuers.is_empty() => Agreement::Weak,
        _ => Agreement::Differs,
    };
    if plain_id(a_id, rules) == plain_id(b_id, rules) { issuers } else { Agreement::Differs }
}

/// An issuer in the form used for comparing.
pub(super) fn plain(issuer: &str) -> String {
    issuer.trim().to_lowercase()
}

/// Whether a plain issuer is one of the hospital's own.
pub(super) fn is_own(issuer: &str, rules: &IdentityRules) -> bool {
    rules.own_issuers.iter().any(|own| plain(own) == issuer)
}

pub(super) fn plain_id(id: &PatientId, rules: &IdentityRules) -> String {
    let mut id = id.as_str().to_owned();
    if rules.ids_ignore_separators {
        id.retain(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | '/' | '_'));
    }
    if rules.ids_ignore_case {
        id = id.to_uppercase();
    }
    if rules.ids_ignore_leading_zeros {
        id = match id.trim_start_matches('0') {
            "" => "0".to_owned(),
            rest => rest.to_owned(),
        };
    }
    id
}

fn compare_birth_dates(a: Option<BirthDate>, b: Option<BirthDate>) -> Agreement {
    let known = |date: Option<BirthDate>| date.filter(|date| !date.is_placeholder());
    match (known(a), known(b)) {
        (Some(a), Some(b)) if a == b && a.is_complete() => {
            if a.is_first_of_january() {
                Agreement::Weak
            } else {
                Agreement::Agrees
            }
        }
        (Some(a), Some(b)) if a.is_complete() && b.is_complete() => Agreement::Differs,
        (Some(a), Some(b)) if a.year() == b.year() => Agreement::Weak,
        (Some(_), Some(_)) => Agreement::Differs,
        _ => Agreement::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `id|issuer|name|birth date|sex`, empty if not stated; `!` is an unreadable id or birth date.
    fn person(text: &str) -> PatientDemographics {
        let parts: Vec<&str> = text.split('|').collect();
        let stated = |n: usize| parts.get(n).copied().filter(|t| !t.is_empty());
        PatientDemographics {
            id: stated(0).filter(|id| *id != "!").map(|id| PatientId::parse(id).unwrap()),
            is_id_unreadable: stated(0) == Some("!"),
            issuer: stated(1).map(str::to_owned),
            name: stated(2).map(str::to_owned),
            birth_date: stated(3).filter(|date| *date != "!").map(|date| BirthDate::parse(date).unwrap()),
            is_birth_date_unreadable: stated(3) == Some("!"),
            sex: stated(4).map(str::to_owned),
        }
    }

    const ORDER: &str = "N20-1||Nguyễn Thị Hoà|1958-03-02|F";

    fn check(images: &str, order: &str, expected: bool, rules: &IdentityRules) {
        let (a, b) = (person(images), person(order));
        let both = [compare(&a, &b, rules), compare(&b, &a, rules)];
        assert_eq!(both.map(Comparison::is_same_person), [expected; 2], "{images} / {order}: {:?}", both[0]);
        assert_eq!(both[0].doubts().is_empty(), expected, "{images}");
    }

    #[test]
    fn the_right_patient_is_known_by_name_and_one_more_fact() {
        let rules = IdentityRules::default();
        for images in [
            "N20-1||NGUYEN^THI HOA|19580302|F",
            "N20-1||NGUYEN^THI HOA||",
            "||NGUYEN^THI HOA|19580302|",
            "n20-1||Nguyễn^Thị Hòa||O",
            "N20-1||BN NGUYEN THI HOA 62T|1958|",
            "N20-1||NGUYEN^THI HOA|1900-01-01|",
            "N20-1||NGUYEN^THI HOA|!|",
            "N20-1||HOA^NGUYEN THI|19580302|",
            "N20-1|HIS|NGUYEN^THI HOA|19580302|",
        ] {
            check(images, ORDER, true, &rules);
        }
    }

    #[test]
    fn anybody_else_is_not() {
        let rules = IdentityRules::default();
        for images in [
            "N20-2||NGUYEN^THI HOA|19580302|",
            "N20-1||NGUYEN^THI HOA|19580303|",
            "N20-1||NGUYEN^THI HOA|1990|",
            "N20-1||TRAN^THI HOA|19580302|",
            "N20-1||NGUYEN^THI HOA|19580302|M",
            "N20-1|||19580302|",
            "||NGUYEN^THI HOA||",
            "||NGUYEN^THI HOA|1958|",
            "||NGUYEN^THI HOA|1900-01-01|",
            "||NGUYEN^THI HOA|!|",
            "N20-1||HOA^NGUYEN THI|!|",
            "!||NGUYEN^THI HOA|19580302|",
            "||HOA^NGUYEN THI|19580302|",
            "||Nguyễn Thị Hoa|19580302|",
            "N20-1|HIS|NGUYEN^THI HOA||",
            "N20-1||CB NGUYEN THI HOA|19580302|",
            "||||",
        ] {
            check(images, ORDER, false, &rules);
        }
        check("||NGUYEN^HOA|1900-01-01|", "N20-1||Nguyễn Hoà|1900-01-01|", false, &rules);
        check("||NGUYEN^MINH ANH|20150101|", "N20-1||Nguyễn Anh Minh|2015-01-01|", false, &rules);
    }

    #[test]
    fn the_hospital_says_how_its_ids_are_read() {
        let lenient = IdentityRules {
            ids_ignore_separators: true,
            ids_ignore_leading_zeros: true,
            own_issuers: vec!["HIS".into()],
            ..IdentityRules::default()
        };
        let order = "00123-4||Lê An||";
        for images in ["1234||LE AN||", "0123 4|his|LE AN||", "123-4||LE AN||"] {
            check(images, order, true, &lenient);
            check(images, order, false, &IdentityRules::default());
        }
        check("1234|ELSEWHERE|LE AN||", order, false, &lenient);
    }

    #[test]
    fn the_first_of_january_is_everybodys() {
        let rules = IdentityRules::default();
        let order = "N20-1||Nguyễn Thị Hoà|1958-01-01|F";
        check("||NGUYEN^THI HOA|19580101|F", order, false, &rules);
        check("N20-1||NGUYEN^THI HOA|19580101|F", order, true, &rules);
        check("N20-1||HOA^NGUYEN THI|19580101|F", order, true, &rules);
        check("N20-1||NGUYEN^THI HOA|19580302|F", order, false, &rules);
    }

    #[test]
    fn an_issuer_that_nobody_vouched_for_and_a_year_are_half_a_proof_each() {
        let rules = IdentityRules::default();
        check("N20-1|HIS|NGUYEN^THI HOA|1958|", ORDER, true, &rules);
        check("N20-1|HIS|HOA^NGUYEN THI|1958|", ORDER, false, &rules);
        check("N20-1|HIS|NGUYEN^THI HOA|1959|", ORDER, false, &rules);
    }

    #[test]
    fn files_of_one_study_must_not_name_two() {
        let rules = IdentityRules::default();
        let contradict = |a: &str, b: &str| files_contradict(&person(a), &person(b), &rules);
        assert!(!contradict("N20-1||NGUYEN^THI HOA|19580302|", "N20-1||Nguyễn Thị Hoà||"));
        assert!(!contradict("||NGUYEN^THI HOA||", "N20-1||NGUYEN^THI HOA|19580302|F"));
        assert!(!contradict("||||", "||||"));
        // An impossible id, twice.
        assert!(!contradict("!||NGUYEN^THI HOA|19580302|", "!||NGUYEN^THI HOA|19580302|"));
        assert!(contradict("!||NGUYEN^THI HOA|19580302|", "!||NGUYEN^THI HOA|19580303|"));
        for other in [
            "N20-2||NGUYEN^THI HOA||",
            "N20-1||LE AN||",
            "||||",
            "!||NGUYEN^THI HOA||",
            "N20-1|B|NGUYEN^THI HOA||M",
        ] {
            assert!(contradict("N20-1|A|NGUYEN^THI HOA||F", other), "{other}");
        }
    }
}
