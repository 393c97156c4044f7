//! How much a consultation may hold. Each limit has a test.

/// Most bytes of one message, either way: a frame of API Gateway's WebSocket.
pub const MESSAGE_BYTES_MAX: usize = 32 * 1024;
/// Most bytes of the state of a view, as JSON.
pub const VIEW_BYTES_MAX: usize = 16 * 1024;
/// Most objects of others that a view may show.
pub const VIEW_OBJECTS_MAX: usize = 32;
/// Most parts of one of them that may be named one by one.
pub const VIEW_PARTS_MAX: usize = 1000;
/// Most bytes of a mark, as JSON.
pub const MARK_BYTES_MAX: usize = 8 * 1024;
/// Most marks of one member that are there at the same time.
pub const MARKS_PER_MEMBER_MAX: u32 = 500;
/// Longest chat message, in characters.
pub const CHAT_CHARS_MAX: usize = 2000;
/// Most chat messages of one room.
pub const CHATS_MAX: u32 = 5000;
/// Most lines of the record that messages to the room may make. What ends the room, opinions and minutes come on top.
pub const LINES_MAX: u64 = 1_000_000;
/// How far one state may count ahead of the one before it.
pub const SEQUENCE_STEP_MAX: u64 = 1_000_000;

/// Most members, with chair and secretary.
pub const MEMBERS_MAX: usize = 30;
/// Most connections of one member at the same time.
pub const CONNECTIONS_PER_MEMBER_MAX: usize = 4;
/// Longest name of a connection, in bytes.
pub const CONNECTION_BYTES_MAX: usize = 128;
/// Most studies.
pub const STUDIES_MAX: usize = filmless_domain::share::SHARE_STUDIES_MAX;
/// Longest time from opening to end, in days: members may answer in their own time.
pub const DAYS_MAX: i64 = 30;
/// Longest name of a person, in characters.
pub const NAME_CHARS_MAX: usize = 80;
/// Oldest consent with which a consultation is opened, in days.
pub const CONSENT_DAYS_MAX: i64 = 90;
/// Longest title of a person, and longest licence number, in characters.
pub const TITLE_CHARS_MAX: usize = 40;
/// Longest name of a facility, in characters.
pub const FACILITY_CHARS_MAX: usize = 120;
/// Longest question, in characters.
pub const QUESTION_CHARS_MAX: usize = 4000;
/// Longest link to the call, in bytes.
pub const VOICE_LINK_BYTES_MAX: usize = 500;

/// Longest opinion, in characters.
pub const OPINION_CHARS_MAX: usize = 20_000;
/// Most opinions of one member.
pub const OPINIONS_PER_MEMBER_MAX: u32 = 50;
/// Longest short field of the minutes, in characters.
pub const MINUTES_LINE_CHARS_MAX: usize = 200;
/// Longest text of the minutes, in characters.
pub const MINUTES_TEXT_CHARS_MAX: usize = 20_000;
/// Most bytes of one version of the minutes, as JSON: an item of the index holds 400 KB.
pub const MINUTES_BYTES_MAX: usize = 256 * 1024;
/// Most versions of the minutes.
pub const MINUTES_VERSIONS_MAX: u32 = 99;
/// Most series in the list of what was shown; those shown longest stay.
pub const SHOWN_SERIES_MAX: usize = 100;
/// Most key images of the minutes.
pub const KEY_IMAGES_MAX: usize = 24;
/// Most images that are offered to whoever writes the minutes.
pub const IMAGES_OFFERED_MAX: usize = 48;
/// Most measurements that are printed below a key image, and most numbers of each.
pub const MEASURED_MAX: usize = 16;
/// Most bytes of the picture of a key image: an item of the index holds 400 KB, and this in base64.
pub const PICTURE_BYTES_MAX: usize = 256 * 1024;

/// Most states and scrolls a second that are taken of one connection.
pub const STATES_PER_SECOND_MAX: u32 = 20;
/// Most positions of the pointer a second.
pub const POINTERS_PER_SECOND_MAX: u32 = 20;
/// Most other messages a second.
pub const OTHERS_PER_SECOND_MAX: u32 = 10;
/// A connection that sends more messages a second is closed.
pub const MESSAGES_PER_SECOND_CLOSE: u32 = 100;
