"""The Jupyter kernel without Jupyter: jupyter.py PP [--sanitized]

`pp jupyter --install` writes a description that names files that are there; the kernel's own half (stdlib/jupyter/kernel.py, Cells)
runs cells, shows tables, figures and messages in their forms, completes, explains, and is interrupted.  tests/slow/jupyter.py
does the same through Jupyter."""
import json, os, pathlib, signal, subprocess, sys, tempfile, threading, time

PP = str(pathlib.Path(sys.argv[1]).resolve())
ROOT = pathlib.Path(__file__).resolve().parent.parent
HOME = pathlib.Path(tempfile.mkdtemp())


def install(*args, **env):
    return subprocess.run([PP, "jupyter", *args], capture_output=True, text=True, env={**os.environ, "HOME": str(HOME), **env})


# ---- installing

env = {"XDG_DATA_HOME": "", "JUPYTER_DATA_DIR": ""}
for args, more, folder in [(["--install"], {}, ".local/share/jupyter"), (["--install"], {"XDG_DATA_HOME": str(HOME / "x")}, "x/jupyter"),
                           (["--install"], {"JUPYTER_DATA_DIR": str(HOME / "j")}, "j"), (["--install", str(HOME / "venv")], {}, "venv/share/jupyter")]:
    r = install(*args, **{**env, **more})
    folder = HOME / folder / "kernels/pp"
    assert r.returncode == 0 and str(folder) in r.stderr, r
    d = json.loads((folder / "kernel.json").read_text())
    assert d["language"] == "pp" and d["argv"][1] == "{resource_dir}/kernel.py" and d["interrupt_mode"] == "signal"
    assert pathlib.Path(d["env"]["PP_LIBRARY"]).exists()
    for name, source in (("kernel.py", "stdlib/jupyter/kernel.py"), ("pp.py", "examples/embed/pp.py")):
        assert (folder / name).read_bytes() == (ROOT / source).read_bytes()
assert install("--install", **env).returncode == 0                       # again, over itself
(HOME / "file").write_text("")
r = install("--install", str(HOME / "file"))
assert r.returncode == 3 and "cannot be written" in r.stderr, r
assert install().returncode == 2 and install("--install", "a", "b").returncode == 2
r = subprocess.run([sys.executable, "-c", "import runpy, sys; sys.modules['ipykernel'] = None; sys.modules['ipykernel.kernelapp'] = None; "
                    f"sys.path.insert(0, {str(folder)!r}); runpy.run_path({str(folder / 'kernel.py')!r}, run_name='__main__')"], capture_output=True, text=True)
assert r.returncode == 1 and "pip install ipykernel" in r.stderr, r
if "--sanitized" in sys.argv:
    print("installed; the library is sanitized, so it is not loaded here")
    sys.exit(0)

# ---- cells

os.environ["PP_LIBRARY"] = d["env"]["PP_LIBRARY"]
sys.dont_write_bytecode = True
sys.path.insert(0, str(folder))
import kernel

os.chdir(ROOT / "examples")
cells = kernel.Cells()


def run(text):
    shown = []
    wrong = cells.run(text, lambda *what: shown.append(what))
    return shown, wrong


assert run("let x = 2\nx + 1") == ([("text", "3\n")], [])
assert run("let x = 5\nprint(x)") == ([("text", "5\n")], [])              # a cell is changed and run again
shown, wrong = run('model m = load("models/induction")\ndataset pairs = take(load("data/repeats.jsonl", for: m), 8)\n'
                   "hypothesis naive on m { keep embed -> a1.h[2,3,4,6].v -> logits }\nevaluate naive on pairs by kl")
[(kind, table)] = shown
assert not wrong and kind == "bundle" and set(table) == {"text/plain", "text/html"}, (shown, wrong)
assert "explained" in table["text/plain"] and table["text/html"].startswith("<div") and "<td>naive</td>" in table["text/html"] and "<button" not in table["text/html"]
shown, wrong = run("sweep h in 0..8 on pairs by kl { keep all; drop a0.h[h] -> a1.h[*].k }")
assert not wrong and [k for k, _ in shown] == ["bundle"], (shown, wrong)
assert set(shown[0][1]) == {"text/plain", "image/svg+xml", kernel.VEGA}, list(shown[0][1])
assert shown[0][1][kernel.VEGA]["$schema"].endswith(".json") and "<svg" in shown[0][1]["image/svg+xml"]
shown, wrong = run("table([{a: 1}])\n[1, 2]")
assert [k for k, _ in shown] == ["bundle", "text"] and not wrong

# what is wrong, with its line; what stands before it has been shown; the session goes on
shown, wrong = run("x\nlet y = nothing + 1")
assert shown == [("text", "5\n")] and [w[0] for w in wrong] == ["E0101"], (shown, wrong)
assert "line 2: nothing is not known" in wrong[0][2] and "\n    let y = nothing + 1\n            ^^^^^^^\n" in wrong[0][2], wrong[0][2]
assert len(run("let = 1\nlet z = 2\nlet = 3")[1]) == 2
assert run("expect 1 > 2")[1][0][0] == "E0110"
assert run("x") == ([("text", "5\n")], [])

# completion and help
assert cells.session.complete("evaluate nai", 12)[2][0][0] == "naive"
assert cells.session.complete("x\nlet b = argm", 14)[:2] == (10, 14)
assert cells.session.help("keep").startswith("keep PATTERN") and cells.session.help("nothing_like_it") == ""
assert cells.session.incomplete("hypothesis h on m {") and not cells.session.incomplete("x")

# the notebook of examples/, cell by cell
notebook = json.loads((ROOT / "examples/induction.ipynb").read_text())
cells = kernel.Cells()
forms = []
for c in notebook["cells"]:
    if c["cell_type"] == "code":
        shown, wrong = run("".join(c["source"]))
        assert not wrong and shown and not c["outputs"], (c, wrong)
        forms += [k for kind, what in shown if kind == "bundle" for k in what]
assert {"text/html", "image/svg+xml", kernel.VEGA} <= set(forms)

# an interrupt, as Jupyter sends it: what was defined before stays
signal.signal(signal.SIGINT, signal.default_int_handler)
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
began = time.time()
shown, wrong = run("let before = 1\nfor i in 0..1000000000 { let z = i }\nlet after = 1")
assert [w[0] for w in wrong] == ["INTERRUPTED"] and time.time() - began < 5, (shown, wrong)
assert run("before") == ([("text", "1\n")], []) and run("after")[1]
print("fine")
