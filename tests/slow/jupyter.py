"""The kernel as Jupyter runs it: jupyter.py PP

By jupyter_client: cells with tables and figures, errors, completion, inspection, an interrupt, a restart; then examples/induction.ipynb
headless, through nbclient.  Skipped, saying so, without the packages: pip install ipykernel jupyter_client nbclient (PP_PYTHON names
another Python that has them)."""
import os, pathlib, subprocess, sys, tempfile, time

PP = str(pathlib.Path(sys.argv[1]).resolve())
ROOT = pathlib.Path(__file__).resolve().parents[2]
if os.environ.get("PP_PYTHON") and os.environ["PP_PYTHON"] != sys.executable:
    os.execv(os.environ["PP_PYTHON"], [os.environ["PP_PYTHON"], *sys.argv])
try:
    import ipykernel, nbclient, nbformat
    from jupyter_client.manager import KernelManager
except ImportError as e:
    print(f"skipped: {e} (pip install ipykernel jupyter_client nbclient)")
    sys.exit(77)

HOME = pathlib.Path(tempfile.mkdtemp())
os.environ["JUPYTER_DATA_DIR"] = str(HOME)
os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
subprocess.run([PP, "jupyter", "--install"], check=True)
manager = KernelManager(kernel_name="pp")
manager.start_kernel(cwd=str(ROOT / "examples"))
client = manager.blocking_client()
client.start_channels()
client.wait_for_ready(timeout=60)


def run(code, timeout=60):
    """What a cell shows, {kind of message: [contents]}, and the reply."""
    seen, parent = {}, client.execute(code)
    while True:
        m = client.get_iopub_msg(timeout=timeout)
        if m["parent_header"].get("msg_id") != parent:
            continue
        if m["msg_type"] == "status" and m["content"]["execution_state"] == "idle":
            break
        seen.setdefault(m["msg_type"], []).append(m["content"])
    while True:
        reply = client.get_shell_msg(timeout=timeout)
        if reply["parent_header"].get("msg_id") == parent:
            return seen, reply["content"]


def ask(parent, timeout=20):
    while True:
        reply = client.get_shell_msg(timeout=timeout)
        if reply["parent_header"].get("msg_id") == parent:
            return reply["content"]


client.kernel_info()
seen, reply = run("let x = 20\nx + 1\nprint(\"é\")")
assert reply["status"] == "ok" and "".join(s["text"] for s in seen["stream"]) == "21\né\n", (seen, reply)
seen, reply = run('model m = load("models/induction")\ndataset pairs = take(load("data/repeats.jsonl", for: m), 8)\n'
                  "hypothesis naive on m { keep embed -> a1.h[2,3,4,6].v -> logits }\nevaluate naive on pairs by kl\n"
                  "sweep h in 0..8 on pairs by kl { keep all; drop a0.h[h] -> a1.h[*].k }")
kinds = [set(d["data"]) for d in seen["display_data"]]
assert kinds == [{"text/plain", "text/html"}, {"text/plain", "image/svg+xml", "application/vnd.vegalite.v5+json"}], (kinds, reply)
assert isinstance(seen["display_data"][1]["data"]["application/vnd.vegalite.v5+json"], dict)
seen, reply = run("x\nunknown + 1")
assert reply["status"] == "error" and reply["ename"] == "E0101" and "^^^^^^^" in seen["error"][0]["traceback"][0], (seen, reply)
assert [s["text"] for s in seen["stream"]] == ["20\n"]
c = ask(client.complete("evaluate nai", 12))
assert c["matches"][0] == "naive" and (c["cursor_start"], c["cursor_end"]) == (9, 12), c
i = ask(client.inspect("keep all", 2))
assert i["found"] and "keep PATTERN" in i["data"]["text/plain"], i
assert ask(client.is_complete("hypothesis h on m {"))["status"] == "incomplete"

# an interrupt stops the cell and keeps what was there
parent = client.execute("let before = 1\nfor i in 0..1000000000 { let z = i }")
time.sleep(1)
began = time.time()
manager.interrupt_kernel()
reply = ask(parent)
assert reply["status"] == "error" and reply["ename"] == "INTERRUPTED" and time.time() - began < 3, reply
seen, reply = run("before + x")
assert "".join(s["text"] for s in seen["stream"]) == "21\n", (seen, reply)
manager.restart_kernel(now=False)
client.wait_for_ready(timeout=60)
assert run("x")[1]["status"] == "error"
client.stop_channels()
manager.shutdown_kernel()

# the notebook
notebook = nbformat.read(ROOT / "examples/induction.ipynb", as_version=4)
nbclient.NotebookClient(notebook, timeout=300, kernel_name="pp", resources={"metadata": {"path": str(ROOT / "examples")}}).execute()
outputs = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
assert any("text/html" in o.get("data", {}) for o in outputs) and any("image/svg+xml" in o.get("data", {}) for o in outputs)
if len(sys.argv) > 2:                            # to look at it
    nbformat.write(notebook, sys.argv[2])
print("fine")
