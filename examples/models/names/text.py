"""The sentences the names model is trained on, what is held out of them, and the datasets of pairs.

    python3 text.py          writes ../../data/ioi.jsonl, years.jsonl and pronouns.jsonl (train.py does it too)

Three tasks, and plain sentences around them:

  ioi       When Mary and John went to the store, John gave a drink to -> Mary
  years     The war lasted from the year 17 32 to the year 17 -> a two-digit year above 32
  pronouns  So Mary is a good cook, isn't -> she

Held out:
  - HELD names never stand in a training sentence of the tasks ioi and pronouns.  The model knows them from plain
    sentences only (PLAIN), which name them, repeat them, and tell whether they are a she or a he.
  - Of each task's templates those in *_HELD are never trained on.
  - Of the years (century and two digits) that a span starts with, every fifth is never a start in training.
Held-out prompts use held-out names or years in held-out templates.
"""
import json, os, random, re

SHE = """Mary Anna Emma Alice Jane Sarah Laura Helen Julia Clara Rose Ruth Diana Nina Lucy Kate Amy Eva Grace Irene
Sophie Martha Judith Carol Susan Linda Karen Nancy Betty Sandra Donna Ellen Paula Maria Angela Monica Teresa Olivia
Hannah Claire Daisy Edith Flora Gloria Heidi Iris Joan Lydia Agnes Beth Carla Cora Della Doris Elsa Esther Fiona Frida
Gina Greta Hilda Ida Ingrid Jenny Josie Julie Katie Lena Lily Lisa Lola Mabel Mina Molly Nora Olga Pearl Polly Rita Rosa
Stella Tina Vera Viola Wanda Zoe Abigail Ada Amelia Annie April Astrid Audrey Ava Barbara Bella Bianca Bonnie Bridget
Camilla Carmen Cecilia Celia Charlotte Chloe Cindy Connie Cynthia Daphne Dora Dorothy Eileen Elaine Eleanor Eliza Ella
Emily Erica Erin Ethel Eunice Evelyn Fanny Faye Felicia Florence Frances Gemma Georgia Ginny Hazel Heather
Helga Hope Imogen Irma Isabel Ivy Jacqueline Janet Jessica Jill Joanna Josephine Joy Joyce Juliet June""".split()
HE = """John Paul Peter Mark Luke James Robert Michael David Tom Jack Henry George Frank Edward Simon Adam Oscar Victor
Walter Arthur Albert Carl Daniel Eric Felix Gary Harold Ivan Jacob Kevin Leon Martin Nathan Oliver Philip Richard
Samuel Thomas Vincent William Bruce Charles Dennis Ernest Gordon Hugo Ralph Aaron Alan Alex Andrew Anton Barry Ben Bill
Bob Boris Brian Chris Clark Colin Conrad Dan Dean Derek Don Edgar Edwin Elias Emil Evan Fred Gavin Gerald Glenn Greg
Gus Harry Howard Hugh Ian Isaac Jake Jeff Jerry Jim Joe Keith Ken Larry Lewis Logan Louis Lucas Malcolm Marcus Mario
Marvin Matthew Max Miles Mike Milton Morris Ned Neil Nicholas Nick Nigel Noah Norman Otis Otto Owen Patrick Percy Pierre
Quentin Ray Reginald Rex Rob Rodney Roger Roland Roman Ron Ross Roy Rudolf Rupert Russell Sean Sebastian Sidney Spencer
Stanley Stephen Steve Stuart Ted Terence Theo Tim Toby Tony Travis Trevor Tyler Ulrich Vernon Wallace Warren Wesley Will""".split()
HELD_SHE, HELD_HE = SHE[::6], HE[::6]                        # every sixth
TRAIN_SHE = [n for n in SHE if n not in HELD_SHE]
TRAIN_HE = [n for n in HE if n not in HELD_HE]

PLACES = "store park school office garden station market library museum hospital restaurant beach".split()
OBJECTS = "drink book ring letter ball key basket cake flower kiss map pen hat coat".split()
ADJECTIVES = "good great kind clever bad brave quiet young famous careful".split()
ROLES = "cook teacher doctor singer friend driver writer player nurse painter".split()
MOODS = "tired happy hungry late sad busy ready sick".split()
NOUNS = "war siege trial strike journey project famine drought reign festival".split()
CENTURIES = [str(c) for c in range(11, 18)]
YEARS = [f"{y:02d}" for y in range(100)]

