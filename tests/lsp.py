"""pp lsp, driven as an editor drives it: lsp.py PP

Every answer is checked against what stands in the text: positions in UTF-16 and in bytes, texts that are not saved, half-written
ones, requests out of order, messages that are no messages."""
import json, os, pathlib, re, select, subprocess, sys, tempfile, time

import harness
from harness import test

PP = str(pathlib.Path(sys.argv[1]).resolve())
ROOT = pathlib.Path(__file__).resolve().parent.parent
HOME = pathlib.Path(tempfile.mkdtemp())
URI = (HOME / "a b.pp").as_uri()

SCRIPT = '''# what a toy does
model t {
  input x: real[2]
  for i in 0..2 { component h[i] { q = x * 3; yield q + x } }
  output y = sum(h0 + h1)
}
dataset d = pair([1, 2], [0, 1], for: t)
# how far apart
delta gap(ref, patched) = abs(ref.y - patched.y)
hypothesis part on t {
  "Only the first."
  keep h0.q -> y
}
fn twice(n) = n * 2
let four = twice(2)
for k in [1, 2] { let m = k + four; print(m) }
evaluate part on d by gap
'''


class Client:
    """An editor: sends messages, keeps what comes."""
    def __init__(self, *args, **env):
        self.p = subprocess.Popen([PP, "lsp", *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **env})
        self.buffer, self.inbox, self.id, self.version = b"", [], 0, 0

    def send_raw(self, data):
        self.p.stdin.write(data)
        self.p.stdin.flush()

    def send(self, method, params=None, **more):
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params or {}, **more}).encode()
        self.send_raw(b"Content-Length: %d\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n" % len(body) + body)

    def receive(self, want, seconds=20):
        """The next message for which want is true; others are left out."""
        end = time.time() + seconds
        while time.time() < end:
            while b"\r\n\r\n" in self.buffer:
                head, rest = self.buffer.split(b"\r\n\r\n", 1)
                n = int(re.search(rb"Content-Length: (\d+)", head)[1])
                if len(rest) < n:
                    break
                self.buffer = rest[n:]
                self.inbox.append(json.loads(rest[:n]))
            while self.inbox:
                m = self.inbox.pop(0)
                if want(m):
                    return m
            if select.select([self.p.stdout], [], [], 0.1)[0]:
                chunk = os.read(self.p.stdout.fileno(), 65536)
                assert chunk, "the server is gone: " + self.p.stderr.read().decode()
                self.buffer += chunk
        raise AssertionError("no answer in time")

    def ask(self, method, params=None):
        self.id += 1
        self.send(method, params, id=self.id)
        m = self.receive(lambda m: m.get("id") == self.id)
        assert "error" not in m, m
        return m["result"]

    def start(self, **capabilities):
        r = self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        self.send("initialized")
        return r["capabilities"]

    def open(self, text, uri=URI):
        self.send("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "pp", "version": 0, "text": text}})
        return self.diagnostics(uri)

    def change(self, *changes, uri=URI, wait=True):
        self.version += 1
        self.send("textDocument/didChange", {"textDocument": {"uri": uri, "version": self.version}, "contentChanges": list(changes)})
        return self.diagnostics(uri) if wait else None

    def diagnostics(self, uri=URI):
        return self.receive(lambda m: m.get("method") == "textDocument/publishDiagnostics" and m["params"]["uri"] == uri)["params"]["diagnostics"]

    def at(self, what, text, needle, n=0, into=0, uri=URI, units=lambda s: len(s.encode("utf-16-le")) // 2):
        """A request about the n-th place of needle in text, `into` characters into it."""
        index = [m.start() for m in re.finditer(re.escape(needle), text)][n] + into
        line = text.count("\n", 0, index)
        column = units(text[text.rfind("\n", 0, index) + 1:index])
        return self.ask("textDocument/" + what, {"textDocument": {"uri": uri}, "position": {"line": line, "character": column}})

    def stop(self):
        self.ask("shutdown")
        self.send("exit")
        assert self.p.wait(10) == 0
        assert not self.p.stderr.read()


def cut(text, r, encoding="utf-16-le"):
    """The text of a range."""
    lines = text.split("\n")
    def part(line, a, b):
        raw = line.encode(encoding)
        w = 2 if encoding == "utf-16-le" else 1
        return raw[a * w:None if b is None else b * w].decode(encoding)
    a, b = r["start"], r["end"]
    if a["line"] == b["line"]:
        return part(lines[a["line"]], a["character"], b["character"])
    return "\n".join([part(lines[a["line"]], a["character"], None), *lines[a["line"] + 1:b["line"]], part(lines[b["line"]], 0, b["character"])])


@test
def diagnostics_as_one_types():
    c = Client()
    can = c.start()
    assert can["positionEncoding"] == "utf-16" and can["hoverProvider"] and can["textDocumentSync"]["change"] == 2
    assert c.open(SCRIPT) == []
    wrong = SCRIPT.replace("keep h0.q", "keep h7.q")
    [d] = c.change({"text": wrong})
    assert d["code"] == "E0201" and d["severity"] == 1 and d["source"] == "pp" and cut(wrong, d["range"]).startswith("h7"), d
    # an edit inside the text: h7 -> h1, and a name that is not there further down
    line = wrong[:wrong.index("h7")].count("\n")
    col = wrong.split("\n")[line].index("h7")
    edit = {"range": {"start": {"line": line, "character": col}, "end": {"line": line, "character": col + 2}}, "text": "h1"}
    end = {"line": wrong.count("\n"), "character": 0}
    found = c.change(edit, {"range": {"start": end, "end": end}, "text": 'print("𝄞é", nowhere)\n'})
    assert [cut(wrong + 'print("𝄞é", nowhere)\n', d["range"]) for d in found] == ["nowhere"], found
    # two mistakes of syntax at once, a warning, and none
    assert len(c.change({"text": "let = 1\nlet y = 2\nlet = 3\n"})) == 2
    [w] = c.change({"text": SCRIPT + "let unused = 1\n"})
    assert w["severity"] == 2 and w["code"].startswith("W"), w
    assert c.change({"text": ""}) == []
    # a text about a file beside it
    (HOME / "other.pp").write_text("let z = nothing_here\n")
    found = c.change({"text": 'use "other.pp"\n'})
    assert len(found) >= 1 and "other.pp:1:9" in found[0]["message"], found
    (HOME / "other.pp").write_text("let z = 3\n")
    c.send("textDocument/didSave", {"textDocument": {"uri": URI}})
    assert c.diagnostics() == []
    c.send("textDocument/didClose", {"textDocument": {"uri": URI}})
    assert c.diagnostics() == []
    c.stop()


@test
def models_beside_the_text():
    c = Client()
    c.start()
    path = ROOT / "examples/induction.pp"
    text = path.read_text()
    assert c.open(text, path.as_uri()) == []
    hover = c.at("hover", text, "a1.h[2,3,4,6].v", into=4, uri=path.as_uri())
    assert "of 625 paths" in hover["contents"]["value"] and "ports q, k, v" in hover["contents"]["value"], hover
    hover = c.at("hover", text, "naive on", into=1, uri=path.as_uri())
    assert "keeps 21 of 625 paths" in hover["contents"]["value"] and "An induction head copies" in hover["contents"]["value"], hover
    roles = text + "hypothesis late on m { keep a1.h2@{END, -2} }\n"
    c.change({"text": roles}, uri=path.as_uri())
    hover = c.at("hover", roles, "END", into=1, uri=path.as_uri())
    assert "in 96 of 96 pairs of pairs" in hover["contents"]["value"], hover
    hover = c.at("hover", text, "pairs = ", into=1, uri=path.as_uri())
    assert "96 pairs" in hover["contents"]["value"], hover
    c.stop()


@test
def hover():
    c = Client()
    c.start()
    c.open(SCRIPT)
    for needle, n, into, words in [
            ("keep", 0, 1, ["keep PATTERN", "A rule"]), ("abs", 0, 1, ["abs(x)", "without its sign"]), ("gap", 1, 0, ["how far apart", "delta gap"]),
            ("h0.q", 0, 0, ["component of t, with ports q: on 2 of 4 paths"]), ("h0.q", 0, 3, ["component of t", "on 1 of 4 paths"]),
            ("part on d", 0, 1, ["Only the first", "keeps 1 of 4 paths"]), ("t {", 0, 0, ["what a toy does", "4 paths"]), ("four", 0, 1, ["let four", "= 4"]),
            ("twice", 1, 1, ["fn twice(n)"]), ("d by", 0, 0, ["1 pairs", "END"])]:
        h = c.at("hover", SCRIPT, needle, n, into)
        assert h and all(w in h["contents"]["value"] for w in words), (needle, n, h)
    assert cut(SCRIPT, c.at("hover", SCRIPT, "h0.q", 0, 3)["range"]) == "h0.q"
    for needle, n in [("what a toy", 0), ("Only", 0), ("  input", 0), ("2]", 0)]:
        assert c.at("hover", SCRIPT, needle, n) is None, needle
    # the text has a mistake now: what was known still is
    c.change({"text": SCRIPT + "let = 3\n"})
    assert "keeps 1 of 4" in c.at("hover", SCRIPT, "part on d", 0, 1)["contents"]["value"]
    c.stop()


@test
def definitions():
    c = Client(PP_PATH=str(ROOT / "stdlib"))
    c.start()
    text = SCRIPT + "evaluate part on d by kl\n" + "fn f(a) = [a * z for z in [1, a]]\nfn g(a) { let b = a; b + a }\n"
    c.open(text)
    for needle, n, into, name, line in [
            ("gap", 1, 0, "gap", "delta gap"), ("part on d", 0, 0, "part", "hypothesis part"), ("twice(2)", 0, 0, "twice", "fn twice"),
            ("n * 2", 0, 0, "n", "fn twice"), ("four; print", 0, 0, "four", "let four"), ("print(m)", 0, 6, "m", "let m"), ("k + four", 0, 0, "k", "for k"),
            ("h0.q", 0, 0, "h[i]", "component h[i]"), ("h0.q", 0, 3, "h[i]", "component h[i]"), ("d by gap", 0, 0, "d", "dataset d"),
            ("t {", 1, 0, "t", "model t"), ("a * z", 0, 0, "a", "fn f(a)"), ("a * z", 0, 4, "z", "for z in"), ("b + a", 0, 0, "b", "let b"), ("b + a", 0, 4, "a", "fn g(a)")]:
        r = c.at("definition", text, needle, n, into)
        where = r and text.split("\n")[r["range"]["start"]["line"]]
        got = r and cut(text, r["range"])
        assert r and r["uri"] == URI and line in where and got == name, (needle, r, got, where)
    r = c.at("definition", text, "kl\n", 0, 0)
    assert r and r["uri"].endswith("stdlib/metrics.pp"), r
    assert re.match(r"(delta|metric) kl", (ROOT / "stdlib/metrics.pp").read_text().split("\n")[r["range"]["start"]["line"]])
    assert c.at("definition", text, "abs(", 0, 0) is None
    c.stop()


@test
def completions():
    c = Client()
    c.start()
    c.open(SCRIPT)
    def offered(text):
        """What is offered at the end of the text, by label; each replaces the name that is begun there."""
        c.change({"text": text}, wait=False)
        last = text.split("\n")[-1]
        r = c.ask("textDocument/completion", {"textDocument": {"uri": URI}, "position": {"line": text.count("\n"), "character": len(last)}})
        begun = re.search(r"\w*$", last)[0]
        for i in r["items"]:
            assert cut(text, i["textEdit"]["range"]) == begun and i["textEdit"]["newText"].startswith(begun), i
        assert [i["label"] for i in r["items"]] == [i["label"] for i in sorted(r["items"], key=lambda i: i["sortText"])]
        return {i["label"]: i for i in r["items"]}
    got = offered(SCRIPT + "let big = argm")
    assert {"argmax", "argmin"} <= set(got) and got["argmax"]["kind"] == 3, got
    assert "hypothesis" in offered(SCRIPT + "hyp")
    assert set(offered(SCRIPT + "hypothesis more on t { keep h0.")) == {"q"}
    got = offered(SCRIPT + "hypothesis more on t { keep h")
    assert got and all(label.startswith("h") for label in got) and any(i["detail"] for i in got.values()), got
    assert {"part"} <= set(offered(SCRIPT + "evaluate pa"))
    assert "gap" in offered(SCRIPT + "evaluate part on d by ")
    assert "END" in offered(SCRIPT + "evaluate part on d by gap at E")
    # without a session that knows anything
    assert "let" in offered("le") and "argmax" in offered("let x = argm")
    c.stop()


@test
def outline():
    c = Client()
    c.start()
    c.open(SCRIPT + "let = 3\n")                # the rest is there, whatever is wrong
    found = c.ask("textDocument/documentSymbol", {"textDocument": {"uri": URI}})
    assert [s["name"] for s in found] == ["t", "d", "gap", "part", "twice", "four"], found
    assert all(cut(SCRIPT, s["selectionRange"]) == s["name"] for s in found) and cut(SCRIPT, found[3]["range"]).endswith("-> y\n}"), found
    c.stop()


@test
def formatting():
    c = Client()
    c.start()
    ugly = SCRIPT.replace("let four = twice(2)", "let   four=twice( 2 )")
    c.open(ugly)
    [edit] = c.ask("textDocument/formatting", {"textDocument": {"uri": URI}, "options": {"tabSize": 2, "insertSpaces": True}})
    assert cut(ugly, edit["range"]) == ugly and "let four = twice(2)\n" in edit["newText"], edit
    c.change({"text": edit["newText"]})
    assert c.ask("textDocument/formatting", {"textDocument": {"uri": URI}, "options": {}}) == []
    c.change({"text": "let = 3"})
    assert c.ask("textDocument/formatting", {"textDocument": {"uri": URI}, "options": {}}) is None
    c.stop()


@test
def positions_in_bytes():
    c = Client()
    assert c.start(general={"positionEncodings": ["utf-8", "utf-16"]})["positionEncoding"] == "utf-8"
    text = 'print("é𝄞", nowhere)\n'
    [d] = c.open(text)
    assert cut(text, d["range"], "utf-8") == "nowhere", d
    c.stop()


@test
def a_check_that_takes_long_does_not_hold_anybody_up():
    c = Client()
    c.start()
    slow = SCRIPT + "for i in 0..1000000000 { let z = i }\n"
    c.send("textDocument/didOpen", {"textDocument": {"uri": URI, "languageId": "pp", "version": 0, "text": slow}})
    time.sleep(0.5)                              # the check runs
    began = time.time()
    assert c.at("hover", slow, "keep", 0, 1)
    assert time.time() - began < 3, time.time() - began
    time.sleep(0.3)
    began = time.time()
    assert c.change({"text": SCRIPT}) == []
    assert time.time() - began < 5, time.time() - began
    c.stop()


@test
def messages_that_are_wrong():
    c = Client()
    c.send("textDocument/hover", {}, id=1)
    assert c.receive(lambda m: m.get("id") == 1)["error"]["code"] == -32002
    c.start()
    c.send("textDocument/nothing", {}, id=2)
    assert c.receive(lambda m: m.get("id") == 2)["error"]["code"] == -32601
    c.send("textDocument/hover", {"textDocument": {"uri": "file:///not/open"}, "position": {"line": 0, "character": 0}}, id=3)
    assert c.receive(lambda m: m.get("id") == 3)["error"]["code"] == -32602
    c.send_raw(b"Content-Length: 9\r\n\r\nnot json!")
    assert c.receive(lambda m: "error" in m)["error"]["code"] == -32700
    c.send_raw(b"Content-Length: 2\r\n\r\n[]")
    c.send_raw(b"Content-Length: 4\r\n\r\nnull")
    c.send_raw(b"Content-Length: 18\r\n\r\n{\"method\":[\"hover\"")
    for method in ("textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "textDocument/didSave", "$/cancelRequest"):
        for params in ({}, {"textDocument": 3}, {"textDocument": {"uri": 3}}, [1]):
            c.send(method, params)
    c.open(SCRIPT)
    for position in ({"line": 10 ** 9, "character": 3}, {"line": -3, "character": -1}, {"line": 2, "character": 10 ** 9}, {"line": "a"}, {}):
        for what in ("hover", "definition", "completion"):
            c.ask("textDocument/" + what, {"textDocument": {"uri": URI}, "position": position})
    c.change({"range": {"start": {"line": 9, "character": 0}, "end": {"line": 1, "character": 0}}, "text": "x"})
    c.stop()
    for junk in (b"Content-Length: 99999999999999\r\n\r\n", b"hello\r\n\r\n"):
        p = subprocess.run([PP, "lsp"], input=junk, capture_output=True, timeout=10)
        assert p.returncode == 2 and b"Content-Length" in p.stderr, p
    assert subprocess.run([PP, "lsp"], input=b"", capture_output=True, timeout=10).returncode == 1      # gone without exit
    assert subprocess.run([PP, "lsp", "x.pp"], input=b"", capture_output=True, timeout=10).returncode == 2


harness.run_tests(lambda name: name in sys.argv[2:] or not sys.argv[2:])
harness.finish()
