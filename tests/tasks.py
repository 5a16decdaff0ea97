"""The tasks of stdlib/tasks on a tokenizer that has all their words: tasks.py PP

What a pair has to be is said here again, in Python: which word the answer is, where the roles stand, how the two sides differ."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from model_files import safetensors

PP = str(pathlib.Path(sys.argv[1]).resolve())
ROOT = pathlib.Path(__file__).resolve().parent.parent
HOME = pathlib.Path(tempfile.mkdtemp())
passed = failed = 0


def check(name, ok, said=""):
    global passed, failed
    passed, failed = passed + bool(ok), failed + (not ok)
    if not ok:
        print(f"FAIL {name}: {str(said)[:400]}")


def model():
    """A model of one head whose tokenizer splits at spaces and punctuation."""
    source = "\n".join(p.read_text() for p in sorted((ROOT / "stdlib/tasks").glob("*.pp")))
    words = re.findall(r"\w+|[^\w\s]+", source.replace("\\n", " ").replace('\\"', '"')) + [f"{n:02d}" for n in range(100)] + [str(n) for n in range(100)]
    words = [w for w in words if not re.fullmatch(r"\d{3,}", w)] + ["t", '"""', "):", ":"]
    vocab = {w: i for i, w in enumerate(dict.fromkeys(words))}
    (HOME / "tokenizer.json").write_text(json.dumps({"model": {"type": "WordLevel", "vocab": vocab, "unk_token": "t"}, "pre_tokenizer": {"type": "Whitespace"}}))
    one_head(HOME, len(vocab))
    return vocab


def real(name):
    """A model of one head with a tokenizer that others made, or None where there is none beside the project (or in PP_REAL)."""
    tokenizers = [pathlib.Path(os.environ["PP_REAL"]).parent / "tokenizers"] if "PP_REAL" in os.environ else [p / "shared/real/tokenizers" for p in ROOT.parents]
    found = [p / name for p in tokenizers if (p / name).exists()]
    if not found:
        return None
    home = HOME / "real"
    home.mkdir(exist_ok=True)
    (home / "tokenizer.json").write_bytes(found[0].read_bytes())
    one_head(home, 50304)
    return home


def one_head(home, n, d=2):
    (home / "config.json").write_text(json.dumps({"model_type": "attn_only", "n_layers": 1, "n_heads": 1, "d_model": d, "d_head": d, "d_vocab": n, "n_ctx": 128}))
    shapes = {"embed.W_E": [n, d], "pos_embed.W_pos": [128, d], "unembed.W_U": [d, n]} | {f"blocks.0.attn.W_{x}": [1, d, d] for x in "QKVO"}
    size = lambda s: s[0] * size(s[1:]) if s else 1
    (home / "model.safetensors").write_bytes(safetensors({k: ("F32", s, bytes(4 * size(s))) for k, s in shapes.items()}))


def pairs(task, call, n_models=HOME):
    script = f'use "tasks/{task}"\nmodel m = load("{n_models}")\nlist({call})\n'
    (HOME / "script.pp").write_text(script)
    r = subprocess.run([PP, "--json", HOME / "script.pp"], capture_output=True, text=True)
    check(f"{call} runs", r.returncode == 0, r.stderr)
    return json.loads(r.stdout.splitlines()[-1])["value"] if r.returncode == 0 else []


VOCAB = model()
WORD = {i: w for w, i in VOCAB.items()}
words = lambda ids: [WORD[i] for i in ids]
at = lambda p, side, role: words([p[side + "_ids"][r] for r in p["positions"][role]])
everything = {}


def take(task, call, n):
    ps = pairs(task, call)
    everything[call] = ps
    check(f"{call}: as many as were asked for", len(ps) == n, len(ps))
    check(f"{call}: no pair twice", len({(p["ref"], p["cf"]) for p in ps}) == len(ps))
    check(f"{call}: sides differ and are as long", all(len(p["ref_ids"]) == len(p["cf_ids"]) and p["ref"] != p["cf"] for p in ps))
    return ps


