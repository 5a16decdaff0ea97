#!/usr/bin/env python3
"""What the program promises at the terminal: options, streams, exit statuses, the shape of its JSON.

usage: cli.py PP [--only WORD]

Prints what fails, then `N passed, N failed`; exit status 0 when all pass."""
import ast, json, os, pathlib, re, signal, struct, subprocess, sys, tempfile, time

import harness
from harness import test

PP = str(pathlib.Path(sys.argv[1]).resolve())
ONLY = sys.argv[3] if len(sys.argv) > 3 else ""
EXAMPLES = pathlib.Path(__file__).resolve().parent.parent / "examples"
HOME = pathlib.Path(tempfile.mkdtemp())
ENV = {**os.environ, "TERM": "xterm"}
ENV.pop("NO_COLOR", None)

TOY = """model t {
  input x: real[2]
  h0 = x * 3
  h1 = x * 5
  output y = sum(h0 * h0 + h1)
}
"""
PAIRS = [{"ref": [1, 2], "cf": [0, 1]}, {"ref": [2, 2], "cf": [1, 0]}, {"ref": [1, 3], "cf": [3, 1]}]
METRICS = """metric f(run) = run.y + 0
delta gap(ref, patched) = abs(ref.y - patched.y)
"""
HYPOTHESES = """hypothesis none_of_it on t { }
hypothesis part on t { keep h1 }
hypothesis whole on t { keep all }
"""
SCRIPT = TOY + 'dataset d = load("pairs.jsonl", for: t)\n' + METRICS + HYPOTHESES + "evaluate [none_of_it, part, whole] on d by [f, gap]\n"
KEYS = ["kind", "hypothesis", "model", "dataset", "metric", "at", "n", "aue", "ate", "explained", "ci95", "effect", "effect_rel", "n_skipped",
        "ref", "cf", "patched", "recovered", "paths_kept", "paths_total"]

def write(name, content):
    path = HOME / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)

def pp(*args, stdin="", **more):
    more.setdefault("env", ENV)
    data = stdin if isinstance(stdin, bytes) else stdin.encode()
    return harness.run([PP, *args], input=data, timeout=60, **{"cwd": HOME, **more})

def on_terminal(args, seconds=20, answer=None):
    """With standard error (and input) on a terminal: the exit status, what appeared there, and standard output."""
    return harness.in_terminal([PP, *args], ["stdin", "stderr"], answer, seconds, cwd=HOME, env=ENV)

def expect(got, *what):
    for w in what:
        assert w in got, f"{w!r} is not in {got[:400]!r}"

def status(r, want):
    assert r.returncode == want, f"exit status {r.returncode}, wanted {want}; stderr: {r.err[:300]!r}"

# ---- help, version, options

@test
def help_and_version():
    for option in ("--help", "-h", "help"):
        r = pp(option); status(r, 0); expect(r.out, "usage:", "pp check", "--json", "Exit status"); assert not r.err
    r = pp("--version"); status(r, 0); expect(r.out, "pp 0.", "BLIS kernels: ")

@test
def help_codes():
    r = pp("help", "E0203"); status(r, 0); expect(r.out, "E0203: a pattern that matches no path\n\n")
    r = pp("help", "e0701"); status(r, 0); expect(r.out, "E0701")
    r = pp("help", "codes"); status(r, 0); assert len(r.out.splitlines()) > 40
    r = pp("help", "E9999"); status(r, 2); expect(r.err, "no error code 'E9999'"); assert not r.out

@test
def bad_options():
    for args, sentence in [
        (["--jsn", "s.pp"], "there is no option --jsn; did you mean --json?"), (["-x"], "there is no option -x"),
        (["--seed"], "--seed needs a value"), (["--seed", "x", "s.pp"], "whole number"), (["--seed", "-1", "s.pp"], "not '-1'"),
        (["--seed", "18446744073709551616"], "64 bits"), (["--threads", "0"], "1 to 1024"), (["--threads", "2x"], "not '2x'"),
        (["--memory", "lots"], "500m or 2g"), (["--memory", "0"], "not '0'"), (["--memory", "1e9"], "not '1e9'"),
        (["--json=yes"], "--json takes no value"), (["--color", "red", "s.pp"], "auto, always or never"), (["a.pp", "b.pp"], "'b.pp' is one too many"),
        (["-e", "1", "a.pp"], "exclude each other"), (["--ast", "a.pp"], "belong to pp explain"), (["-e"], "-e needs a value"),
    ]:
        r = pp(*args); status(r, 2); expect(r.err, sentence); assert not r.out, args

@test
def good_options():
    for args in (["--memory", "500m"], ["--memory", "1.5G"], ["--memory", "2gb"], ["--threads", "2"], ["--seed", "18446744073709551615"],
                 ["--color=never"], ["--col", "always"]):
        r = pp(*args, "-e", "1 + 1"); status(r, 0); assert r.out == "2\n", r.out
    path = write("two.pp", "1 + 1\n")
    for args in ([path, "--json"], ["--json", path], ["run", "--json", path], ["run", path, "--json"], ["--json", "run", path]):
        r = pp(*args); status(r, 0); assert json.loads(r.out)["value"] == 2

