#!/usr/bin/env python3
"""Results that last: store.py PP [--full]

A run with --store gives the bytes of a run without; killed anywhere it goes on where it was and computes no finished cell twice;
parts are merged into what one run gives; what is stored is verified; a store that cannot be used ends in a sentence.  --full
kills 100 times and more (minutes), else a few times."""
import json, os, pathlib, random, resource, shutil, signal, sqlite3, subprocess, sys, tempfile, time

import harness
from harness import test

PP = str(pathlib.Path(sys.argv[1]).resolve())
FULL = "--full" in sys.argv
ROOT = pathlib.Path(__file__).resolve().parent.parent
HOME = pathlib.Path(tempfile.mkdtemp())
HYPOTHESES, PAIRS, HEADS = (150, 96, 8) if FULL else (12, 6, 4)
MODEL = ROOT / ("examples/models/induction" if FULL else "tests/oracle/cases/tiny-gpt2/model")
DATA = ROOT / ("examples/data/repeats.jsonl" if FULL else "tests/oracle/cases/tiny-gpt2/pairs.jsonl")

def script(n=HYPOTHESES, metrics="[kl, nll]", more=""):
    """n hypotheses about a model of two layers."""
    text = f'model m = load("{MODEL}")\ndataset pairs = load("{DATA}", for: m)\n'
    for i in range(n):
        a, b, c = i % HEADS, i // HEADS % HEADS, i // HEADS ** 2 % HEADS
        text += f"hypothesis h{i} on m {{ keep a1.h{a}; keep a0.h{b} -> a1.h{(a + 1) % HEADS}.k; drop a0.h{c} -> a1.h{(a + 2) % HEADS} }}\n"
    return text + more + f"evaluate [{', '.join(f'h{i}' for i in range(n))}] on pairs by {metrics}\n"

def sweep_script():
    """A sweep over two axes."""
    return (f'model m = load("{MODEL}")\ndataset pairs = load("{DATA}", for: m)\n'
            f"sweep a in 0..{HEADS}, b in 0..{HEADS} on pairs by [kl, nll] {{ keep a1.h[a]; keep a0.h[b] -> a1.h[*].k }}\n")

def write(name, text):
    (HOME / name).write_text(text)
    return name

def pp(*args, **more):
    return harness.run([PP, "--threads", "1", *args], timeout=300, cwd=HOME, **more)

def ask(store, text):
    db = sqlite3.connect(HOME / store)
    try:
        return db.execute(text).fetchall()
    finally:
        db.close()

def counters(store):
    n = dict(ask(store, "SELECT name, n FROM counter"))
    return n["computed"], n["reused"], ask(store, "SELECT count(*) FROM cell")[0][0]

@test
def same_bytes_with_and_without():
    write("s.pp", script())
    plain = pp("--json", "--per-pair", "s.pp")
    assert plain.returncode == 0 and plain.out.count("\n") == 2 * HYPOTHESES, plain.err
    first, again = (pp("--json", "--per-pair", "--store", "one.db", "s.pp") for _ in range(2))
    assert first.out == plain.out and again.out == plain.out and first.err == again.err == "" and again.returncode == 0
    cells = PAIRS * 2 * (HYPOTHESES + 1)
    assert counters("one.db") == (cells, cells, cells), counters("one.db")
    listed = pp("results", "--json", "--per-pair", "one.db")
    assert listed.out == plain.out and f"{cells} cells" in listed.err
    assert pp("results", "one.db").out == pp("s.pp").out
    assert pp("results", "--csv", "one.db").out == pp("--csv", "s.pp").out

@test
def what_is_there_is_used_by_others():
    write("other.pp", script(5, metrics="nll"))                      # other names for some of them, another metric list
    before = counters("one.db")
    r = pp("--json", "--store", "one.db", "other.pp")
    assert r.out == pp("--json", "other.pp").out
    after = counters("one.db")
    assert after[0] == before[0] and after[1] > before[1], (before, after)
    lead = "metric lead(run) = run.output[here, answer] - max(run.output[here])\n"
    write("more.pp", script(5, metrics="[nll, lead, kl]", more=lead))
    assert pp("--json", "--store", "one.db", "more.pp").out == pp("--json", "more.pp").out
    assert counters("one.db")[0] - after[0] == PAIRS * 6                 # the new metric alone: of 5 hypotheses and the base runs
    changed = (HOME / "more.pp").read_text().replace("- max(", "- min(")
    write("changed.pp", changed)                                      # a metric of the same name with another body is another
    now = counters("one.db")[0]
    assert pp("--json", "--store", "one.db", "changed.pp").out == pp("--json", "changed.pp").out
    assert counters("one.db")[0] - now == PAIRS * 6
    called = (HOME / "more.pp").read_text().replace("metric lead(run) = run.output[here, answer] - max(run.output[here])", "fn least(x) = max(x)\nmetric lead(run) = run.output[here, answer] - least(run.output[here])")
    for body, new in (("max(x)", PAIRS * 6), ("max(x) + 1", PAIRS * 6), ("max(x)", 0)):      # and so is one that calls another function
        now = counters("one.db")[0]
        write("called.pp", called.replace("least(x) = max(x)", f"least(x) = {body}"))
        assert pp("--json", "--store", "one.db", "called.pp").out == pp("--json", "called.pp").out
        assert counters("one.db")[0] - now == new, (body, counters("one.db")[0] - now)
    now = counters("one.db")[0]
    assert pp("--store", "one.db", "--seed", "1", "--json", "other.pp").out == pp("--seed", "1", "--json", "other.pp").out
    assert counters("one.db")[0] - now == PAIRS * 6

