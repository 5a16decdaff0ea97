"""Files that time, disks and people have been at: mutate.py PP N [KIND...]

N seeded mutations of every kind of file.  Whatever is in one, pp gives a result or says in a sentence what is wrong; it does
not crash, hang, or take more memory than for the sound file and twice the damaged one."""
import json
import pathlib
import random
import subprocess
import sys
import tempfile

from gguf import CASES, convert
from model_files import gguf, read_safetensors, safetensors

PP, N, KINDS = str(pathlib.Path(sys.argv[1]).resolve()), int(sys.argv[2]), sys.argv[3:]
HOME = pathlib.Path(tempfile.mkdtemp())
SANITIZED = b"__asan_init" in pathlib.Path(PP).read_bytes()          # whose memory says nothing
FILLER = 6 << 20                                                      # so that twice the file is more than what varies anyway
LLAMA = CASES / "tiny-llama/model"
NUMBERS = [0, 1, 2, 7, 255, 256, 65535, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53, 2**62, 2**63 - 1, 2**63, 2**64 - 1]
TEXTS = [b"null", b"-1", b"1e999", b"99999999999999999999", b"[]", b"{}", b'""', b'"', b"\\", b"\0", b"\xff\xfe", b"[[[[[[", b"F64", b"BF16", b"I8"]


def mutated(data, head, r):
    """One to four changes, most of them in the first `head` bytes."""
    out = bytearray(data)
    for _ in range(r.choice([1, 1, 1, 2, 3, 4])):
        end = min(head, len(out)) if r.random() < 0.85 else len(out)
        at = r.randrange(max(1, end))
        kind = r.randrange(9)
        if kind == 0:
            out[at:at + 1] = bytes([r.randrange(256)])
        elif kind == 1 and out:
            out[at] ^= 1 << r.randrange(8)
        elif kind == 2:
            size = r.choice([4, 8])
            out[at:at + size] = (r.choice(NUMBERS) % 256**size).to_bytes(size, "little")
        elif kind == 3:
            del out[at:at + r.choice([1, 2, 8, 100, 5000])]
        elif kind == 4:
            out[at:at] = out[at:at + r.choice([1, 8, 40, 200])]
        elif kind == 5:
            out[at:at] = r.choice(TEXTS)
        elif kind == 6:
            del out[at if r.random() < 0.5 else r.randrange(len(out) + 1):]
        elif kind == 7:
            out += r.randbytes(r.choice([1, 31, 4096]))
        else:
            other = r.randrange(max(1, end))
            n = r.choice([1, 4, 8, 24])
            out[at:at + n], out[other:other + n] = out[other:other + n], out[at:at + n]
    return bytes(out)


def evaluated(path):
    return f'''model m = load("{path}")
dataset d = pair([1, 2, 3, 4], [5, 2, 3, 4], for: m)
hypothesis h on m {{ keep a0.h0 -> logits }}
evaluate h on d by kl
'''


def looked_at(path):
    return f'let w = weights("{path}")\n[shape(w[k]) for k in keys(w) if has(w, k)]\n'


def folder():
    (HOME / "model").mkdir(exist_ok=True)
    (HOME / "model/config.json").write_bytes((LLAMA / "config.json").read_bytes())
    return HOME / "model"


