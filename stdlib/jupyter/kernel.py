"""A Jupyter kernel for pp: `pp jupyter --install` puts it, and pp.py beside it, where Jupyter looks.

A cell is run in a thread, in one session of libpp; what comes out of it goes through a queue to the thread that speaks with Jupyter,
which an interrupt can reach.  Everything that can be tried without Jupyter is in Cells."""
import json, os, queue, sys, threading

import pp

VEGA = "application/vnd.vegalite.v5+json"


class Cells:
    """Runs cells, one after another, in a session of their own."""

    def __init__(self, **options):
        self.outputs, self.n, self.failed = queue.Queue(), 0, []
        self.session = pp.Session(out=lambda text: self.outputs.put(("text", text)), figure=self.on_figure, message=self.on_message,
                                  interactive=True, utf8=True, width=110, **options)

    def on_figure(self, f):
        """A figure or a table, in every form that it has: notebooks choose."""
        forms = {"text/plain": f.text, "text/html": f.html, "image/svg+xml": f.svg, VEGA: f.vega_lite}
        bundle = {kind: text.decode(errors="replace") for kind, text in forms.items() if text}
        if VEGA in bundle:
            bundle[VEGA] = json.loads(bundle[VEGA])
        self.outputs.put(("bundle", bundle))

    def on_message(self, d):
        """A warning is shown; an error is kept for the end of its cell."""
        if d.code.startswith("W"):
            self.outputs.put(("warning", self.told(d)))
        else:
            self.failed.append((d.code, d.message, self.told(d)))

    def told(self, d):
        """A message with its line and a mark below the place, where that is in the cell."""
        where, mark = "", ""
        if d.file == self.name and 0 < d.line <= len(self.lines):
            line, before = self.lines[d.line - 1], d.column - 1
            width = max(1, min(len(self.raw[d.offset:d.offset + d.length].decode(errors="replace").split("\n")[0]), len(line) - before))
            where, mark = f"line {d.line}: ", f"\n    {line}\n    {' ' * before}{'^' * width}"
        elif d.file:
            where = f"{d.file}:{d.line}: "
        return f"{d.code}: {where}{d.message}{mark}" + (f"\n{d.hint}" if d.hint else "") + "\n"

    def run(self, text, show, patience=0.05):
        """Runs a cell and shows what comes as ("text" | "warning", str) or ("bundle", {kind: data}).  [(code, message, text)] of what went
        wrong; "INTERRUPTED" is a code, too.  KeyboardInterrupt, wherever it is raised, stops the cell, not the session."""
        self.n += 1
        self.name, self.raw, self.lines, self.failed, status = f"cell {self.n}", text.encode(), text.split("\n"), [], []

        def work():
            try:
                self.session.run(text, self.name)
            except pp.Error as e:
                status.append(e.status)
        worker = threading.Thread(target=work)
        worker.start()
        while worker.is_alive() or not self.outputs.empty():
            try:
                show(*self.outputs.get(timeout=patience))
            except queue.Empty:
                pass
            except KeyboardInterrupt:
                self.session.interrupt()
        worker.join()
        if status == [pp.INTERRUPTED]:
            return [("INTERRUPTED", "the cell was stopped; what it defined until then is there", "Interrupted: what the cell defined until then is there.\n")]
        return self.failed


def kernel_class(Kernel):
    class PathPatching(Kernel):
        implementation = "pp"
        banner = "pp: which paths through a neural network carry a behaviour"
        language_info = {"name": "pp", "mimetype": "text/x-pp", "file_extension": ".pp", "pygments_lexer": "text", "codemirror_mode": "python"}
        help_links = [{"text": "Localizing Model Behavior with Path Patching", "url": "https://arxiv.org/abs/2304.05969"}]

        def __init__(self, **more):
            super().__init__(**more)
            self.cells = Cells()
            self.implementation_version = self.language_info["version"] = self.cells.session.lib.pp_version().decode()

        def show(self, kind, what):
            if kind == "bundle":
                self.send_response(self.iopub_socket, "display_data", {"data": what, "metadata": {}, "transient": {}})
            else:
                self.send_response(self.iopub_socket, "stream", {"name": "stderr" if kind == "warning" else "stdout", "text": what})

        def do_execute(self, code, silent, store_history=True, user_expressions=None, allow_stdin=False, **_):
            wrong = self.cells.run(code, (lambda *_: None) if silent else self.show)
            if not wrong:
                return {"status": "ok", "execution_count": self.execution_count, "payload": [], "user_expressions": {}}
            error = {"ename": wrong[0][0], "evalue": wrong[0][1], "traceback": [text for _, _, text in wrong]}
            if not silent:
                self.send_response(self.iopub_socket, "error", error)
            return {"status": "error", "execution_count": self.execution_count, **error}

        def do_complete(self, code, cursor_pos):
            cursor_pos = len(code) if cursor_pos is None else cursor_pos
            start, end, found = self.cells.session.complete(code, cursor_pos)
            types = [{"start": start, "end": end, "text": text, "type": kind, "signature": note} for text, kind, note in found]
            return {"status": "ok", "matches": [text for text, _, _ in found], "cursor_start": start, "cursor_end": end,
                    "metadata": {"_jupyter_types_experimental": types}}

        def do_inspect(self, code, cursor_pos, detail_level=0, omit_sections=()):
            at = cursor_pos if cursor_pos is not None else len(code)
            start = end = at
            while start > 0 and (code[start - 1].isalnum() or code[start - 1] in "_."):
                start -= 1
            while end < len(code) and (code[end].isalnum() or code[end] == "_"):
                end += 1
            text = self.cells.session.help(code[start:end]) if start < end else ""
            return {"status": "ok", "found": bool(text), "data": {"text/plain": text} if text else {}, "metadata": {}}

        def do_is_complete(self, code):
            return {"status": "incomplete", "indent": "  "} if self.cells.session.incomplete(code) else {"status": "complete"}

        def do_shutdown(self, restart):
            self.cells.session.close()
            return {"status": "ok", "restart": restart}

    return PathPatching


if __name__ == "__main__":
    try:
        from ipykernel.kernelapp import IPKernelApp
        from ipykernel.kernelbase import Kernel
    except ImportError:
        sys.exit(f"pp's kernel needs the Python package ipykernel: {sys.executable} -m pip install ipykernel")
    IPKernelApp.launch_instance(kernel_class=kernel_class(Kernel))