def killed(script, store, whole, chosen, in_a_write):
    """Starts a run three times and kills it: how often it was running still, and how often in the middle of a write."""
    kills = writes = 0
    for attempt in range(3):
        p = subprocess.Popen([PP, "--threads", "1", "--json", "--per-pair", "--store", store, script], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=HOME)
        wait = time.time() + chosen.random() * whole
        wal = HOME / (store + "-wal")
        def length():
            try:
                return wal.stat().st_size
            except FileNotFoundError:
                return 0
        while time.time() < wait and p.poll() is None:
            time.sleep(0.0005)
        if in_a_write:                                                # the log has just grown
            size = length()
            while p.poll() is None and length() in (0, size):
                pass
            writes += p.poll() is None
        if p.poll() is None:
            p.send_signal(signal.SIGKILL)
            kills += 1
        p.communicate()
    return kills, writes

@test
def killed_and_gone_on():
    write("w.pp", sweep_script())
    chosen, kills, in_write = random.Random(1), 0, 0
    for name, hypotheses in (("s.pp", HYPOTHESES), ("w.pp", HEADS ** 2)):
        want = pp("--json", "--per-pair", name).out
        t0 = time.time()
        pp("--json", "--store", "timed.db", name)
        whole = time.time() - t0
        (HOME / "timed.db").unlink()
        for k in range(50 if FULL else 3):
            a, b = killed(name, f"killed{k}.db", whole, chosen, FULL and k % 2)
            kills, in_write = kills + a, in_write + b
            r = pp("--json", "--per-pair", "--store", f"killed{k}.db", name)
            assert r.out == want and r.err == "", r.err
            computed, reused, cells = counters(f"killed{k}.db")
            assert computed == cells == PAIRS * 2 * (hypotheses + 1), (computed, cells)
            assert ask(f"killed{k}.db", "SELECT count(*) FROM cell WHERE computed > 1") == [(0,)]
            for end in ("", "-wal", "-shm"):
                (HOME / f"killed{k}.db{end}").unlink(missing_ok=True)
    assert kills >= (100 if FULL else 4) and (not FULL or in_write >= 50), (kills, in_write)

