#!/usr/bin/env python3
"""The documentation keeps its word: docs.py PP [--bless] [PAGE...]

Every ```pp block of the pages runs as a script that lies in examples/.  What follows the opening ```pp says how:

    ```pp                 on its own
    ```pp as toy          the same, and other blocks may build on it
    ```pp after toy       below the text of the block `toy`, without its lines that evaluate; its output is left out
    ```pp learn           `pp learn`, as a lesson
    ```pp check           `pp check` only, for what takes long; `as` and `after` may follow
    ```pp after toy json  with --json

An unmarked ``` block right below is what the program then writes: words exactly, numbers to three digits, blanks as they come.
Without one the block has to end with exit status 0.  docs/errors.md has a section for every code of src/base/codes.def,
whose heading and first paragraph are that row's title and explanation, and whose example gives that code.  docs/functions.md
is made from src/lang/builtins.def, the syntax files for editors from it and the lexer.  Links between pages lead somewhere.

--bless writes the output blocks anew, functions.md, the syntax files, and the headings, first paragraphs and missing sections of errors.md."""
import os, pathlib, re, struct, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
ARGS = [a for a in sys.argv[1:] if a != "--bless"]
BLESS = "--bless" in sys.argv
PP = str(pathlib.Path(ARGS[0]).resolve())
PAGES = [pathlib.Path(a).resolve() for a in ARGS[1:]] or [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
ERRORS, FUNCTIONS = ROOT / "docs/errors.md", ROOT / "docs/functions.md"
# What no example shows: it would be pages long (E0005), it is told within E0406 (E0705), the machine has to fail, or a person to
# press a key.  tests/cli.py and tests/unit test these.
NO_EXAMPLE = {"E0005", "E0603", "E0702", "E0705", "E0706", "E0708", "E0709", "E0721", "E0722"}
BLOCK = re.compile(r"^```pp *(.*)\n((?:.*\n)*?)```\n(?:\n*```\n((?:.*\n)*?)```\n)?", re.M)
NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?")

EMPTY = struct.pack("<Q", 2) + b"{}"                 # a safetensors file without tensors

def desk():
    """A folder to run in: what examples/ has, and damaged files for the pages to show."""
    folder = pathlib.Path(tempfile.mkdtemp())
    for p in (ROOT / "examples").iterdir():
        (folder / p.name).symlink_to(p)
    folder_of(folder / "damaged", '{"model_type": "gpt2"}', struct.pack("<Q", 1 << 40))
    folder_of(folder / "no-weights", '{"model_type": "gpt2", "n_layer": 1, "n_head": 1, "n_embd": 4, "vocab_size": 9, "n_positions": 9}', EMPTY)
    folder_of(folder / "no-type", "{}", EMPTY)
    folder_of(folder / "mystery", '{"model_type": "mystery"}', EMPTY)
    good = ROOT / "examples/models/induction"
    folder_of(folder / "odd-tokenizer", (good / "config.json").read_text(), (good / "model.safetensors").read_bytes())
    (folder / "odd-tokenizer/tokenizer.json").write_text('{"model": {"type": "Magic"}}')
    (folder / "broken.gguf").write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 1 << 40, 0))
    (folder / "circle.pp").write_text('use "circle.pp"\n')
    (folder / "not-utf8.pp").write_bytes(b'print("\xff")\n')
    return folder

def folder_of(folder, config, weights):
    folder.mkdir()
    (folder / "config.json").write_text(config)
    (folder / "model.safetensors").write_bytes(weights)

def run(text, how, folder):
    (folder / "page.pp").write_text(text)
    words = how.split()
    args = ["check"] if "check" in words else ["learn"] if "learn" in words else ["run"]
    args += ["--json"] if "json" in words else []
    r = subprocess.run([PP, *args, "page.pp"], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
                       env={**os.environ, "HF_HUB_CACHE": "/no/cache", "LC_ALL": "C.UTF-8"})
    return r.returncode, "".join(line.rstrip() + "\n" for line in r.stdout.decode(errors="replace").splitlines())

def alike(want, got):
    """Words and their order are the same; numbers differ by one in a thousand at most, or by 1e-6."""
    a, b = NUMBER.findall(want), NUMBER.findall(got)
    squeezed = [NUMBER.sub("#", t).split() for t in (want, got)]
    return squeezed[0] == squeezed[1] and all(abs(float(x) - float(y)) <= max(1e-3 * abs(float(x)), 1e-6) for x, y in zip(a, b))

def after(how):
    words = how.split()
    return words[words.index("after") + 1] if "after" in words else None

def named(how):
    words = how.split()
    return words[words.index("as") + 1] if "as" in words else None

def codes():
    """The rows of codes.def: {code: (title, explanation)}."""
    text = (ROOT / "src/base/codes.def").read_text()
    row = re.compile(r'CODE\(\w+,\s*"(\w+)",\s*\w+,\s*"((?:[^"\\]|\\.)*)",\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)')
    plain = lambda t: re.sub(r"\\(.)", r"\1", t)
    join = lambda t: "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', t))
    return {c: (plain(t), plain(join(e))) for c, t, e in row.findall(text)}

TEXT = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'