def ioi():
    ps = take("ioi", "ioi(m, n: 300, seed: 0)", 300)
    orders, skeletons = set(), set()
    for p in ps:
        ref, cf = words(p["ref_ids"]), words(p["cf_ids"])
        check("ioi: the indirect object is named once, the subject twice", ref.count(p["answer"]) == 1 and ref.count(p["foil"]) == 2, p)
        check("ioi: roles", at(p, "ref", "IO") == [p["answer"]] and at(p, "ref", "S1") == at(p, "ref", "S2") == [p["foil"]], p)
        check("ioi: S2 comes after both", p["positions"]["S2"][0] > max(p["positions"]["IO"][0], p["positions"]["S1"][0]), p)
        check("ioi: three other names", len({at(p, "cf", r)[0] for r in ("IO", "S1", "S2")}) == 3, p)
        named = sum((p["positions"][r] for r in ("IO", "S1", "S2")), [])
        check("ioi: nothing else differs", all(a == b for i, (a, b) in enumerate(zip(ref, cf, strict=True)) if i not in named), p)
        orders.add(p["positions"]["IO"][0] < p["positions"]["S1"][0])
        marked = {row for rows in p["positions"].values() for row in rows}
        skeletons.add(" ".join("_" if i in marked else w for i, w in enumerate(ref)))
    check("ioi: ABBA and BABA", len(orders) == 2)
    check("ioi: fifteen templates", len(skeletons) == 15, len(skeletons))


def greater_than():
    for p in take("greater_than", "greater_than(m, n: 100, seed: 0)", 100):
        year = int(at(p, "ref", "YY")[0])
        check("greater_than: answers and foils", p["answer"] == ([f"{y:02d}" for y in range(year + 1, 100)] if year < 98 else "99")
              and p["foil"] == [f"{y:02d}" for y in range(year + 1)], p)
        check("greater_than: from the year 01", at(p, "cf", "YY") == ["01"] and at(p, "ref", "XX") == at(p, "cf", "XX"), p)
        check("greater_than: the century again at the end", at(p, "ref", "XX")[0] == at(p, "ref", "XX")[1] == words(p["ref_ids"])[-1], p)


def docstring():
    for p in take("docstring", "docstring(m, n: 50, seed: 0)", 50):
        check("docstring: C is the answer", at(p, "ref", "C_def") == [p["answer"]] and p["answer"] not in words(p["cf_ids"]), p)
        check("docstring: the docstring follows the definition", all(at(p, "ref", x + "_doc") == at(p, "ref", x + "_def") for x in "AB"), p)
        fresh = [at(p, "cf", r)[0] for r in ("A_def", "B_def", "C_def", "A_doc", "B_doc")]
        check("docstring: not in the counterfactual", len(set(fresh)) == 5, p)
        check("docstring: other arguments are foils", p["answer"] not in p["foil"] and {*fresh, *(at(p, "ref", x + "_def")[0] for x in "AB")} <= set(p["foil"]), p)
        check("docstring: each of them once", len(p["foil"]) == len(set(p["foil"])) > 6, p)


def pronouns():
    source = (ROOT / "stdlib/tasks/words.pp").read_text()
    women = re.findall(r'"(\w+)"', source[source.index("let women"):source.index("let men")])
    for p in take("pronouns", "pronouns(m, n: 100, seed: 0)", 100):
        she = at(p, "ref", "name")[0] in women
        check("pronouns", p["answer"] == ("she" if she else "he") and p["foil"] == ("he" if she else "she")
              and (at(p, "cf", "name")[0] in women) != she, p)


def agreement():
    plural = {"are", "have", "do", "were", "go"}
    for call, n in (("agreement(m, n: 100, seed: 0)", 100), ("agreement_simple(m, n: 30, seed: 0)", 30)):
        for p in take("agreement", call, n):
            a, b = at(p, "ref", "subject")[0], at(p, "cf", "subject")[0]
            many = len(a) > len(b) or (a, b) in {("men", "man"), ("women", "woman")}
            check("agreement: number", (set(p["answer"]) == plural) == many and (set(p["foil"]) == plural) == (not many), p)
            check("agreement: the same noun", a[0] == b[0] and a != b, p)
            check("agreement: the attractor stays", "attractor" not in p["positions"] or at(p, "ref", "attractor") == at(p, "cf", "attractor"), p)