@test
def interrupted_and_gone_on():
    p = subprocess.Popen([PP, "--threads", "1", "--json", "--store", "stopped.db", "s.pp"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=HOME)
    time.sleep(0.05)
    p.send_signal(signal.SIGINT)
    p.communicate(timeout=60)
    assert p.returncode in (0, 130, -signal.SIGINT)            # before it listened, at the end of a busy day
    assert pp("--json", "--store", "stopped.db", "s.pp").out == pp("--json", "s.pp").out
    assert counters("stopped.db")[0] == counters("stopped.db")[2]

@test
def shards_merge_into_one():
    for i in (1, 2, 3):
        r = pp("--store", f"part{i}.db", "--shard", f"{i}/3", "s.pp")
        assert r.returncode == 0 and r.out == "" and f"part {i} of 3" in r.err, r.err
        assert len(ask(f"part{i}.db", "SELECT id FROM entry WHERE hypothesis IS NOT NULL")) == 2 * HYPOTHESES // 3
    r = pp("results", "--merge", "whole.db", "part3.db", "part1.db", "part2.db")
    assert r.returncode == 0, r.err
    pp("--store", "single.db", "s.pp")
    for how in ([], ["--json", "--per-pair"], ["--csv"]):
        assert pp("results", *how, "whole.db").out == pp("results", *how, "single.db").out != ""
    now = counters("whole.db")[0]
    assert pp("--json", "--store", "whole.db", "s.pp").out == pp("--json", "s.pp").out and counters("whole.db")[0] == now
    r = pp("results", "part1.db")
    assert r.returncode == 0 and "note" in r.err

@test
def shards_of_a_sweep():
    write("w.pp", sweep_script())
    for i in (1, 2):
        assert pp("--store", f"axis{i}.db", "--shard", f"{i}/2", "w.pp").returncode == 0
    assert pp("results", "--merge", "axes.db", "axis2.db", "axis1.db").returncode == 0
    now = counters("axes.db")[0]
    assert pp("--json", "--store", "axes.db", "w.pp").out == pp("--json", "w.pp").out and counters("axes.db")[0] == now

@test
def verified():
    r = pp("verify", "single.db")
    assert r.returncode == 0 and "the same to the byte" in r.out, r.err
    v = json.loads(pp("verify", "--all", "--json", "single.db").out)
    assert v["same"] == v["cells"] == PAIRS * 2 * (HYPOTHESES + 1) and v["wrong"] == 0, v
    v = json.loads(pp("verify", "--sample", "3", "--json", "single.db").out)
    assert v["same"] == 3 * 2 * (HYPOTHESES + 1), v
    shutil.copy(HOME / "single.db", HOME / "bent.db")
    # the numbers of another hypothesis on the same pair: their check fits, they are wrong all the same
    cell = ask("bent.db", "SELECT entry, pair, numbers FROM cell WHERE entry = (SELECT max(id) FROM entry) AND pair = 0")[0]
    twin = ask("bent.db", f"SELECT numbers FROM cell WHERE pair = 0 AND length(numbers) = {len(cell[2])} AND numbers != x'{cell[2].hex()}' LIMIT 1")[0][0]
    db = sqlite3.connect(HOME / "bent.db")
    db.execute("UPDATE cell SET numbers = ? WHERE entry = ? AND pair = 0", (twin, cell[0]))
    db.commit(); db.close()
    r = pp("verify", "--all", "bent.db")
    assert r.returncode == 1 and "1 wrong" in r.out and "pair 0: stored" in r.out, r.out
    db = sqlite3.connect(HOME / "bent.db")
    db.execute("UPDATE entry SET kernels = 'others'")
    db.commit(); db.close()
    r = pp("verify", "bent.db")
    assert r.returncode == 3 and "nothing in the store" in r.err, (r.out, r.err)      # the digest no longer fits

@test
def subspaces_are_told_apart():
    """The same rules over a component that is split by something else."""
    text = ("model t {\n input x: real[2]\n h0 = x * 3\n h1 = x * 5\n output y = sum(h0 * h0 + h1)\n}\n"
            "dataset d = pairs([{ref: [1, 2], cf: [0, 1]}, {ref: [2, 2], cf: [1, 0]}], for: t)\n")
    for name, by in (("a", "[[1], [0]]"), ("b", "[[0], [1]]")):
        text += f"hypothesis {name} on t {{ split h0 by tensor({by}) as inside, outside\n keep h0.inside }}\n"
    write("split.pp", text + "evaluate [a, b] on d by value\n")
    plain, first, again = pp("--json", "split.pp"), *(pp("--json", "--store", "split.db", "split.pp") for _ in range(2))
    assert plain.returncode == 0 and plain.out.count("\n") == 2 and first.out == again.out == plain.out, (plain, first, again)

@test
def precisions_are_told_apart():
    write("few.pp", script(2))
    plain = {p: pp("--json", "--precision", p, "few.pp").out for p in ("single", "double")}
    assert plain["single"] != plain["double"] == pp("--json", "few.pp").out
    for p in "single", "double", "single":
        assert pp("--json", "--precision", p, "--store", "both.db", "few.pp").out == plain[p]
    n = PAIRS * 2 * 3
    assert counters("both.db") == (2 * n, n, 2 * n), counters("both.db")
    v = json.loads(pp("verify", "--all", "--json", "--precision", "single", "both.db").out)
    assert v["wrong"] == 0 and v["same"] == n, v

@test
def stores_that_cannot_be_used():
    write("short.pp", script(2))
    want = pp("--json", "short.pp").out
    (HOME / "junk.db").write_bytes(b"x" * 5000)
    r = pp("--store", "junk.db", "short.pp")
    assert r.returncode == 3 and r.out == "" and "error E0721" in r.err and "is damaged, or is no store" in r.err
    assert (HOME / "junk.db").read_bytes() == b"x" * 5000
    r = pp("--store", "nowhere/x.db", "short.pp")
    assert r.returncode == 3 and "cannot be opened" in r.err
    pp("--store", "held.db", "short.pp")
    shutil.copy(HOME / "held.db", HOME / "cut.db")
    os.truncate(HOME / "cut.db", 9000)
    r = pp("--json", "--store", "cut.db", "short.pp")
    assert r.returncode == 3 and "error E0721" in r.err and r.out in ("", want), r.err
    db = sqlite3.connect(HOME / "held.db", isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    write("third.pp", script(3))
    r = pp("--json", "--store", "held.db", "third.pp")
    assert r.returncode == 3 and "locked by another program" in r.err, r.err
    db.execute("ROLLBACK"); db.close()
    r = pp("--json", "--store", "held.db", "third.pp")
    assert r.returncode == 0 and r.out == pp("--json", "third.pp").out

@test
def full_disk():
    want, failed = pp("--json", "s.pp").out, 0
    for most in (20000, 45000, 60000, 80000):
        small = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)) or signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        r = pp("--json", "--store", "full.db", "s.pp", preexec_fn=small)
        assert (r.returncode, r.err) == (0, "") or (r.returncode == 3 and r.err.count("error E0721") == 1), r.err
        assert r.out == want or (r.returncode == 3 and r.out == ""), r.out       # shown though not stored, or not begun
        failed += r.returncode == 3
    assert failed
    r = pp("--json", "--store", "full.db", "s.pp")
    assert r.returncode == 0 and r.out == want
    computed, reused, cells = counters("full.db")
    assert computed == cells == PAIRS * 2 * (HYPOTHESES + 1)

harness.run_tests(times="--time" in sys.argv)
shutil.rmtree(HOME)
harness.finish()
