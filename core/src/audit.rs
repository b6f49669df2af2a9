//! The auditor's chapter: what this crate claims, and which check backs it.
//!
//! Begin with `grep -rn declassify src`: those are the places where a secret decides what happens
//! next. Then `grep -rn zeroize src`, then the table of edges in `tests/structure.rs`. Against whom
//! all this stands is in `docs/threat-model.md`; `./evidence` runs every check that is named here,
//! with the faults that each has to see, and puts command, figure and limit on one page.
//!
//! # Secrets and their lifetime
//!
//! Key material enters as an array, by value, and lives in a type of [`secret`](crate::secret)
//! that names its role. None of them can be cloned, compared or printed, and each is erased on
//! drop, as are the expanded keys of AES, the subkey of GHASH and the states of HMAC.
//! *Check:* `tests/erasure.rs` reads the memory of its own process after the drop, with `accel` and
//! without. Tags of enums, lengths and the gaps between fields stay: 32 bytes at most.
//!
//! What was decrypted and then refused is erased before the error returns: the buffer of the
//! caller is all zero. *Check:* the tests named `…_leaves_zeros`, for each format and mode.
//! [`modes::gcm::Unverified`](crate::modes::gcm::Unverified) keeps what it decrypted to itself
//! until the tag is checked. Key streams, derived keys and padded blocks are erased where they
//! fall out of use.
//!
//! # What is not erased, and why
//!
//! - Copies on the stack that the compiler makes, when a key is moved or a register is spilled, and
//!   that `hmac` makes of a padded key and `polyval` of the subkey of GCM, when they begin: safe Rust
//!   cannot name them. A caller who minds calls `zeroize::zeroize_stack` afterwards:
//!   `tests/stack.rs` finds copies below most calls, and none once 128 KiB there were erased.
//! - What lies behind the round keys of a key shorter than 256 bits: their place is as large as that
//!   of the longest, and the stack had something there before.
//! - The array that the caller copied a key from. It is the caller's.
//! - What was decrypted and not refused, such as an unwrapped key: it is in the caller's buffer.
//!   The types of [`secret`](crate::secret) take it from there.
//! - The hash of a key longer than a block, inside the hash function's own finalisation.
//!
//! # Control flow
//!
//! A verdict is computed with [`subtle`] from all checks together, and leaves through one function,
//! `secret::declassify`. *Check:* `tests/structure.rs` holds the list of the files that call it.
//! The error of a check under a key is [`Inauthentic`](crate::Inauthentic), which is empty; a
//! format's error is [`Malformed`](crate::format::Malformed), which names field and rule and is
//! made where no key is. Lengths are public everywhere; so are IVs, salts, contexts, and the
//! number of bytes of padding once it was found good.
//!
//! The `aes` crate uses the instructions of the processor, else bitsliced code without tables;
//! `ghash` and `sha2` have no tables that a secret indexes; [`format::base64`](crate::format::base64)
//! runs over keys and has no tables and no branches on its content. *Check:*
//! `proofs/constant-time` marks the secrets undefined under valgrind and runs both backends of AES
//! and GHASH, the portable ones in words of 64 bits and of 32, at four levels of optimisation: no
//! branch and no address depended on a secret on the inputs run. The portable GHASH multiplies
//! secrets: it wants a processor that takes the same time for all factors.
//! Every public function of a module that sees secrets runs there, or stands in a list with a reason.
//! What `declassify`, `declassify_len` and base64's verdict give out is public there. Valgrind knows
//! no AVX-512, VAES or SHA-NI, so that code is not run. With an IV of 16 bytes GCM's counter block
//! is a hash under a secret: [`modes::ctr`](crate::modes::ctr) then adds where it else looks up.
//!
//! # Wide vectors
//!
//! With the feature `accel`, long texts of CTR and GCM, and CBC texts that are encrypted side by side,
//! go through `reelseal-accel`, where the processor has AVX-512 or AVX2 with VAES and VPCLMULQDQ; so
//! do texts that are hashed side by side, with AVX-512 or the SHA extensions. It is the one crate of
//! the workspace with `unsafe`: a dispatch in one macro, `tier.rs`, whose two arms call what was
//! compiled for what was detected, the call of the key expansion beside it, and the two calls of
//! `sha256.rs`. No pointer is used. Its round keys and powers of H are erased on drop; they have no tables, no
//! branch and no address that depends on a secret, as read. *Check:* every law and vector runs with
//! the feature, without it, and with `--cfg aes_backend="soft" --cfg polyval_backend="soft"`, the
//! first of which turns it off too; the tests of the crate hold both widths to the stock crates.
//! Valgrind does not know these instructions.
//!
//! # Signatures
//!
//! Signatures are checked and never made: text, key and signature are public, so `p384` may take
//! the time it takes. What a signature says is that whoever wrote the message had the key that
//! stands in its encryption context, and no more: whether that key is a friend's, the caller
//! decides. Frames of a signed message are authentic before its end; that they are the signer's is
//! known when `finish` says so.
//!
//! # Panics
//!
//! No index, no cast, no `unwrap`, no `expect`. *Check:* the lints at the head of `lib.rs`, which
//! `cargo clippy` enforces, and `proofs/panic-free`, which asks the linker what is reachable from each
//! public function: no panic of ours is. Some of dependencies is, in the files that
//! `proofs/panic-free.toml` lists. Sums of lengths are checked where a length comes from outside.
//!
//! # Parsers
//!
//! A parser of [`format`](crate::format) takes what its specification takes, and loses no byte.
//! *Check:* where the pieces of an input have bounds, `proofs/source` has CBMC prove it for every
//! input of some lengths; `proofs/exhaustive` holds the others to the reference model on every
//! input of small scopes; laws and fuzz targets draw from all the rest.
//!
//! # Limits, each with its reason
//!
//! | limit | reason |
//! |---|---|
//! | KW: 16 bytes or more | a wrapped empty key would open under every key |
//! | KWP: fewer than 2³² bytes | its length indicator has 32 bits, RFC 5649 §3 |
//! | GCM: 2³⁶ − 32 bytes of text, 2⁶¹ − 1 of additional data | SP 800-38D §5.2.1.1 |
//! | GCM: tags of 16 bytes, IVs of 12 or 16 | SP 800-38D Appendix C; no format here has others |
//! | CTR: once around its counter | the key stream would begin again |
//! | a blob: 4,096 bytes | what KMS's `Encrypt` takes |
//! | a message: 32 wrapped keys, 65,536 bytes of header | read before anything is proven |
//! | a frame: 2²⁴ bytes | held in memory before its tag is checked |
//! | a wrapped data key of S3EC: 6,144 bytes | the longest ciphertext blob of KMS |
//! | a context: 8,192 bytes | commonly cited for KMS; it also bounds the time of the sort |
//!
//! # What CBC and CTR do not give
//!
//! They do not authenticate. A part of an object of the S3 Encryption Client is CTR too: its tag is
//! over all of it. [`policy`](crate::policy) is closed to it, and to CBC, unless the caller opens
//! it. Whether a padding was good is an oracle in the hands of who can ask
//! often: the crate answers with one bit, and the caller decides who gets to see it. One wrong
//! key in 256 yields a good padding. A package is safe from alteration by the record beside it,
//! sealed with [`segment::record_seal`](crate::segment::record_seal), not by its encryption.
//!
//! # Randomness
//!
//! There is none here. What must be fresh comes in as a value that is used up
//! ([`envelope::kms::FreshNonce`](crate::envelope::kms::FreshNonce),
//! [`envelope::esdk::FreshMessageId`](crate::envelope::esdk::FreshMessageId),
//! [`envelope::s3ec::Nonce`](crate::envelope::s3ec::Nonce)), and who makes it
//! answers for it. The IVs of [`modes`](crate::modes) are plain bytes: the formats that use them say
//! where they come from.
//!
//! # Decisions

#[doc = include_str!("../docs/decisions/0001-modes-are-backend-closures.md")]
pub mod d0001_modes_are_backend_closures {}

#[doc = include_str!("../docs/decisions/0002-our-own-key-wrap.md")]
pub mod d0002_our_own_key_wrap {}

#[doc = include_str!("../docs/decisions/0003-a-key-for-each-blob.md")]
pub mod d0003_a_key_for_each_blob {}

#[doc = include_str!("../docs/decisions/0004-refused-buffers-are-zero.md")]
pub mod d0004_refused_buffers_are_zero {}

#[doc = include_str!("../docs/decisions/0005-a-message-is-sealed-once.md")]
pub mod d0005_a_message_is_sealed_once {}

#[doc = include_str!("../docs/decisions/0006-wide-vectors-are-another-crate.md")]
pub mod d0006_wide_vectors_are_another_crate {}
