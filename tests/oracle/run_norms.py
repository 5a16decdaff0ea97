"""Every architecture with its norms split: run_norms.py PP

The numbers are those of the model as it is, since names of components are those of their parts, too; a model without norms is refused."""
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SCRIPT = """model m = load("{0}"{1})
dataset p = pair([1, 2, 3, 4, 5], [6, 2, 7, 4, 9], for: m)
hypothesis h on m {{ keep embed -> logits; keep a0.h0 }}
hypothesis whole on m {{ keep all }}
delta third(ref, patched) = patched.logits[END, 3]
delta last(ref, patched) = patched.logits[END, -1]
evaluate [h, whole] on p by [third, last]
"""


def rows(pp, text, folder):
    (folder / "s.pp").write_text(text)
    r = subprocess.run([pp, "run", "--json", folder / "s.pp"], capture_output=True, text=True, timeout=120)
    return {(row["hypothesis"], row["metric"]): row for row in map(json.loads, r.stdout.splitlines())}, r.stderr


def main():
    pp, failed, n, without = pathlib.Path(sys.argv[1]).resolve(), 0, 0, 0
    with tempfile.TemporaryDirectory() as tmp:
        for model in sorted(HERE.glob("cases/*/model")):
            whole, errors = rows(pp, SCRIPT.format(model, ""), pathlib.Path(tmp))
            split, refused = rows(pp, SCRIPT.format(model, ', norms: "split"'), pathlib.Path(tmp))
            n += 1
            if "error E0104" in refused and not split:
                without += 1
                continue
            near = whole and whole.keys() == split.keys() and all(abs(split[k]["aue"] - row["aue"]) <= 1e-4 * max(1, abs(row["aue"])) for k, row in whole.items())
            more = near and all(int(split[k]["paths_total"]) > int(row["paths_total"]) for k, row in whole.items())
            if not more:
                failed += 1
                print(f"FAILED {model}: {errors[:200]}{refused[:200]}", [(k, row["aue"], split.get(k, {}).get("aue")) for k, row in whole.items()])
    print(f"{n - failed} passed ({without} have no norms), {failed} failed")
    sys.exit(failed or n == without)


main()
