//! Decodes in child processes. A hostile file may cost one message, but never the process that serves everything, and
//! what it takes over can reach nothing.
//!
//! A process decodes for one patient's study and is never reused for another. Before its first byte it gives up files,
//! network, other processes and most of the kernel ([`confine`]); three pipes remain. [`filmless_domain::Limits`] sets
//! how long a file may take and how much memory a process may have.
//!
//! A rendering function runs its own program once more for every study:
//!
//! ```no_run
//! use filmless_decoder::{ChildRenderer, serve};
//!
//! fn main() -> std::process::ExitCode {
//!     if std::env::args().nth(1).as_deref() == Some("render-child") {
//!         return serve();
//!     }
//!     let _renderer = ChildRenderer::new(512 << 20);
//!     std::process::ExitCode::SUCCESS
//! }
//! ```

mod asked_file;
pub mod confine;
mod protocol;
mod renderer;
mod serve;

pub use renderer::ChildRenderer;
pub use serve::{Sink, serve, serve_with};
