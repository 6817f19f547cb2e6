//! Shares as JavaScript gets them.

use crate::json::Writer;
use crate::share::Share;

/// The member `"shares": [{"solution": hex, "powHash": hex}]` of an object that is open.
pub fn write_shares(writer: &mut Writer, shares: &[Share]) {
    writer.name("shares");
    writer.open_array();
    for share in shares {
        writer.open_object();
        writer.name("solution");
        writer.hex(&share.solution);
        writer.name("powHash");
        writer.hex(&share.pow_hash);
        writer.close_object();
    }
    writer.close_array();
}
