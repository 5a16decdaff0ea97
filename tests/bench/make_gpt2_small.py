#!/usr/bin/env python3
"""Makes a model of GPT-2 small's shape with random weights, and pairs for it, to measure with: make_gpt2_small.py FOLDER

    [--layers 12] [--heads 12] [--width 768] [--vocab 50257] [--context 1024] [--seed 0] [--dtype F32|BF16]

Python alone.  FOLDER gets config.json, model.safetensors (498 MB as it is) in Hugging Face's names, and pairs.jsonl: 8 pairs
of 16 tokens with answer, foil and the roles IO, S1, S2, END, pair_15.jsonl with one of 15 tokens, pairs_long.jsonl with one of
512.  The same arguments give the same bytes.  Normal numbers are slow to draw in Python: a million of them are drawn, and
each tensor is a stretch of them that begins somewhere else."""
import argparse, array, json, os, random, struct

POOL = (1 << 20) - 3


def shapes(a):
    d, inner = a.width, 4 * a.width
    yield "wte.weight", [a.vocab, d]
    yield "wpe.weight", [a.context, d]
    for l in range(a.layers):
        b = f"h.{l}."
        yield b + "ln_1.weight", [d]
        yield b + "ln_1.bias", [d]
        yield b + "attn.c_attn.weight", [d, 3 * d]
        yield b + "attn.c_attn.bias", [3 * d]
        yield b + "attn.c_proj.weight", [d, d]
        yield b + "attn.c_proj.bias", [d]
        yield b + "ln_2.weight", [d]
        yield b + "ln_2.bias", [d]
        yield b + "mlp.c_fc.weight", [d, inner]
        yield b + "mlp.c_fc.bias", [inner]
        yield b + "mlp.c_proj.weight", [inner, d]
        yield b + "mlp.c_proj.bias", [d]
    yield "ln_f.weight", [d]
    yield "ln_f.bias", [d]


def size(shape):
    n = 1
    for x in shape:
        n *= x
    return n


def pools(a, rng):
    """Normal numbers of the scales in use, as bytes in the file's type."""
    normal = [rng.gauss(0, 1) for _ in range(POOL)]
    out = {}
    for scale in (0.02, 0.02 / (2 * a.layers) ** 0.5, 0.01):
        raw = array.array("f", [scale * x for x in normal]).tobytes()
        out[scale] = narrow(raw) if a.dtype == "BF16" else raw
    return out


def narrow(raw):
    """float32 to bfloat16, cut off."""
    out = bytearray(len(raw) // 2)
    out[0::2], out[1::2] = raw[2::4], raw[3::4]
    return bytes(out)


def scale_of(name, a):
    return 0.01 if name == "wpe.weight" else 0.02 / (2 * a.layers) ** 0.5 if "c_proj.weight" in name else 0.02


def write_weights(path, a, rng):
    width = 2 if a.dtype == "BF16" else 4
    head, at = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in shapes(a):
        end = at + width * size(shape)
        head["transformer." + name] = {"dtype": a.dtype, "shape": shape, "data_offsets": [at, end]}
        at = end
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    pool = pools(a, rng)
    one = array.array("f", [1.0]).tobytes()
    one = narrow(one) if a.dtype == "BF16" else one
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for name, shape in shapes(a):
            n = size(shape)
            if len(shape) == 1:
                f.write((one if name.endswith("weight") else bytes(width)) * n)
                continue
            p, start = pool[scale_of(name, a)], rng.randrange(POOL)
            f.write(p[width * start:width * (start + n)])
            left = n - min(n, POOL - start)
            while left:
                part = min(left, POOL)
                f.write(p[:width * part])
                left -= part


def pair(rng, a, n):
    """Random tokens; the counterfactual differs in three rows, as in indirect object identification."""
    ref = [rng.randrange(a.vocab) for _ in range(n)]
    io, s1, s2 = 1, 3, n - 5
    ref[s2] = ref[s1]
    cf = list(ref)
    for row in (io, s1, s2):
        cf[row] = rng.randrange(a.vocab)
    return {"ref": ref, "cf": cf, "answer": ref[io], "foil": ref[s1], "positions": {"IO": io, "S1": s1, "S2": s2, "END": n - 1}}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("folder")
    for name, value in (("layers", 12), ("heads", 12), ("width", 768), ("vocab", 50257), ("context", 1024), ("seed", 0)):
        p.add_argument("--" + name, type=int, default=value)
    p.add_argument("--dtype", choices=("F32", "BF16"), default="F32")
    a = p.parse_args()
    rng = random.Random(a.seed)
    os.makedirs(a.folder, exist_ok=True)
    put = lambda name, text: open(os.path.join(a.folder, name), "w").write(text)
    config = {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "activation_function": "gelu_new", "n_embd": a.width,
              "n_head": a.heads, "n_layer": a.layers, "n_positions": a.context, "n_ctx": a.context, "layer_norm_epsilon": 1e-5,
              "vocab_size": a.vocab, "tie_word_embeddings": True}
    put("config.json", json.dumps(config, indent=1) + "\n")
    for name, count, n in (("pairs.jsonl", 8, 16), ("pair_15.jsonl", 1, 15), ("pairs_long.jsonl", 1, min(512, a.context))):
        put(name, "".join(json.dumps(pair(rng, a, n)) + "\n" for _ in range(count)))
    write_weights(os.path.join(a.folder, "model.safetensors"), a, rng)


if __name__ == "__main__":
    main()
