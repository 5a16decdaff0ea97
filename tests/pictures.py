#!/usr/bin/env python3
"""Figures: pictures.py PP.  The colours are told apart by every kind of eyes, SVG is XML, Vega-Lite specifications have the numbers that
--json has, pages need nothing from outside, terminals without colours or UTF-8 are served.  (In a browser: tests/slow/browser.py.)"""
import html.parser, json, math, os, pathlib, re, subprocess, sys, tempfile
import xml.etree.ElementTree as ET

import harness
from harness import test

PP = str(pathlib.Path(sys.argv[1]).resolve())
ROOT = pathlib.Path(__file__).resolve().parent.parent
HOME = pathlib.Path(tempfile.mkdtemp())
SVG = "{http://www.w3.org/2000/svg}"
for name in ("models", "data"):
    (HOME / name).symlink_to(ROOT / "examples" / name)

START = """model m = load("models/induction")
dataset pairs = take(load("data/repeats.jsonl", for: m), 8)
let effect = sweep l in 0..2, h in [0, 2, 4] on pairs by logit_diff { keep all; drop a[l].h[h] -> logits }
hypothesis naive on m { "copies <what> & \\"followed\\""; keep embed -> logits; keep a0.h0 -> a1.h[2,4].k }
"""

def environment(more):
    clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLORTERM")}
    return {**clean, "TERM": "xterm", "LC_ALL": "C.UTF-8", **more}

def pp(*args, script=None, **env):
    if script is not None:
        (HOME / "s.pp").write_text(script)
    return subprocess.run([PP, *args], cwd=HOME, capture_output=True, timeout=60, env=environment(env))

def run(text, *args):
    r = pp(*args, "s.pp", script=START + text)
    assert r.returncode == 0, r.stderr.decode()
    return r.stdout.decode()

def on_terminal(text, columns, **env):
    """Standard output on a terminal so many columns wide."""
    (HOME / "s.pp").write_text(START + text)
    status, seen, errors = harness.in_terminal([PP, "s.pp"], ["stdout"], columns=columns, cwd=HOME, env=environment(env))
    assert status == 0, errors
    return seen.replace("\r\n", "\n")

# ---- colours

def linear(c): return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4

def oklab(rgb):
    r, g, b = rgb
    lms = [0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b, 0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b,
           0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b]
    l, m, s = [max(x, 0) ** (1 / 3) for x in lms]
    return (0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s, 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s)

# Machado, Oliveira, Fernandes 2009, severity 1, on linear RGB
EYES = {"normal": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]}

def scale():
    text = (ROOT / "src/report/scale.c").read_text()
    return [tuple(int(x, 16) for x in c) for c in re.findall(r"\{ 0x(\w\w), 0x(\w\w), 0x(\w\w) \}", text)]

@test
def every_kind_of_eyes_tells_the_colours_apart():
    colors = scale()
    assert len(colors) == 17
    for eyes, matrix in EYES.items():
        seen = []
        for c in colors:
            rgb = [linear(x / 255) for x in c]
            seen.append(oklab([min(max(sum(a * b for a, b in zip(row, rgb)), 0), 1) for row in matrix]))
        light = [c[0] for c in seen]
        assert all(a < b for a, b in zip(light[:8], light[1:9])) and all(a > b for a, b in zip(light[8:], light[9:])), f"{eyes}: size is not lightness"
        near = min(math.dist(a, b) for a, b in zip(seen, seen[1:]))
        opposite = [math.dist(seen[8 - i], seen[8 + i]) for i in range(1, 9)]
        assert near > 0.05 and min(opposite) > 0.05 and min(opposite[3:]) > 0.15, f"{eyes}: {near:.3f}, {opposite}"

# ---- SVG

def cells(svg): return [e for e in svg.iter(SVG + "rect") if e.get("class") == "cell"]

