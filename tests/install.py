"""What `meson install` puts somewhere works there: install.py PP BUILD [--sanitized]

Installs into a folder of its own.  The manual page and the completions name every command and option of `pp --help`; a C program
is built with what pkg-config says and linked with the library, a Python script loads it, and both take results out of a session;
the library exports pp.h's functions and nothing else.  --sanitized: what loads the library from outside is left out."""
import ctypes, os, pathlib, re, shutil, sys, tempfile

import harness
from harness import check

PP, BUILD = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
SANITIZED = "--sanitized" in sys.argv
ROOT = pathlib.Path(__file__).resolve().parent.parent
HOME = pathlib.Path(tempfile.mkdtemp())


def run(*command, env={}, **more):
    return harness.run(command, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **env}, **more)


def find(name):
    found = sorted(HOME.rglob(name))
    check(found, f"{name} is not installed")
    return found[0] if found else HOME / "absent"


# ---- installing

r = run("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", env={"DESTDIR": str(HOME)})
check(r.returncode == 0, f"meson install: {r.out}{r.err}")
program, header, page, pc = find("bin/pp"), find("include/pp/pp.h"), find("man1/pp.1"), find("pp.pc")
for name in ("stdlib/metrics.pp", "stdlib/models/gpt2.pp", "vimfiles/syntax/pp.vim", "vimfiles/ftdetect/pp.vim", "vscode/package.json",
             "examples/embed/embed.c", "pp/models/induction/config.json", "pp/data/ioi.jsonl", "doc/pp/examples/induction.pp", "lessons/1-paths.pp"):
    find(name)
check(not list(HOME.rglob("embed.py")) or all(p.parent.name == "embed" for p in HOME.rglob("embed.py")), "stdlib/embed.py is installed")
r = run(program, "-e", "1 + 1")
check(r.out == "2\n", f"the installed program says {r.out!r} {r.err!r}")
r = run(program, "-e", 'model m = load("models/induction")\nprint(count(paths(all), m))', cwd=HOME, env={"PP_PATH": str(find("stdlib"))})
check(r.out == "625\n", f"with the installed standard library: {r.out!r} {r.err!r}")
r = run(program, find("doc/pp/examples/ioi.pp"))
check(r.returncode == 0, f"an installed example: {r.err!r}")
r = run(program, "learn", "6", cwd=HOME, input=b"")
check(r.returncode == 0 and "Agnes" in r.out, f"a lesson of the installed program: {r.err!r}")

# ---- the package is built with what README.md installs

wanted = set(re.search(r"apt-get install -y ([^&]*)&&", (ROOT / "README.md").read_text())[1].split()) - {"gcc", "clang", "libclang-rt-14-dev", "libomp-dev"}
control = re.search(r"^Build-Depends: ((?:.*\n)(?: .*\n)*)", (ROOT / "debian/control").read_text(), re.M)[1]
for name in sorted(wanted):
    check(re.search(rf"\b{re.escape(name)}\b", control), f"debian/control: Build-Depends lacks {name}, which README.md names")

# ---- what names commands and options

usage = run(PP, "--help").out
head = usage.split("\n\n")[0]
commands = set(re.findall(r"^(?:usage:| {6}) pp \[?([a-z]+)", head, re.M))
options = set(re.findall(r"(--[a-z][a-z-]*)", usage))
variables = {v for f in (ROOT / "src").rglob("*.c") for v in re.findall(r'(?:getenv|variable|says)\("(\w+)"', f.read_text())}
check(len(commands) > 8 and len(options) > 20 and len(variables) > 5, "pp --help lists hardly anything")
text = page.read_text()
for c in commands:
    check(re.search(rf"^\.It Cm {c}\b", text, re.M), f"docs/pp.1 does not describe pp {c}")
for o in options:
    check(re.search(rf"^\.It (?:.*, )?Fl {o[1:]}\b|\bFl {o[1:]}\b", text, re.M), f"docs/pp.1 does not describe {o}")
for v in variables:
    check(re.search(rf"^\.It Ev (?:\w+ , )*{v}\b", text, re.M), f"docs/pp.1 does not describe the environment variable {v}")
for code in ("0", "1", "2", "3", "130"):
    check(re.search(rf"^\.It {code}$", text.split(".Sh EXIT STATUS")[-1], re.M), f"docs/pp.1 does not describe the exit status {code}")
if shutil.which("mandoc"):
    r = run("mandoc", "-T", "lint", "-W", "warning", page)
    check(r.returncode == 0, f"mandoc: {r.out}")
completion = {"bash": find("completions/pp.bash"), "zsh": find("site-functions/_pp"), "fish": find("vendor_completions.d/pp.fish")}
for shell, path in completion.items():
    text = path.read_text().replace("\\n", " ")
    for c in commands:
        check(re.search(rf"\b{c}\b", text), f"{shell} does not complete pp {c}")
    for o in options:
        check(re.search(rf"(?<![a-z-]){'-l ' + o[2:] if shell == 'fish' else o}(?![a-z-])", text), f"{shell} does not complete {o}")
    if shutil.which(shell):
        r = run(shell, "-n", path)
        check(r.returncode == 0, f"{shell} -n: {r.err}")


