"""Turns stdlib/**/*.pp into one C table: embed.py OUT ROOT FILE..."""
import pathlib
import sys

out, root, *files = sys.argv[1:]
with open(out, "w") as c:
    c.write('#include "lang/embed.h"\n')
    rows = []
    for i, f in enumerate(map(pathlib.Path, files)):
        name = f.resolve().relative_to(pathlib.Path(root).resolve()).with_suffix("").as_posix()
        data = f.read_bytes()
        c.write(f"static const unsigned char text{i}[] = {{{','.join(map(str, data + bytes(1)))}}};\n")
        rows.append(f'\t{{ "{name}", (const char *)text{i}, {len(data)} }},\n')
    c.write("const struct embedded stdlib_files[] = {\n" + "".join(rows) + "\t{ 0, 0, 0 },\n};\n")
