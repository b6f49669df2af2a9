//! The requests to valgrind, safe to call.

use core::ffi::c_void;

unsafe extern "C" {
    fn ct_secret(at: *mut c_void, len: usize);
    fn ct_public(at: *const c_void, len: usize);
    fn ct_errors() -> u32;
    fn ct_is_watched() -> i32;
    fn ct_passed() -> u32;
}

/// Marks bytes as secret: valgrind tells of every branch and address that depends on them.
///
/// Takes them as if they were altered: else the compiler would go on with the value that it knows,
/// which is not marked.
pub fn secret<T: ?Sized>(value: &mut T) {
    // SAFETY: the bytes are those of a live reference; the request alters valgrind's notes alone.
    unsafe { ct_secret(core::ptr::from_mut(value).cast(), size_of_val(value)) }
}

/// Marks bytes as public: the caller of the code under test may look at them.
pub fn public<T: ?Sized>(value: &T) {
    // SAFETY: as above.
    unsafe { ct_public(core::ptr::from_ref(value).cast(), size_of_val(value)) }
}

/// Branches and addresses so far that depended on a secret.
pub fn errors() -> u32 {
    // SAFETY: the request has no arguments.
    unsafe { ct_errors() }
}

/// How often a secret went through a door of the core.
pub fn passed() -> u32 {
    // SAFETY: reads a counter.
    unsafe { ct_passed() }
}

/// Whether valgrind runs this program.
pub fn is_watched() -> bool {
    // SAFETY: the request has no arguments.
    unsafe { ct_is_watched() != 0 }
}
