"""The bill of materials of a program, and the list of packages that cargo-auditable put into it."""

import json
import pathlib
import tempfile
import zlib

from common import run


def built_in(program):
    """The packages that stand in a program, itself among them; what only built it has the kind
    `build`. The section is JSON under zlib; binutils take it out."""
    with tempfile.TemporaryDirectory() as folder:
        section = pathlib.Path(folder) / "section"
        run("objcopy", "--dump-section", f".dep-v0={section}", program, "/dev/null")
        return json.loads(zlib.decompress(section.read_bytes()))["packages"]


def linked(program):
    """(name, version) of what is linked into a program, without itself."""
    return {(package["name"], package["version"]) for package in built_in(program)
            if package.get("kind", "runtime") == "runtime" and package["name"] != program.name}


def of_the_program(bill, packages):
    """Leaves in a bill what is linked into the program: cargo-cyclonedx asks for all that any
    crate of the workspace may want. The folder of the source is taken out of its names."""
    # Blanks in it are written as cargo does that: the program's own name shows how.
    source, _, _ = bill["metadata"]["component"]["bom-ref"].rpartition("/cli#")
    bill = json.loads(json.dumps(bill).replace(source, "path+file:///reelseal"))
    bill["components"] = [component for component in bill["components"]
                          if (component["name"], component["version"]) in packages]
    kept = {component["bom-ref"] for component in bill["components"]}
    kept.add(bill["metadata"]["component"]["bom-ref"])
    bill["dependencies"] = [
        entry | {"dependsOn": sorted(kept.intersection(entry.get("dependsOn", ())))}
        for entry in bill["dependencies"] if entry["ref"] in kept]
    return bill
