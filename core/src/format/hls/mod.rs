//! HLS playlists: RFC 8216 §4, with the tags of draft-pantos-hls-rfc8216bis that change meaning.
//!
//! Reading order: [`Lines`] (bytes to lines, lossless), [`AttributeList`] (§4.2), [`Key`]
//! (§4.3.2.4), [`Tag`] (one line), [`Playlist`] (all lines: which key and which bytes belong to
//! which segment). Every view borrows from the input, so that what is not understood can be
//! written back byte for byte.
//!
//! | here             | RFC 8216                     | unit                                     |
//! |------------------|------------------------------|------------------------------------------|
//! | `sequence`       | Media Sequence Number, §3    | 0 ..= 2⁶⁴ − 1                            |
//! | `range`          | sub-range, §4.3.2.2          | bytes from the start of the resource     |
//! | `number`         | –                            | line of the file, from 1                 |

mod attribute;
mod key;
mod line;
mod playlist;
mod range;
mod tag;
mod walk;

pub use attribute::{AttributeList, Attributes, MAX_ATTRIBUTE_LIST_LEN, MAX_ATTRIBUTES, Value};
pub use key::{IDENTITY, Key, Method};
pub use line::{Line, Lines};
pub use playlist::{Fault, Item, Items, Keys, MAX_LINES, MAX_PLAYLIST_LEN, Playlist, Resource};
pub use range::{ByteRange, Span};
pub use tag::Tag;