# A and B: the names of the first clause; S: the one that acts again; what comes next is the other one.
IOI = [
    "When [A] and [B] went to the [P], [S] gave a [O] to",
    "When [A] and [B] went to the [P], [S] handed a [O] to",
    "After [A] and [B] left the [P], [S] gave the [O] to",
    "Then, [A] and [B] went to the [P]. [S] gave a [O] to",
    "Then, [A] and [B] had a long talk at the [P]. [S] passed a [O] to",
    "While [A] and [B] were working at the [P], [S] offered a [O] to",
    "While [A] and [B] were at the [P], [S] brought the [O] to",
    "Then [A] and [B] found a [O] at the [P], and [S] gave it to",
    "The [P] was quiet when [A] and [B] came in. [S] handed the [O] to",
    "At the [P], [A] and [B] met. Later [S] sent a [O] to",
    "Once [A] and [B] got to the [P], [S] showed the [O] to",
    "[A] and [B] went to the [P]. Then [S] decided to give a [O] to",
    "[A] and [B] met at the [P], and [S] gave a [O] to",
    "Yesterday [A] and [B] walked to the [P], where [S] passed the [O] to",
    "As [A] and [B] left the [P], [S] threw the [O] to",
]
IOI_HELD = [
    "When [A] and [B] left the [P], [S] gave a [O] to",
    "Then, [A] and [B] were working at the [P]. [S] decided to give a [O] to",
    "After [A] and [B] went to the [P], [S] passed the [O] to",
    "Yesterday [A] and [B] met at the [P], and [S] handed a [O] to",
]

# N: what lasted; C: the century; Y: the first year.
SPANS = [
    "The [N] lasted from the year [C] [Y] to the year [C]",
    "The [N] went on from the year [C] [Y] to the year [C]",
    "The [N] began in the year [C] [Y] and ended in the year [C]",
    "The [N] began in [C] [Y] and ended in [C]",
    "A [N] lasted from [C] [Y] to [C]",
    "From [C] [Y] the [N] went on to [C]",
    "The long [N] was from the year [C] [Y] to the year [C]",
]
SPANS_HELD = [
    "The [N] was from the year [C] [Y] to the year [C]",
    "A long [N] went on from [C] [Y] to [C]",
    "The long [N] began in [C] [Y] and ended in the year [C]",
]

# N: a name; J: an adjective; R: a role; M: a mood; what comes next is she or he.
TAGS = [
    "So [N] is a [J] [R], isn't",
    "So [N] was a [J] [R], wasn't",
    "[N] is a [J] [R], isn't",
    "[N] is [M], isn't",
    "Then [N] was [M] at the [P], wasn't",
    "[N] went to the [P], didn't",
    "Yesterday [N] left the [P], didn't",
    "So [N] found a [O] at the [P], didn't",
    "And [N] was once a [R], wasn't",
]
TAGS_HELD = [
    "So [N] was [M], wasn't",
    "So [N] is [M] at the [P], isn't",
    "And [N] is a [J] [R], isn't",
    "Yesterday [N] found a [O], didn't",
]

# Plain sentences, with every name there is, the held-out ones at least as often.  N, K: two names; [s] is N's pronoun.
PLAIN = [
    "[N] went to the [P] and met [K].",
    "Yesterday [N] saw [K] at the [P].",
    "[N] and [K] were at the [P].",
    "[N] likes [K], and [K] likes [N].",
    "At the [P], [N] found a [O].",
    "The [R] gave a [O] to [N].",
    "[N] left when [s] was [M].",
    "[N] was [M], so [s] went to the [P].",
    "[N] said that [s] was [M].",
    "When [N] is [M], [s] is quiet.",
    "[N] likes the [O] that [s] found.",
    "[N] is a [g].",
]
# More of them: these end with a name said before, the only one in the sentence, so that every name is learnt to be copied.
REPEAT = [
    "[N] was [M]. The [R] liked [N]",
    "[N] is a [J] [R]. Everyone likes [N]",
    "[N] went to the [P], and the [R] went with [N]",
    "When [N] was at the [P], the [R] gave a [O] to [N]",
    "Then [N] came in, and the [R] handed the [O] to [N]",
    "[N] knew that the [R] liked [N]",
]

MAX = 32


def words(text):
    """What the tokenizer's pre_tokenizer Whitespace does."""
    return re.findall(r"\w+|[^\w\s]+", text)


def fill(template, rng, **given):
    """The template with its slots filled: those given, the others at random."""
    pools = {"P": PLACES, "O": OBJECTS, "J": ADJECTIVES, "R": ROLES, "M": MOODS}
    def slot(m):
        return given[m[1]] if m[1] in given else rng.choice(pools[m[1]])
    return re.sub(r"\[(\w)\]", slot, template)


def held_year(century, year):
    return (int(century) * 100 + int(year)) % 5 == 3


