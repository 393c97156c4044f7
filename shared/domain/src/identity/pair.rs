//! Decisions of the records office that two persons are one.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::{IdentityRules, compare};
use crate::PatientDemographics;

/// Names two persons as stated, in either order. Another spelling of either is another pair, on which nobody has
/// decided.
#[must_use]
pub fn pair_digest(a: &PatientDemographics, b: &PatientDemographics) -> String {
    let mut sides = [stated(a), stated(b)];
    sides.sort();
    hex::encode(&Sha256::digest(sides.join("\n"))[..16])
}

fn stated(person: &PatientDemographics) -> String {
    serde_json::to_string(person).unwrap_or_default()
}

/// The pairs decided to be one person, by digest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AcceptedPairs(pub BTreeSet<String>);

impl AcceptedPairs {
    /// Whether two are one person: by their facts, or by a decision of the records office.
    #[must_use]
    pub fn is_same_person(
        &self,
        a: &PatientDemographics,
        b: &PatientDemographics,
        rules: &IdentityRules,
    ) -> bool {
        compare(a, b, rules).is_same_person() || self.0.contains(&pair_digest(a, b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_holds_for_what_was_looked_at_and_no_more() {
        let named = |name: &str| PatientDemographics { name: Some(name.into()), ..Default::default() };
        let (a, b) = (named("LE AN"), named("LE ANH"));
        let accepted = AcceptedPairs(BTreeSet::from([pair_digest(&a, &b)]));
        let rules = IdentityRules::default();
        assert!(accepted.is_same_person(&b, &a, &rules));
        assert!(!accepted.is_same_person(&a, &named("LE ANH DAO"), &rules));
        assert!(!AcceptedPairs::default().is_same_person(&a, &b, &rules));
    }
}
