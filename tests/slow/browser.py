#!/usr/bin/env python3
"""The report of examples/ioi.pp in a browser: browser.py PP FOLDER.  Chromium, driven by its own protocol over a pipe, opens the page; no
console errors, nothing fetched, tooltips to mouse and keyboard, tables that sort, figures that follow the arrow keys, dark mode.
Screenshots stay in FOLDER (browser-light.png, browser-dark.png).  Exit status 77, skipped, where there is no chromium."""
import base64, json, os, pathlib, re, select, shutil, subprocess, sys, tempfile, time

PP, OUT = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
if not CHROMIUM:
    print("skipped: there is no chromium (apt install chromium)")
    sys.exit(77)

class Browser:
    """One tab.  Messages are JSON ended by NUL, to file descriptor 3 of the browser and from its 4."""
    def __init__(self):
        self.profile = tempfile.mkdtemp()
        to_browser, self.to = os.pipe()
        self.of, from_browser = os.pipe()
        def places():
            a, b = os.dup(to_browser), os.dup(from_browser)
            os.dup2(a, 3)
            os.dup2(b, 4)
        self.process = subprocess.Popen([CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage",
            "--hide-scrollbars", f"--user-data-dir={self.profile}", "--remote-debugging-pipe", "about:blank"], preexec_fn=places, close_fds=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.number, self.rest, self.events, self.session = 0, b"", [], None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for part in ("Page", "Runtime", "Log", "Network"):
            self.call(part + ".enable")

    def read(self, until):
        """The next message; what is no answer is kept among the events."""
        while b"\0" not in self.rest:
            if not select.select([self.of], [], [], max(0, until - time.time()))[0]:
                raise TimeoutError("the browser does not answer")
            chunk = os.read(self.of, 1 << 16)
            if not chunk:
                raise EOFError("the browser has ended")
            self.rest += chunk
        one, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(one)
        if "id" not in message:
            self.events.append(message)
        return message

    def call(self, method, seconds=60, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        until = time.time() + seconds
        while True:
            answer = self.read(until)
            if answer.get("id") == self.number:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]

    def open(self, path):
        self.call("Page.navigate", url=path.as_uri())
        until = time.time() + 60
        while not any(e["method"] == "Page.loadEventFired" for e in self.events):
            self.read(until)

    def js(self, text):
        r = self.call("Runtime.evaluate", expression=text, returnByValue=True)
        assert "exceptionDetails" not in r, r["exceptionDetails"]
        return r["result"].get("value")

    def key(self, name, code=0, modifiers=0):
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code, modifiers=modifiers)

    def point(self, x, y, click=False):
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased") if click else ():
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def picture(self, path, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def close(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

def brightness(color):
    r, g, b = map(float, re.findall(r"[\d.]+", color)[:3])
    return 0.3 * r + 0.6 * g + 0.1 * b

TIP = "(() => { const t = document.getElementById('tip'); return t.hidden ? null : t.textContent; })()"
FOCUS = "(() => { const e = document.activeElement; return {tag: e.tagName, tip: e.dataset ? e.dataset.tip || null : null, text: e.textContent.slice(0, 40)}; })()"

def middle(b, selector, n=0):
    """The middle of the n-th element, scrolled into view."""
    return b.js(f"(() => {{ const e = document.querySelectorAll({selector!r})[{n}]; e.scrollIntoView({{block: 'center'}}); const r = e.getBoundingClientRect();"
                "return [r.x + r.width / 2, r.y + r.height / 2]; })()")

def tooltips(b):
    heat = b.js("[...document.querySelectorAll('svg.heatmap')].map(s => s.querySelectorAll('[data-tip]').length)")
    assert heat and heat[0] == 12, heat                               # 3 layers of 4 heads
    b.point(*middle(b, "svg.heatmap [data-tip]", 5))
    tip = b.js(TIP)
    assert tip and re.fullmatch(r"l 1, h 1: -?\d\S* logits", tip), tip
    at = b.js("(() => { const t = document.getElementById('tip').getBoundingClientRect(); return [t.left, t.top, t.right - innerWidth, t.bottom - innerHeight]; })()")
    assert at[0] >= 0 and at[1] >= 0 and at[2] <= 0 and at[3] <= 0, at
    b.point(2, 2)
    assert b.js(TIP) is None

def keyboard(b):
    """Tab reaches every kind of control, and of each figure one part; arrows lead on."""
    b.js("window.scrollTo(0, 0); document.activeElement.blur()")
    seen = []
    for _ in range(200):
        b.key("Tab", 9)
        seen.append(b.js(FOCUS))
        if seen[-1]["tag"] == "BODY":
            break
    figures = b.js("document.querySelectorAll('svg').length")
    reached = [s for s in seen if s["tip"]]
    assert len(reached) == figures, (len(reached), figures)
    assert any(s["tag"] == "BUTTON" for s in seen) and any(s["tag"] == "SUMMARY" for s in seen), seen[:5]
    b.js("document.querySelector('svg.heatmap [data-tip]').focus()")
    assert b.js(TIP).startswith("l 0, h 0:"), b.js(TIP)
    for key, code, want in (("ArrowRight", 39, "l 0, h 1:"), ("ArrowDown", 40, "l 1, h 1:"), ("End", 35, "l 1, h 3:"), ("ArrowUp", 38, "l 0, h 3:"),
                            ("ArrowUp", 38, "l 0, h 3:"), ("Home", 36, "l 0, h 0:")):
        b.key(key, code)
        assert b.js(TIP).startswith(want) and b.js(FOCUS)["tip"] == b.js(TIP), (key, b.js(TIP))
    assert b.js("document.querySelector('svg.heatmap').querySelectorAll('[tabindex=\"0\"]').length") == 1
    b.key("Escape", 27)
    assert b.js(TIP) is None

COLUMN = "[...document.querySelector('table').tBodies[0].rows].map(r => +r.children[2].dataset.v)"

def sorting(b):
    first = b.js(COLUMN)
    assert len(first) == 3, first
    b.point(*middle(b, "table th:nth-child(3) button"), click=True)
    assert b.js(COLUMN) == sorted(first) and b.js("document.querySelector('table th:nth-child(3)').getAttribute('aria-sort')") == "ascending"
    b.js("document.querySelector('table th:nth-child(3) button').focus()")
    b.call("Input.dispatchKeyEvent", type="keyDown", key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r")
    b.call("Input.dispatchKeyEvent", type="keyUp", key="Enter", code="Enter", windowsVirtualKeyCode=13)
    assert b.js(COLUMN) == sorted(first, reverse=True), b.js(COLUMN)

LOOK = ("(() => { const s = e => getComputedStyle(document.querySelector(e)); return {ground: s('body').backgroundColor, ink: s('h1').color, "
        "label: s('svg text').fill, cell: s('svg.heatmap [data-tip]').fill}; })()")

def dark(b):
    light = b.js(LOOK)
    b.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    night = b.js(LOOK)
    for look, order in ((light, 1), (night, -1)):
        for ink in ("ink", "label"):
            assert order * (brightness(look["ground"]) - brightness(look[ink])) > 100, look
    assert light["cell"] == night["cell"], "a colour means the same number by day and by night"

def narrow(b):
    """On a telephone the page itself does not scroll sideways."""
    b.call("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=True)
    assert b.js("document.documentElement.scrollWidth") <= 390, b.js("document.documentElement.scrollWidth")
    b.call("Emulation.setDeviceMetricsOverride", width=1200, height=900, deviceScaleFactor=1, mobile=False)

def quiet(b):
    """No errors, no warnings, nothing but the file itself asked for."""
    bad = [e for e in b.events if e["method"] in ("Runtime.exceptionThrown", "Log.entryAdded")
           or (e["method"] == "Runtime.consoleAPICalled" and e["params"]["type"] in ("error", "warning", "assert"))]
    assert not bad, bad
    asked = {e["params"]["request"]["url"] for e in b.events if e["method"] == "Network.requestWillBeSent"}
    assert all(u.startswith(("file:///", "data:")) for u in asked) and len([u for u in asked if u.startswith("file:")]) == 1, asked

folder = pathlib.Path(tempfile.mkdtemp())
for p in (ROOT / "examples").iterdir():
    (folder / p.name).symlink_to(p)
subprocess.run([PP, "--quiet", "ioi.pp"], cwd=folder, check=True)
failed, tests = 0, (tooltips, keyboard, sorting, narrow, dark, quiet)
b = Browser()
try:
    b.call("Emulation.setDeviceMetricsOverride", width=1200, height=900, deviceScaleFactor=1, mobile=False)
    b.open(folder / "ioi.html")
    tall = min(b.js("document.documentElement.scrollHeight"), 6000)
    b.picture(OUT / "browser-light.png", 1200, tall)
    b.call("Emulation.setDeviceMetricsOverride", width=1200, height=900, deviceScaleFactor=1, mobile=False)
    for f in tests:
        try:
            f(b)
        except Exception as e:
            failed += 1
            print(f"FAILED {f.__name__}: {type(e).__name__} {e}")
    b.js("window.scrollTo(0, 0)")
    b.picture(OUT / "browser-dark.png", 1200, tall)
finally:
    b.close()
print(f"{len(tests) - failed} passed, {failed} failed; {OUT}/browser-light.png, browser-dark.png")
sys.exit(failed != 0)
