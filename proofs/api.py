"""The public interface of reelseal-core, as rustdoc knows it: one name a line."""

import json

from common import HOST, environment, run, target

DERIVED = ("Clone", "Debug", "Default", "Eq", "Hash", "Ord", "PartialEq", "PartialOrd")


def load(root):
    """The JSON of rustdoc. Its format is not stable: the toolchain of the repository makes it."""
    folder = target(root, "api")
    env = environment(
        RUSTC_BOOTSTRAP="1", RUSTDOCFLAGS="-Zunstable-options --output-format json"
    )
    run("cargo", "doc", "-q", "-p", "reelseal-core", "--no-deps", "--target", HOST,
        "--target-dir", folder, cwd=root, env=env)
    return json.loads((folder / HOST / "doc" / "reelseal_core.json").read_text())


class Item:
    """A public function or constant, under the path by which its file defines it."""

    def __init__(self, path, kind, trait, generic, derived):
        self.path, self.kind, self.trait = path, kind, trait
        self.generic, self.derived = generic, derived

    def __str__(self):
        return f"{self.path}{f' ({self.trait})' if self.trait else ''}: {self.kind}"


def items(doc):
    """Every public item, once, in the order of its name."""
    index = doc["index"]
    found = {}

    def generic(generics):
        return any("type" in p["kind"] or "const" in p["kind"] for p in generics["params"])

    def add(entry, path, trait=None, outer=False):
        kind, inner = next(iter(entry["inner"].items()))
        if kind == "function":
            signature = inner["generics"]
            derived = any("Inline" in str(a) for a in entry["attrs"]) and trait in DERIVED
            item = Item(path, "fn", trait, outer or generic(signature), derived)
        elif kind in ("constant", "static", "type_alias", "struct_field", "variant", "assoc_const"):
            item = Item(path, kind, trait, False, False)
        else:
            return
        found[str(item)] = item

    def module_of(entry):
        """`src/format/hls/key.rs` is `format::hls::key`: one file is one module."""
        file = entry["span"]["filename"].split("src/", 1)[1].removesuffix(".rs")
        return [part for part in file.split("/") if part not in ("lib", "mod")]

    def members(entry, path):
        kind, inner = next(iter(entry["inner"].items()))
        outer = generic(inner["generics"])
        fields = inner.get("variants", [])
        if kind == "struct" and "plain" in (inner["kind"] if inner["kind"] != "unit" else {}):
            fields = inner["kind"]["plain"]["fields"]
        for field in fields:
            if str(field) in index:
                add(index[str(field)], f"{path}::{index[str(field)]['name']}")
        for number in inner["impls"]:
            block = index[str(number)]["inner"]["impl"]
            if block["is_synthetic"] or block["blanket_impl"]:
                continue
            trait = block["trait"]["path"].split("::")[-1] if block["trait"] else None
            if trait and not block["items"]:
                found[f"{path} ({trait}): impl"] = Item(path, "impl", trait, False, True)
            for member in block["items"]:
                add(index[str(member)], f"{path}::{index[str(member)]['name']}", trait, outer)

    def walk(number):
        entry = index.get(str(number))
        if entry is None:
            return
        kind, inner = next(iter(entry["inner"].items()))
        if kind == "module":
            for member in inner["items"]:
                walk(member)
        elif kind == "use":
            walk(inner["id"])
        elif entry["span"]:
            path = "::".join(module_of(entry) + [entry["name"]])
            if kind in ("struct", "enum"):
                found[f"{path}: {kind}"] = Item(path, kind, None, False, False)
                members(entry, path)
            else:
                add(entry, path)

    walk(doc["root"])
    return [found[name] for name in sorted(found)]
