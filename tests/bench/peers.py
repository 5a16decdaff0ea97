"""What one question costs in other tools: peers.py MODEL THREADS [--short] prints a JSON line, seconds by name.

Run by run.py in an environment with torch, transformers, transformer_lens and auto_circuit.  Path patching is written against
TransformerLens as its users do: a run that caches, then runs with hooks in which everything but the receiver is frozen."""
import json, statistics, sys, time

import torch

folder, threads, short = sys.argv[1], int(sys.argv[2]), "--short" in sys.argv
torch.set_num_threads(threads)
torch.set_grad_enabled(False)
from transformers import GPT2LMHeadModel

rows = [json.loads(x) for x in open(f"{folder}/pairs.jsonl")]
ref, cf = torch.tensor([r["ref"] for r in rows]), torch.tensor([r["cf"] for r in rows])
one = torch.tensor([json.loads(open(f"{folder}/pair_15.jsonl").readline())["ref"]])
long_row = json.loads(open(f"{folder}/pairs_long.jsonl").readline())
long_ids = torch.tensor([long_row["ref"]])
out = {}


def timed(name, f, n):
    f()
    t = []
    for _ in range(n):
        t0 = time.perf_counter()
        f()
        t.append(time.perf_counter() - t0)
    out[name] = statistics.median(t)


n = 3 if short else 7
hf = GPT2LMHeadModel.from_pretrained(folder).eval()
timed("torch plain 8x16", lambda: hf(ref, use_cache=False), n)
timed("torch plain 1x512", lambda: hf(long_ids, use_cache=False), n)
timed("torch forward pass each, single edges", lambda: hf(one, use_cache=False), n)
try:
    from transformer_lens import HookedTransformer, HookedTransformerConfig
    c = hf.config
    tl = HookedTransformer(HookedTransformerConfig(n_layers=c.n_layer, d_model=c.n_embd, n_ctx=c.n_positions, d_head=c.n_embd // c.n_head,
        n_heads=c.n_head, d_mlp=4 * c.n_embd, d_vocab=c.vocab_size, act_fn="gelu_new", normalization_type="LN", device="cpu"))
    is_z = lambda name: name.endswith("hook_z")
    _, clean = tl.run_with_cache(ref, names_filter=is_z)
    _, corrupt = tl.run_with_cache(cf, names_filter=is_z)

    def base_runs():
        tl.run_with_cache(ref, names_filter=is_z)
        tl.run_with_cache(cf, names_filter=is_z)

    def node():
        def patch(z, hook):
            z[:, :, 3] = corrupt[hook.name][:, :, 3]
            return z
        tl.run_with_hooks(ref, fwd_hooks=[("blocks.5.attn.hook_z", patch)])

    def freeze(z, hook):
        z[:] = clean[hook.name]
        if hook.layer() == 5:
            z[:, :, 3] = corrupt[hook.name][:, :, 3]
        return z

    def to_logits():
        got = {}
        def keep(x, hook):
            got["x"] = x
        tl.run_with_hooks(ref, return_type=None, fwd_hooks=[(is_z, freeze), ("blocks.11.hook_resid_post", keep)])
        tl.run_with_hooks(ref, fwd_hooks=[("blocks.11.hook_resid_post", lambda x, hook: got["x"])])

    def to_query():
        got = {}
        def keep(x, hook):
            got["q"] = x[:, :, 9].clone()
        def patch(q, hook):
            q[:, :, 9] = got["q"]
            return q
        tl.run_with_hooks(ref, return_type=None, fwd_hooks=[(is_z, freeze), ("blocks.9.attn.hook_q", keep)])
        tl.run_with_hooks(ref, fwd_hooks=[("blocks.9.attn.hook_q", patch)])

    timed("TransformerLens, the two base runs", base_runs, n)
    timed("TransformerLens hooks, a node", node, n)
    timed("TransformerLens path patching, head -> logits", to_logits, n)
    timed("TransformerLens path patching, sender -> query", to_query, n)
except Exception as e:
    print("transformer_lens:", e, file=sys.stderr)
try:                                             # edge patching as in AutoCircuit's README: one edge's mask set, one run
    from auto_circuit.types import AblationType
    from auto_circuit.utils.ablation_activations import src_ablations
    from auto_circuit.utils.graph_utils import patch_mode, patchable_model
    tl.cfg.use_attn_result = tl.cfg.use_split_qkv_input = tl.cfg.use_hook_mlp_in = True
    pair = json.loads(open(f"{folder}/pair_15.jsonl").readline())
    model = patchable_model(tl, factorized=True, slice_output="last_seq", separate_qkv=True, device=torch.device("cpu"))
    corrupted = src_ablations(model, torch.tensor([pair["cf"]]), AblationType.RESAMPLE)
    edges = sorted(model.edges, key=lambda e: e.name)

    def edge_patch(of):
        with patch_mode(model, corrupted, edges=of):
            model(one)

    timed("AutoCircuit, single edges", lambda: edge_patch([edges[len(edges) // 2]]), n)
    timed("AutoCircuit, a circuit of 200 edges", lambda: edge_patch(edges[::len(edges) // 200][:200]), n)
except Exception as e:
    print("auto_circuit:", repr(e), file=sys.stderr)
print(json.dumps(out))
