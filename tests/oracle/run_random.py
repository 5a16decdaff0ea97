"""pp against the literally expanded tree, on random small models: run_random.py PP [CASES [SEED]]

Every number of the output to 1e-5 of its row's largest, path counts exactly; every other batch of models in single
precision.  A seed says all about a run, so a failure can be run again; each run of the test suite takes the same seeds."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import cases

BATCH = 50


def run(pp, folder, batch, precision):
    script = folder / f"{batch[0].name}.pp"
    script.write_text(cases.HEAD + "".join(c.script() for c in batch))
    r = subprocess.run([pp, "run", "--json", "--per-pair", "--threads", "1", "--precision", precision, script], capture_output=True, text=True, timeout=300)
    rows = {}
    for line in r.stdout.splitlines():
        row = json.loads(line)
        rows[(row["hypothesis"], row["metric"]) + ((row["direction"],) if "direction" in row else ())] = row
    return rows, r.stderr


def not_refused(pp, folder, batch):
    """Every rule that matches nothing has to be refused where it stands."""
    lines = ["let one = 1"] + [line for c in batch for line in c.model.text().splitlines()]
    expected = {}
    for c in batch:
        if c.refused:
            lines.append(f"hypothesis {c.name}no on {c.name} {{ {c.splits}{c.refused[0]} }}")
            expected[len(lines)] = c
    script = folder / "refused.pp"
    script.write_text("\n".join(lines) + "\n")
    r = subprocess.run([pp, "run", script], capture_output=True, text=True, timeout=300)
    found = {int(line): code for line, code in re.findall(r"refused\.pp:(\d+):\d+: error (E\d+)", r.stderr)}
    return {c: f"{lines[n - 1]}\n  {found.get(n, 'nothing')} instead of {c.refused[1]}" for n, c in expected.items() if found.get(n) != c.refused[1]}, len(expected)


def report(case, sentences):
    print(f"FAIL seed {case.seed}:", *sentences[:4], sep="\n  ")
    print(case.script())


def main():
    pp = pathlib.Path(sys.argv[1]).resolve()
    n, seed = (int(a) for a in (sys.argv[2:] + ["500", "1"][len(sys.argv) - 2:]))
    bad = hypotheses = strong = rowed = refused = setting = split = 0
    with tempfile.TemporaryDirectory() as tmp:
        folder = pathlib.Path(tmp)
        for first in range(0, n, BATCH):
            batch = [cases.Case(seed * 1000003 + i, f"m{'abcdefghij'[i % BATCH // 10]}{'abcdefghij'[i % 10]}", folder) for i in range(first, min(n, first + BATCH))]
            rows, errors = run(pp, folder, batch, "single" if first // BATCH % 2 else "double")
            if ": error " in errors:
                print(errors[errors.index(": error ") - 40:][:2000])
            kept, n_refused = not_refused(pp, folder, batch)
            refused += n_refused
            for c in batch:
                wrong = list(cases.differences(c, rows)) + [s for s in [kept.get(c)] if s]
                hypotheses += len(c.hypotheses)
                strong += sum(h.strong for h in c.hypotheses)
                rowed += sum(bool(h.rowed) for h in c.hypotheses)
                split += bool(c.splits)
                setting += sum(h.sets for h in c.hypotheses)
                if wrong:
                    bad += 1
                    if bad <= 5:
                        report(c, wrong)
    print(f"{n} models ({split} with a value split), {hypotheses} hypotheses ({rowed} with positions, {setting} that set values, {strong} that explain between 0.05 and 0.95 with some paths kept), {refused} rules refused")
    print(f"{n - bad} passed, {bad} failed")
    assert 2 * strong >= hypotheses, "too many hypotheses are trivial to be a test"
    sys.exit(bad != 0 or n == 0)


main()