def capitals():
    known = {"France": "Paris", "Italy": "Rome", "Japan": "Tokyo", "Peru": "Lima", "Kenya": "Nairobi", "Canada": "Ottawa"}
    for p in take("capitals", "capitals(m, n: 200, seed: 0)", 200):
        ref, cf = at(p, "ref", "country")[0], at(p, "cf", "country")[0]
        check("capitals", ref != cf and known.get(ref, p["answer"]) == p["answer"] and known.get(cf, p["foil"]) == p["foil"] and p["answer"] != p["foil"], p)


def increment():
    for p in take("increment", "increment(m, n: 50, seed: 0)", 50):
        ns = [int(at(p, "ref", r)[0]) for r in "abcd"]
        check("increment", ns == list(range(ns[0], ns[0] + 4)) and int(p["answer"]) == ns[3] + 1 and int(p["foil"]) == ns[3]
              and at(p, "cf", "d") == at(p, "ref", "d"), p)


def repeats():
    ps = pairs("repeats", "repeats(m, length: 10, start: [0], n: 40, seed: 5)", ROOT / "examples/models/induction")
    check("repeats: as many as were asked for", len(ps) == 40)
    for p in ps:
        ref, cf, rows = p["ref_ids"], p["cf_ids"], p["positions"]
        block, again = ref[1:11], ref[11:]
        check("repeats: the block again, and what follows", ref[0] == 0 and again == block[:len(again)] and p["answer_ids"] == block[len(again)] and len(set(block)) == 10, p)
        check("repeats: roles", rows["FIRST"] == list(range(1, 11)) and rows["SECOND"] == list(range(11, len(ref)))
              and ref[rows["PREV"][0]] == ref[-1] and ref[rows["NEXT"][0]] == p["answer_ids"], p)
        check("repeats: nothing repeated", cf[11:] == again and not set(cf[1:11]) & set(ref[1:]) and p["foil_ids"] == cf[rows["NEXT"][0]], p)


for task in (ioi, greater_than, docstring, pronouns, agreement, capitals, increment, repeats):
    task()
CALLS = {"ioi": "ioi(m, 60, 3)", "greater_than": "greater_than(m, 60, 3)", "docstring": "docstring(m, 40, 3)", "pronouns": "pronouns(m, 60, 3)",
         "agreement": "agreement(m, 60, 3)", "capitals": "capitals(m, 60, 3)", "increment": "increment(m, 30, 3)", "repeats": "repeats(m, 12, [], 20, 3)"}


def real_tokenizers():
    """With tokenizers that others made every slot is where its text is, and the answer is one token."""
    for name in ("gpt2/tokenizer.json", "gpt-neox-20b_tokenizer.json"):
        home = real(name)
        if not home:
            print(f"skipped: no {name} in shared/real/tokenizers beside the project")
            continue
        for task, call in CALLS.items():
            ps = pairs(task, call, home)
            check(f"{name} {call}: pairs", len(ps) >= 20 and all(len(p["ref_ids"]) == len(p["cf_ids"]) for p in ps), len(ps))
            for p in ps if task == "ioi" else []:
                same = lambda a, b: [p["ref_ids"][r] for r in p["positions"][a]] == [p["ref_ids"][r] for r in p["positions"][b]]
                check(f"{name} {call}: roles", p["ref_ids"][p["positions"]["IO"][0]] == p["answer_ids"] and len(p["positions"]["IO"]) == 1
                      and same("S1", "S2") and p["ref_ids"][p["positions"]["S2"][0]] == p["foil_ids"], p)


real_tokenizers()
again = pairs("ioi", "ioi(m, n: 300, seed: 0)")
other = pairs("ioi", "ioi(m, n: 300, seed: 1)")
check("the same seed, the same pairs", again == everything["ioi(m, n: 300, seed: 0)"])
check("another seed, other pairs", len({p["ref"] for p in other} & {p["ref"] for p in again}) < 30)
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
