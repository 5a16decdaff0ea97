#!/usr/bin/env python3
"""pp pull against a hub that this script plays, on two ports: the hub and the storage that it redirects large files to.
pull.py PP [--only WORD]

Every test has a model and a cache of its own, and they run at the same time: some wait for retries."""
import concurrent.futures
import hashlib
import http.server
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

from harness import TESTS, test
from model_files import gguf, safetensors

PP = str(pathlib.Path(sys.argv[1]).resolve())
ONLY = sys.argv[3] if len(sys.argv) > 3 else ""
HERE = pathlib.Path(__file__).resolve().parent
HOME = pathlib.Path(tempfile.mkdtemp())
SHA = "0123456789abcdef0123456789abcdef01234567"
CONFIG = b'{"model_type": "attn_only"}'


class Model:
    """What the hub has under a name, and how it misbehaves."""

    def __init__(self, files):
        self.files, self.log = files, []
        self.status, self.fail_first, self.cut, self.cut_always, self.slow, self.no_range, self.lies, self.no_etag, self.damage = {}, {}, {}, {}, {}, False, {}, False, set()


def weights(n=300_000, seed=0):
    return safetensors({"w": ("U8", [n], random.Random(seed).randbytes(n))})


def etag(data, large):
    return hashlib.sha256(data).hexdigest() if large else hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


MODELS = {}


class Hub(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for k, v in headers.items():
            self.send_header(k.replace("_", "-"), v)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self):
        self.serve()

    def do_GET(self):
        self.serve()

    def serve(self):
        try:
            self.serve_path(self.path.lstrip("/").split("/"))
        except (BrokenPipeError, ConnectionResetError):
            pass

    def serve_path(self, parts):
        if parts[:2] == ["api", "models"]:
            m = MODELS.get("/".join(parts[2:4]))
            if not m:
                return self.answer(404, b"Repository not found")
            m.log.append(("info", self.headers.get("Authorization")))
            if self.failing(m, "info"):
                return None
            listing = [{"rfilename": f} for f in m.files]
            return self.answer(200, json.dumps({"id": "x", "sha": SHA, "siblings": listing}).encode())
        storage = self.server is STORAGE
        m, file = MODELS["/".join(parts[1:3] if storage else parts[:2])], parts[-1]
        where = "storage" if storage else "hub"
        m.log.append((f"{where} {self.command} {file}", self.headers.get("Authorization"), self.headers.get("Range")))
        if self.failing(m, file):
            return None
        data = m.files[file]
        large = file.endswith(".safetensors")
        if large and not storage:
            told = {} if m.no_etag else {"X_Linked_ETag": f'"{etag(data, True)}"'}
            return self.answer(302, Location=f"http://localhost:{STORAGE.server_port}/store/{'/'.join(parts[:2])}/{file}", ETag='"of-the-page"',
                               X_Linked_Size=str(m.lies.get(file, len(data))), **told)
        return self.body(m, file, data, {} if m.no_etag else {"ETag": f'"{etag(data, large)}"'})

    def failing(self, m, what):
        if m.fail_first.get(what, 0) > 0:
            m.fail_first[what] -= 1
            self.answer(503, b"busy")
            return True
        if what in m.status:
            self.answer(m.status[what], b"no")
            return True
        return False

    def body(self, m, file, data, headers):
        if file in m.damage:
            data = data[:-1] + bytes([data[-1] ^ 1])
        wanted, begin = self.headers.get("Range"), 0
        if wanted and not m.no_range:
            begin = int(wanted.removeprefix("bytes=").rstrip("-"))
            if begin >= len(data):
                return self.answer(416)
        rest = data[begin:]
        self.send_response(206 if begin else 200)
        for k, v in headers.items():
            self.send_header(k, v)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        if self.command == "HEAD":
            return None
        if file in m.cut_always:
            rest = rest[:max(0, m.cut_always[file] - begin)]
            self.close_connection = True
        elif m.cut.get(file):
            rest = rest[:m.cut[file].pop(0)]
            self.close_connection = True
        for i in range(0, len(rest), 16384):
            self.wfile.write(rest[i:i + 16384])
            if file in m.slow:
                time.sleep(m.slow[file])
        return None


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


SERVER, STORAGE = Server(("127.0.0.1", 0), Hub), Server(("127.0.0.1", 0), Hub)
for s in (SERVER, STORAGE):
    threading.Thread(target=s.serve_forever, daemon=True).start()


