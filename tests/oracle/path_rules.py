"""Rules of hypotheses read without pp: which side a path is fed, decided on the path's whole spelling with Python's re.

A path is spelled as the visits it makes from the input up, each closed by ';': "embed;a0.h1.v;m0;logits;".  Where a rule names
rows, a visit also has the row it reads and the row it writes: "a0.h1.v@2>4;"."""
import re

WORD = re.compile(r"\s*(->|\.\.(?!\d)|[|(){},]|\*|\+|\?"
                  r"|[a-z]\w*(?:\[[^\]]*\])?(?:\.h(?:\d+|\[[^\]]*\]))?(?:\.(?:[qkv](?!\w)|\{[^}]*\}))?(?:@(?:\w+|-\d+|\{[^}]*\}))?)")
VISIT = re.compile(r"([a-z]+)(\d+|\[[^\]]*\])?(?:\.h(\d+|\[[^\]]*\]))?(?:\.([qkv]|\{[^}]*\}))?(?:@(.*))?$")
START = r"(?:^|(?<=;))"


def index(text):
    """[0..2], [1,3], [*] or 4 as a regular expression."""
    if text is None:
        return ""
    inside = text.strip("[]")
    if inside == "*":
        return r"\d+"
    out = []
    for part in inside.split(","):
        low, _, high = part.partition("..")
        out += range(int(low), int(high)) if high else [int(low)]
    return "(?:" + "|".join(map(str, out)) + ")"


def rows(text, roles, length):
    out = []
    for part in text.strip("{}").split(","):
        part = part.strip()
        if re.fullmatch(r"-?\d+", part):
            row = int(part) + (length if part[0] == "-" else 0)
            out += [row] if 0 <= row < length else []
        else:
            out += [length - 1] if part == "END" else roles[part]
    return "(?:" + "|".join(map(str, out)) + ")" if out else "(?!)"


class Rules:
    """What a list of rules feeds a path: side(path) is "ref" or "cf"."""

    def __init__(self, rules, roles, length):
        self.positional = any("@" in r for r in rules)
        self.roles, self.length = roles, length
        self.rules = [(r.split(None, 1)[0], self.parse(r.split(None, 1)[1])) for r in rules]

    def side(self, path):
        kept = False
        for verb, test in self.rules:
            if test(path):
                kept = verb == "keep"
        return "ref" if kept else "cf"

    # patterns: ("re", text) or ("test", function of a path)

    def parse(self, text):
        self.words, at = [], 0
        text = text.strip()
        while at < len(text):
            m = WORD.match(text, at)
            assert m, f"cannot read {text[at:]!r}"
            self.words.append(m[1])
            at = m.end()
        got = self.either()
        assert not self.words, self.words
        return self.test(got)

    def next(self, *words):
        if self.words and self.words[0] in words:
            return self.words.pop(0)
        return None

    def need(self, word):
        assert self.next(word), (word, self.words)

    @staticmethod
    def test(p):
        if p[0] == "test":
            return p[1]
        found = re.compile(START + p[1])
        return lambda path: found.search(path) is not None

    def either(self):
        p = self.both()
        while self.next("or"):
            a, b = self.test(p), self.test(self.both())
            p = ("test", lambda path, a=a, b=b: a(path) or b(path))
        return p

    def both(self):
        p = self.one()
        while word := self.next("and", "except"):
            a, b, yes = self.test(p), self.test(self.one()), word == "and"
            p = ("test", lambda path, a=a, b=b, yes=yes: a(path) and b(path) == yes)
        return p

    def one(self):
        if self.next("not"):
            a = self.test(self.one())
            return ("test", lambda path: not a(path))
        if self.next("all"):
            return ("test", lambda path: True)
        if self.next("within"):
            inside = re.compile(f"(?:{'|'.join(self.listed(self.visit))})*$")
            return ("test", lambda path: inside.match(path) is not None)
        if self.next("circuit"):
            edges = [re.compile(e + "$") for e in self.listed(self.edge)]
            return ("test", lambda path: all(any(e.match(a + b) for e in edges) for a, b in steps(path)))
        return self.alternatives()

    def listed(self, item):
        self.need("{")
        out = [item()]
        while self.next(","):
            out.append(item())
        self.need("}")
        return out

    def edge(self):
        a = self.visit()
        self.need("->")
        return a + self.visit()

    def alternatives(self):
        p = self.sequence()
        while self.next("|"):
            p = ("re", f"(?:{p[1]}|{self.sequence()[1]})")
        return p

    def sequence(self):
        p = self.element()
        while word := self.next("->", ".."):
            q = self.element()
            assert p[0] == q[0] == "re"
            p = ("re", p[1] + ("" if word == "->" else "(?:[^;]+;)*") + q[1])
        return p

    def element(self):
        if self.next("*"):
            return ("re", "[^;]+;")
        if not self.next("("):
            return ("re", self.visit())
        p = self.either()
        self.need(")")
        often = self.next("*", "+", "?")
        return ("re", f"(?:{p[1]}){often or ''}") if p[0] == "re" else p

    def visit(self):
        name, layer, head, port, at = VISIT.match(self.words.pop(0)).groups()
        out = name + index(layer)
        if name == "a":
            out += r"\.h" + index(head) + r"\." + (f"[{re.sub('[^qkv]', '', port)}]" if port else "[qkv]")
        if self.positional:
            wanted = rows(at, self.roles, self.length) if at else r"\d+"
            out += f"@{wanted}>\\d+" if port else f"@\\d+>{wanted}"
        return out + ";"


def steps(path):
    visits = [v + ";" for v in path.split(";")[:-1]]
    return list(zip(visits, visits[1:]))