def complete(*words):
    """What bash offers for the last of the words."""
    script = f'source {completion["bash"]}; COMP_WORDS=(pp "$@"); COMP_CWORD=$#; _pp; printf "%s\\n" "${{COMPREPLY[@]}}"'
    return run("bash", "--norc", "-c", script, "bash", *words, cwd=ROOT / "examples", env={"PATH": f"{program.parent}:{os.environ['PATH']}"}).out.split("\n")[:-1]


for words, want in [(["exp"], ["explain"]), (["explain", "--di"], ["--diff"]), (["--color", "a"], ["auto", "always"]), (["run", "ind"], ["induction.pp"]),
                    (["inspect", "mod"], ["models"]), (["help", "keep"], ["keep"]), (["help", "argm"], ["argmin", "argmax"])]:
    got = complete(*words)
    check(got == want, f"bash offers {got} for pp {' '.join(words)}, not {want}")

# ---- embedding

def embedded(name, r):
    check(r.returncode == 0, f"{name}: exit status {r.returncode}: {r.err[-600:]}")
    for line in ("refined explains 0.9", "naive    kl   AUE 4.", "direct   kl   AUE 7.2", "embed.W_E is 192 x 128"):
        check(line in r.out, f"{name}: {line!r} is not in\n{r.out}")
    check("unknown is not known" in r.out + r.err, f"{name} is not told what is wrong: {r.out}{r.err}")


def same_layout(flags):
    """examples/embed/pp.py lays its structures out as pp.h does."""
    sys.path.insert(0, str(ROOT / "examples/embed"))
    sys.dont_write_bytecode = True
    import pp
    pairs = [("options", pp.Options), ("diagnostic", pp.Diagnostic), ("figure", pp.Figure), ("array", pp.ArrayInfo), ("candidate", pp.Candidate),
             ("completion", pp.Completion)]
    asks = [(f"offsetof(struct pp_{c}, {f[0].lstrip('_')})", getattr(p, f[0]).offset) for c, p in pairs if c != "diagnostic" for f in p._fields_]
    asks += [(f"sizeof(struct pp_{c})", ctypes.sizeof(p)) for c, p in pairs]
    (HOME / "layout.c").write_text("#include <stddef.h>\n#include <stdio.h>\n#include <pp/pp.h>\nint main(void)\n{\n" +
                                   "".join(f'\tprintf("%zu\\n", {what});\n' for what, _ in asks) + "\treturn 0;\n}\n")
    r = run("cc", HOME / "layout.c", *[f for f in flags if f.startswith("-I")], "-o", HOME / "layout")
    check(r.returncode == 0, f"layout: {r.err}")
    for (what, want), got in zip(asks, run(HOME / "layout").out.split()):
        check(int(got) == want, f"examples/embed/pp.py: {what} is {want}, in pp.h it is {got}")


library = pc.parent.parent
exported = run("nm", "-D", "--defined-only", find("libpp.so.0")).out
names = set(re.findall(r" [TDBR] (\w+)", exported))
declared = set(re.findall(r"\b(pp_\w+)\(", re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)))
if not SANITIZED:
    check(names == declared, f"the library exports {sorted(names ^ declared)}, which pp.h does not say, or the other way round")
    flags = run("pkg-config", "--cflags", "--libs", "pp", env={"PKG_CONFIG_PATH": str(pc.parent), "PKG_CONFIG_SYSROOT_DIR": str(HOME),
                                                                   "PKG_CONFIG_ALLOW_SYSTEM_CFLAGS": "1", "PKG_CONFIG_ALLOW_SYSTEM_LIBS": "1"})
    check(flags.returncode == 0, f"pkg-config: {flags.err}")
    same_layout(flags.out.split())
    for compiler, source in (("cc", "embed.c"), ("c++", None)):
        if not shutil.which(compiler):
            continue
        if source:
            r = run(compiler, "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", ROOT / "examples/embed" / source, *flags.out.split(), "-o", HOME / "embed")
        else:
            (HOME / "header.cc").write_text("#include <pp/pp.h>\nint main() { pp_close(pp_open(nullptr)); }\n")
            r = run(compiler, "-Wall", "-Wextra", "-Werror", HOME / "header.cc", *flags.out.split(), "-o", HOME / "header")
        check(r.returncode == 0, f"{compiler}: {r.err}")
    env = {"LD_LIBRARY_PATH": str(library)}
    if (HOME / "embed").exists():
        embedded("embed.c", run(HOME / "embed", ROOT / "examples", env=env))
    embedded("embed.py", run(sys.executable, ROOT / "examples/embed/embed.py", ROOT / "examples", env=env))
    more = run(sys.executable, ROOT / "tests/embed.py", env={**env, "PYTHONPATH": str(ROOT / "examples/embed")})
    check(more.returncode == 0, f"tests/embed.py: {more.out}{more.err}")
else:
    print("the library is sanitized: programs around it are not tried")

shutil.rmtree(HOME)
harness.finish()