# ---- inspect

@test
def inspect():
    models = EXAMPLES / "models"
    r = pp("inspect", str(models / "induction")); status(r, 0); assert not r.err
    expect(r.out, "architecture  attn_only, from safetensors", "parameters    190400 in ", "a[0..2].h[0..8].{q,k,v}", "192 in the vocabulary, at most 64 in a prompt",
           "761.6 kB when loaded (mapped)")
    r = pp("inspect", "--json", str(models / "induction")); status(r, 0)
    got = json.loads(r.out)
    assert got["kind"] == "inspect" and got["parameters"] == 190400 and got["vocabulary"] == 192 and len(r.out.splitlines()) == 1
    assert {"name": "blocks.1.attn.W_Q", "type": "F32", "shape": [8, 128, 16], "bytes": 65536} in got["tensors"]
    assert got["components"] == [{"pattern": "embed", "count": 1}, {"pattern": "a[0..2].h[0..8].{q,k,v}", "count": 16}, {"pattern": "logits", "count": 1}]
    r = pp("inspect", str(models.parent.parent / "tests/oracle/cases/tl-rms/model")); status(r, 0); expect(r.out, "architecture  transformer_lens")
    r = pp("inspect", str(HOME)); status(r, 3); expect(r.err, "config.json: No such file"); assert not r.out
    r = pp("inspect", "not_there"); status(r, 3); expect(r.err, "E0701", "pp pull not_there fetches")
    r = pp("inspect"); status(r, 2); expect(r.err, "pp inspect takes the name of a model")
    r = pp("inspect", "-e", "1", "x"); status(r, 2); expect(r.err, "-e does not belong to pp inspect")

@test
def inspect_what_cannot_be_built():
    folder = HOME / "strange"
    folder.mkdir(exist_ok=True)
    write("strange/config.json", '{"model_type": "strange"}')
    write("strange/model.safetensors", struct.pack("<Q", 64) + b'{"w.0.x":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}}'.ljust(64) + b"ab")
    r = pp("inspect", str(folder)); status(r, 2)
    expect(r.out, "architecture  strange, from safetensors", "1 tensor has a type that pp does not read", "I8 (not read)"); expect(r.err, "E0301")
    r = pp("inspect", "--json", str(folder)); status(r, 2)
    assert json.loads(r.out)["components"] is None and json.loads(r.out)["parameters"] == 0

# ---- where a script comes from

@test
def line_stdin_file():
    r = pp("-e", "let x = 3", "-e", "x + 1"); status(r, 0); assert r.out == "4\n"
    r = pp("-e", "nothing_here", "-e", "2"); status(r, 2); expect(r.err, "<line>:1:1")
    r = pp("-e", "1 + 1"); status(r, 0); assert r.out == "2\n"
    r = pp("-", stdin="2 + 2"); status(r, 0); assert r.out == "4\n"
    r = pp(stdin="3 + 3\n"); status(r, 0); assert r.out == "6\n"
    r = pp("run", stdin="3 + 4\n"); status(r, 0); assert r.out == "7\n"
    r = pp(write("five.pp", "#!/usr/bin/env pp\n2 + 3")); status(r, 0); assert r.out == "5\n"
    r = pp("-", stdin="nothing_here"); status(r, 2); expect(r.err, "<stdin>:1:1: error E0101")
    r = pp("-e", "nothing_here"); status(r, 2); expect(r.err, "<line>:1:1: error E0101")
    r = pp(write("run", "1")); status(r, 0)

@test
def paths_are_relative_to_the_script():
    (HOME / "deep").mkdir(exist_ok=True)
    write("deep/pairs.jsonl", "\n".join(map(json.dumps, PAIRS)))
    write("deep/s.pp", SCRIPT)
    r = pp("deep/s.pp"); status(r, 0)

@test
def no_script_on_a_terminal():                       # without a command: the prompt (repl.py)
    code, err, out = on_terminal(["check"])
    assert code == 2 and "usage:" in err and not out, (code, err)

@test
def files_that_cannot_be_read():
    r = pp("not_there.pp"); status(r, 3); expect(r.err, "error E0701: not_there.pp cannot be read: No such file"); assert not r.out
    r = pp(str(HOME)); status(r, 3); expect(r.err, "Is a directory")
    r = pp("check", "not_there.pp"); status(r, 3)
    r = pp("-e", 'load("not_there")'); status(r, 3); expect(r.err, "E0701", "not_there")
    if os.geteuid() != 0:
        path = write("secret.pp", "1"); os.chmod(path, 0)
        r = pp(path); status(r, 3); expect(r.err, "Permission denied")

