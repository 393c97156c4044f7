//! The whole way of a study, over the real protocols.
