//! proptest as the engine of laws: cases from bytes, the same in each run unless asked otherwise.

use std::fmt::Debug;

use arbitrary::{Arbitrary, Unstructured};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestError, TestRunner};

/// `cases` for each law, or `PROPTEST_CASES`; always the same ones, or those of
/// `PROPTEST_RNG_SEED`, so that a red run can be had again.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(0x5EA1);
    }
    config
}

/// Shows that `law` holds for the cases that bytes make; shrinking shortens and lowers the bytes.
pub(crate) fn for_bytes(
    cases: u32,
    name: &str,
    show: impl Fn(&[u8]) -> String,
    law: impl Fn(&[u8]),
) {
    let bytes = prop::collection::vec(any::<u8>(), 0..600);
    let ran = TestRunner::new(config(cases)).run(&bytes, |bytes| {
        law(&bytes);
        Ok(())
    });
    match ran {
        Ok(()) => (),
        Err(TestError::Abort(why)) => panic!("{name}: {why}"),
        Err(TestError::Fail(why, bytes)) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            panic!("{name} is broken: {why}\n{}\nmade of: {hex}", show(&bytes));
        }
    }
}

/// The same for a law that is in no table.
#[allow(dead_code)] // Each file of tests takes what it needs.
pub(crate) fn for_cases<C: for<'a> Arbitrary<'a> + Debug>(
    cases: u32,
    name: &str,
    law: impl Fn(&C),
) {
    let case = |bytes: &[u8]| {
        C::arbitrary_take_rest(Unstructured::new(bytes)).expect("any bytes make a case")
    };
    for_bytes(cases, name, |bytes| format!("{:?}", case(bytes)), |bytes| law(&case(bytes)));
}