class Client:
    def __init__(self, name, files=None, **how):
        self.name = f"test/{name}"
        self.model = MODELS[self.name] = Model(files if files is not None else {"config.json": CONFIG, "model.safetensors": weights(), "README.md": b"no"})
        for k, v in how.items():
            setattr(self.model, k, v)
        self.home = HOME / name
        self.folder = self.home / "hub" / f"models--test--{name}"
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("HF_") and "proxy" not in k.lower()}
        self.env |= {"HF_HOME": str(self.home), "HF_ENDPOINT": f"http://127.0.0.1:{SERVER.server_port}/"}

    def start(self, *args, **env):
        return subprocess.Popen([PP, *args], env=self.env | env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def pull(self, want, *said, args=(), **env):
        p = self.start("pull", self.name, *args, **env)
        self.out, self.err = p.communicate(timeout=60)
        assert p.returncode == want, (p.returncode, self.out, self.err)
        for s in said:
            assert s in self.out + self.err, (s, self.out, self.err)
        assert "HTTP" not in self.out

    def whole(self, *files):
        """Is everything in its place?"""
        snapshot = self.folder / "snapshots" / SHA
        assert self.out.strip() == str(snapshot), self.out
        assert (self.folder / "refs/main").read_text() == SHA
        assert sorted(p.name for p in snapshot.iterdir()) == sorted(files), list(snapshot.iterdir())
        for f in files:
            data = self.model.files[f]
            assert (snapshot / f).is_symlink() and (snapshot / f).read_bytes() == data
            assert os.readlink(snapshot / f) == "../../blobs/" + etag(data, f.endswith(".safetensors"))
        assert len(list((self.folder / "blobs").iterdir())) == len(files), "something is left among the blobs"

    def missing(self):
        """The model must not look as if it were there."""
        assert not (self.folder / "refs/main").exists()

    def asked(self, start):
        return [x for x in self.model.log if x[0].startswith(start)]


def pair_of_parts():
    index = {"metadata": {}, "weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors", "c": "model-00002-of-00002.safetensors"}}
    return {"config.json": CONFIG, "model.safetensors.index.json": json.dumps(index).encode(),
            "model-00001-of-00002.safetensors": safetensors({"a": ("U8", [4], b"abcd")}),
            "model-00002-of-00002.safetensors": safetensors({"b": ("U8", [2], b"ab"), "c": ("F32", [1], bytes(4))})}


@test
def plain():
    c = Client("plain", {"config.json": CONFIG, "model.safetensors": weights(), "tokenizer.json": b"{}", "vocab.json": b"", "README.md": b"no", "pytorch_model.bin": b"no"})
    c.pull(0, "model.safetensors: 300.1 kB\n", "config.json: 27 bytes\n")
    c.whole("config.json", "model.safetensors", "tokenizer.json", "vocab.json")
    p = c.start("inspect", "--json", c.name)
    out, err = p.communicate(timeout=60)
    assert json.loads(out)["tensors"][0]["name"] == "w", (out, err)
    before = len(c.model.log)
    c.pull(0, "is there already")
    c.whole("config.json", "model.safetensors", "tokenizer.json", "vocab.json")
    assert not [x for x in c.model.log[before:] if " GET " in x[0]], "it was fetched again"


@test
def quiet():
    c = Client("quiet")
    p = c.start("--quiet", "pull", c.name)
    assert p.communicate(timeout=60) == ("", "") and p.returncode == 0


@test
def token_stays_with_the_hub():
    c = Client("token")
    c.pull(0, HF_TOKEN="secret")
    c.whole("config.json", "model.safetensors")
    assert all(x[1] == "Bearer secret" for x in c.asked("hub") + c.asked("info"))
    assert c.asked("storage") and all(x[1] is None for x in c.asked("storage"))


@test
def parts():
    c = Client("parts", pair_of_parts())
    c.pull(0)
    c.whole(*c.model.files)
    out, err = c.start("-e", f'keys(weights("{c.name}"))').communicate(timeout=60)
    assert '["a", "b", "c"]' in out, (out, err)


