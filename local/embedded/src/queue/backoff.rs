use std::time::Duration;

/// When to retry, and when to give up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often a message is received before it becomes a dead letter.
    pub receives_max: u32,
    /// Wait after the first failure; it doubles with each further failure.
    pub backoff_min: Duration,
    /// Longest wait between two tries.
    pub backoff_max: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            receives_max: 5,
            backoff_min: Duration::from_secs(1),
            backoff_max: Duration::from_secs(5 * 60),
        }
    }
}

impl RetryPolicy {
    /// The wait before the next attempt for a message received `receive_count` times. Half is fixed and half follows
    /// `jitter`, so that messages that failed together do not come back together.
    pub(super) fn backoff(&self, receive_count: u32, jitter: u16) -> Duration {
        let doublings = receive_count.saturating_sub(1).min(20);
        let full = self.backoff_min.saturating_mul(1 << doublings).min(self.backoff_max);
        full / 2 + (full / 2).mul_f64(f64::from(jitter) / f64::from(u16::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_up_to_its_limit() {
        let policy = RetryPolicy::default();
        for (receive_count, shortest_ms, longest_ms) in
            [(0, 500, 1_000), (1, 500, 1_000), (2, 1_000, 2_000), (4, 4_000, 8_000), (40, 150_000, 300_000)]
        {
            let check = |jitter, expected_ms| {
                let wait = policy.backoff(receive_count, jitter);
                assert_eq!(wait, Duration::from_millis(expected_ms), "received {receive_count} times");
            };
            check(0, shortest_ms);
            check(u16::MAX, longest_ms);
        }
    }
}
