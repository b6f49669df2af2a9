"""What the checks of this folder share: where things are, how a program is run, how one ends."""

import os
import pathlib
import shutil
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
TARGET = REPOSITORY / "target" / "proofs"
HOST = "x86_64-unknown-linux-gnu"


def environment(**more):
    """The environment of every program: no toolchain part is fetched, and our settings alone."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CARGO_PROFILE", "CARGO_BUILD", "CARGO_ENCODED"))
        and name not in ("RUSTFLAGS", "RUSTDOCFLAGS", "CARGO_TARGET_DIR", "RUSTC_BOOTSTRAP")
    }
    return kept | {"RUSTUP_DIST_SERVER": "http://127.0.0.1:9", "CARGO_TERM_COLOR": "never"} | more


def run(*command, cwd=REPOSITORY, env=None, stdin=None, umask=-1):
    """The standard output of a program, which must succeed."""
    command = [str(part) for part in command]
    done = subprocess.run(
        command, cwd=cwd, env=env or environment(), input=stdin, capture_output=True, text=True,
        umask=umask
    )
    if done.returncode != 0:
        fail(f"{' '.join(command[:6])} … ended with {done.returncode}\n{done.stderr[-4000:]}")
    return done.stdout


def fail(why):
    """Ends this check as failed. `proofs/seeded` reads the sentence."""
    sys.exit(f"FAILED: {why}")


def lock(folder):
    """Makes a crate of this folder build the versions that the workspace builds."""
    shutil.copy(folder.parent.parent / "Cargo.lock", folder / "Cargo.lock")
    return folder / "Cargo.toml"


def target(root, name):
    """Where a check builds. A copy with a fault has a folder of its own, which begins with what is
    built of the dependencies: cargo does not tell two workspaces apart by where they lie."""
    ours = TARGET / name
    if root == REPOSITORY:
        return ours
    theirs = TARGET / "seeded-target" / name
    if ours.exists() and not theirs.exists():
        shutil.copytree(ours, theirs, symlinks=True)
    return theirs


def root_of(arguments):
    """The workspace under test: ours, or a copy with a seeded fault."""
    if arguments and arguments[0] == "--root":
        return pathlib.Path(arguments[1]).resolve(), arguments[2:]
    return REPOSITORY, arguments
