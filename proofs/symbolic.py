"""angr on the release library: machine code that runs on secrets which are unknowns, all at once.

A run follows every path. What a door of the core gives out is public: a new unknown, of the value
that went in. So a branch or an address in which a secret's own unknown stands has leaked it.
"""

import logging
import pathlib
import re

logging.disable(logging.CRITICAL)  # Before angr, which says at length what it does without.

import angr
import claripy

from common import fail

END = 0x7FFF0000DEAD0
DOORS = {"declassify": 8, "declassify_len": 32}

LIBC = angr.SIM_PROCEDURES["libc"]


def is_secret(value):
    return any(name.startswith("secret") for name in getattr(value, "variables", ()))


class Unknown(angr.SimProcedure):
    """What the library imports, and no run may reach."""

    def run(self):
        fail(f"binary: {self.display_name} is called, of which nothing is known here")


class Compare(angr.SimProcedure):
    """`memcmp` stops at the first difference: never over a secret."""

    def run(self, one, other, length):
        for address in (one, other):
            if is_secret(self.state.memory.load(address, self.state.solver.eval_one(length))):
                fail(f"binary: memcmp at {self.state.callstack.call_site_addr:#x} depends on a "
                     "secret: branch")
        return self.inline_call(LIBC["memcmp"], one, other, length).ret_expr


IMPORTS = {"memcpy": LIBC["memcpy"], "memmove": LIBC["memmove"], "memset": LIBC["memset"],
           "memcmp": Compare, "bcmp": Compare}


class Library:
    """The shared object, with the doors and what stands in for cryptography in their places."""

    def __init__(self, program: pathlib.Path):
        self.project = angr.Project(str(program), auto_load_libs=False)
        self.symbols = {symbol.name: symbol.rebased_addr
                        for symbol in self.project.loader.main_object.symbols}
        for name in self.project.loader.main_object.imports:
            self.project.hook_symbol(name, IMPORTS.get(name, Unknown)(), replace=True)
        for door, bits in DOORS.items():
            self.stand_in(f"secret::{door}", self._door(door, bits))

    def find(self, path):
        """The address of a function of the core, by the end of its path, or of an export."""
        if path in self.symbols:
            return self.symbols[path]
        # A mangled name has the parts of the path with their lengths, and may end in a reference
        # to the crate that made this instance of a generic one.
        parts = [f"{len(part)}{part}" for part in path.split("::")]
        names = [name for name in self.symbols if re.search(parts[-1] + r"(B\w*_)?$", name)
                 and all(part in name for part in ("13reelseal_core", *parts))]
        if len(names) != 1:
            fail(f"binary: {path} is not a function of its own in the library: {names}")
        return self.symbols[names[0]]

    def stand_in(self, path, act):
        """From now on, `act(state, arguments)` is what happens where `path` is called. It returns
        what the function does, or END where the run ends there."""

        class StandIn(angr.SimProcedure):
            def run(self):
                registers = [getattr(self.state.regs, name)
                             for name in ("rdi", "rsi", "rdx", "rcx", "r8", "r9")]
                stack = [self.state.memory.load(self.state.regs.rsp + 8 * n, 8, endness="Iend_LE")
                         for n in (1, 2)]
                result = act(self.state, [*registers, *stack])
                if isinstance(result, int) and result == END:
                    self.jump(END)
                    return None
                return result

        self.project.hook(self.find(path), StandIn(), replace=True)

    @staticmethod
    def _door(name, bits):
        def pass_through(state, arguments):
            public = claripy.BVS(f"public_{name}", bits)
            state.solver.add(public == arguments[0][bits - 1:0])
            return public.zero_extend(64 - bits)

        return pass_through

    def run(self, name, path, arguments, memory):
        """Every end of a call of `path`, from which no secret may have leaked on the way."""
        state = self.project.factory.call_state(
            self.find(path), *arguments, ret_addr=END,
            add_options={angr.options.SYMBOL_FILL_UNCONSTRAINED_MEMORY,
                         angr.options.SYMBOL_FILL_UNCONSTRAINED_REGISTERS})
        for address, value in memory.items():
            state.memory.store(address, value)
        leaks = set()

        def leak(kind, attribute):
            def look(state):
                if is_secret(getattr(state.inspect, attribute)):
                    leaks.add(f"{kind} at {state.addr:#x}")
            return look

        for event, kind, attribute in (("exit", "branch", "exit_guard"),
                                       ("exit", "jump", "exit_target"),
                                       ("mem_read", "load", "mem_read_address"),
                                       ("mem_write", "store", "mem_write_address")):
            state.inspect.b(event, when=angr.BP_BEFORE, action=leak(kind, attribute))
        manager = self.project.factory.simulation_manager(state, save_unconstrained=True)
        ends = []
        while manager.active and not leaks:
            manager.step()
            ends += [state for state in manager.active if state.addr == END]
            manager.stashes["active"] = [s for s in manager.active if s.addr != END]
        if leaks:
            fail(f"binary: {name} depends on a secret: {', '.join(sorted(leaks))}")
        if manager.errored or manager.unconstrained or manager.deadended:
            fail(f"binary: {name}: {manager}, errors {manager.errored[:1]}")
        return ends


def always(state, claim):
    """Whether `claim` holds for all that leads to `state`."""
    solver = claripy.Solver()
    solver.add([*state.solver.constraints, claripy.Not(claim)])
    return not solver.satisfiable()


def possible(state, claim):
    return not always(state, claripy.Not(claim))
