//! Which counter blocks each data key has used: none may serve twice (SP 800-38A Appendix B,
//! SP 800-38D §8), or both texts are given away.
//!
//! A row holds a range of counter blocks, and HMAC-SHA-256 under the data key in place of the key
//! itself: nothing of a key can be learnt from it, and only who holds the key finds its rows.
//! An IV that differs from an earlier one in its last digit alone is refused as well, where the
//! counter of the one runs into the other.

use reelseal_core::hash::hmac_sha256;
use rusqlite::{Transaction, params};

use super::keystore::Keystore;
use super::{KmsError, PassphraseSource, provider};
use crate::args::Globals;
use crate::clock;
use crate::error::Error;

/// The counter blocks that one text uses: `blocks` of them, from `first` on, counted in 128 bits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CounterRange {
    /// The first one, big-endian.
    pub first: [u8; 16],
    /// How many. None is taken for one.
    pub blocks: u64,
}

/// The ledger, in the file of the local keystore, of whose keys it needs none. Several processes
/// may write in it at a time.
#[derive(Debug)]
pub struct Ledger {
    store: Keystore,
}

impl Ledger {
    /// Opens the ledger of the keystore that the options name.
    ///
    /// # Errors
    ///
    /// Its file cannot be opened or made.
    pub fn open(globals: &Globals) -> Result<Self, Error> {
        let source = PassphraseSource::new(globals.passphrase_file.as_deref());
        Ok(Self { store: Keystore::open_without_keys(&provider::data_dir(globals)?, source)? })
    }

    // req GCM-7: a key and an IV serve once
    /// Takes `range` for one text under `key`, for ever. When this returns, that is on the disk.
    ///
    /// # Errors
    ///
    /// Refused where a block of `range` was taken before; the keystore failed. Then nothing may
    /// be encrypted.
    pub fn take(&self, key: &[u8], range: CounterRange) -> Result<(), Error> {
        let name = hmac_sha256(key, &[LABEL]);
        let parts = range.parts();
        self.store.write(|tx| {
            tx.execute_batch(TABLE)?;
            for (first, last) in &parts {
                if is_taken(tx, &name, first, last)? {
                    return Err(reused().into());
                }
            }
            for (first, last) in &parts {
                let row = params![name, first, last, clock::now()];
                tx.execute("INSERT INTO counters VALUES (?1, ?2, ?3, ?4)", row)?;
            }
            Ok(())
        })?;
        Ok(())
    }
}

impl CounterRange {
    /// The range as first and last blocks, in two parts where the counter comes around.
    fn parts(self) -> Vec<([u8; 16], [u8; 16])> {
        let first = u128::from_be_bytes(self.first);
        let more = u128::from(self.blocks.max(1) - 1);
        match first.checked_add(more) {
            Some(last) => vec![(self.first, last.to_be_bytes())],
            None => {
                let last = first.wrapping_add(more);
                vec![(self.first, [0xFF; 16]), ([0; 16], last.to_be_bytes())]
            }
        }
    }
}

/// Blobs are compared byte by byte, which is the order of big-endian numbers.
fn is_taken(
    tx: &Transaction<'_>,
    name: &[u8; 32],
    first: &[u8; 16],
    last: &[u8; 16],
) -> Result<bool, KmsError> {
    let query = "SELECT EXISTS (SELECT 1 FROM counters \
                 WHERE key = ?1 AND first <= ?3 AND last >= ?2)";
    Ok(tx.query_row(query, params![name, first, last], |row| row.get(0))?)
}

fn reused() -> Error {
    Error::refused("this data key has encrypted with this IV before, or with one too near to it")
        .hint("use another IV, or leave --iv out: a fresh one is drawn")
}

/// Made when it is first needed: keystores of earlier versions have none.
const TABLE: &str = "
CREATE TABLE IF NOT EXISTS counters (
    key BLOB NOT NULL CHECK (length(key) = 32),
    first BLOB NOT NULL CHECK (length(first) = 16),
    last BLOB NOT NULL CHECK (length(last) = 16 AND last >= first),
    taken INTEGER NOT NULL,
    PRIMARY KEY (key, first)
) STRICT, WITHOUT ROWID;
";

const LABEL: &[u8] = b"reelseal ledger v1";

#[cfg(test)]
mod tests {
    use super::{CounterRange, Ledger};
    use crate::keyservice::PassphraseSource;
    use crate::keyservice::keystore::Keystore;

    fn ledger(dir: &std::path::Path) -> Ledger {
        let store = Keystore::open_without_keys(dir, PassphraseSource::new(None)).unwrap();
        Ledger { store }
    }

    fn range(first: u128, blocks: u64) -> CounterRange {
        CounterRange { first: first.to_be_bytes(), blocks }
    }

    #[test]
    fn no_block_is_taken_twice_under_a_key() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = ledger(&dir.path().join("keystore"));
        ledger.take(b"key", range(100, 10)).unwrap();
        for (first, blocks) in [(100, 10), (100, 1), (109, 1), (91, 10), (0, 1000), (105, 2)] {
            assert!(ledger.take(b"key", range(first, blocks)).is_err(), "{first} {blocks}");
        }
        ledger.take(b"another key", range(100, 10)).unwrap();
        ledger.take(b"key", range(110, 5)).unwrap();
        ledger.take(b"key", range(90, 10)).unwrap();
        assert!(ledger.take(b"key", range(114, 0)).is_err());
        ledger.take(b"key", range(115, 0)).unwrap();
        assert!(ledger.take(b"key", range(115, 0)).is_err());
    }

    #[test]
    fn a_counter_that_comes_around_is_seen_on_both_sides() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = ledger(&dir.path().join("keystore"));
        ledger.take(b"key", range(u128::MAX - 4, 10)).unwrap();
        for first in [u128::MAX - 4, u128::MAX, 0, 4] {
            assert!(ledger.take(b"key", range(first, 1)).is_err(), "{first}");
        }
        ledger.take(b"key", range(5, 1)).unwrap();
        ledger.take(b"key", range(u128::MAX - 5, 1)).unwrap();
    }

    #[test]
    fn of_several_at_a_time_one_takes_it() {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("keystore");
        ledger(&home);
        let take = || ledger(&home).take(b"key", range(7, 3)).is_ok();
        let taken = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..8).map(|_| scope.spawn(take)).collect();
            tries.into_iter().map(|t| t.join().unwrap()).filter(|t| *t).count()
        });
        assert_eq!(taken, 1);
    }
}