@test
def an_svg_heatmap_is_xml_with_a_titled_cell_for_every_number():
    out = [json.loads(x) for x in run('effect\nplot heatmap(effect) to "e.svg"\n', "--json").splitlines()]
    want = [x for row in out[0]["effect"] for x in row]
    svg = ET.parse(HOME / "e.svg").getroot()
    tips = [c.find(SVG + "title").text for c in cells(svg)]
    assert [t.split(":")[0] for t in tips] == [f"l {l}, h {h}" for l in (0, 1) for h in (0, 2, 4)], tips
    assert all(abs(float(t.split(": ")[1].split()[0]) - w) <= 1e-3 * abs(w) + 1e-9 for t, w in zip(tips, want)), (tips, want)
    assert all(t.endswith(" logits") for t in tips), tips
    for c, w in zip(cells(svg), want):                # blue below zero, orange above; pale near it
        r, g, b = (int(c.get("fill")[i:i + 2], 16) for i in (1, 3, 5))
        assert (b >= r if w < 0 else r >= b) and (abs(w) > 0.5 or min(r, g, b) > 200), (c.get("fill"), w)
    words = " ".join(t.text or "" for t in svg.iter(SVG + "text"))
    assert "effect on logit_diff" in words and "in logits" in words and "below 0: logit_diff is lower" in words, words
    assert "prefers-color-scheme" in (HOME / "e.svg").read_text()

@test
def labels_and_titles_cannot_break_out_of_the_markup():
    run('heatmap([[1, 2]], rows: ["<b>&\\"x"], columns: ["]]>", "</text>"], title: "a <script> & \\u{1}b")\n'
        'plot heatmap([[1, 2]], rows: ["<b>&\\"x"], columns: ["]]>", "</text>"], title: "a <script> & \\u{1}b") to "odd.svg"\n'
        'plot heatmap([[1, 2]], rows: ["<b>&\\"x"], columns: ["]]>", "</text>"], title: "a <script> & \\u{1}b") to "odd.html"\n')
    svg = ET.parse(HOME / "odd.svg").getroot()
    assert svg.find(SVG + "title").text == "a <script> & \\x01b", svg.find(SVG + "title").text
    assert [c.find(SVG + "title").text for c in cells(svg)] == ['<b>&"x, ]]>: 1', '<b>&"x, </text>: 2']
    assert (HOME / "odd.html").read_text().count("<script>") == 1

@test
def bars_graphs_and_prompts_are_xml():
    run('plot bars(evaluate naive on pairs by [kl, nll]) to "b.svg"\nplot graph(naive) to "g.svg"\n'
        'plot highlight(["When", " Mary", "\\n"], [1, none, -2]) to "t.svg"\nplot heatmap(attention(pairs, "a1.h2"), numbers: true) to "a.svg"\n'
        'model t {\n input x: real\n l = 2 * x\n r = 3 * x\n output y = l * r\n}\nhypothesis left on t { keep l }\nplot graph(left, tree: true) to "tree.svg"\n')
    assert len(cells(ET.parse(HOME / "b.svg").getroot())) == 2
    assert [c.find(SVG + "title").text for c in cells(ET.parse(HOME / "t.svg").getroot())] == ["When: 1", " Mary: undefined", "\\n: -2"]
    n = len(json.loads((HOME / "data/repeats.jsonl").read_text().splitlines()[0])["ref"])
    assert len(cells(ET.parse(HOME / "a.svg").getroot())) == n * n
    tree = ET.parse(HOME / "tree.svg").getroot()
    nodes = [e for e in tree.iter(SVG + "rect") if e.get("class") == "node"]
    assert [e.find(SVG + "title").text for e in nodes] == ["y", "l -> y", "x -> l -> y: fed reference", "r -> y", "x -> r -> y: fed counterfactual"]
    graph = ET.parse(HOME / "g.svg").getroot()
    arrows = [e.find(SVG + "title").text for e in graph.iter(SVG + "path") if e.get("class") == "arrow"]
    assert any(a.startswith("a0.h0 -> a1.h2.k: reference") for a in arrows) and any("embed -> logits: reference, 1 of 1 paths" in a for a in arrows), arrows
    places = [(float(e.get("x")), float(e.get("y"))) for e in graph.iter(SVG + "rect") if e.get("class") == "node"]
    assert len(set(places)) == len(places) == 5, places

# ---- Vega-Lite

