"""pp.h through ctypes: every kind of value, arrays that are views, errors, interruption, several sessions.  tests/install.py runs it."""
import math, threading, time
import pp

TOY = """model t {
  input x: real[2]
  h0 = x * 3
  h1 = x * 5
  output y = sum(h0 * h0 + h1)
}
metric f(run) = run.y + 0
hypothesis none_of_it on t { }
hypothesis part on t { keep h1 }
"""
shown = []
s = pp.Session(out=shown.append, seed=3)
s.run(TOY + """dataset d = pairs([{ref: [1, 2], cf: [0, 1]}, {ref: [2, 2], cf: [1, 0]}], for: t)
let r = evaluate [none_of_it, part] on d by f
let m = tensor([[1, 2, 3], [4, 5, 6]])
let flat = table({a: [1, 2, 3], b: ["x", "y", none], c: [1, none, 3]})
1 + 1
""")
assert shown == ["2\n"], shown

# plain values
assert s["1 / 4"] == 0.25 and s["1 < 2"] is True and s["none"] is None and s['"a\\u{e9}" '] == "aé"
assert list(s["[1, 2, 3]"]) == [1, 2, 3] and len(s["[]"]) == 0

# tensors: the same memory each time, views by strides
m, t = s["m"], s["transpose(m)"]
assert m.shape == (2, 3) and t.shape == (3, 2) and m.at == t.at == s["m"].at, (m.at, t.at)
assert [t[i, 1] for i in range(3)] == [4, 5, 6] and m.strides == (24, 8) and t.strides == (8, 24)
assert s["m[1]"][2] == 6 and m.__array_interface__["data"] == (m.at, True)
try:
    m[2, 0]
    raise AssertionError("an index behind the end")
except IndexError:
    pass

# tables: results, one row of them, a table with holes
r = s["r"]
assert len(r) == 2 and r["hypothesis"] == ["none_of_it", "part"] and r["n"][0] == 2 and r["aue"][0] > 0
assert r["aue"][1] == s["r[part, f].aue"] == s["r[part, f]"]["aue"][0]
flat = s["flat"]
assert flat.columns == ["a", "b", "c"] and list(flat["a"]) == [1, 2, 3] and flat["b"] == ["x", "y", ""]
assert flat["c"][0] == 1 and math.isnan(flat["c"][1]) and flat["c"][2] == 3
try:
    flat["z"]
    raise AssertionError("a column that is not there")
except KeyError as e:
    assert "a, b, c" in str(e)
assert math.isnan(s["evaluate part on pair([1, 1], [1, 1], for: t) by f"]["explained"][0])         # undefined: the sides are equal

# errors: told in their parts, and the session goes on
for wrong, status, sentence in [("let x = ", 2, "E0004"), ("unknown", 2, "unknown is not known"), ('load("nowhere.jsonl", for: t)', 3, "E07")]:
    try:
        s.run(wrong)
        raise AssertionError(wrong)
    except pp.Error as e:
        assert e.status == status and sentence in str(e), str(e)
for wrong in ("", "1; 2", "let y = 3", "1 +", "r.nothing"):
    try:
        s[wrong]
        raise AssertionError(wrong)
    except pp.Error as e:
        assert str(e).startswith("<expression>:1:"), str(e)
try:
    s["t"]
    raise AssertionError("a model has no form in Python")
except TypeError:
    pass
assert s["1 + 2"] == 3

# what could come next, and whether more has to
assert s.incomplete("hypothesis h on t {") and not s.incomplete("let q = 1") and not s.incomplete("let = = ")
assert s.complete("é = argm", 8)[:2] == (4, 8) and [c[0] for c in s.complete("é = argm", 8)[2]] == ["argmax", "argmin"]
assert s.complete("evaluate par", 12)[2][0][:2] == ("part", "hypothesis")

# sessions do not know each other
with pp.Session(format=pp.JSON, out=shown.append) as other:
    other.run("let m = 1\nm")
    assert '"value":1' in shown[-1].replace(" ", "") and other["m"] == 1 and s["m"].shape == (2, 3)

# interruption, from another thread
threading.Thread(target=lambda: (time.sleep(0.2), s.interrupt())).start()
began = time.time()
try:
    s.run("for i in 0..100000000 { let x = i }")
    raise AssertionError("it was not interrupted")
except pp.Error as e:
    assert e.status == pp.INTERRUPTED and time.time() - began < 5, e
assert s["2 + 2"] == 4
array = s["m"]
del s                                                       # an array keeps its session
assert array[1, 1] == 5
print("fine")
