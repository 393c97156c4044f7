//! Members without a connection: they are in the room under a name, and nothing is sent to them.

/// What such names begin with. No connection's name has a dot.
const POLLING: &str = "poll.";

/// The name of somebody who polls with this session.
pub(super) fn polling(session: &str) -> String {
    format!("{POLLING}{session}")
}

/// Whether nothing can be sent there.
pub(super) fn is_polling(connection: &str) -> bool {
    connection.starts_with(POLLING)
}
