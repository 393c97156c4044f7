//! What every function does before and after its handler: tracing, configuration, batches.