@test
def pipes_that_nobody_serves():                      # are not waited for; that of a script named by the user is
    folder = HOME / "pipes"; folder.mkdir()
    for name in ("p.jsonl", "p.pp", "p.csv", "s.pp"):
        os.mkfifo(folder / name)
    os.makedirs(folder / "m"); os.mkfifo(folder / "m" / "config.json")
    write("pipes/t.pp", 'model t { input x: real; output y = x }\nload("p.jsonl", for: t)\nuse "p.pp"\nload("m")\nsave [1] to "p.csv"\n')
    r = pp("pipes/t.pp"); status(r, 3); expect(r.err, "p.jsonl: ", "p.pp: ", "config.json: ", "E0702"); assert r.err.count("error E07") == 4, r.err
    p = subprocess.Popen([PP, "pipes/s.pp"], cwd=HOME, stdout=subprocess.PIPE, text=True)
    time.sleep(0.2)
    (folder / "s.pp").write_text("1 + 1\n")
    assert p.communicate(timeout=20)[0] == "2\n"

# ---- exit statuses and messages

@test
def statuses():
    r = pp("-e", "expect 1 < 2"); status(r, 0)
    r = pp("-e", "expect 2 < 1"); status(r, 1); expect(r.err, "E0110")
    r = pp("-e", "1 +"); status(r, 2)
    r = pp("-", stdin='expect 2 < 1\nload("not_there")'); status(r, 3)
    r = pp("-", stdin='load("not_there")\nnothing_here'); status(r, 2)

@test
def several_errors_in_one_run():
    r = pp("-", stdin="let = 3\n1 + 1\nlet y = )\n"); status(r, 2)
    expect(r.err, "<stdin>:1:5", "<stdin>:3:9"); assert not r.out
    r = pp("-", stdin="aaa\nbbb\n"); status(r, 2); expect(r.err, "<stdin>:1:1", "<stdin>:2:1")

@test
def too_many_errors():
    r = pp("-", stdin="".join(f"name{i}\n" for i in range(300))); status(r, 2)
    assert r.err.count("error E0101") == 100; expect(r.err, "pp: 200 more errors are not shown")
    many = "".join(f"let name{i} = nothing{i}\n" for i in range(20000))
    began = time.time(); status(pp("-", stdin=many), 2); assert time.time() - began < 10

@test
def not_text():
    for content in (b"1 + 1\n\x00\n", b'print("\xff\xfe")\n', b"\xed\xa0\x80", b"\x00" * 1000, bytes(range(256))):
        r = pp(write("bad.pp", content)); status(r, 2); expect(r.err, "E0001"); assert not r.out
        r = pp("-", stdin=content); status(r, 2)
        assert "\x00" not in r.err

@test
def terminal_stays_clean():
    r = pp("-", stdin="nothing\x1b[31m_here\n"); status(r, 2); assert "\x1b" not in r.err

@test
def nesting_and_length():
    for text in ("(" * 100000, "[" * 100000, "-" * 100000 + "1", "1" + " + 1" * 100000, "if true { " * 50000, "f" * 1000000, '"' + "x" * 1000000 + '"'):
        r = pp("-", stdin=text); assert r.returncode in (0, 2), r.returncode

@test
def color():
    for args, env, want in [(["--color=always"], {}, True), (["--color=never"], {}, False), ([], {}, False), (["--color=always"], {"NO_COLOR": "1"}, True)]:
        r = pp(*args, "-e", "nothing_here", env={**ENV, **env}); assert ("\x1b[1;31merror E0101\x1b[0m" in r.err) == want, (args, r.err)
    code, err, out = on_terminal(["-e", "nothing_here"])
    assert code == 2 and "\x1b[1;31merror E0101\x1b[0m" in err, err

# ---- results

@test
def table():
    write("pairs.jsonl", "\n".join(map(json.dumps, PAIRS)))
    r = pp(write("s.pp", SCRIPT)); status(r, 0); assert not r.err, r.err
    expect(r.out, "AUE", "ATE", "explained", "95 % interval", "paths", "low is good", "1 - AUE/ATE", "none_of_it", "recovered")
    assert max(map(len, r.out.splitlines())) <= 100

@test
def json_shape():
    write("pairs.jsonl", "\n".join(map(json.dumps, PAIRS)))
    r = pp("--json", "--per-pair", write("s.pp", SCRIPT)); status(r, 0)
    rows = [json.loads(line) for line in r.out.splitlines()]
    assert [(x["hypothesis"], x["metric"]) for x in rows] == [(h, m) for h in ("none_of_it", "part", "whole") for m in ("f", "gap")], rows
    f, gap = rows[2], rows[3]                       # part: h1 as in ref, the rest as in cf
    assert list(f) == KEYS + ["per_pair"], list(f)
    # y = 9 x.x + 5 sum(x): ref 60 92 110, cf 14 14 110; part has the squares of cf and the sum of ref: 24 29 110
    assert (f["ref"], f["cf"], f["patched"]) == (262 / 3, 46, 163 / 3), f
    assert f["per_pair"] == [36, 63, 0] and f["aue"] == gap["aue"] == 33
    assert f["ate"] == 124 / 3 and abs(f["explained"] - 25 / 124) < 1e-15 and abs(f["recovered"] - 25 / 124) < 1e-15
    assert f["effect"] == -33 and abs(f["effect_rel"] + 99 / 262) < 1e-15
    assert all(gap[k] is None for k in ("ref", "cf", "patched", "recovered", "effect", "effect_rel")) and gap["ci95"]["recovered"] is None
    assert list(f["ci95"]) == ["aue", "ate", "explained", "recovered"] and f["ci95"]["aue"][0] <= f["aue"] <= f["ci95"]["aue"][1]
    assert f["n"] == 3 and f["n_skipped"] == 0 and f["kind"] == "evaluate" and f["model"] == "t"
    # letters are x and h0, h1, y: x -> h0 -> y and x -> h1 -> y
    assert (f["paths_kept"], f["paths_total"]) == ("1", "2") and rows[0]["paths_kept"] == "0" and rows[4]["paths_kept"] == "2"
    assert rows[4]["aue"] == 0 and rows[0]["explained"] == 0
    r = pp("--json", "s.pp"); assert all(list(json.loads(line)) == KEYS for line in r.out.splitlines())

