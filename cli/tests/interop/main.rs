//! Reelseal and the programs of others: what it writes, they play; what they write, it opens.
//!
//! Each test drives the real binary and a real peer: ffmpeg, openssl, GStreamer. A peer that is
//! not there is a failure. `.ci/install` installs them all.

mod clear;
mod desk;
mod ffmpeg;
mod foreign;
mod gstreamer;
mod openssl;
mod peer;
mod server;
