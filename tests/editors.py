"""Syntax files say what the program's tables say, and colour scripts: editors.py PP

The words and functions of `pp help topics` are in both files, the files are what docs/editors/make.py makes of the tables, and
a script's words get the colours that they should, by rules carried out here for VS Code, and by vim itself where there is one."""
import json, pathlib, re, shutil, subprocess, sys, tempfile

import harness
from harness import check

PP = str(pathlib.Path(sys.argv[1]).resolve())
ROOT = pathlib.Path(__file__).resolve().parent.parent
VIM, CODE = ROOT / "docs/editors/vim", ROOT / "docs/editors/vscode"

# a script, the n-th time a text stands in it, and how it is coloured (vim's group, VS Code's scope)
SCRIPT = '''# a comment with keep
model m = load("models/{x}")
hypothesis h on m {
  "A text."
  keep (embed | a0.h[1,2]) -> a1.h5.k@S1 -> logits
  drop a1.h3
}
let top = split("a b", " ")
evaluate h on pairs by [kl, nll]
sweep l in 0..2 on pairs by kl { keep all; drop a[l] }
'''
COLOURS = [("keep", 0, "Comment", "comment"), ("model", 0, "Statement", "keyword.control"), ("load", 0, "Function", "support.function"),
           ("models", 0, "String", "string"), ("{x}", 0, "Slot", "variable.parameter"), ("on", 1, "Word", "keyword.other"),
           ("keep", 1, "Statement", "keyword.control"), ("->", 0, "Arrow", "keyword.operator"), ("a1.h5", 0, "Component", "variable.other"),
           ("@S1", 0, "Role", "entity.name.tag"), ("a1.h3", 0, "Component", "variable.other"), ("top", 0, None, None),
           ("split", 0, "Function", "support.function"), ("evaluate", 0, "Word", "keyword.other"), ("kl", 0, "Metric", "support.function.metric"),
           ("nll", 0, "Metric", "support.function.metric"), ("sweep", 0, "Word", "keyword.other"), ("0", 0, "Number", "constant.numeric"),
           ("kl", 1, None, None), ("all", 0, "Constant", "constant.language"), ("drop", 1, "Statement", "keyword.control")]


def nth(text, n):
    """The place of a word's n-th occurrence, as a whole word."""
    edge = r"(?<!\w)%s(?!\w)" if text[0].isalnum() else "%s"
    return [m.start() for m in re.finditer(edge % re.escape(text), SCRIPT)][n]


def scopes(grammar, text):
    """The scope of every character: the leftmost match of any rule, the first rule where several begin there."""
    out, at = [None] * len(text), 0
    while at < len(text):
        found = [(m.start(), i, m, r) for i, r in enumerate(grammar) for m in [re.compile(r.get("match") or r["begin"], re.M).search(text, at)] if m]
        if not found:
            break
        _, _, m, r = min(found, key=lambda f: f[:2])
        end = m.end()
        if "begin" in r:
            end = re.compile(r["end"], re.M).search(text, m.end()).end()
        out[m.start():end] = [r["name"]] * (end - m.start())
        if "begin" in r:
            inner = scopes(r["patterns"], text[m.start():end])
            out[m.start():end] = [b or a for a, b in zip(out[m.start():end], inner)]
        at = max(end, at + 1)
    return out


def vim_groups():
    """What vim says of the places in COLOURS, or None where there is no vim that can colour."""
    vim = shutil.which("vim")
    if not vim or "+syntax" not in subprocess.run([vim, "--version"], capture_output=True, text=True).stdout:
        return None
    folder = pathlib.Path(tempfile.mkdtemp())
    (folder / "s.pp").write_text(SCRIPT)
    asks = []
    for word, n, _, _ in COLOURS:
        at = nth(word, n)
        line, col = SCRIPT.count("\n", 0, at) + 1, at - SCRIPT.rfind("\n", 0, at)
        asks.append(f'call writefile([synIDattr(synID({line}, {col}, 1), "name")], "{folder}/out", "a")')
    (folder / "ask.vim").write_text(f"set runtimepath^={VIM}\nfiletype plugin on\nsyntax on\nedit {folder}/s.pp\n"
                                    f'call writefile([&filetype . " " . &makeprg], "{folder}/out")\n' + "\n".join(asks) + "\nqall!\n")
    subprocess.run([vim, "-u", "NONE", "-i", "NONE", "-N", "-n", "-es", "-S", str(folder / "ask.vim")], stdin=subprocess.DEVNULL, timeout=20)
    lines = (folder / "out").read_text().split("\n")
    check(lines[0] == "pp pp check %", f"vim opens a script as {lines[0]!r}")
    return lines[1:]


r = subprocess.run([sys.executable, ROOT / "docs/editors/make.py", "--check"], capture_output=True, text=True)
check(r.returncode == 0, r.stdout + r.stderr)
texts = {VIM: (VIM / "syntax/pp.vim").read_text(), CODE: (CODE / "syntaxes/pp.tmLanguage.json").read_text()}
topics = subprocess.run([PP, "help", "topics"], capture_output=True, text=True).stdout
words = [w for line in topics.splitlines() if line.startswith(" ") for w in line.split() if re.fullmatch(r"\w+", w)]
check(len(words) > 100, "pp help topics lists hardly anything")
for path, text in texts.items():
    known = set(re.findall(r"\w+", text))
    for w in words:
        check(w in known, f"{path.name}: the word {w} is not there")
grammar = json.loads(texts[CODE])
for f in ("package.json", "language-configuration.json"):
    json.loads((CODE / f).read_text())
package = json.loads((CODE / "package.json").read_text())
check((CODE / package["contributes"]["grammars"][0]["path"]).exists(), "package.json names a grammar that is not there")
check(package["contributes"]["grammars"][0]["scopeName"] == grammar["scopeName"], "package.json and the grammar disagree")
colours, groups = scopes(grammar["patterns"], SCRIPT), vim_groups()
for i, (word, n, group, scope) in enumerate(COLOURS):
    got = colours[nth(word, n)]
    check((got or "").startswith(scope or "-") if scope else got is None, f"VS Code: {word!r} ({n}) is {got}, not {scope}")
    if groups:
        check(groups[i] == ("pp" + group if group else ""), f"vim: {word!r} ({n}) is {groups[i]!r}, not {group}")
if not groups:
    print("no vim with syntax here: its colours are not tried")
harness.finish()
