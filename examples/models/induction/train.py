#!/usr/bin/env python3
"""Trains the induction model, and writes the pairs that go with it.

    python3 train.py [--steps N] [--out FOLDER] [--data FILE]
    python3 train.py --check       the figures of the model and the pairs that are there; trains and writes nothing

Needs Python 3.9 or newer with torch (CPU) and nothing else; about four minutes on one core.  Writes config.json and
model.safetensors next to this script, ../../data/repeats.jsonl, and prints the figures README.md quotes.

The text: a start token, then a block of 6 to 24 random tokens said over and over until the row is full.  In one half of
the rows the tokens of a block are drawn evenly, so only what was seen earlier in the row can help; in the other half each
token is drawn from the four followers a fixed table gives its predecessor, so that the bigrams of layer 0 and of the
direct path are worth having too.

The model: two layers of attention, no MLPs, in TransformerLens's layout.  Positions are added after the norm, to what
queries and keys read and to nothing else ("shortformer"): values then carry tokens only, and heads form fast and cleanly.

A penalty on each head's size as a whole (not on its single weights) is switched on once the model has learnt to copy:
heads which do not earn their keep shrink to nothing, and what is left is the circuit.
"""
import argparse, json, math, os, random, struct, time

import torch
import torch.nn.functional as F

SEED = 11
LAYERS, HEADS, D_MODEL, D_HEAD, VOCAB, CTX = 2, 8, 128, 16, 192, 64
EPS = 1e-5
BOS = 0
BATCH, LENGTH = 48, 56
LR = 2e-3
DECAY = 0.1
PENALTY = 1.5e-2        # of the root of each head's ||W_V||*||W_O||
PENALTY_FROM = 0.3     # the share of the steps after which the penalty sets in

HERE = os.path.dirname(os.path.abspath(__file__))


# ---- the text ----

def followers(gen):
    """For each token four that may follow it in the bigram rows."""
    return torch.stack([1 + torch.randperm(VOCAB - 1, generator=gen)[:4] for _ in range(VOCAB)])


def block(n, table, rng):
    """n tokens: evenly drawn without repeats, or along the bigram table."""
    if table is None:
        return rng.sample(range(1, VOCAB), n)
    out = [rng.randrange(1, VOCAB)]
    while len(out) < n:
        out.append(int(table[out[-1]][rng.randrange(4)]))
    return out