@test
def undefined_in_words():
    write("same.jsonl", "\n".join(json.dumps({"ref": [1, 2], "cf": [1, 2]}) for _ in range(3)))
    script = write("same.pp", SCRIPT.replace("pairs.jsonl", "same.jsonl"))
    r = pp("--json", script); status(r, 0)
    for row in map(json.loads, r.out.splitlines()):
        assert row["explained"] is None and row["recovered"] is None and row["aue"] == 0
        expect(row["why"], "explained: the average total effect is 0")
    r = pp(script); status(r, 0)
    expect(r.out, "undefined", "note: undefined for", "the average total effect is 0", "both sides are equal in 3 of 3 pairs")
    assert "nan" not in r.out.lower() and "inf" not in r.out.lower()

@test
def values_as_json():
    r = pp("--json", "-", stdin='1.5\n"a\\"b"\n[1, true, none]\n{a: 1, b: [2]}\nprint("x", 2)\n0..3\n'); status(r, 0)
    rows = [json.loads(line) for line in r.out.splitlines()]
    assert rows == [{"kind": "value", "type": "number", "value": 1.5}, {"kind": "value", "type": "string", "value": 'a"b'},
                    {"kind": "value", "type": "list", "value": [1, True, None]}, {"kind": "value", "type": "record", "value": {"a": 1, "b": [2]}},
                    {"kind": "print", "text": "x 2"}, {"kind": "value", "type": "range", "value": [0, 3]}], rows

@test
def seed_and_threads():
    write("pairs.jsonl", "\n".join(map(json.dumps, PAIRS)))
    write("s.pp", SCRIPT)
    first = pp("--json", "s.pp").out
    for args in (["--threads", "1"], ["--threads", "2"], ["--memory", "1m"], ["--seed", "0"]):
        assert pp("--json", *args, "s.pp").out == first, args

@test
def results_before_a_mistake_stay():
    r = pp("-", stdin="1 + 1\nnothing_here\n2 + 2\n"); status(r, 2); expect(r.out, "2\n", "4\n")

@test
def quiet():
    r = pp("--quiet", "-e", "1 + 1"); status(r, 0); assert not r.out and not r.err
    r = pp("--quiet", "-e", "expect 1 > 2"); status(r, 1); expect(r.err, "E0110"); assert not r.out

@test
def times():
    write("pairs.jsonl", "\n".join(map(json.dumps, PAIRS)))
    r = pp("--time", write("s.pp", SCRIPT)); status(r, 0)
    t = json.loads(r.err)
    assert {"parse", "build", "lower", "run", "estimate", "report", "own", "total"} <= set(t) and all(x >= 0 for x in t.values()), t
    assert sum(t[k] for k in ("parse", "build", "lower", "run", "estimate", "report")) <= t["total"]

# ---- check and explain

@test
def check():
    write("pairs.jsonl", "\n".join(map(json.dumps, PAIRS)))
    r = pp("check", write("s.pp", SCRIPT + "print(1)\n")); status(r, 0); assert not r.out and not r.err, r.out + r.err
    r = pp("check", write("c.pp", TOY + "hypothesis h on t { keep h7 }\n")); status(r, 2); expect(r.err, "E0201", "c.pp:7:")
    r = pp("check", write("c.pp", SCRIPT + "let r = evaluate part on d by gap\nr\nr[part, gap].explained\nexpect r[part, gap].aue < 1\nlet e = r[part, gap].aue\nprint(e)\n"))
    status(r, 0); assert not r.out

@test
def explain():
    write("pairs.jsonl", "\n".join(map(json.dumps, PAIRS)))
    write("s.pp", SCRIPT)
    r = pp("explain", "s.pp"); status(r, 0); assert not r.err
    expect(r.out, "part keeps 1 of 2 paths", "treeified graph:", "multiply-adds:", "one plain pass")
    r = pp("explain", "--json", "s.pp"); rows = [json.loads(line) for line in r.out.splitlines()]
    assert [x["kind"] for x in rows] == ["explain"] * 3 + ["explain_tree"] and rows[1]["paths_kept"] == "1", rows
    r = pp("explain", "--ast", "s.pp"); status(r, 0); expect(r.out, "block\n", "evaluate"); assert "treeified" not in r.out
    r = pp("explain", "--graph", "s.pp"); status(r, 0); expect(r.out, "h0", "h1", "y")
    r = pp("explain", "--paths", "s.pp"); status(r, 0); expect(r.out, "hypothesis part on t", "keep h1")
    r = pp("explain", "--tree", "s.pp"); status(r, 0); expect(r.out, "#0", "reference", "counterfactual")
    r = pp("explain", write("no_evaluate.pp", TOY + HYPOTHESES)); status(r, 0); expect(r.out, "part keeps 1 of 2 paths")
    r = pp("explain", write("l.pp", SCRIPT + "for h in [part, whole] { evaluate h on d by gap }\n")); status(r, 0); assert r.out.count("treeified graph") == 3

