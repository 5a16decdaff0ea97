"""Turns the files of stdlib/ into one C table, scripts without their .pp: embed.py OUT ROOT FILE..."""
import pathlib
import sys

out, root, *files = sys.argv[1:]
with open(out, "w") as c:
    c.write('#include "base/embed.h"\n')
    rows = []
    for i, f in enumerate(map(pathlib.Path, files)):
        name = f.resolve().relative_to(pathlib.Path(root).resolve()).as_posix().removesuffix(".pp")
        data = f.read_bytes()
        c.write(f"static const unsigned char text{i}[] = {{{','.join(map(str, data + bytes(1)))}}};\n")
        rows.append(f'\t{{ "{name}", (const char *)text{i}, {len(data)} }},\n')
    c.write("const struct embedded stdlib_files[] = {\n" + "".join(rows) + "\t{ 0, 0, 0 },\n};\n")