@test
def parts_that_are_not_there():
    files = pair_of_parts()
    del files["model-00002-of-00002.safetensors"]
    c = Client("lost-part", files)
    c.pull(3, "E0708", "lists model-00002-of-00002.safetensors, which is not among the files")
    c.missing()
    files = {"config.json": CONFIG, "model.safetensors.index.json": b'{"weight_map": {"a": "../../../../evil"}}', "../../../../evil": b"x"}
    c = Client("evil-part", files)
    c.pull(3, "E0708", "lists ../../../../evil")
    c.missing()


@test
def interrupted_and_resumed():
    c = Client("interrupted", slow={"model.safetensors": 0.1})
    p = c.start("pull", c.name)
    blob = c.folder / "blobs" / (etag(c.model.files["model.safetensors"], True) + ".incomplete")
    for _ in range(200):
        time.sleep(0.05)
        if blob.exists() and blob.stat().st_size > 50_000:
            break
    p.send_signal(signal.SIGINT)
    out, err = p.communicate(timeout=20)
    assert p.returncode == 130 and "E0706" in err and "goes on from there" in err, (p.returncode, err)
    c.missing()
    size = blob.stat().st_size
    assert 50_000 < size < 300_000
    c.model.slow = {}
    c.pull(0)
    c.whole("config.json", "model.safetensors")
    assert c.asked("storage GET")[-1][2] == f"bytes={size}-", c.asked("storage GET")


@test
def two_at_once():
    c = Client("twice", slow={"model.safetensors": 0.15})
    p = c.start("pull", c.name)
    for _ in range(200):
        time.sleep(0.05)
        if list(c.folder.glob("blobs/*.incomplete")) and c.asked("storage GET"):
            break
    c.pull(3, "E0708", "is being fetched by another program")
    assert p.communicate(timeout=60) and p.returncode == 0


@test
def broken_off():
    c = Client("broken", cut={"model.safetensors": [100_000, 50_000, 0]})
    c.pull(0)
    c.whole("config.json", "model.safetensors")
    assert [x[2] for x in c.asked("storage GET")] == [None, "bytes=100000-", "bytes=150000-", "bytes=150000-"]


@test
def always_broken_off():
    c = Client("always", cut_always={"model.safetensors": 120_000})
    c.pull(3, "E0708", "model.safetensors from http://127.0.0.1")
    c.missing()
    assert [p.stat().st_size for p in c.folder.glob("blobs/*.incomplete")] == [120_000]


@test
def no_ranges():
    c = Client("no-range", no_range=True, cut={"model.safetensors": [100_000]})
    c.pull(0)
    c.whole("config.json", "model.safetensors")


@test
def wrong_hash():
    c = Client("hash", damage={"model.safetensors"})
    c.pull(3, "E0708", "the hash of what came is", "thrown away")
    c.missing()
    assert not (c.folder / "snapshots" / SHA / "model.safetensors").exists()
    assert not list(c.folder.glob("blobs/*.incomplete")) and len(list(c.folder.glob("blobs/*"))) == 1
    c = Client("hash-small", damage={"config.json"})
    c.pull(3, "E0708", "config.json: the hash of what came is")
    c.missing()


@test
def damaged_beginning():
    for name, start in (("beginning", bytes(1000)), ("all-of-it", bytes(len(weights()))), ("too-long", bytes(400_000))):
        c = Client(name)
        (c.folder / "blobs").mkdir(parents=True)
        (c.folder / "blobs" / (etag(c.model.files["model.safetensors"], True) + ".incomplete")).write_bytes(start)
        c.pull(0)
        c.whole("config.json", "model.safetensors")


@test
def wrong_size():
    c = Client("short", lies={"model.safetensors": 400_000})
    c.pull(3, "E0708", "model.safetensors: 300080 bytes came where", "said 400000")
    c.missing()
    c = Client("long", lies={"model.safetensors": 200_000})
    c.pull(3, "E0708", "model.safetensors: 300080 bytes came where", "said 200000")
    c.missing()


@test
def no_hash():
    c = Client("no-hash", no_etag=True)
    c.pull(3, "E0708", "says no hash (ETag) that it could be checked against")
    c.missing()


@test
def refused():
    c = Client("refused")
    del MODELS[c.name]
    c.pull(3, "E0708", "answered 404", "is the name right?")
    assert not c.folder.exists()
    for status, token, said in ((401, "", "HF_TOKEN is a token that may read it"), (403, "t", "the token in HF_TOKEN does not open")):
        c = Client(f"refused-{status}", status={"info": status})
        c.pull(3, "E0708", f"answered {status}", said, HF_TOKEN=token)
    c = Client("refused-file", status={"model.safetensors": 403})
    c.pull(3, "E0708", "model.safetensors: http://127.0.0.1", "answered 403")
    c.missing()


