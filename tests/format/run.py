"""pp fmt on N random scripts that parse, and on every script here: run.py CHECK_FORMAT SOURCE_ROOT N"""
import pathlib
import subprocess
import sys

check, root, n = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
here = pathlib.Path(__file__).parent
scripts = [p.read_bytes() for p in sorted(root.rglob("*.pp")) if "build" not in p.parts[len(root.parts)]]
scripts = [s for s in scripts if b"\0" not in s]
made = subprocess.run([sys.executable, here / "programs.py", root / "grammar/pp.y", str(n * 4)], stdout=subprocess.PIPE, check=True).stdout
r = subprocess.run([check, "--least", str(n)], input=b"\0".join(scripts) + b"\0" + made)
sys.exit(r.returncode)
