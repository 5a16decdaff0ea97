#!/usr/bin/env python3
"""The lessons: lessons.py PP

tests/lessons/N-name.pp holds answers to the exercises of docs/lessons/N-name.pp: below `#? 2 right` a right one of exercise 2, below
`#? 2 hint: words` a wrong one to which a hint with these words is said, below `#? 2 unreadable: words` one that pp cannot use.  Every
exercise needs a right answer, three wrong ones, and each of its hints has to be said to one of them.  The lessons run as scripts, are
printed when nobody is there, take little time, and are walked through at a terminal."""
import fcntl, json, os, pathlib, re, resource, sys, tempfile, termios, time

import harness
from harness import check

ROOT = pathlib.Path(__file__).resolve().parent.parent
PP = str(pathlib.Path(sys.argv[1]).resolve())
HOME = pathlib.Path(tempfile.mkdtemp())
ENV = {**os.environ, "XDG_STATE_HOME": str(HOME / "state"), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
SECONDS = 5 * (10 if "san" in PP else 1)                    # of the processor, for one lesson
LESSONS = sorted((ROOT / "docs/lessons").glob("[0-9]*.pp"))


def pp(*args, stdin="", **more):
    return harness.run([PP, *args], input=stdin.encode(), **{"cwd": HOME, "env": ENV, **more})


def write(name, text):
    (HOME / name).write_text(text)
    return HOME / name


# ---- every lesson: printed, as a script, and every answer

def exercises(path):
    """How many hints each exercise has."""
    marks = re.findall(r"^#\? (exercise|hint|otherwise)\b", path.read_text(), re.M)
    counts = []
    for m in marks:
        if m == "exercise":
            counts.append(0)
        else:
            counts[-1] += 1
    return counts


def answers(lesson, number):
    name = f"tests/lessons/{lesson.name}"
    text = (ROOT / name).read_text()
    parts = re.split(r"^#\? (\d+) (right|hint|unreadable)(?:: *(.*))?\n", text, flags=re.M)[1:]
    cases = [(int(parts[i]), parts[i + 1], parts[i + 2] or "", parts[i + 3].strip()) for i in range(0, len(parts), 4)]
    file = write(lesson.name, "".join(f"#? {n}\n{answer}\n" for n, _, _, answer in cases))
    r = pp("learn", number, "--check", file, "--json")
    check(r.returncode == 1 and r.err == "", f"{name}: exit status {r.returncode} {r.err}")
    got = [json.loads(line) for line in r.out.splitlines()]
    check(len(got) == len(cases), f"{name}: {len(cases)} answers, {len(got)} replies")
    said = {}
    for (n, want, words, answer), g in zip(cases, got):
        where = f"{name}: exercise {n}, answer {answer!r}: {g}"
        check(g["kind"] == "answer" and g["exercise"] == n and g["lesson"] == lesson.stem, where)
        check(want == ("right" if g["right"] else "hint" if g["understood"] else "unreadable"), where)
        check(words in " ".join(g["said"].split()), f"{where}\n    does not say {words!r}")
        said.setdefault(n, []).append(g["hint"] if g["understood"] else None)
        if g["right"]:
            said[n][-1] = 0
    for n, hints in enumerate(exercises(lesson), 1):
        have = said.get(n, [])
        check(0 in have, f"{name}: no right answer to exercise {n}")
        check(len([h for h in have if h]) >= 3, f"{name}: exercise {n} has fewer than three wrong answers")
        unsaid = set(range(1, hints + 1)) - set(have)
        check(not unsaid, f"{name}: hints {sorted(unsaid)} of exercise {n} are said to none of the answers")
    if number > 3:
        return
    right = [next((a for n, w, _, a in cases if n == i and w == "right"), "") for i in range(1, len(exercises(lesson)) + 1)]
    r = pp("learn", number, "--check", "-", stdin="".join(f"#? {i}\n{a}\n" for i, a in enumerate(right, 1)))
    check(r.returncode == 0 and r.out.count(": right\n") == len(right), f"{name}: all right, yet exit status {r.returncode}\n{r.out}{r.err}")


def spent():
    u = resource.getrusage(resource.RUSAGE_CHILDREN)
    return u.ru_utime + u.ru_stime


def printed(lesson, number):
    before = spent()
    r = pp("learn", number)
    took = spent() - before
    check(r.returncode == 0 and r.err == "", f"pp learn {number}: {r.returncode} {r.err}")
    check(took < SECONDS, f"pp learn {number} takes {took:.1f} s")
    text, at = lesson.read_text(), 0
    for line in re.findall(r"^#: (.+)$", text.split("\n#? exercise")[0], re.M):         # all of it, and in order
        at = r.out.find(line, at)
        check(at >= 0, f"pp learn {number} does not print {line!r} in its place")
    for line in re.findall(r"^#: .*$", text, re.M):
        check(len(re.sub(r"\{[^{}]*\}", "x" * 12, line)) <= 3 + 80, f"{lesson.name}: a line too long for 80 columns: {line!r}")
    for line in re.findall(r"^[^#\n].*$", text, re.M):
        check(len(line) <= 76, f"{lesson.name}: a statement too long for 80 columns: {line!r}")
    check(not re.search(r"answer equals|answer ==", r.out), f"pp learn {number} prints what answers are compared with")
    r = pp("check", lesson)
    check(r.returncode == 0, f"pp check {lesson.name}: {r.returncode} {r.err}")


check(len(LESSONS) == 8, f"there are {len(LESSONS)} lessons")
for number, lesson in enumerate(LESSONS, 1):
    check(lesson.name.startswith(f"{number}-"), f"{lesson.name} is number {number}")
    printed(lesson, number)
    answers(lesson, number)
check(not (HOME / "state/pp/learn").exists(), "printing or checking a lesson notes progress")

# ---- answers from a file

r = pp("learn", 1, "--check", "-", stdin="#? 2\nh - k\n")
check(r.returncode == 1 and "exercise 2: cannot be read" in r.out and "exercise 1: no answer" in r.out, f"an answer that cannot be read: {r.out}")
check("h - k" in r.out and "goal" not in r.out, f"the message about an answer shows more than the answer: {r.out}")
r = pp("learn", 1, "--check", "-", stdin="#? 1\n\"three\"\n")
check(r.returncode == 1 and "answer ==" not in r.out, f"a text instead of a number: {r.out}")
for text, words in (("#? 9\n1\n", "there is no such exercise"), ("3\n", "before the number"), ("#? x\n", "no such exercise")):
    r = pp("learn", 1, "--check", "-", stdin=text)
    check(r.returncode == 2 and words in r.err and "E0723" in r.err, f"{text!r}: {r.returncode} {r.err}")
r = pp("learn", 1, "--check", "absent.pp")
check(r.returncode == 3 and "absent.pp" in r.err, f"no file of answers: {r.returncode} {r.err}")
for args, words in ((["9"], "from 1 to 8"), (["0"], "from 1 to 8"), (["1", "2"], "one lesson at a time"), (["1", "--json"], "--check"), (["--check", "1"], "takes a lesson and a file"),
                    (["1", "--csv"], "nothing else")):
    r = pp("learn", *args)
    check(r.returncode == 2 and words in r.err, f"pp learn {args}: {r.returncode} {r.err}")

# ---- the models that come with pp

COUNT = 'model m = load("models/induction")\ncount(paths(all), m)'
check(pp("-e", COUNT).out == "625\n", "load() finds what comes with pp from any folder")
check(pp("--read", HOME, "-e", COUNT).out == "625\n", "what comes with pp is for every script")
r = pp("-e", COUNT.replace("models/", "models/../models/"))
check(r.returncode == 3 and "E0701" in r.err, f"a path that leads out of it: {r.returncode} {r.err}")
r = pp("-e", COUNT, env={**ENV, "PP_DATA": str(HOME / "none")})
check(r.returncode == 3 and "models/induction" in r.err, f"PP_DATA without models: {r.returncode} {r.err}")
check(pp("-e", COUNT, env={**ENV, "PP_DATA": str(ROOT / "examples")}).out == "625\n", "PP_DATA")
(HOME / "models/induction").mkdir(parents=True)
write("models/induction/config.json", "{}")
r = pp("-e", COUNT)
check("no model_type" in r.err, f"a folder beside the script goes before what comes with pp: {r.out}{r.err}")
check(pp("learn", 4).returncode == 0, "a folder of that name changes the lessons")

# ---- what is no lesson

PART = "#: T\n1\n#? exercise A\n#: task\n#? answer let answer = ___\n#? right answer == 1\n#: yes\n#? otherwise\n#: no\n"
check(pp("learn", write("own.pp", PART)).returncode == 0, "a lesson in a file")
for old, new, words in (
    ("#: T\n", "", "begins with its title"), ("#: task\n", "", "without a task"), ("___", "_", "one place for the answer"), ("___", "___ + ___", "one place for the answer"),
    ("#? right answer == 1\n#: yes\n", "", "nothing can solve"), ("#: yes\n", "", "nothing is said to"), ("#? otherwise\n#: no\n", "", "needs a hint"),
    ("#: no\n", "", "says nothing"), ("#? otherwise", "#? hint answer == 2", "needs a hint"), ("#: no\n", "#: no\n#? hint answer == 2\n#: x\n", "after #? otherwise"),
    ("#: no\n", "#: no\n2\n", "a statement after an exercise"), ("#? right", "#? correct", "do not have"), ("#? right answer == 1", "#? right", "nothing behind it"),
    ("1\n#? exercise A\n", "1\n#? given 1\n#? exercise A\n", "belongs to an exercise"), ("#? answer let", "#? answer let answer = ___\n#? answer let", "one already"),
    ("#? answer let answer = ___\n", "#? answer let answer = ___\n#: prose\n", "belongs to nothing"), ("#: T\n1\n", "#: T\n#? expect true\n", "no results")):
    r = pp("learn", write("bad.pp", PART.replace(old, new)))
    check(r.returncode == 2 and words in r.err and "E0723" in r.err, f"{old!r} -> {new!r}: {r.returncode} {r.out}{r.err}")
r = pp("learn", write("bad.pp", PART.replace("1\n#?", "1\n#? expect 1 == 2\n#?")))
check(r.returncode == 1 and "bad.pp:3:" in r.err, f"a claim that does not hold: {r.returncode} {r.err}")
r = pp("learn", write("bad.pp", PART.replace("1\n#?", "1 +* 2\n#?")))
check(r.returncode == 2 and "bad.pp:2:" in r.err, f"a mistake in a statement: {r.returncode} {r.err}")
r = pp("learn", write("bad.pp", PART.replace("answer == 1", "answer == missing")), "--check", "-", stdin="#? 1\n1\n")
check(r.returncode == 1 and "cannot be compared" in r.out, f"a mistake in a condition: {r.returncode} {r.out}{r.err}")
r = pp("learn", write("own.pp", PART.replace("#: no", "#: {answer} is \"no\\\", {{}")), "--check", "-", stdin="#? 1\n7\n")
check('7 is "no\\"' in r.out, f"braces and quotes in a hint: {r.out}{r.err}")

# ---- at a terminal

def terminal(args, keys, seconds=60, **env):
    """What appears when the keys are typed, one text for each prompt; the exit status is behind it."""
    keys, read = list(keys), 0

    def answer(p, terminal, seen, quiet):
        nonlocal read
        if quiet and re.search(rb"(answer> |\.\. |goes on[^\n]*|quits )(\x1b\[[0-9;?]*[a-zA-Z])*$", seen[read:]):
            read = len(seen)
            for part in re.split(r"(\t)", keys.pop(0) if keys else "\x04"):      # the end of input; a tab that comes by itself asks
                os.write(terminal, part.encode())
                time.sleep(0 if "\n" in part else 0.1)
    status, seen, _ = harness.in_terminal([PP, *args], ["stdin", "stdout", "stderr"], answer, seconds, cwd=HOME, env={**ENV, "NO_COLOR": "1", **env},
                                          start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
    return seen.replace("\r\n", "\n"), status, keys


steps = len(re.findall(r"^\(\d+ of \d+\)", terminal(["learn", 1], ["\n"] * 40)[0], re.M))
check(steps >= 6, f"lesson 1 pauses {steps} times")
(HOME / "state/pp/learn").unlink()
seen, status, left = terminal(["learn", 1], ["\n", "\n", "q\n"])
check(status == 0 and "(3 of " in seen and "(4 of " not in seen, f"q ends a lesson: {status}\n{seen}")
check(re.search(r"1  What a path is +step 3 of \d+", pp("learn").out), f"pp learn: {pp('learn').out}")
seen, status, left = terminal(["learn", 1], ["\n"] * (steps - 2) + ["4\n", "! count(paths(all), g)\n", "\n", "3\n", "h\n", "task\n", "skip\n", "1021\n", "quit\n"])
check("You have read 3 of its" in seen and "(2 of " not in seen and "(4 of " in seen, f"a lesson goes on where it was left:\n{seen}")
check("Not yet." in seen and "What does y read?" in seen and "\n4\n" in seen and "Right." in seen, f"answers are looked at:\n{seen}")
check(seen.count("Exercise 2 of 3") == 2 and "visits k too" in seen and "Exercise 3 of 3" in seen, f"task and skip:\n{seen}")
check(status == 0 and not left, f"quit: {status} {left}")
check("1 of 3 exercises" in pp("learn").out, f"pp learn: {pp('learn').out}")
lines = (HOME / "state/pp/learn").read_text().splitlines()
check(lines == [f"0 read {steps} 1-paths", "1 solved 2 1-paths", "2 skipped 1 1-paths", "3 tried 1 1-paths"], f"progress: {lines}")
seen, status, left = terminal(["learn", 1], ["\n", "h -> y\n", "1120\n"])
check("Exercise 1 of 3 is solved" in seen and "3 of 3 exercises solved" in seen and status == 0, f"exercises left open come again:\n{seen}")
write("own.pp", PART)
seen, status, left = terminal(["learn", "own.pp"], ["\n", "1 +\n", "1\n"])
check("cannot use that answer" in seen and "error E0" in seen and "Right." in seen, f"an answer with a mistake:\n{seen}")
seen, status, left = terminal(["learn", 3], ["\n"] * 20)
rules = ["h -> y\n", "33\n", "keep b -> m -> c\n", "keep a -> m -> d\n", "\n"]
seen, status, left = terminal(["learn", 3], ["\n", *rules])
check(seen.count("Right.") == 3 and status == 0, f"an answer on several lines:\n{seen}")
seen, status, left = terminal(["learn", 3], ["\n", "a1\x7f\x7f! witn\tpaths(h .. k), g)\n", "\x03"], TERM="xterm")
check("Exercise 1 of 3" in seen and "\nx -> h -> k -> y\n" in seen and status == 130, f"completion and Ctrl-C:\n{seen}")
(HOME / "state/pp/learn").write_text("what is this\n1 solved x y\n-1 read 3 1-paths\n1 solved 1 2-pairs\n0 read 99 2-pairs\n")
check("1 of 3 exercises" in pp("learn").out, f"a damaged file of progress: {pp('learn').out}")
seen, status, left = terminal(["learn", "own.pp"], ["\n", "2\n", "\x1b[A\x7f1\n"], TERM="xterm")
check(seen.count("Not yet.") == 1 and seen.count("Right.") == 1 and status == 0, f"the line before, changed:\n{seen}")
for keys in (["\x03"], ["\n", "\x03"]):
    seen, status, left = terminal(["learn", "own.pp"], keys)
    check(status == 130 and "solved" not in seen, f"Ctrl-C after {keys}: {status}\n{seen}")
(HOME / "blocked").write_text("")
ENV["XDG_STATE_HOME"] = str(HOME / "blocked")
seen, status, left = terminal(["learn", "own.pp"], ["\n", "1\n"])
check(seen.count("progress cannot be kept") == 1 and "Right." in seen and status == 0, f"no place for progress:\n{seen}")

harness.finish()
