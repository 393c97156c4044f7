use super::PortError;

/// Source of secrets.
pub trait Randomness: Send + Sync {
    /// Fills the buffer with bytes nobody can guess.
    ///
    /// # Errors
    /// [`PortError::Unavailable`] when the operating system has none.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), PortError>;
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandomness;

impl Randomness for OsRandomness {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), PortError> {
        getrandom::fill(bytes)
            .map_err(|source| PortError::Unavailable { operation: "random bytes", source: Box::new(source) })
    }
}
