//! Entry points of `reelseal-core` for the proofs.
//!
//! [`generic`] has the generic functions of the public interface with types, so that there is code
//! of them to look at. [`exported`] has what is proven of wasm and of the release library.
#![no_std]

pub mod exported;
pub mod generic;

/// Whoever gets here has panicked. A loop would hide it.
#[cfg(feature = "handler")]
#[panic_handler]
fn panicked(_: &core::panic::PanicInfo<'_>) -> ! {
    #[cfg(target_family = "wasm")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_family = "wasm"))]
    unsafe {
        core::arch::asm!("ud2", options(noreturn))
    }
}
