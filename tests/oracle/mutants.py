"""Would the random trees notice a mistake?  mutants.py PP BUILD_FOLDER [MODELS [MUTANTS]]

Copies of a source file with one rule turned round are compiled into a pp of their own, and the random models of
run_random.py must then disagree.  A change whose place is no longer found, that does not compile, or that nobody notices
fails the check.  With MUTANTS, that many of the list, spread evenly: the short form."""
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import cases

# (file, regular expression, what stands there instead): the place must be found exactly once.
MUTANTS = [
    # lowering: the letter of a walk that passes no port, rows read and written, what copies have in common
    ("src/tree/lower.c", r"if \(e\.component == NO_COMPONENT \|\| port \|\| g->inside_of\[n->id\] == e\.component\)", "if (true)"),
    ("src/tree/lower.c", r"letter, c, port \? e\.to : c\)(?=;\n\t\tint cut)", "letter, c, c)"),
    ("src/tree/lower.c", r"letter, c, port \? e\.to : c\)(?=;\n\t\tint cut)", "letter, port ? e.to : c, port ? e.to : c)"),
    ("src/tree/lower.c", r"input\(l->t, n, automaton_accept\(l->a, below\)\)", "input(l->t, n, automaton_accept(l->a, s))"),
    ("src/tree/lower.c", r"lower_inputs\(l, n, s, \(struct entry\)\{ n->yields, to \}\)", "lower_inputs(l, n, s, (struct entry){ n->yields, 0 })"),
    ("src/tree/lower.c", r"if \(!automaton_needs_to\(l->a, s, n->yields\)\)", "if (true)"),
    ("src/tree/lower.c", r"automaton_needs_from\(l->a, s, n->letter, !port\) \?(?= l->t->n_classes : 1;\n\ttree_id)", "false ?"),
    ("src/tree/lower.c", r"choice\[c\] = i;", "choice[c] = 0;"),
    ("src/tree/lower.c", r"return \(\(uint64_t\)s \* l->t->graph", "return ((uint64_t)0 * l->t->graph"),
    ("src/tree/lower.c", r"\) \* inner \+ where;", ") * inner;"),
    ("src/tree/lower.c", r"memcmp\(a->choice, b->choice, t->n_classes \* sizeof \*a->choice\) == 0", "true"),
    ("src/tree/lower.c", r"if \(column != UNDECIDED && !ablates\)\n\t\treturn base\(l->t, n, column\)", "if (column != UNDECIDED && !ablates)\n\t\treturn base(l->t, n, !column)"),
    ("src/tree/lower.c", r"if \(cut < 0 && l->ablation", "if (false && l->ablation"),
    ("src/tree/lower.c", r"return column == COLUMN_REF;", "return true;"),
    # buffers: who reads them last
    ("src/eval/rowwise.c", r"buffer->uses != n \|\| ", ""),
    ("src/eval/rowwise.c", r"buffer->uses \+= uses;", ""),
    # sums and wide products: what lies together, where its parts stand
    ("src/eval/sums.c", r"last->stored == x\.stored", "true"),
    ("src/eval/sums.c", r"last->row \+ last->rows == x->row && last->from\.ld == x->from\.ld && ", "last->row + last->rows == x->row || "),
    ("src/eval/linear.c", r"all \+ \(size_t\)\(x->column - s->from\) \* dtype_size\[type\]", "all"),
    ("src/eval/constants.c", r"c->column\[m\.at\[i - 1\]\.cls\] \+ m\.at\[i - 1\]\.w\.dim\[1\]", "c->column[m.at[i - 1].cls]"),
    # the automaton: rules, formulas, steps, rows, what may be forgotten
    ("src/paths/automaton.c", r"for \(size_t r = a->n_rules; r-- > 0;\) \{(?=\n\t\tenum status)", "for (size_t r = 0; r < a->n_rules; r++) {"),
    ("src/paths/automaton.c", r"return \(enum status\)\(CERTAIN - x\);", "return x;"),
    ("src/paths/automaton.c", r"y = \(enum status\)\(CERTAIN - y\);", ";"),
    ("src/paths/automaton.c", r"bool least = f->kind != PAT_OR;", "bool least = true;"),
    ("src/paths/automaton.c", r"\(s->from \? from : to\)\]", "(s->from ? to : from)]"),
    ("src/paths/automaton.c", r"\(int\)r == s->settled \? CERTAIN", "(int)r == s->settled ? MAYBE"),
    ("src/paths/automaton.c", r"if \(!in\)\n\t\t\t\tvec_push", "if (in)\n\t\t\t\tvec_push"),
    ("src/paths/automaton.c", r"\(up >= 0 && !bit_get", "(up < 0 && !bit_get"),
    ("src/paths/automaton.c", r"if \(s->follow\.n\)\n", "if (false)\n"),
    ("src/paths/automaton.c", r"return !bit_get\(live, bit\);", "return bit_get(live, bit);"),
    ("src/paths/automaton.c", r"if \(bit_get\(live, m->start\)\)\n\t\treturn MAYBE;", "if (bit_get(live, m->start))\n\t\treturn NEVER;"),
    ("src/paths/automaton.c", r"if \(alike\)\n\t\t\treturn other;", "return other;"),
    # from patterns to machines
    ("src/paths/compile.c", r"link_up\(c, &p, &p\);\n\tp\.empty = true;", "p.empty = true;"),
    ("src/paths/compile.c", r"if \(a\.empty\)\n\t\tappend\(r\.first, b\.first\);", ""),
    ("src/paths/compile.c", r"if \(p->kind != PAT_OPTIONAL\)\n\t\t\tlink_up\(c, &r, &r\);", ""),
    ("src/paths/compile.c", r"r\.empty \|= p->kind != PAT_PLUS;", "r.empty |= true;"),
    ("src/paths/compile.c", r"\.set = -1, \.from = ports \}", ".set = -1, .from = !ports }"),
    ("src/paths/compile.c", r"m->letters\[l \* w \+ k\] \|= from\[k\];", "m->letters[l * w + k] |= to[k];"),
    ("src/paths/compile.c", r"\t\tletters\[l / 64\] &= ~\(UINT64_C\(1\) << l % 64\);", ";"),
    ("src/paths/resolve.c", r"i >= x->part\[k\]\.from && i < x->part\[k\]\.to", "i >= x->part[k].from && i <= x->part[k].to"),
    ("src/graph/letters.c", r"bool leaves = c != NO_COMPONENT && !node_in_component\(g, m, c\);", "bool leaves = false;"),
    ("src/graph/letters.c", r"return &p->single\[none\];", "return &p->empty;"),
    # values that are set: where, which, and that rows before the first difference differ then
    ("src/tree/lower.c", r"automaton_silent\(l->a, n->letter\) \? -1 : automaton_cut\(l->a, below\);", "-1;"),
    ("src/tree/lower.c", r"int cut = automaton_sets\(l->a\) \?", "int cut = false ?"),
    ("src/tree/lower.c", r"n\.cut \|= t->node\.at\[want->in\[i\]\]\.cut;", ";"),
    ("src/paths/automaton.c", r"return a->rule\[r\]\.set \? \(int\)r : -1;", "if (a->rule[r].set) return (int)r;"),
    ("src/paths/automaton.c", r"st = live && st != NEVER \? MAYBE : NEVER;", "st = NEVER;"),
    ("src/paths/automaton.c", r"PAT_STEP && !anchored\(a, m\) \? m->rule : -1;", "PAT_STEP ? m->rule : -1;"),
    ("src/paths/product.c", r"return set->column == COLUMN_SET \? ALL_IN : ALL_OUT;", "return ALL_OUT;"),
    ("src/eval/settings.c", r"m->set->by_row \? 1 : rows;", "1;"),
    # subspaces
    ("src/graph/derive.c", r"rewrite_op\(w, OP_SUB,", "rewrite_op(w, OP_ADD,"),
    # classes of rows
    ("src/eval/classes.c", r"\(q->row < 0 \? q->row \+ p->length : q->row\) == row", "q->row == row"),
]


