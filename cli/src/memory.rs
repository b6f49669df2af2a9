//! Our memory holds keys: what the system may do with it. It goes into no core dump and to no
//! other process of the user, and where there is leave to, into no swap space.
//!
//! Linux locks what a process has and what it will have, or what it is named page by page. A limit
//! on locked memory makes allocations fail that go beyond it, so all is locked where there is no
//! limit (`ulimit -l unlimited`, `LimitMEMLOCK=infinity`) or we are above it (`CAP_IPC_LOCK`), and
//! nothing otherwise. Pages are locked as they come into use, so that it costs nothing.

/// Asks for all of it, before there is a key. Where the system refuses, the run goes on without.
pub(crate) fn protect() {
    #[cfg(unix)]
    forbid_core_dumps();
    #[cfg(any(target_os = "linux", target_os = "android"))]
    linux::protect();
}

/// Whether no page of this process can get into swap space.
pub(crate) fn is_locked() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let locked = status.lines().find_map(|line| line.strip_prefix("VmLck:"));
    locked.is_some_and(|locked| !locked.trim_start().starts_with("0 "))
}

/// Our children inherit this. What hands core dumps to a program may take no notice of it.
#[cfg(unix)]
fn forbid_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux {
    use rustix::mm::{MlockAllFlags, mlockall};
    use rustix::process::{
        DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit,
    };
    use rustix::thread::{CapabilitySet, capabilities};

    pub(super) fn protect() {
        // No core dump by any way, no debugger, and /proc/PID/mem is root's.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
        if may_lock() {
            let _ =
                mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT);
        }
    }

    /// Whether nothing that we will ever need is too much to be locked.
    fn may_lock() -> bool {
        let limit = getrlimit(Resource::Memlock);
        if limit.maximum.is_none() {
            let none = Rlimit { current: None, maximum: None };
            return limit.current.is_none() || setrlimit(Resource::Memlock, none).is_ok();
        }
        capabilities(None).is_ok_and(|ours| ours.effective.contains(CapabilitySet::IPC_LOCK))
    }
}