def sentence(rng):
    """One training sentence as (words, the row of the word that answers or None)."""
    kind = rng.random()
    if kind < 0.40:
        a, b, c = rng.sample(TRAIN_SHE + TRAIN_HE, 3)
        s = rng.choice((a, b))
        answer = a if s == b else b
        if rng.random() < 0.1:                               # a third acts: either may be given to
            s, answer = c, rng.choice((a, b))
        text = fill(rng.choice(IOI), rng, A=a, B=b, S=s)
    elif kind < 0.55:
        while True:
            c, y = rng.choice(CENTURIES), rng.randint(1, 98)
            if not held_year(c, y):
                break
        text = fill(rng.choice(SPANS), rng, N=rng.choice(NOUNS), C=c, Y=YEARS[y])
        answer = YEARS[rng.randint(y + 1, 99)]
    elif kind < 0.65:
        she = rng.random() < 0.5
        text = fill(rng.choice(TAGS), rng, N=rng.choice(TRAIN_SHE if she else TRAIN_HE))
        answer = "she" if she else "he"
    else:
        pick = lambda: rng.choice(HELD_SHE + HELD_HE) if rng.random() < 0.5 else rng.choice(SHE + HE)
        n, k = pick(), pick()
        if kind > 0.85:
            w = words(fill(rng.choice(REPEAT), rng, N=n))
            return w + ["."], len(w) - 1
        while k == n:
            k = pick()
        text = fill(rng.choice(PLAIN), rng, N=n, K=k, s="she" if n in SHE else "he", g="woman" if n in SHE else "man")
        return words(text), None
    w = words(text)
    return w + [answer, "."], len(w)


def vocabulary():
    seen = []
    for t in IOI + IOI_HELD + SPANS + SPANS_HELD + TAGS + TAGS_HELD + PLAIN + REPEAT:
        seen += words(re.sub(r"\[\w\]", " ", t))
    seen += PLACES + OBJECTS + ADJECTIVES + ROLES + MOODS + NOUNS + ["she", "he", "woman", "man"]
    return ["[UNK]", "[PAD]"] + sorted(set(seen)) + SHE + HE + YEARS


# ---- pairs ----

def ioi_pairs(count, seed, names=None, templates=None):
    rng = random.Random(seed)
    names, templates = names or HELD_SHE + HELD_HE, templates or IOI_HELD
    out = []
    for i in range(count):
        t = templates[i % len(templates)]
        # Four names of the one sentence, none of them in the other: the answer and the subject, and three unrelated.
        a, b, x, y, z = rng.sample(names, 5)
        first = i // len(templates) % 2 == 0                 # A B .. B -> A, and A B .. A -> B
        p, o = rng.choice(PLACES), rng.choice(OBJECTS)
        s, io = (b, a) if first else (a, b)
        ref = fill(t, rng, A=a, B=b, S=s, P=p, O=o)
        cf = fill(t, rng, A=x, B=y, S=z, P=p, O=o)
        w = words(ref)
        s1, s2 = [r for r, word in enumerate(w) if word == s]
        out.append({"ref": ref, "cf": cf, "answer": io, "foil": s,
                    "positions": {"IO": [w.index(io)], "S1": [s1], "S1NEXT": [s1 + 1], "S2": [s2], "END": [len(w) - 1]}})
    return out


def year_pairs(count, seed, held=True, templates=None):
    rng = random.Random(seed)
    templates = templates or SPANS_HELD
    out = []
    while len(out) < count:
        c, y = rng.choice(CENTURIES), rng.randint(5, 94)
        if held_year(c, y) != held or YEARS[y] in CENTURIES:
            continue
        t, n = templates[len(out) % len(templates)], rng.choice(NOUNS)
        ref, cf = (fill(t, rng, N=n, C=c, Y=v) for v in (YEARS[y], "01"))
        w = words(ref)
        end = len(w) - 1
        out.append({"ref": ref, "cf": cf, "answer": YEARS[y + 1:], "foil": YEARS[:y + 1],
                    "positions": {"NOUN": [w.index(n)], "YY": [w.index(YEARS[y])], "END": [end]}})
    return out


def tag_pairs(count, seed, held=True, templates=None):
    rng = random.Random(seed)
    templates = templates or TAGS_HELD
    out = []
    for i in range(count):
        t = templates[i % len(templates)]
        she = rng.choice(HELD_SHE if held else TRAIN_SHE)
        he = rng.choice(HELD_HE if held else TRAIN_HE)
        slots = {"P": rng.choice(PLACES), "O": rng.choice(OBJECTS), "J": rng.choice(ADJECTIVES),
                 "R": rng.choice(ROLES), "M": rng.choice(MOODS)}
        texts = fill(t, rng, N=she, **slots), fill(t, rng, N=he, **slots)
        way = i // len(templates) % 2
        w = words(texts[way])
        out.append({"ref": texts[way], "cf": texts[1 - way], "answer": ("she", "he")[way], "foil": ("he", "she")[way],
                    "positions": {"NAME": [w.index((she, he)[way])], "END": [len(w) - 1]}})
    return out


def write(folder):
    for name, rows in (("ioi", ioi_pairs(96, 1)), ("years", year_pairs(96, 2)), ("pronouns", tag_pairs(96, 3))):
        with open(os.path.join(folder, name + ".jsonl"), "w") as f:
            for row in rows:
                assert len(words(row["ref"])) == len(words(row["cf"]))
                f.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    write(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data"))