def unquoted(text):
    return re.sub(r"\\(.)", r"\1", "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text)))

def functions():
    """docs/functions.md as builtins.def has it."""
    out = ["# Functions\n\nMade from `src/lang/builtins.def` by `tests/docs.py PP --bless`. What `stdlib/prelude.pp` and `stdlib/metrics.pp` define "
           "is there for every script, too.\n\nA function on numbers works on tensors element by element, and in a model block becomes part of "
           "the model. Wrong arguments are E0103 or E0104; further errors stand with each function.\n"]
    rows = re.compile(r"^/\* ([a-z][^*\n]*) \*/$|^BUILTIN\((\w+), *" + TEXT + ", *" + TEXT + r"\)|^ELEMENTWISE\((\w+), *\w+, *" + TEXT + ", *" + TEXT + r"\)", re.M)
    for m in rows.finditer((ROOT / "src/lang/builtins.def").read_text()):
        title, a, a_takes, a_doc, b, b_takes, b_doc = m.groups()
        if title:
            out.append(f"\n## {title[0].upper()}{title[1:]}\n\n| | |\n|---|---|\n")
        else:
            doc = unquoted(a_doc or b_doc).replace("|", "\\|")
            out.append(f"| `{a or b}({unquoted(a_takes or b_takes)})` | {doc} |\n")
    return "".join(out)

class Page:
    """One page: its blocks are run in order, its text is written anew when blessed."""
    def __init__(self, path, folder, write=False):
        self.path, self.folder, self.write, self.blocks, self.outputs = path, folder, write, {}, {}
        self.passed, self.failures = 0, []

    def block(self, m):
        how, code, want = m.groups()
        line = self.text.count("\n", 0, m.start()) + 1
        where = f"{self.path.relative_to(ROOT)}:{line}"
        text = (re.sub(r"(?m)^evaluate.*\n", "", self.blocks[after(how)]) if after(how) else "") + code
        if named(how):
            self.blocks[named(how)] = text
        status, got = run(text, how, self.folder)
        before = self.outputs.get(after(how), "")          # what the block it builds on wrote is not repeated
        got = got[len(before):] if "json" not in how and got.startswith(before) else got
        if named(how):
            self.outputs[named(how)] = before + ("" if "evaluate" in code else got)
        if want is None or (self.write and not got):
            self.note(status == 0, f"{where}: exit status {status}\n{got}")
            return m[0]
        if self.write:
            return f"```pp{' ' if how else ''}{how}\n{code}```\n\n```\n{got}```\n"
        self.note(alike(want, got), f"{where}: wanted\n{want}got\n{got}")
        fails = re.search(r"\berror E\d{4}:", want) is not None
        self.note(fails == (status != 0), f"{where}: exit status {status}")
        return m[0]

    def note(self, ok, what):
        self.passed += ok
        if not ok:
            self.failures.append(what)

    def links(self):
        """What a page points at is there."""
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", re.sub(r"^```.*?^```", "", self.text, flags=re.M | re.S)):
            self.note((self.path.parent / target).exists(), f"{self.path.relative_to(ROOT)}: there is no {target}")

    def check(self):
        self.text = self.path.read_text()
        self.links()
        if self.path == ERRORS:
            self.errors()
        done = BLOCK.sub(self.block, self.text)
        if self.write and done != self.path.read_text():
            self.path.write_text(done)

    def errors(self):
        """Every code has its section, in the words of codes.def, with an example that gives it."""
        head, *sections = re.split(r"^(?=## )", self.text, flags=re.M)
        have = {s.split(":")[0][3:]: s for s in sections}
        rows = codes()
        if self.write:
            new = []
            for code, (title, explanation) in rows.items():
                rest = have.get(code, "\n\n\n\n").split("\n\n", 2)[2]
                new.append(f"## {code}: {title}\n\n{explanation}\n\n{rest}")
            self.text = head + "".join(new)
        for code, (title, explanation) in rows.items():
            section = self.text[self.text.find(f"## {code}: {title}\n\n{explanation}\n\n"):].split("\n## ")[0]
            self.note(section.startswith("## " + code), f"docs/errors.md: no section {code} in the words of codes.def: tests/docs.py PP --bless writes it")
            shown = re.search(rf"\b(?:error|warning) {code}:", section)
            self.note(bool(shown) or code in NO_EXAMPLE, f"docs/errors.md: {code} has no example: write a ```pp block and an empty ``` block below it, "
                      "then tests/docs.py PP --bless")
        self.note(set(have) <= set(rows), f"docs/errors.md: not in codes.def: {set(have) - set(rows)}")

passed, failures = 0, []
folder = desk()
for path in PAGES:
    if BLESS:
        Page(path, folder, write=True).check()
    page = Page(path, folder)
    page.check()
    passed, failures = passed + page.passed, failures + page.failures
if not ARGS[1:]:
    if BLESS:
        FUNCTIONS.write_text(functions())
    same = FUNCTIONS.read_text() == functions()
    passed += same
    failures += [] if same else ["docs/functions.md is not what builtins.def says: tests/docs.py PP --bless writes it"]
    r = subprocess.run([sys.executable, ROOT / "docs/editors/make.py", *([] if BLESS else ["--check"])], stdout=subprocess.PIPE, text=True)
    passed += r.returncode == 0
    failures += r.stdout.splitlines()
for f in failures:
    print("FAILED", f)
print(f"{passed} passed, {len(failures)} failed")
sys.exit(bool(failures) or passed == 0)
