//! Each claim as a function that wasm exports, and what takes the place of a panic.

/// Whoever gets here has panicked. A loop would hide it.
#[panic_handler]
fn panicked(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// What a claim is about.
pub trait Input<'a> {
    fn of(bytes: &'a mut [u8]) -> Self;
}

impl<'a> Input<'a> for &'a mut [u8] {
    fn of(bytes: &'a mut [u8]) -> Self {
        bytes
    }
}

impl<'a> Input<'a> for &'a str {
    fn of(bytes: &'a mut [u8]) -> Self {
        // SAFETY: where a claim is about a text, `proofs/source` asks of UTF-8 alone.
        unsafe { core::str::from_utf8_unchecked(bytes) }
    }
}

/// Exports the functions of each module: a pointer to the bytes, and how many there are.
macro_rules! export {
    ($($module:ident: $($claim:ident)*;)*) => {
        $($(
            #[unsafe(no_mangle)]
            unsafe extern "C" fn $claim(bytes: *mut u8, len: usize) {
                // SAFETY: the model of memory has so many bytes there, and traps at any other.
                let bytes = unsafe { core::slice::from_raw_parts_mut(bytes, len) };
                $module::$claim($crate::export::Input::of(bytes));
            }
        )*)*
    };
}
