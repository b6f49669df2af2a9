"""What makes the bytes of a build depend on its source and tools alone: `dist`, and those who check
that it is so."""

import os
import pathlib

from common import REPOSITORY

SETTINGS = ("CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "RUSTC_WRAPPER",
            "RUSTC_WORKSPACE_WRAPPER")


def cargo_home(env):
    return pathlib.Path(env.get("CARGO_HOME") or pathlib.Path.home() / ".cargo").resolve()


def everywhere_the_same(source, target, caller, **more):
    """The environment of a build whose folders stand in no byte of it.

    rustc and the C compiler write other folders in their place; flags of this kind leave the names
    that cargo gives to symbols as they are. Of the caller's settings, those are dropped that would
    change what is built.
    """
    env = {name: value for name, value in caller.items()
           if name not in SETTINGS and not name.startswith("CARGO_TARGET_")}
    folders = {source.resolve(): "/reelseal", target.resolve(): "/reelseal/target",
               cargo_home(env): "/cargo"}
    flags = [f"--remap-path-prefix={path}={name}" for path, name in folders.items()]
    for_c = " ".join(f"'-ffile-prefix-map={path}={name}'" for path, name in folders.items())
    return env | {
        "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(flags), "CFLAGS": for_c, "CXXFLAGS": for_c,
        "CC_SHELL_ESCAPED_FLAGS": "1", "LC_ALL": "C", "TZ": "UTC",
        "PATH": f"{REPOSITORY / 'target' / 'tools' / 'bin'}{os.pathsep}{env['PATH']}",
    } | more


def elsewhere(folder, env):
    """The environment of somebody else: another home of cargo, in `folder`, which unpacks the same
    packages anew; another time zone, language and name; and no network."""
    registry = folder / "registry"
    registry.mkdir(parents=True, exist_ok=True)
    for part in ("cache", "index"):
        (registry / part).unlink(missing_ok=True)
        (registry / part).symlink_to(cargo_home(env) / "registry" / part)
    return env | {"CARGO_HOME": str(folder), "CARGO_NET_OFFLINE": "true", "LC_ALL": "C.UTF-8",
                  "TZ": "Asia/Kolkata", "USER": "somebody-else", "LOGNAME": "somebody-else"}
