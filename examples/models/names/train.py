#!/usr/bin/env python3
"""Trains the names model: a GPT-2 of three small layers which knows three tasks of templated English (see text.py).

    python3 train.py [--steps N] [--out FOLDER] [--data FOLDER]
    python3 train.py --check       the figures of the model that is there; trains and writes nothing

Needs Python 3.9 or newer with torch (CPU) and nothing else; about five minutes on one core.  Writes config.json,
model.safetensors and tokenizer.json next to this script, the pairs to ../../data/, and prints the figures README.md quotes.

A row is one sentence, from position 0 on, without a start token; the rest of the row is padding and counts for nothing.
The word that answers a task counts ANSWER times as much as any other: most words are drawn at random, and what is to be
learnt would drown among them.

Left to itself the model overfits the training names: it does worse on held-out ones the longer it is trained.  So once
the tasks are learnt there is dropout, and the MLPs pay for their weights.  What lasts is attention that finds a name in
the sentence and copies it, and that works for any name.
"""
import argparse, json, math, os, random, struct, time

import torch
import torch.nn.functional as F

import text

SEED = 5
LAYERS, HEADS, D = 3, 4, 96
EPS = 1e-5
BATCH = 64
LR = 2e-3
DECAY = 0.1
LATE = 700             # the step from which on there is dropout and the MLPs pay for their weights
DROPOUT = 0.1
MLP_PENALTY = 2e-4     # of the squares of the MLPs' weights
ANSWER = 4.0

HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = text.vocabulary()
ID = {w: i for i, w in enumerate(WORDS)}
PAD = ID["[PAD]"]


def encode(sentence):
    return [ID[w] for w in text.words(sentence)]


def batch(rows, rng):
    ids = torch.full((rows, text.MAX), PAD)
    weight = torch.zeros(rows, text.MAX)
    for i in range(rows):
        w, answer = text.sentence(rng)
        ids[i, :len(w)] = torch.tensor([ID[x] for x in w])
        weight[i, 1:len(w)] = 1
        if answer is not None:
            weight[i, answer] = ANSWER
    longest = int((weight > 0).sum(1).max()) + 1
    return ids[:, :longest], weight[:, :longest]


# ---- the model: GPT-2 by the names and the layout Hugging Face gives it ----

def init(gen):
    def normal(scale, *shape):
        return torch.randn(*shape, generator=gen) * scale
    p = {"wte.weight": normal(0.05, len(WORDS), D), "wpe.weight": normal(0.02, text.MAX, D),
         "ln_f.weight": torch.ones(D), "ln_f.bias": torch.zeros(D)}
    for l in range(LAYERS):
        b = f"h.{l}."
        for ln in ("ln_1", "ln_2"):
            p[b + ln + ".weight"], p[b + ln + ".bias"] = torch.ones(D), torch.zeros(D)
        for name, n, m in (("attn.c_attn", D, 3 * D), ("attn.c_proj", D, D), ("mlp.c_fc", D, 4 * D), ("mlp.c_proj", 4 * D, D)):
            p[b + name + ".weight"] = normal(0.7 / math.sqrt(n) / (math.sqrt(2 * LAYERS) if "c_proj" in name else 1), n, m)
            p[b + name + ".bias"] = torch.zeros(m)
    return {"transformer." + k: v.requires_grad_() for k, v in p.items()}


def norm(x, p, name):
    return F.layer_norm(x, (D,), p[name + ".weight"], p[name + ".bias"], EPS)


def conv(x, p, name):
    return x @ p[name + ".weight"] + p[name + ".bias"]