@test
def a_specification_has_the_numbers_of_the_results():
    out = [json.loads(x) for x in run('effect\nplot heatmap(effect)\nplot heatmap(effect) to "e.vl.json"\n', "--json").splitlines()]
    spec = json.loads((HOME / "e.vl.json").read_text())
    assert out[1]["kind"] == "figure" and out[1]["figure"] == "heatmap" and out[1]["vega_lite"] == spec
    want = [{"row": str(l), "column": str(h), "value": out[0]["effect"][i][k]} for i, l in enumerate((0, 1)) for k, h in enumerate((0, 2, 4))]
    assert spec["data"]["values"] == want
    color = spec["layer"][0]["encoding"]["color"]
    most = max(abs(w["value"]) for w in want)
    assert spec["$schema"].endswith("/vega-lite/v5.json") and color["field"] == "value" and color["title"] == "effect: mean of patched - ref, in logits"
    assert color["scale"]["domain"][0] == -most and color["scale"]["domain"][8] == 0 and color["scale"]["domain"][16] == most
    assert color["scale"]["range"] == ["#%02x%02x%02x" % c for c in scale()]
    assert spec["encoding"]["x"] == {"field": "column", "type": "ordinal", "sort": None, "title": "h"}

@test
def bars_have_their_intervals_and_words_that_come_twice_stay_two():
    out = [json.loads(x) for x in run('let r = evaluate naive on pairs by [kl, nll]\nr\nplot bars(r) to "b.vl.json"\n'
        'heatmap([[1, none]], columns: ["the", "the"])\ngraph(naive)\nhighlight(["a"], [2])\n', "--json").splitlines()]
    bars = json.loads((HOME / "b.vl.json").read_text())["data"]["values"]
    assert bars == [{"row": f"naive, {r['metric']}", "value": r["explained"], "low": r["ci95"]["explained"][0], "high": r["ci95"]["explained"][1]} for r in out[:2]]
    assert [v["column"] for v in out[2]["vega_lite"]["data"]["values"]] == ["0: the", "1: the"] and out[2]["vega_lite"]["data"]["values"][1]["value"] is None
    edges = out[3]["vega_lite"]["layer"][0]["data"]["values"]
    assert {"from": "a0.h0", "to": "a1.h2", "port": "k", "carries": "reference"} in [{k: e[k] for k in ("from", "to", "port", "carries")} for e in edges]
    assert out[4]["vega_lite"]["data"]["values"] == [{"line": 0, "place": 0, "token": "a", "value": 2}]

@test
def figures_as_csv_are_their_numbers():
    assert run('heatmap([[1, none]], rows: {"a,b": ["x"]}, columns: "c")\nbars([1, 2], low: [0, 1], high: [2, 3])\n', "--csv") \
        == '"a,b",c,value\nx,0,1\nx,1,\nrow,value,low,high\n0,1,0,2\n1,2,1,3\n'

# ---- pages

class Page(html.parser.HTMLParser):
    VOID = {"meta", "link", "br", "img", "input", "hr"}
    def __init__(self, text):
        super().__init__()
        self.open, self.count, self.attrs, self.texts = [], {}, [], {}
        self.feed(text)
        assert not self.open, f"not closed: {self.open}"
    def handle_starttag(self, tag, attrs):
        self.count[tag] = self.count.get(tag, 0) + 1
        self.attrs.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)
    def handle_startendtag(self, tag, attrs):
        self.count[tag] = self.count.get(tag, 0) + 1
        self.attrs.append((tag, dict(attrs)))
    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()
    def handle_data(self, data):
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)

REPORT = """let r = evaluate naive on pairs by [kl, nll]
r
effect
plot graph(naive)
plot highlight(["a", " b"], [1, -1])
print("one <line>")
print("another")
table([{a: 1, b: "x"}, {a: none, b: "y"}])
1 + 1
report to "report.html"
print("after")
"""

