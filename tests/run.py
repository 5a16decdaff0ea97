"""Golden tests: run.py PP FOLDER... [--bless].  Line 1 of a script, `# pp: ARGS`, says how to run it; NAME.out beside it holds
standard output, standard error and the exit status.  A script whose first line is `# needs: FILE` is left to the slow suite."""
import difflib
import os
import pathlib
import subprocess
import sys
import tempfile

args = [a for a in sys.argv[1:] if a != "--bless"]
bless = "--bless" in sys.argv
pp, roots = pathlib.Path(args[0]).resolve(), map(pathlib.Path, args[1:])
passed = failed = 0

def desk(folder):
    """What the folder has, but for what its scripts wrote when somebody ran them, in a place where files may be written."""
    place = pathlib.Path(tempfile.mkdtemp())
    for p in folder.resolve().iterdir():
        if p.suffix != ".html":
            (place / p.name).symlink_to(p)
    return place

env = {**os.environ, "HF_HUB_CACHE": "hub", "LC_ALL": "C.UTF-8", "TERM": "xterm"}      # golden/hub stands for the Hugging Face cache
for name in ("COLORTERM", "NO_COLOR"):
    env.pop(name, None)
for src in sorted(p for r in roots for p in r.rglob("*.pp")):
    first = src.read_bytes().split(b"\n")[0].decode(errors="replace")
    if first.startswith("# needs:"):
        print(f"skipped: {src.name} needs {first[8:].strip()}; meson test --suite slow fetches it")
        continue
    how = first[5:].split() if first.startswith("# pp:") else ["run"]
    run = subprocess.run([pp, *how, src.name], cwd=desk(src.parent) if "examples" in src.parts else src.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, env=env)
    got = run.stdout.decode(errors="replace") + f"[exit {run.returncode}]\n"
    want = src.with_suffix(".out")
    if "examples" in src.parts:                  # numbers differ in the last digits between processors: it has to succeed
        ok = run.returncode == 0
    else:
        if bless:
            want.write_text(got)
        ok = want.exists() and want.read_text() == got
    passed, failed = passed + ok, failed + (not ok)
    if not ok:
        old = want.read_text() if want.exists() else ""
        sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), got.splitlines(True), str(want), "got"))
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0 or passed == 0)