@test
def slices_beside_each_other_are_one_product():
    head = f'model m = load("{EXAMPLES}/models/names")\ndataset d = load("{EXAMPLES}/data/ioi.jsonl", for: m)\n'
    write("plan.pp", head + "hypothesis a on m { keep all }\nevaluate a on d by kl at all\nsweep l in 0..3, h in 0..4 on d by kl at all { keep all; drop a[l].h[h] }\n")
    r = pp("explain", "--plan", "--json", "plan.pp"); status(r, 0); plain, swept = map(json.loads, r.out.splitlines())
    c = json.loads((EXAMPLES / "models/names/config.json").read_text())      # q, k and v of all heads at once; each head's output; into the MLP and out of it
    assert plain["products"] == plain["batches"] * (c["n_layer"] * (1 + c["n_head"] + 2) + 1), plain
    assert swept["products"] < 3 * plain["products"] and swept["hypotheses"] == 12, (plain, swept)
    r = pp("explain", "--plan", "plan.pp"); expect(r.out, f"matrix products with weights: {plain['products']}\n")

# ---- circuits as files

TWO = (pathlib.Path(__file__).parent / "golden/lib/two_layers.pp").read_text()
EAP = (pathlib.Path(__file__).parent / "golden/lib/eap_ig.json").read_text()

@test
def circuits():
    write("eap.json", EAP)
    r = pp("-", stdin=TWO + 'let c = circuit("eap.json")\nsave c to "back.json"\nexpect circuit("back.json") equals c on two\n'
           'hypothesis h on two { keep c }\nsave h to "h.json"\nexpect circuit("h.json") equals c on two\n')
    status(r, 0); assert not r.err, r.err
    was, back, kept = json.loads(EAP), json.load(open(HOME / "back.json")), json.load(open(HOME / "h.json"))
    inside = lambda d: {e for e, v in d["edges"].items() if v["in_graph"]}
    assert back["cfg"] == was["cfg"] and set(back["nodes"]) == set(was["nodes"]) and set(back["edges"]) == set(was["edges"])
    assert inside(back) == inside(was) and inside(kept) < inside(was)        # what no path can take is not kept
    # lists, plain scores, numbers that only Python knows, nodes that are out
    edges = ["Resid Start->A0.1.Q", "A0.1->MLP 1", ["MLP 1", "Resid End"], "blocks.0.hook_q_input[:, :, 1]->blocks.0.attn.hook_q[:, :, 1]"]
    write("list.json", json.dumps(edges)); write("scores.json", json.dumps({"input->m1": 0.5, "m1->logits": float("nan"), "input->logits": -0.25}))
    out = {**was, "nodes": {**was["nodes"], "m1": {"in_graph": False}}}
    write("out.json", json.dumps(out))
    r = pp("--json", "-", stdin=TWO + 'count(circuit("list.json"), two)\ncount(circuit("scores.json", top: 1), two)\ncount(circuit("scores.json", above: 0.25), two)\n'
           'count(paths(m1) and circuit("out.json"), two)\ncount(paths(m1) and circuit("eap.json"), two)\n')
    status(r, 0); n = [json.loads(line)["value"] for line in r.out.splitlines()]
    assert n[:4] == [1, 0, 1, 0] and n[4] > 0, n
    for text, what in [('{"edges": {"a0.h1->m1": "yes"}}', "neither"), ('{"edges": {"a0.h1": true}}', "no edge"), ('[1]', "a list of edges"), ('{"edges": 3}', "has no edges"), ("{", "not JSON"),
                       ('{"a0.h1->m1": 0.5}', "top:"), ('{"a0.h1->m1": false}', "no edge is in"), ('{"a0.h1->m@": true}', "is no component"),
                       ('{"nodes": {"m1": {"in_graph": true, "neurons": [true, false]}}, "edges": {}}', "neurons")]:
        write("bad.json", text); r = pp("-", stdin='circuit("bad.json")'); status(r, 2); expect(r.err, "E0209", what)
    r = pp("-", stdin=TWO + 'hypothesis h on two { keep embed -> m0 -> logits; keep embed -> a0.h0 -> m0 -> m1 }\nsave h to "more.json"'); status(r, 0); expect(r.err, "W0203")
    r = pp("-", stdin=TWO + TWO.replace("two", "other") + 'save paths(m0) to "x.json"'); status(r, 2); expect(r.err, "belongs to no model")

# ---- new, help

