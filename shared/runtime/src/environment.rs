//! A program's environment: read once, in `main`, and only what the program uses.

use std::str::FromStr;

use filmless_domain::HospitalFileError;
use thiserror::Error;

/// What is wrong with the environment. Names the program and the variable, never the value.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ConfigError {
    /// A variable is missing.
    #[error("{program}: the environment variable {name} is missing")]
    Missing {
        /// The program that needs it.
        program: &'static str,
        /// The variable.
        name: &'static str,
    },
    /// A variable has a value that is not allowed.
    #[error("{program}: the environment variable {name} has a value that is not allowed")]
    Invalid {
        /// The program that needs it.
        program: &'static str,
        /// The variable.
        name: &'static str,
    },
    /// `HOSPITAL` is not valid: names the field, never its value.
    #[error("{program}: the environment variable HOSPITAL cannot be used")]
    Hospital {
        /// The program that needs it.
        program: &'static str,
        /// Which field.
        source: HospitalFileError,
    },
}

/// The environment as one program reads it. `docs/CONFIGURATION.md` lists the variables.
pub(crate) struct Environment<'a> {
    program: &'static str,
    get: &'a (dyn Fn(&'static str) -> Option<String> + Sync),
}

impl Environment<'static> {
    /// This process's environment.
    pub fn of(program: &'static str) -> Self {
        Self { program, get: &of_process }
    }
}

fn of_process(name: &'static str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
impl<'a> Environment<'a> {
    /// An environment made up by a test.
    pub fn told(program: &'static str, get: &'a (dyn Fn(&'static str) -> Option<String> + Sync)) -> Self {
        Self { program, get }
    }
}

impl Environment<'_> {
    /// A variable that may be missing or empty.
    pub fn optional(&self, name: &'static str) -> Option<String> {
        (self.get)(name).filter(|value| !value.trim().is_empty())
    }

    /// A required variable.
    pub fn required(&self, name: &'static str) -> Result<String, ConfigError> {
        self.optional(name).ok_or(ConfigError::Missing { program: self.program, name })
    }

    /// An optional variable, parsed.
    pub fn parsed<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, ConfigError> {
        let parsed = self.optional(name).map(|value| value.trim().parse());
        parsed.transpose().map_err(|_| self.invalid(name))
    }

    /// The error for a variable with an invalid value.
    pub fn invalid(&self, name: &'static str) -> ConfigError {
        ConfigError::Invalid { program: self.program, name }
    }

    /// The error for `HOSPITAL` with an invalid field.
    pub fn no_hospital(&self, source: HospitalFileError) -> ConfigError {
        ConfigError::Hospital { program: self.program, source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_is_missing_is_named_with_who_asked_for_it() {
        let blank = |_: &'static str| Some(" ".to_owned());
        let missing = Environment::told("ingest-study", &blank).required("STUDIES_BUCKET").unwrap_err();
        let text = "ingest-study: the environment variable STUDIES_BUCKET is missing";
        assert_eq!(missing.to_string(), text);
    }

    #[test]
    fn a_value_that_is_not_allowed_is_named_and_not_repeated() {
        let typed = |_: &'static str| Some("yes".to_owned());
        let refused = Environment::told("reconcile", &typed).parsed::<bool>("S3_PATH_STYLE").unwrap_err();
        assert_eq!(refused, ConfigError::Invalid { program: "reconcile", name: "S3_PATH_STYLE" });
        assert!(!refused.to_string().contains("yes"));
    }
}
