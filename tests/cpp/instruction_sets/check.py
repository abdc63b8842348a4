"""Shows that only the kernels' levels for newer processors hold instructions of newer processors.

Usage: check.py [--objdump PROGRAM] [--nm PROGRAM] [--as LEVEL] FILE...

A file level_v3.cpp.o may hold what x86-64-v3 has, and so on; any other object file only what every
x86-64 processor has. In a linked program or library the namespaces of the functions tell. A level may
define no symbol but its two tables: one that it shared with another file would be the linker's choice.
Exit status: 0 if all is well, 1 if not, 77 where objdump or nm is missing (1 with CI set).
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LEVELS = ("plain", "v2", "v3", "v4")
NO_LEVEL = len(LEVELS)  # of instructions that none of the levels has
NAMES = (*LEVELS, "no level")

SYMBOL = re.compile(r"[0-9a-f]+ <(.+)>:")
INSTRUCTION = re.compile(r"\s*[0-9a-f]+:\s+((?:[0-9a-f]{2} )+)\s*([^#<]+)")
KERNEL = re.compile(r"_ZNK?10rosenblatt7kernels2(v[234])")

# Bytes that may stand before an opcode.
PREFIXES = {0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0x67, 0xF0, 0xF2, 0xF3}
REX = range(0x40, 0x50)

# What the encoding does not tell. AES, SHA and the like are in no level. tzcnt is missing on purpose: GCC
# writes it for every processor where an older one, which reads it as bsf, gets the same result.
ANY_MASK = re.compile(r"^k|%k[0-7]")
BEYOND = re.compile(r"\b(aes|sha1|sha256|pclmul|gf2p8|adcx|adox|rdrand|rdseed|movdir)")
OF_V3 = re.compile(r"\b(lzcnt|movbe)")
OF_V2 = re.compile(
    r"\b(popcnt|cmpxchg16b|movddup|movshdup|movsldup|haddp|hsubp|addsubp|lddqu|fisttp|lahf|sahf)"
)


def level_of(code: bytes, text: str) -> int:
    """The index of the lowest level that has this instruction."""
    start = 0
    while start < len(code) and code[start] in PREFIXES:
        start += 1
    opcode = code[start:]
    if opcode[:1] == b"\x62":  # EVEX: AVX-512
        return 3
    if opcode[:1] in (b"\xc4", b"\xc5"):  # VEX: AVX, FMA, BMI and the masks of AVX-512
        return 3 if ANY_MASK.search(text) else 2
    if BEYOND.search(text):
        return NO_LEVEL
    if OF_V3.search(text):
        return 2
    if opcode and opcode[0] in REX:
        opcode = opcode[1:]
    # 0F 38 and 0F 3A: SSSE3, SSE4.1, SSE4.2
    if opcode[:2] in (b"\x0f\x38", b"\x0f\x3a") or OF_V2.search(text):
        return 1
    return 0


def output_of(*command: str) -> list[str]:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def instructions(objdump: str, file: Path) -> Iterator[tuple[str, bytes, str]]:
    """Function, bytes and text of each instruction."""
    function = ""
    for line in output_of(objdump, "-d", "-w", str(file)):
        if symbol := SYMBOL.match(line):
            function = symbol[1]
        elif instruction := INSTRUCTION.match(line):
            yield function, bytes.fromhex(instruction[1]), instruction[2].strip()


def name_of_level(file: Path) -> str:
    if file.suffix != ".o":
        return "linked"
    name = re.match(r"level_(\w+)\.", file.name)
    return name[1] if name else "other"


def too_new(objdump: str, file: Path, name: str) -> Iterator[str]:
    highest, count = 0, 0
    for function, code, text in instructions(objdump, file):
        allowed = LEVELS.index(name) if name in LEVELS else 0
        if name == "linked" and (kernel := KERNEL.match(function)):
            allowed = LEVELS.index(kernel[1])
        level = level_of(code, text)
        if level > allowed:
            yield f"{function} has an instruction of {NAMES[level]}: {text}"
        highest, count = max(highest, level), count + 1
    # Or the disassembly was not understood.
    if count == 0:
        yield "no instruction was found"
    if name in LEVELS and highest < LEVELS.index(name):
        yield f"no instruction of {name} was found"


def shared(nm: str, file: Path, name: str) -> Iterator[str]:
    prefix = f"_ZN10rosenblatt7kernels{len(name)}{name}"
    tables = {f"{prefix}13table_float32E", f"{prefix}13table_float64E"}
    for line in output_of(nm, "--defined-only", "--portability", str(file)):
        symbol, kind = line.split()[:2]
        is_local = kind.islower() and kind not in "uvw"
        if not is_local and symbol not in tables:
            yield f"shares the symbol {symbol} ({kind}) with other files"


def complaints(args: argparse.Namespace, file: Path) -> list[str]:
    name = args.level or name_of_level(file)
    found = list(too_new(args.objdump, file, name))
    if name in LEVELS:
        found += shared(args.nm, file, name)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--objdump", default="objdump")
    parser.add_argument("--nm", default="nm")
    parser.add_argument("--as", dest="level", choices=[*LEVELS, "linked"], help="the level of all files")
    parser.add_argument("files", nargs="+", type=Path)
    args = parser.parse_args()
    for program in (args.objdump, args.nm):
        if shutil.which(program) is None:
            print(f"skipped: there is no program '{program}'; it comes with GNU binutils")
            return 1 if os.environ.get("CI") else 77
    names = [name_of_level(file) for file in args.files]
    if not args.level and not {*LEVELS, "other", "linked"} <= {*names}:
        print(
            f"expected object files of every level and others, and a linked program; got {sorted({*names})}"
        )
        return 1
    is_clean = True
    for file in args.files:
        for complaint in complaints(args, file):
            print(f"{file.name}: {complaint}")
            is_clean = False
    if is_clean:
        print(f"{len(args.files)} files hold only what their level has")
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