@test
def busy():
    c = Client("busy", fail_first={"info": 1, "config.json": 2, "model.safetensors": 1})
    c.pull(0)
    c.whole("config.json", "model.safetensors")
    c = Client("too-busy", fail_first={"model.safetensors": 99})
    c.pull(3, "E0708", "model.safetensors: http://127.0.0.1", "answered 503")
    c.missing()


@test
def nobody_there():
    c = Client("nobody")
    c.pull(3, "E0708", "HF_ENDPOINT is http://127.0.0.1:9", HF_ENDPOINT="http://127.0.0.1:9")
    c.pull(3, "E0708", HF_ENDPOINT="file:///etc")


@test
def no_safetensors():
    c = Client("pickle", {"config.json": CONFIG, "pytorch_model.bin": b"x"})
    c.pull(3, "E0708", "has no model.safetensors", "it has config.json, pytorch_model.bin")
    c = Client("many-gguf", {"a.Q4.gguf": b"x", "b.Q8.gguf": b"y", "sub/c.gguf": b"z"})
    c.pull(3, "has no model.safetensors", "pp pull test/many-gguf FILE fetches one of a.Q4.gguf, b.Q8.gguf, sub/c.gguf")
    c.pull(3, "has no GGUF file c.gguf", "it has a.Q4.gguf", args=["c.gguf"])
    c.pull(3, "has no GGUF file sub/c.gguf", args=["sub/c.gguf"])
    c.missing()
    c = Client("nothing", {})
    c.pull(3, "it has no files")


@test
def gguf_files():
    data = gguf({"general.architecture": "none"}, {"w": (0, [1], bytes(4))})
    c = Client("one-gguf", {"a.gguf": data, "README.md": b"x"})
    c.pull(0)
    c.whole("a.gguf")
    out, err = c.start("-e", f'keys(weights("{c.name}"))').communicate(timeout=60)
    assert '["w"]' in out, (out, err)
    c = Client("two-gguf", {"a.gguf": data, "b.gguf": b"", "config.json": CONFIG})
    c.pull(0, args=["a.gguf"])
    c.whole("a.gguf")


@test
def odd_answers():
    for i, text in enumerate((b"<html>", b"[]", b"{}", b'{"sha": "../../x", "siblings": []}', b'{"sha": 3}', b'{"sha": "00", "siblings": {"a": 1}}', b"")):
        c = Client(f"odd-{i}")
        server = Server(("127.0.0.1", 0), type("Odd", (Hub,), {"serve_path": lambda self, parts, text=text: self.answer(200, text)}))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        c.pull(3, "E0708", HF_ENDPOINT=f"http://127.0.0.1:{server.server_port}")
        assert not c.folder.exists()
        server.shutdown()


@test
def names():
    c = Client("names")
    for name in ("../x", "a/b/c", "/etc/passwd", "", "a--b", "a/..", "-x/y", "a b"):
        p = c.start("pull", "--", name)
        out, err = p.communicate(timeout=20)
        assert p.returncode == 2 and "not the name of a model" in err, (name, p.returncode, err)
    for args, said in ((["pull"], "takes the name of a model"), (["pull", "a", "b", "c"], "one model at a time"), (["pull", "--json", "a"], "--json does not belong")):
        p = c.start(*args)
        assert said in p.communicate(timeout=20)[1] and p.returncode == 2


@test
def no_room():
    if os.geteuid() == 0:
        c = Client("no-room")
        c.home.mkdir()
        (c.home / "hub").write_text("a file where the folder should be")
        c.pull(3, "E0702", "Not a directory")


def outcome(f):
    try:
        f()
        return None
    except Exception as e:
        return f"{type(e).__name__}: {e}"


chosen = [f for f in TESTS if ONLY in f.__name__]
with concurrent.futures.ThreadPoolExecutor(len(chosen)) as pool:
    results = list(pool.map(outcome, chosen))
for f, r in zip(chosen, results):
    if r:
        print(f"FAIL {f.__name__}: {r[:1500]}")
print(f"{results.count(None)} passed, {len(results) - results.count(None)} failed")
sys.exit(results.count(None) != len(results))