@test
def new_script():
    r = pp("new", "first"); status(r, 0); expect(r.err, "first.pp")
    for how in ([], ["check"], ["fmt", "--check"], ["explain"], ["explain", "--edges"]):
        r = pp(*how, "first.pp"); status(r, 0); assert not r.err, (how, r.err)
    r = pp("new", "first.pp"); status(r, 2); expect(r.err, "exists already")
    r = pp("new", "no_such_folder/x"); status(r, 3); expect(r.err, "E0702")
    r = pp("new"); status(r, 2)

@test
def help_about_everything():
    root = pathlib.Path(__file__).parent.parent
    words = re.findall(r'^\t"(\w+)" +\{ t->kind', (root / "grammar/lexer.re").read_text(), re.M)
    functions = re.findall(r"^(?:BUILTIN|ELEMENTWISE)\((\w+)", (root / "src/lang/builtins.def").read_text(), re.M)
    assert len(words) > 40 and len(functions) > 40
    for topic in words + functions + ["->", "..", "|", "@", "all", "E0203", "W0201", "e0203"]:
        r = pp("help", topic); status(r, 0); assert len(r.out) > 20, topic
    for topic, what in [("count", "how many paths"), ("circuit", "EAP-IG"), ("kl", "stdlib/metrics.pp"), ("gpt2", "stdlib/models/gpt2.pp"),
                        ("a9.h9.q", "with ports q, k, v"), ("a[9].h[3]", "gpt2"), ("m3", "m[l]"), ("logits", "gpt2"), ("topics", "witness"), ("codes", "E0203")]:
        r = pp("help", topic); status(r, 0); expect(r.out, what)
    r = pp("help", "evaluat"); status(r, 2); expect(r.err, "evaluate")
    for topic in ("x", "a9.h9.z", "", "a9..h9", "[", "a[", "zzzzzzzz", "a.b.c.d.e.f.g"):
        r = pp("help", topic); status(r, 2)

# ---- fmt

UGLY = """#!/usr/bin/env pp


model   m=load( "x" ,for :y)# a folder
let   ys = [ 1,2 , 3 ]   # a list
fn f(x){let y=x*-2+1;y@x;
  # inside
    y
}
hypothesis h on m{keep a[0 .. 6].h[2, 3].{q , k}@{S1 , S2}->( m[*] ) * ->logits @ END   # why
keep *  @S2 |
b
}

let r = {
a : 1,
    b:[
2]}
expect x [ 0 ]   ==y.z  and not( a <= - 3 );"""
TIDY = """#!/usr/bin/env pp


model m = load("x", for: y)  # a folder
let ys = [1, 2, 3]           # a list
fn f(x) { let y = x * -2 + 1; y @ x
  # inside
  y
}
"""

@test
def layout():
    ugly, want = UGLY, TIDY + """hypothesis h on m { keep a[0..6].h[2,3].{q,k}@{S1,S2} -> (m[*])* -> logits@END  # why
  keep *@S2 |
    b
}

let r = {
  a: 1,
  b: [
    2]}
expect x[0] == y.z and not (a <= -3)
"""
    r = pp("fmt", "-", stdin=ugly); status(r, 0); assert r.out == want, r.out; assert not r.err
    f, g = write("ugly.pp", ugly), write("tidy.pp", want)
    r = pp("fmt", "--check", g); status(r, 0); assert not r.out + r.err
    r = pp("fmt", "--check", f, g); status(r, 1); expect(r.err, "ugly.pp"); assert "tidy.pp" not in r.err and open(f).read() == ugly
    before = os.stat(g).st_mtime_ns
    r = pp("fmt", f, g); status(r, 0); assert open(f).read() == want and os.stat(g).st_mtime_ns == before and not r.out + r.err
    r = pp("fmt", "-", stdin=""); status(r, 0); assert r.out == ""
    r = pp("fmt", "--check", "-", stdin="let x=1"); status(r, 1)
    bad = write("bad.pp", "let x = = 2\nlet   y=3\n"); r = pp("fmt", bad); status(r, 2); expect(r.err, "E0004", "bad.pp:1:9"); assert "let   y" in open(bad).read()
    r = pp("fmt", "no_such.pp", f); status(r, 3); expect(r.err, "E0701", "no_such.pp")
    r = pp("fmt"); status(r, 2)
    r = pp("--check", f); status(r, 2); expect(r.err, "pp fmt")

# ---- streams and signals

@test
def full_disk():
    for text in ("1 + 1", "\n".join(["1 + 1"] * 10000)):
        with open("/dev/full", "wb") as full:
            p = subprocess.run([PP, "-"], input=text.encode(), stdout=full, stderr=subprocess.PIPE, timeout=60)
        assert p.returncode == 3, p.returncode
        expect(p.stderr.decode(), "E0702", "No space left")
        assert p.stderr.count(b"\n") == 1
    with open("/dev/full", "wb") as full:
        assert subprocess.run([PP, "--help"], stdout=full, stderr=subprocess.PIPE).returncode == 3

