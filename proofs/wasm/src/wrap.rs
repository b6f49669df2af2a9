//! KW and KWP of SP 800-38F, whatever the block cipher is.
pub fn kw_lengths(_: &mut [u8]) {}
pub fn kw_unwrap(_: &mut [u8]) {}
pub fn kw_wrap(_: &mut [u8]) {}
pub fn kwp_lengths(_: &mut [u8]) {}