def batch(rows, table, rng, length=LENGTH):
    out = []
    for i in range(rows):
        b = block(rng.randint(6, 24), table if i % 2 else None, rng)
        out.append([BOS] + (b * (length // len(b) + 1))[:length - 1])
    return torch.tensor(out)


# ---- the model ----

def init(gen):
    def normal(*shape):
        return torch.randn(*shape, generator=gen) * (0.08 if len(shape) > 2 else 0.05)
    p = {"embed.W_E": normal(VOCAB, D_MODEL), "pos_embed.W_pos": 0.7 * torch.randn(CTX, D_MODEL, generator=gen),
         "ln_final.w": torch.ones(D_MODEL), "ln_final.b": torch.zeros(D_MODEL),
         "unembed.W_U": normal(D_MODEL, VOCAB), "unembed.b_U": torch.zeros(VOCAB)}
    for l in range(LAYERS):
        b = f"blocks.{l}."
        p[b + "ln1.w"], p[b + "ln1.b"] = torch.ones(D_MODEL), torch.zeros(D_MODEL)
        for x in "QKV":
            p[b + "attn.W_" + x] = normal(HEADS, D_MODEL, D_HEAD)
            p[b + "attn.b_" + x] = torch.zeros(HEADS, D_HEAD)
        p[b + "attn.W_O"] = normal(HEADS, D_HEAD, D_MODEL)
        p[b + "attn.b_O"] = torch.zeros(D_MODEL)
    return {k: v.requires_grad_() for k, v in p.items()}


def forward(p, ids, patterns=None):
    n = ids.shape[1]
    x = p["embed.W_E"][ids]
    future = torch.full((n, n), float("-inf")).triu(1)
    for l in range(LAYERS):
        b = f"blocks.{l}."
        y = F.layer_norm(x, (D_MODEL,), p[b + "ln1.w"], p[b + "ln1.b"], EPS)
        z = y + p["pos_embed.W_pos"][:n]                      # for queries and keys alone
        q = torch.einsum("btd,hde->bhte", z, p[b + "attn.W_Q"]) + p[b + "attn.b_Q"][:, None]
        k = torch.einsum("btd,hde->bhte", z, p[b + "attn.W_K"]) + p[b + "attn.b_K"][:, None]
        v = torch.einsum("btd,hde->bhte", y, p[b + "attn.W_V"]) + p[b + "attn.b_V"][:, None]
        a = (q @ k.transpose(2, 3) / math.sqrt(D_HEAD) + future).softmax(-1)
        if patterns is not None:
            patterns.append(a)
        x = x + torch.einsum("bhte,hed->btd", a @ v, p[b + "attn.W_O"]) + p[b + "attn.b_O"]
    return F.layer_norm(x, (D_MODEL,), p["ln_final.w"], p["ln_final.b"], EPS) @ p["unembed.W_U"] + p["unembed.b_U"]


def head_sizes(p):
    return [(p[f"blocks.{l}.attn.W_V"].pow(2).sum((1, 2)) * p[f"blocks.{l}.attn.W_O"].pow(2).sum((1, 2)) + 1e-9).sqrt()
            for l in range(LAYERS)]


# ---- figures ----

@torch.no_grad()
def figures(p, table, seed=1):
    """Losses on evenly drawn blocks of 20 said twice, and on bigram rows; what the heads look at."""
    rng = random.Random(seed)
    n = 20
    def rows(table):
        return torch.tensor([[BOS] + 2 * block(n, table, rng) for _ in range(256)])
    ids, pats = rows(None), []
    loss = F.cross_entropy(forward(p, ids, pats)[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none")
    bi = rows(table)
    bloss = F.cross_entropy(forward(p, bi)[:, :-1].transpose(1, 2), bi[:, 1:], reduction="none")
    out = {"first": loss[:, :n].mean().item(), "second": loss[:, n + 1:].mean().item(),
           "bigram_first": bloss[:, 1:n].mean().item(), "bigram_second": bloss[:, n + 1:].mean().item()}
    sizes = head_sizes(p)
    heads = {}
    for l in range(LAYERS):
        a = pats[l]
        prev = a.diagonal(-1, 2, 3)[:, :, 1:].mean((0, 2))
        # A row of the second block looks back at the row after its token's first occurrence: n - 1 rows up.
        induct = a.diagonal(-(n - 1), 2, 3)[:, :, 2:].mean((0, 2))
        for h in range(HEADS):
            heads[f"a{l}.h{h}"] = {"size": sizes[l][h].item(), "previous": prev[h].item(), "prefix": induct[h].item()}
    out["heads"] = heads
    return out


def show(f):
    print(f"loss on the first saying {f['first']:.3f}, on the second {f['second']:.3f}; "
          f"bigram rows {f['bigram_first']:.3f} and {f['bigram_second']:.3f}")
    for name, h in f["heads"].items():
        print(f"  {name}  size {h['size']:6.2f}  previous-token {h['previous']:.3f}  prefix-matching {h['prefix']:.3f}")


# ---- files ----

def save(p, folder):
    head, data = {}, b""
    for name in sorted(p):
        raw = p[name].detach().contiguous().numpy().astype("<f4").tobytes()
        head[name] = {"dtype": "F32", "shape": list(p[name].shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(os.path.join(folder, "model.safetensors"), "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)
    config = {"model_type": "attn_only", "attn_only": True, "n_layers": LAYERS, "n_heads": HEADS, "d_model": D_MODEL,
              "d_head": D_HEAD, "d_vocab": VOCAB, "n_ctx": CTX, "normalization_type": "LN", "eps": EPS,
              "positional_embedding_type": "shortformer", "use_attn_scale": True}
    with open(os.path.join(folder, "config.json"), "w") as f:
        json.dump(config, f, indent=1)
        f.write("\n")


def load(folder):
    with open(os.path.join(folder, "model.safetensors"), "rb") as f:
        raw = f.read()
    n, = struct.unpack("<Q", raw[:8])
    head, data = json.loads(raw[8:8 + n]), bytearray(raw[8 + n:])
    return {k: torch.frombuffer(data, dtype=torch.float32, offset=v["data_offsets"][0], count=math.prod(v["shape"])).view(v["shape"])
            for k, v in head.items()}


def pairs(path, count=96, seed=7):
    """Pairs: a block said twice, the second time up to its token j (ref); as many unrelated tokens (cf)."""
    rng = random.Random(seed)
    with open(path, "w") as f:
        for i in range(count):
            length = (24, 28, 32)[i % 3]
            n = rng.randint(length // 2 + 1, length - 6)      # the block; 4 rows or more of the second saying
            first = block(n, None, rng)
            ref = [BOS] + first + first[:length - 1 - n]
            j = length - 1 - n                                # the last token is the block's j-th, in row j
            # No token of cf occurs in ref or twice in cf: nothing in it can be looked up.
            cf = [BOS] + rng.sample([t for t in range(1, VOCAB) if t not in first], length - 1)
            answer = first[j]
            foil = rng.choice([t for t in first[:n] if t not in (answer, first[j - 1])])
            f.write(json.dumps({"ref": ref, "cf": cf, "answer": answer, "foil": foil, "positions": {
                "PREV": [j], "NEXT": [j + 1], "END": [length - 1],
                "FIRST": list(range(1, n + 1)), "SECOND": list(range(n + 1, length))}}) + "\n")


@torch.no_grad()
def pair_figures(p, path):
    right = kl = second = count = 0
    with open(path) as f:
        for line in f:
            o = json.loads(line)
            r = forward(p, torch.tensor([o["ref"]]))[0, -1].log_softmax(-1)
            c = forward(p, torch.tensor([o["cf"]]))[0, -1].log_softmax(-1)
            right += int(r.argmax() == o["answer"])
            kl += (r.exp() * (r - c)).sum().item()
            second += r[o["answer"]].exp().item()
            count += 1
    print(f"pairs: {count}, answer on top in {right}, mean probability of the answer {second / count:.3f}, "
          f"mean KL(ref, cf) {kl / count:.3f}")


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--check", action="store_true")
    args.add_argument("--steps", type=int, default=2500)
    args.add_argument("--out", default=HERE)
    args.add_argument("--data", default=os.path.join(HERE, "..", "..", "data", "repeats.jsonl"))
    args = args.parse_args()
    torch.set_num_threads(1)
    gen = torch.Generator().manual_seed(SEED)
    rng = random.Random(SEED)
    table = followers(gen)
    if args.check:
        p = load(args.out)
        show(figures(p, table))
        pair_figures(p, args.data)
        return
    p = init(gen)
    undecayed = ("b_", "ln", "W_pos")
    decayed = [v for k, v in p.items() if not any(u in k for u in undecayed)]
    plain = [v for k, v in p.items() if any(u in k for u in undecayed)]
    opt = torch.optim.AdamW([{"params": decayed, "weight_decay": DECAY}, {"params": plain, "weight_decay": 0.0}],
                            lr=LR, betas=(0.9, 0.98))
    start = time.time()
    for step in range(args.steps):
        done = step / args.steps
        for g in opt.param_groups:
            g["lr"] = LR * min(1, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
        ids = batch(BATCH, table, rng)
        loss = F.cross_entropy(forward(p, ids)[:, :-1].transpose(1, 2), ids[:, 1:])
        total = loss
        if done > PENALTY_FROM:
            total = loss + PENALTY * sum(s.sqrt().sum() for s in head_sizes(p))
        opt.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(list(p.values()), 1.0)
        opt.step()
        if step % 250 == 0:
            f = figures(p, table)
            print(f"step {step}  {time.time() - start:.0f} s  train {loss.item():.3f}  first {f['first']:.3f}  "
                  f"second {f['second']:.3f}  bigram {f['bigram_first']:.3f}  sizes "
                  + " ".join(f"{h['size']:.1f}" for h in f["heads"].values()), flush=True)
    show(figures(p, table))
    save(p, args.out)
    pairs(args.data)
    pair_figures(p, args.data)


if __name__ == "__main__":
    main()
