//! Workspace rules as tests: which crates import which, no two files need each other, what pure crates must not touch,
//! where cloud names may stand. `docs/ARCHITECTURE.md` says why; a failing test says what to do.

#[cfg(test)]
mod circles;
#[cfg(test)]
mod error_codes;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod layout;
#[cfg(test)]
mod licenses;
#[cfg(test)]
mod linked;
#[cfg(test)]
mod security_proofs;
#[cfg(test)]
mod source_text;
#[cfg(test)]
mod workspace;
