"""The house keeps its rules: a file in src/ includes its own folder and lower ranks only, as docs/architecture.md gives them;
only src/tensor/blas.c knows BLIS; only src/cli prints or exits; no C names an architecture; no file is too long to read."""
import pathlib
import re

from harness import check, finish

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
MAX_LINES = 800
RANK = {room: int(rank) for room, rank in re.findall(r"^\| src/(\w+) \| (\d+) \|", (ROOT / "docs/architecture.md").read_text(), re.M)}
# stdlib/models/NAME.pp and the model_types that index.pp gives it
FAMILIES = {p.stem for p in (ROOT / "stdlib/models").glob("*.pp")} - {"index", "parts"}
FAMILIES |= set(re.findall(r"^  (\w+): \{", (ROOT / "stdlib/models/index.pp").read_text(), re.M)) - {"attn_only"}
FAMILY = re.compile(r"\b(%s)\b" % "|".join(sorted(FAMILIES)))
PRINTS = re.compile(r"(?<![\w.>])(printf|puts|putchar|perror|exit|_exit|abort)\s*\(|\bfw?rite\([^;]*\b(stdout|stderr)\b|\bfprintf\((stdout|stderr)\b")
OURS = {"base/mem.c", "base/mem.h", "base/diag.c"}           # pp_assert, which ends the program, is there


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.S)


check(set(RANK) == {p.name for p in SRC.iterdir() if p.is_dir()}, f"docs/architecture.md lists {sorted(RANK)}, src/ has other folders")
for f in sorted(p for p in SRC.rglob("*") if p.suffix in (".c", ".h", ".inc", ".def")):
    name, room, text = f.relative_to(SRC), f.parent.name, f.read_text()
    code = without_comments(text)
    for inc in re.findall(r'#include "(\w+)/', text):
        check(inc not in RANK or inc == room or RANK[inc] < RANK[room], f"{name} includes {inc}/, which is not below {room}/")
    check("<blis" not in code or str(name) == "tensor/blas.c", f"{name} includes blis.h")
    lines = text.count("\n")
    check(lines <= MAX_LINES, f"{name} has {lines} lines, more than {MAX_LINES}: split it")
    check(text.lstrip().startswith("/*") or f.suffix == ".inc", f"{name} does not say what it owns")
    found = FAMILY.search(code)
    check(not found, f"{name} names the architecture {found and found[1]}: that belongs in stdlib/models")
    found = PRINTS.search(code)
    check(room == "cli" or not found or str(name) in OURS, f"{name} prints or exits ({found and found[0]}): only src/cli does")

finish()
