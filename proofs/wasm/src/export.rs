//! Each claim as a function that wasm exports, and what takes the place of a panic.

/// Whoever gets here has panicked. A loop would hide it.
#[panic_handler]
fn panicked(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Exports the functions of each module: a pointer to the bytes, and how many there are.
macro_rules! export {
    ($($module:ident: $($claim:ident)*;)*) => {
        $($(
            #[unsafe(no_mangle)]
            unsafe extern "C" fn $claim(bytes: *mut u8, len: usize) {
                // SAFETY: the model of memory has so many bytes there, and traps at any other.
                $module::$claim(unsafe { core::slice::from_raw_parts_mut(bytes, len) });
            }
        )*)*
    };
}