def forward(p, ids, seen=None, without=(), dropout=0.0):
    """Logits.  `seen` collects each layer's attention and what each head writes; heads in `without` write nothing."""
    rows, n = ids.shape
    e = D // HEADS
    drop = lambda y: F.dropout(y, dropout) if dropout else y
    x = drop(p["transformer.wte.weight"][ids] + p["transformer.wpe.weight"][:n])
    future = torch.full((n, n), float("-inf")).triu(1)
    for l in range(LAYERS):
        b = f"transformer.h.{l}."
        q, k, v = (y.view(rows, n, HEADS, e).transpose(1, 2)
                   for y in conv(norm(x, p, b + "ln_1"), p, b + "attn.c_attn").split(D, -1))
        a = (q @ k.transpose(2, 3) / math.sqrt(e) + future).softmax(-1)
        z = drop(a) @ v
        if without:
            z = z * torch.tensor([0.0 if (l, h) in without else 1.0 for h in range(HEADS)])[:, None, None]
        if seen is not None:
            w = p[b + "attn.c_proj.weight"].view(HEADS, e, D)
            seen.append((a, torch.einsum("bhte,hed->bhtd", z, w)))
        x = x + drop(conv(z.transpose(1, 2).reshape(rows, n, D), p, b + "attn.c_proj"))
        h = conv(norm(x, p, b + "ln_2"), p, b + "mlp.c_fc")
        h = 0.5 * h * (1 + torch.tanh(math.sqrt(2 / math.pi) * (h + 0.044715 * h ** 3)))       # gelu_new
        x = x + drop(conv(h, p, b + "mlp.c_proj"))
    if seen is not None:
        seen.append(x)
    return norm(x, p, "transformer.ln_f") @ p["transformer.wte.weight"].T


# ---- figures ----

def prompts(pairs):
    """The references, padded on the right, and the last row of each."""
    ids = [encode(o["ref"]) for o in pairs]
    out = torch.full((len(ids), text.MAX), PAD)
    for i, t in enumerate(ids):
        out[i, :len(t)] = torch.tensor(t)
    return out, torch.tensor([len(t) - 1 for t in ids])


@torch.no_grad()
def accuracy(p, pairs, seed=0, without=()):
    """The share of prompts where logit(answer) > logit(foil); of a list one word is drawn.  And the mean difference."""
    rng = random.Random(seed)
    ids, last = prompts(pairs)
    logits = forward(p, ids, without=without)[torch.arange(len(last)), last]
    draw = lambda x: ID[x if isinstance(x, str) else rng.choice(x)]
    diff = torch.stack([row[draw(o["answer"])] - row[draw(o["foil"])] for row, o in zip(logits, pairs)])
    return (diff > 0).float().mean().item(), diff.mean().item()


HELD = {"ioi": text.ioi_pairs(512, 101), "years": text.year_pairs(512, 102), "pronouns": text.tag_pairs(512, 103)}
KNOWN = {"ioi": text.ioi_pairs(512, 104, text.TRAIN_SHE + text.TRAIN_HE, text.IOI),
         "years": text.year_pairs(512, 105, False, text.SPANS), "pronouns": text.tag_pairs(512, 106, False, text.TAGS)}

# Held out like HELD, and looked at by nobody while settings were chosen.
FRESH = {"ioi": text.ioi_pairs(2000, 201), "years": text.year_pairs(2000, 202), "pronouns": text.tag_pairs(2000, 203)}


@torch.no_grad()
def heads(p):
    """What each head does on held-out ioi prompts, as lines of text."""
    pairs = HELD["ioi"]
    ids, last = prompts(pairs)
    at = torch.arange(len(pairs))
    row = {r: torch.tensor([o["positions"][r][0] for o in pairs]) for r in ("IO", "S1", "S1NEXT", "S2", "END")}
    io, s = (torch.tensor([ID[o[k]] for o in pairs]) for k in ("answer", "foil"))
    seen = []
    forward(p, ids, seen)
    x = seen.pop()[at, last]
    full = accuracy(p, pairs)[1]
    # What a head writes into the last row, through the final norm's own scale, along (answer - foil).
    u = (p["transformer.wte.weight"][io] - p["transformer.wte.weight"][s]) * p["transformer.ln_f.weight"]
    u = (u - u.mean(-1, keepdim=True)) / (x.var(-1, unbiased=False, keepdim=True) + EPS).sqrt()
    for l, (a, z) in enumerate(seen):
        for h in range(HEADS):
            look = lambda i, j: a[at, h, row[i], row[j]].mean().item()
            prev = a[:, h].diagonal(-1, 1, 2)[:, :8].mean().item()
            direct = (z[at, h, last] * u).sum(-1).mean().item()
            drop = full - accuracy(p, pairs, without={(l, h)})[1]
            print(f"  a{l}.h{h}  END->IO {look('END', 'IO'):.2f}  END->S1 {look('END', 'S1'):.2f}  END->S2 {look('END', 'S2'):.2f}"
                  f"  S2->S1 {look('S2', 'S1'):.2f}  S2->S1NEXT {look('S2', 'S1NEXT'):.2f}  previous {prev:.2f}"
                  f"  direct {direct:+.2f}  lost without it {drop:+.2f}")
    print(f"  mean logit difference {full:.2f}")