@test
def reader_that_goes_away():
    p = subprocess.Popen([PP, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=HOME)
    p.stdout.close()
    p.stdin.write(b"1 + 1\n" * 1000); p.stdin.close()
    err = p.stderr.read(); p.wait(20)
    assert p.returncode == -signal.SIGPIPE and not err, (p.returncode, err)

LONG = "let n = [x for x in 0..1000000000000]\n"

@test
def interrupt():
    p = subprocess.Popen([PP, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=HOME)
    p.stdin.write(("1 + 1\nfor x in 0..1000000000000 { }\nfor x in 0..1000000000000 { }\n").encode()); p.stdin.close()
    assert p.stdout.readline() == b"2\n"
    time.sleep(0.3); p.send_signal(signal.SIGINT)
    err = p.stderr.read().decode(); p.wait(20)
    assert p.returncode == 130, (p.returncode, err)
    assert err.count("E0706") == 1, err

@test
def interrupt_while_reading():
    p = subprocess.Popen([PP, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=HOME)
    time.sleep(0.3); p.send_signal(signal.SIGINT)
    p.wait(20); assert p.returncode == 130, p.returncode

@test
def progress_on_a_terminal():
    def interrupt(p, terminal, seen, quiet):
        if b"pp: working, " in seen and not sent:
            sent.append(p.send_signal(signal.SIGINT))
    sent = []
    code, err, out = on_terminal(["-e", "print(1)\nfor x in 0..1000000000000 { }"], answer=interrupt)
    assert code == 130 and out == "1\n", (code, out)
    expect(err, "pp: working, 1 s, ", " MB", "E0706")
    assert err.rindex("\r\x1b[K") < err.rindex("<line>"), "the line is taken away before a message"
    code, err, out = on_terminal(["--quiet", "-e", "for x in 0..1000000000000 { }"], seconds=2.5)
    assert "pp:" not in err, err
    code, err, out = on_terminal(["-e", "1 + 1"]); assert code == 0 and not err, err
    p = subprocess.Popen([PP, "-e", "for x in 0..1000000000000 { }"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(1.6); p.send_signal(signal.SIGINT)
    err = p.stderr.read().decode(); p.wait(20); expect(err, "E0706"); assert "working" not in err, err

@test
def memory_that_ends():
    import resource
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20))
    r = pp("-", stdin="1 + 1\nlet n = [x for x in 0..40000000]\n", preexec_fn=limit)
    if "Sanitizer" in r.err:
        return                                      # it reserves terabytes of addresses itself
    status(r, 3); expect(r.err, "E0603"); expect(r.out, "2\n")

def read_npy(path):
    """Type description, shape and bytes of an .npy file (numpy.lib.format, version 1.0)."""
    data = pathlib.Path(path).read_bytes()
    assert data[:8] == b"\x93NUMPY\x01\x00", data[:8]
    n = int.from_bytes(data[8:10], "little")
    assert (10 + n) % 64 == 0 and data[9 + n:10 + n] == b"\n"
    head = ast.literal_eval(data[10:10 + n].decode())
    assert head["fortran_order"] is False
    return head["descr"], head["shape"], data[10 + n:]

@test
def save():
    (HOME / "saved").mkdir()
    t = 'let t = table([{a: 1, b: "x, \\"y\\"", c: 0.1}, {a: 1e300 * 10, b: "é"}])\n'
    write("save.pp", t + 'save t to "saved/t.csv"\nsave t to "saved/t.json"\nsave t to "saved/t.npy"\n'
          'save tensor([[1, 2, 3], [4, 5, 6]]) to "saved/m.npy"\nsave [[1, 2], [3, 4]] to "saved/m.csv"\n'
          'save 5 to "saved/five.npy"\nsave {a: [1, none]} to "saved/r.json"\n')
    r = pp("save.pp"); status(r, 0); assert r.out == r.err == ""
    read = lambda name: (HOME / "saved" / name).read_text()
    assert read("t.csv") == 'a,b,c\n1,"x, ""y""",0.1\n1e+301,é,\n', read("t.csv")
    assert json.loads(read("t.json")) == [{"a": 1, "b": 'x, "y"', "c": 0.1}, {"a": 1e301, "b": "é", "c": None}]
    assert read("m.csv") == "1,2\n3,4\n" and json.loads(read("r.json")) == {"a": [1, None]}
    descr, shape, data = read_npy(HOME / "saved/t.npy")
    assert descr == [("a", "<f8"), ("b", "<U6"), ("c", "<f8")] and shape == (2,)
    assert data[:8] == struct.pack("<d", 1) and data[8:32].decode("utf-32-le") == 'x, "y"' and data[32:40] == struct.pack("<d", 0.1)
    assert data[48:72].decode("utf-32-le") == "é" + "\0" * 5 and struct.unpack("<d", data[72:])[0] != struct.unpack("<d", data[72:])[0]
    assert read_npy(HOME / "saved/m.npy") == ("<f8", (2, 3), struct.pack("<6d", 1, 2, 3, 4, 5, 6))
    assert read_npy(HOME / "saved/five.npy") == ("<f8", (), struct.pack("<d", 5))
    before = read("t.csv")
    r = pp("check", "-e", t + 'save t[0..1] to "saved/t.csv"'); status(r, 0); assert read("t.csv") == before
    write("evaluated.pp", SCRIPT.rsplit("evaluate", 1)[0] + 'let r = evaluate [none_of_it, part, whole] on d by [f, gap]\n'
          'save r to "saved/r.json"\nsave r to "saved/r.csv"\nsave r[part] to "saved/part.npy"\n')
    write("pairs.jsonl", "".join(json.dumps(p) + "\n" for p in PAIRS))
    status(pp("evaluated.pp"), 0)
    rows = json.loads(read("r.json"))
    assert len(rows) == 6 and rows[0]["kind"] == "evaluate" and len(rows[0]["per_pair"]) == 3
    assert read("r.csv").splitlines()[0].startswith("hypothesis,model,dataset,metric,at,n,") and len(read("r.csv").splitlines()) == 7
    assert read_npy(HOME / "saved/part.npy")[1] == (2,)
    assert sorted(p.name for p in (HOME / "saved").iterdir()) == ["five.npy", "m.csv", "m.npy", "part.npy", "r.csv", "r.json", "t.csv", "t.json", "t.npy"]

@test
def save_never_half():
    (HOME / "kept").mkdir()
    (HOME / "kept/x.json").write_text("old")
    small = lambda: __import__("resource").setrlimit(__import__("resource").RLIMIT_FSIZE, (1000, 1000)) or signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    r = pp("-e", 'save list(0..1000) to "kept/x.json"', preexec_fn=small)
    status(r, 3); expect(r.err, "E0702", "kept/x.json: File too large")
    assert (HOME / "kept/x.json").read_text() == "old" and [p.name for p in (HOME / "kept").iterdir()] == ["x.json"]

@test
def where_a_script_may_write_and_read():
    (HOME / "inside").mkdir(); (HOME / "outside").mkdir()
    write("inside/s.pp", 'save 1 to "one.json"\nsave 1 to "../outside/two.json"\nlet w = weights("../outside")\nuse "../outside/m.pp"\n')
    write("outside/m.pp", "")
    os.symlink(HOME / "outside", HOME / "inside/link")
    r = pp("inside/s.pp"); status(r, 2); expect(r.err, "s.pp:2:11: error E0720")
    assert r.err.count("E0720") == 1 and (HOME / "inside/one.json").exists()       # the working folder may be used; any folder's weights read
    r = pp("--read", "inside", "inside/s.pp"); assert r.err.count("E0720") == 3, r.err
    r = pp("s.pp", cwd=HOME / "inside"); expect(r.err, "s.pp:4:5: error E0720")
    r = pp("--read", "outside", "--write", "outside", "inside/s.pp")
    expect(r.err, "s.pp:1:11: error E0720", "--write FOLDER"); assert r.err.count("E0720") == 1 and (HOME / "outside/two.json").exists()
    r = pp("-e", 'save 1 to "link/three.json"', cwd=HOME / "inside"); status(r, 2); expect(r.err, "E0720")

@test
def limits():
    long = "let x = [i * j for i in 0..4400 for j in 0..4400]"
    r = pp("--max-time", "0.3", "-e", long); status(r, 3); expect(r.err, "error E0706", "error E0722", "0.3 s")
    status(pp("--max-time", "60", "-e", "1"), 0)
    if b"__asan_init" not in pathlib.Path(PP).read_bytes():      # which takes memory by the terabyte
        r = pp("--max-memory", "300m", "-e", "1 + 1\n" + long); status(r, 3); expect(r.err, "E0603"); expect(r.out, "2\n")
    for args in (["--max-time", "soon"], ["--max-time", "0"], ["--max-memory", "much"], ["--precision", "half"], ["--shard", "0/2", "--store", "x"], ["--shard", "3/2"], ["--shard", "1"]):
        status(pp(*args, "-e", "1"), 2)
    status(pp("--shard", "1/2", "-e", "1"), 2); status(pp("--merge", "-e", "1"), 2); status(pp("results"), 2); status(pp("verify", "a", "b"), 2)
    status(pp("verify", "--all", "--sample", "2", "a"), 2); status(pp("results", "--merge", "a"), 2); status(pp("check", "--store", "a", "-e", "1"), 2)

@test
def csv():
    write("pairs.jsonl", "".join(json.dumps(p) + "\n" for p in PAIRS)); write("s.pp", SCRIPT)
    rows = pp("--csv", "s.pp").out.splitlines()
    assert len(rows) == 7 and rows[0].split(",")[:4] == ["hypothesis", "model", "dataset", "metric"] and rows[1].startswith("none_of_it,t,d,f,END,3,0,")
    assert pp("--csv", "-e", "table({a: [1], b: [\"x y\"]})").out == "a,b\n1,x y\n"
    write("sweep.pp", "model t { input x: real; h0 = 2 * x; h1 = x; output y = h0 * h1 }\ndataset d = pair({x: 1}, {x: 3}, for: t)\nsweep i in 0..2 on d by value { keep h[i] }\n")
    assert pp("--csv", "sweep.pp").out == "i,metric,aue,explained,patched,effect,ref,cf,ate,n\n0,value,4,0.75,6,4,2,18,16,1\n1,value,4,0.75,6,4,2,18,16,1\n"

harness.run_tests(lambda name: ONLY in name)
harness.finish()
