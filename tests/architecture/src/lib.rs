//! The rules of the workspace, as tests: which crate may import which, no two files that need each other, what the pure
//! crates must not touch, where names of the cloud may appear. `docs/ARCHITECTURE.md` gives the reasons; a failing test
//! says what to do.

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
