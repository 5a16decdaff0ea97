"""Turns the files of a folder into one C table, scripts without their .pp, others of the project by their path: embed.py OUT TABLE ROOT FILE..."""
import pathlib
import sys

out, table, root, *files = sys.argv[1:]
with open(out, "w") as c:
    c.write('#include "base/embed.h"\n')
    rows = []
    for i, f in enumerate(map(pathlib.Path, files)):
        f, top = f.resolve(), pathlib.Path(root).resolve()
        name = f.relative_to(top if top in f.parents else top.parent).as_posix().removesuffix(".pp")
        data = f.read_bytes()
        c.write(f"static const unsigned char text{i}[] = {{{','.join(map(str, data + bytes(1)))}}};\n")
        rows.append(f'\t{{ "{name}", (const char *)text{i}, {len(data)} }},\n')
    c.write(f"const struct embedded {table}[] = {{\n" + "".join(rows) + "\t{ 0, 0, 0 },\n};\n")
