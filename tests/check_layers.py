"""A file in src/ includes its own folder and lower ranks only (docs/architecture.md)."""
import pathlib
import re
import sys

RANK = {"base": 0, "syntax": 1, "tensor": 1, "graph": 2, "paths": 3, "model": 3, "tree": 4, "data": 4, "eval": 5, "store": 5, "report": 6, "lang": 7, "cli": 8}
src = pathlib.Path(__file__).resolve().parent.parent / "src"
bad = 0
for f in sorted(src.rglob("*.[ch]")):
    room = f.parent.name
    for inc in re.findall(r'#include "(\w+)/', f.read_text()):
        if inc in RANK and inc != room and RANK[inc] >= RANK[room]:
            print(f"{f.relative_to(src)} includes {inc}/, which is not below {room}/")
            bad += 1
print(f"{1 if not bad else 0} passed, {bad} failed")
sys.exit(bad != 0)