def base_safetensors():
    tensors = {k: ("F32", shape, x.tobytes()) for k, (shape, x) in read_safetensors(LLAMA / "model.safetensors").items()}
    tensors["filler"] = ("BF16", [FILLER // 2], bytes(FILLER))
    data = safetensors(tensors)
    return folder() / "model.safetensors", data, int.from_bytes(data[:8], "little") + 8, evaluated(folder())


def base_gguf():
    data = convert(LLAMA, more={"filler": (30, [FILLER // 2], bytes(FILLER))})
    return HOME / "model.gguf", data, len(data) - FILLER - 60_000, evaluated(HOME / "model.gguf")


def base_blocks():
    """Every type of block; they stay packed until somebody asks for them, so only shapes are looked at, and two of them."""
    types = {0: (1, 4), 1: (1, 2), 30: (1, 2), 8: (32, 34), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 12: (256, 144), 13: (256, 176), 14: (256, 210)}
    tensors = {f"t{k}": (k, [2, 512], bytes(range(256)) * (1024 // per * size // 256) + bytes(1024 // per * size % 256)) for k, (per, size) in types.items()}
    meta = {"general.architecture": "llama", "general.alignment": ("u32", 32), "tokenizer.ggml.tokens": [f"t{i}" for i in range(200)]}
    tensors["filler"] = (30, [FILLER // 2], bytes(FILLER))
    data = gguf(meta, tensors)
    return HOME / "blocks.gguf", data, data.index(b"filler") + 60, looked_at(HOME / "blocks.gguf")


def base_index():
    parts = read_safetensors(LLAMA / "model.safetensors")
    home = HOME / "parts"
    home.mkdir(exist_ok=True)
    (home / "config.json").write_bytes((LLAMA / "config.json").read_bytes())
    names, where = sorted(parts), {}
    for i in range(3):
        file = f"model-{i}.safetensors"
        mine = {k: ("F32", parts[k][0], parts[k][1].tobytes()) for k in names[i::3]}
        where |= dict.fromkeys(mine, file)
        (home / file).write_bytes(safetensors(mine))
    text = '{"metadata": {}, "weight_map": {' + ", ".join(f'"{k}": "{v}"' for k, v in where.items()) + "}}"
    return home / "model.safetensors.index.json", text.encode(), len(text), evaluated(home)


def named(name, text, more=""):
    """A dataset for the names model, which is loaded, filtered and evaluated."""
    names = pathlib.Path(__file__).resolve().parent.parent / "examples/models/names"
    script = f'''model m = load("{names}")
dataset d = load("{HOME / name}", for: m{more})
let some = filter(d, p => len(p.ref) > 0)
hypothesis h on m {{ keep a1.h0.v }}
evaluate h on split(some, 1)[0] by kl
'''
    return HOME / name, text.encode(), len(text), script


SIDES = [("When Agnes and Don left the park, Don gave a cake to", "When Susan and Joy left the park, Don gave a cake to", "Agnes", "Don"),
         ("Then, Celia and Victor were working at the office. Victor decided to give a book to",
          "Then, Susan and Joy were working at the office. Don decided to give a book to", "Celia", "Victor")] * 40


def base_jsonl():
    lines = [json.dumps({"ref": a, "cf": b, "answer": x, "foil": [y, 3], "positions": {"IO": 1, "END": [-1]}, "more": a}) for a, b, x, y in SIDES]
    return named("d.jsonl", "\n".join(lines))


def base_csv():
    rows = [f'{i},"{a}","{b}",{7 + i},"[{8 + i}, {9 + i}]"' for i, (a, b, _, _) in enumerate(SIDES)]
    return named("d.csv", "\n".join([",clean,corrupted,correct_idx,incorrect_idx", *rows]), ", on_misaligned: skip")


def base_autocircuit():
    prompts = [{"clean": a, "corrupt": b, "answers": [" " + x], "wrong_answers": [" " + y]} for a, b, x, y in SIDES]
    return named("d.json", json.dumps({"seq_labels": ["a", "b"], "word_idxs": {"IO-1": 1, "end": 12}, "prompts": prompts}, indent=1))


def base_circuit():
    lib = pathlib.Path(__file__).resolve().parent / "golden/lib"
    data = (lib / "eap_ig.json").read_bytes()
    return HOME / "circuit.json", data, len(data), (lib / "two_layers.pp").read_text() + f'count(circuit("{HOME / "circuit.json"}"), two)\n'


BASES = {"circuit": base_circuit, "jsonl": base_jsonl, "csv": base_csv, "autocircuit": base_autocircuit, "safetensors": base_safetensors, "gguf": base_gguf, "blocks": base_blocks, "index": base_index}


# Runs a command, given as its words on a line of JSON, and answers with [status or null when it hangs, peak memory].  In a
# process of its own: what the kernel counts begins with the size of the process that starts the command.
RUNNER = """import json, os, signal, sys
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(sys.argv[1], os.O_RDWR | os.O_CREAT | os.O_TRUNC), 1)
        os.dup2(1, 2)
        words = json.loads(line)
        signal.alarm(30)
        os.execv(words[0], words)
    status, usage = os.wait4(pid, 0)[1:]
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps([None if code == -signal.SIGALRM else code, usage.ru_maxrss << 10]), flush=True)
"""
RUNNING = subprocess.Popen([sys.executable, "-S", "-E", "-c", RUNNER, HOME / "said"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def run(script):
    """Exit status, what was said, peak memory: on one thread, since how many come to work depends on how busy the machine is."""
    (HOME / "script.pp").write_text(script)
    RUNNING.stdin.write(json.dumps([PP, "--json", "--threads", "1", str(HOME / "script.pp")]) + "\n")
    RUNNING.stdin.flush()
    code, memory = json.loads(RUNNING.stdout.readline())
    return code, (HOME / "said").read_text(errors="replace"), memory


def wrong(code, said, memory, limit):
    if code not in (0, 2, 3) or "Sanitizer" in said or "runtime error" in said:
        return f"exit status {code}"
    if code and " error E" not in said:
        return "no sentence"
    return f"{memory >> 20} MB of memory" if memory > limit and not SANITIZED else None


passed = failed = 0
for kind in KINDS or BASES:
    path, data, head, script = BASES[kind]()
    path.write_bytes(data)
    code, said, plain = run(script)
    assert code == 0, said
    sentences, sound = set(), 0
    for seed in range(N):
        bad = mutated(data, head, random.Random(f"{kind} {seed}"))
        path.write_bytes(bad)
        code, said, memory = run(script)
        why = wrong(code, said, memory, plain + 2 * max(len(bad), 1 << 20))
        passed, failed = passed + (why is None), failed + (why is not None)
        sound += code == 0
        sentences |= {line.split("error ")[1][:5] for line in said.splitlines() if " error E" in line}
        if why:
            print(f"FAIL {kind} {seed}: {why}: {said[:300]}")
    print(f"{kind}: {N} mutations, {sound} of them sound; codes {', '.join(sorted(sentences))}")
    assert sound < N or N < 5, "nothing was damaged"
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
