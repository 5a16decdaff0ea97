"""Random scripts from the grammar itself, a NUL after each: programs.py GRAMMAR N [SEED] | check_format --least N

Every rule of pp.y is used.  Between the words stand random blanks, comments and, where a line may go on, ends of lines.  Some
scripts break rules that the grammar's actions know; whoever reads them leaves those out."""
import random
import re
import sys

GRAMMAR, N, SEED = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1
rng = random.Random(SEED)

WORDS = {"NL": ["\n", "\n", ";"], "LP": "(", "RP": ")", "LB": "[", "RB": "]", "LBRACE": "{", "RBRACE": "}", "ASSIGN": "=", "COLON": ":", "COMMA": ",",
         "DOT": ".", "DOTDOT": ["..", "..", "-> .. ->"], "ARROW": "->", "FATARROW": "=>", "PIPE": "|", "STAR": "*", "PLUS": "+", "MINUS": "-", "SLASH": "/",
         "PERCENT": "%", "AT": "@", "CARET": "^", "QUEST": "?", "EQ": "==", "NE": "!=", "LT": "<", "LE": "<=", "GT": ">", "GE": ">=", "AT_KW": "at",
         "NUMBER": ["0", "12", "1.5", "2e-3", "7"], "STRING": ['"s"', '"# no comment"', '"a\\"b\\\\"', '"é"', '""'],
         "NAME": ["a9", "h9", "x", "y1", "logits", "embed", "cfg", "m", "S2", "all", "f"]}
SOFT = ["model", "top", "on", "by", "at", "set", "keep", "circuit", "within", "seed", "from", "input", "of"]
GOES_ON = {",", ".", ":", "=", "=>", "->", "..", "|", "-", "/", "%", "@", "^", "==", "!=", "<", "<=", ">", ">=", "and", "or", "not", "except", "{", "+"}


def read_rules(path):
    rules = {}
    for line in open(path):
        m = re.match(r"(\w+)(?:\(\w\))?\s*::=\s*([^.]*)\.", line)
        if m and "error" not in m[2]:
            rules.setdefault(m[1], []).append([re.sub(r"\(\w\)", "", s) for s in m[2].split()])
    return rules


RULES = read_rules(GRAMMAR)


def least_depths():
    """How many levels each symbol takes at least: so that a derivation can be brought to its end."""
    depth = {}
    while True:
        before = dict(depth)
        for lhs, bodies in RULES.items():
            for body in bodies:
                need = [0 if s[0].isupper() else depth.get(s, 10**6) for s in body]
                depth[lhs] = min(depth.get(lhs, 10**6), 1 + max(need, default=0))
        if depth == before:
            return depth


DEPTH = least_depths()
# Each rule's bodies with the levels they take, the shortest first.
BODIES = {lhs: sorted(((1 + max((0 if s[0].isupper() else DEPTH[s] for s in b), default=0), b) for b in bodies), key=lambda x: x[0])
          for lhs, bodies in RULES.items()}


def derive(symbol, left, out):
    if symbol[0].isupper():
        word = rng.choice(symbol.split("|"))
        text = WORDS.get(word, word.lower())
        out.append(rng.choice(SOFT) if word == "NAME" and rng.random() < 0.06 else text if isinstance(text, str) else rng.choice(text))
        return
    bodies = BODIES[symbol]
    n = sum(c <= left for c, _ in bodies) if len(out) < 150 else 1
    for s in rng.choice(bodies[: max(n, 1)])[1]:
        derive(s, left - 1, out)


def comment():
    return rng.choice(["# why", "#", "#tight  ", "# a \"quote\" and { [ (", "# é\t"])


def render(words):
    """Text with random blanks; an end of line only where the lexer lets one be."""
    out, depth = [], []
    for i, w in enumerate(words):
        if w in ")]}" and depth:
            depth.pop()
        out.append(w if w != "\n" else rng.choice(["\n", "\n", "\n\n", "\n\n\n\n", "  " + comment() + "\n", "\n" + comment() + "\n\n" + comment() + "\n"]))
        if w in "([{":
            depth.append(w)
        inside = depth and depth[-1] != "{"
        if (w in GOES_ON or inside) and w != "\n" and rng.random() < 0.08:
            out.append(rng.choice(["\n", "\n\n", " " + comment() + "\n"]) + " " * rng.randint(0, 6))
        joins = i + 1 < len(words) and re.match(r"[\w\".]$", w[-1:]) and re.match(r"[\w\".]", words[i + 1][:1])
        operators = i + 1 < len(words) and re.match(r"[-=<>!*.+]", w[-1:]) and re.match(r"[-=<>!*.+]", words[i + 1][:1])
        out.append(rng.choice(["", " ", " ", "   ", "\t"]) if not (joins or operators) else rng.choice([" ", "  "]))
    return "".join(out)


for i in range(N):
    words = []
    start = rng.choice(["stmts", "stmt", "stmt", "hblock_", "mblock_"])
    if start == "stmts":
        for _ in range(rng.randint(1, 6)):
            derive("stmt", rng.randint(4, 14), words)
            words.append("\n")
    elif start == "stmt":
        derive("stmt", rng.randint(4, 18), words)
    elif start == "hblock_":
        words += ["hypothesis", "h", "on", "m", "{"]
        for _ in range(rng.randint(0, 5)):
            derive("hstmt", rng.randint(3, 12), words)
            words.append(rng.choice("\n;"))
        words.append("}")
    else:
        words += ["model", "t", "{"]
        for _ in range(rng.randint(0, 5)):
            derive(rng.choice(["mstmt", "dstmt"]) if rng.random() < 0.05 else "mstmt", rng.randint(3, 12), words)
            words.append(rng.choice("\n;"))
        words.append("}")
    text = render(words)
    if rng.random() < 0.2:
        text = rng.choice(["#!/usr/bin/env pp\n", "\n\n", "# first\n\n"]) + text
    sys.stdout.write(text + rng.choice(["", "\n", "\n\n", " # last"]) + "\0")
