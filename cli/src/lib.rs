//! Protect and open HLS packages and media files under wrapped data keys.