@test
def a_report_is_one_page_with_everything():
    run(REPORT)
    text = (HOME / "report.html").read_text()
    page = Page(text)
    assert not re.search(r'(?:src|href)="(?!data:)|url\(|@import|fetch\(|https?://(?!www\.w3\.org/2000/svg")', text)
    assert "default-src 'none'" in text and page.count["svg"] == 3 and page.count["script"] == 1
    assert "one <line>\nanother\n" in page.texts["pre"] and "after" not in "".join(t for t in page.texts["pre"] if "report to" not in t)
    assert START + REPORT in page.texts["pre"]                     # the script
    assert 'naive: copies <what> & "followed"' in page.texts["p"]
    heads = "".join(page.texts["button"])
    assert "low is good" in heads and "high is good" in heads
    tips = [a for t, a in page.attrs if "data-tip" in a]
    assert all(a["data-tip"] == a["aria-label"] and a["role"] == "img" for a in tips) and len([a for a in tips if a["tabindex"] == "0"]) == 3
    assert any(a["data-tip"].startswith("l 1, h 2: -") and a["data-tip"].endswith(" logits") for a in tips)
    td = page.texts["td"]
    assert {"script", "model", "dataset", "seed", "program"} <= set(td) and len([x for x in td if re.fullmatch(r"[0-9a-f]{32}", x)]) >= 3
    for t, a in page.attrs:
        if t == "td" and "data-v" in a:
            assert a["data-v"] == "" or math.isfinite(float(a["data-v"]))

@test
def the_same_script_makes_the_same_page():
    run(REPORT)
    first = (HOME / "report.html").read_bytes()
    run(REPORT, "--threads", "1")
    assert first == (HOME / "report.html").read_bytes()
    run(REPORT, "--seed", "3")
    assert first != (HOME / "report.html").read_bytes()

@test
def figures_and_reports_go_where_save_may_go():
    (HOME / "in").mkdir(exist_ok=True)
    for what in ('plot bars([1]) to "../x.html"', 'report to "../x.html"'):
        (HOME / "in/s.pp").write_text(what + "\n")
        r = pp("in/s.pp")
        assert r.returncode == 2 and b"E0720" in r.stderr and not (HOME / "x.html").exists(), r.stderr
        assert pp("--write", ".", "in/s.pp").returncode == 0 and (HOME / "x.html").exists()
        (HOME / "x.html").unlink()
        assert pp("check", "--write", ".", "in/s.pp").returncode == 0 and not (HOME / "x.html").exists()
    assert b"E0108" in pp("s.pp", script='report to "x.pdf"\n').stderr

# ---- terminals

def wide(text): return max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in text.splitlines())

SHOW = """plot heatmap(effect)
plot heatmap([[i * j - 30 for j in 0..144] for i in 0..6], title: "a title that is long, so long that it takes more than one line of a narrow terminal to say it all")
plot heatmap(attention(pairs, "a1.h2"))
plot bars(evaluate naive on pairs by [kl, nll])
plot graph(naive)
plot highlight([str(i) + " " for i in 0..100], [i - 50 for i in 0..100])
"""

@test
def eighty_columns_are_enough():
    for columns in (80, 60):
        for env in ({}, {"NO_COLOR": "1"}, {"LC_ALL": "C"}):
            text = on_terminal(SHOW, columns, **env)
            assert wide(text) <= columns, (columns, env, wide(text))

@test
def colours_are_for_terminals_that_have_them():
    plain = on_terminal(SHOW, 80, NO_COLOR="1")
    assert "\x1b[48;5;" in on_terminal(SHOW, 80) and "\x1b[48;2;" in on_terminal(SHOW, 80, COLORTERM="truecolor")
    assert "\x1b" not in plain and "\x1b" not in on_terminal(SHOW, 80, TERM="dumb") and "-█" in plain
    assert "\x1b" not in run(SHOW) and "\x1b[48;5;" in run(SHOW, "--color", "always")
    assert "\x1b" not in run(SHOW, "--color", "never")

@test
def without_utf8_ascii_is_enough():
    for locale in ("C", "POSIX", "de_DE.ISO-8859-1"):
        text = on_terminal(SHOW, 80, NO_COLOR="1", LC_ALL=locale)
        assert text.isascii() and "-9" in text and "<- embed" in text and "[" in text, locale
        assert on_terminal(SHOW, 80, LC_ALL=locale).isascii()
    r = pp("s.pp", script='heatmap([[1]], rows: ["é"])\n', LC_ALL="C")
    assert r.stdout.isascii() and r.returncode == 0

harness.run_tests()
harness.finish()
