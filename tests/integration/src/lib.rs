//! The tests are in `tests/flow`.