# ---- files ----

def save(p, folder):
    head, data = {"__metadata__": {"format": "pt"}}, b""
    for name in sorted(p):
        raw = p[name].detach().contiguous().numpy().astype("<f4").tobytes()
        head[name] = {"dtype": "F32", "shape": list(p[name].shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    header = json.dumps(head, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    with open(os.path.join(folder, "model.safetensors"), "wb") as f:
        f.write(struct.pack("<Q", len(header)) + header + data)
    config = {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "activation_function": "gelu_new", "n_embd": D,
              "n_head": HEADS, "n_layer": LAYERS, "n_positions": text.MAX, "n_ctx": text.MAX, "n_inner": None,
              "layer_norm_epsilon": EPS, "vocab_size": len(WORDS), "tie_word_embeddings": True, "attn_pdrop": DROPOUT,
              "embd_pdrop": DROPOUT, "resid_pdrop": DROPOUT, "bos_token_id": None, "eos_token_id": None, "torch_dtype": "float32"}
    tokenizer = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
                 "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None, "decoder": None,
                 "model": {"type": "WordLevel", "vocab": ID, "unk_token": "[UNK]"}}
    for name, what in (("config.json", config), ("tokenizer.json", tokenizer)):
        with open(os.path.join(folder, name), "w") as f:
            json.dump(what, f, indent=1)
            f.write("\n")


def load(folder):
    with open(os.path.join(folder, "model.safetensors"), "rb") as f:
        raw = f.read()
    n, = struct.unpack("<Q", raw[:8])
    head, data = json.loads(raw[8:8 + n]), bytearray(raw[8 + n:])
    return {k: torch.frombuffer(data, dtype=torch.float32, offset=v["data_offsets"][0], count=math.prod(v["shape"])).view(v["shape"])
            for k, v in head.items() if k != "__metadata__"}


def show(p):
    for t in HELD:
        for name, pairs in (("held out", HELD[t]), ("seen kinds", KNOWN[t]), ("fresh", FRESH[t])):
            print("%-9s %-10s  answer over foil in %.1f %%, mean logit difference %.2f" % (t, name, *[
                x * y for x, y in zip(accuracy(p, pairs), (100, 1))]))
    heads(p)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--check", action="store_true")
    args.add_argument("--steps", type=int, default=2000)
    args.add_argument("--out", default=HERE)
    args.add_argument("--data", default=os.path.join(HERE, "..", "..", "data"))
    args = args.parse_args()
    torch.set_num_threads(1)
    if args.check:
        show(load(args.out))
        return
    torch.manual_seed(SEED)
    rng = random.Random(SEED)
    p = init(torch.Generator().manual_seed(SEED))
    opt = torch.optim.AdamW([{"params": [v for v in p.values() if v.dim() > 1], "weight_decay": DECAY},
                             {"params": [v for v in p.values() if v.dim() == 1], "weight_decay": 0.0}],
                            lr=LR, betas=(0.9, 0.98))
    start = time.time()
    for step in range(args.steps):
        for g in opt.param_groups:
            g["lr"] = LR * min(1, (step + 1) / 200) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / args.steps)))
        late = step > LATE
        ids, weight = batch(BATCH, rng)
        each = F.cross_entropy(forward(p, ids, dropout=DROPOUT if late else 0.0)[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none")
        loss = (each * weight[:, 1:]).sum() / weight.sum()
        if late:
            loss = loss + MLP_PENALTY * sum(v.pow(2).sum() for k, v in p.items() if ".mlp." in k and v.dim() > 1)
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(p.values()), 1.0)
        opt.step()
        if step % 250 == 0:
            print(f"step {step}  {time.time() - start:.0f} s  loss {loss.item():.3f}  "
                  + "  ".join(f"{t} {accuracy(p, KNOWN[t])[0]:.3f} held out {accuracy(p, HELD[t])[0]:.3f}" for t in HELD), flush=True)
    show(p)
    save(p, args.out)
    text.write(args.data)


if __name__ == "__main__":
    main()