def command_for(build, source):
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if (pathlib.Path(entry["directory"]) / entry["file"]).resolve() == source.resolve():
            return shlex.split(entry["command"])
    sys.exit(f"{source} is not compiled")


def link_command(build):
    lines = subprocess.run(["ninja", "-C", build, "-t", "commands", "pp"], capture_output=True, text=True, check=True).stdout.splitlines()
    return shlex.split(next(line for line in reversed(lines) if " -o pp " in line))


def mutated(build, root, file, old, new, folder):
    """A pp with the change, or a sentence about why there is none."""
    text, n = re.subn(old, lambda _: new, (root / file).read_text())
    if n != 1:
        return None, f"the place is there {n} times"
    source, thing, program = folder / "mutant.c", folder / "mutant.o", folder / "pp"
    source.write_text(text)
    command = [a for a in command_for(build, root / file) if a != "-Werror"]
    for option, value in (("-o", thing), ("-MF", folder / "mutant.d"), ("-MQ", thing), ("-c", source)):
        command[command.index(option) + 1] = str(value)
    link = link_command(build)
    link[link.index("-o") + 1] = str(program)
    link.insert(link.index("-Wl,--start-group"), str(thing))     # found before the library's own
    for step in (command + ["-w"], link):
        r = subprocess.run(step, cwd=build, capture_output=True, text=True)
        if r.returncode:
            return None, "does not compile: " + r.stderr[:300]
    return program, ""


def answers(pp, script):
    try:
        r = subprocess.run([pp, "run", "--json", "--per-pair", "--threads", "1", script], capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        return {}
    rows = {}
    for line in r.stdout.splitlines():
        try:
            row = json.loads(line)
        except ValueError:                       # cut short by a crash
            break
        rows[(row["hypothesis"], row["metric"]) + ((row["direction"],) if "direction" in row else ())] = row
    return rows


def noticed(pp, made, script):
    rows = answers(pp, script)
    return next((s for c in made for s in cases.differences(c, rows)), None)


def main():
    pp, build = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    models, few = int((sys.argv[3:] + ["200"])[0]), int((sys.argv[4:] + ["0"])[0]) or len(MUTANTS)
    root, failed = pathlib.Path(__file__).resolve().parents[2], 0
    chosen = [MUTANTS[i * len(MUTANTS) // few] for i in range(few)]
    with tempfile.TemporaryDirectory() as tmp:
        folder = pathlib.Path(tmp)
        letters = "abcdefghij"
        made = [cases.Case(77000000 + i, f"m{letters[i // 100 % 10]}{letters[i // 10 % 10]}{letters[i % 10]}", folder) for i in range(models)]
        script = folder / "all.pp"
        script.write_text(cases.HEAD + "".join(c.script() for c in made))
        wrong = noticed(pp, made, script)
        if wrong:
            sys.exit(f"pp itself differs: {wrong}")
        for file, old, new in chosen:
            program, why = mutated(build, root, file, old, new, folder)
            how = noticed(program, made, script) if program else None
            if not how:
                failed += 1
                print(f"FAIL {file}: {old} -> {new or 'nothing'}: {why or 'nobody notices'}")
    print(f"{len(chosen) - failed} passed, {failed} failed")
    sys.exit(failed != 0 or not chosen)


main()
