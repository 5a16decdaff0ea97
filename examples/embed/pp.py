"""pp from Python, through ctypes: no packages, no copies of arrays.

    import pp
    s = pp.Session(out=print)
    s.run_file("induction.pp")
    s["r[refined, kl].explained"]            # a float
    s["r"]["aue"]                            # a column, as an Array
    numpy.asarray(s["effect.effect"])        # the tensor itself: numpy looks at pp's memory

The library is found by its name, or where PP_LIBRARY says.  An Array is there as long as its session; it keeps the session alive."""
import ctypes, os, threading

P, S, I, D, B = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_double, ctypes.c_bool
Z, I64, STRINGS = ctypes.c_size_t, ctypes.c_int64, ctypes.POINTER(ctypes.c_char_p)
TEXT, JSON, CSV = range(3)
OK, EXPECT_FAILED, SCRIPT_ERROR, WORLD_ERROR, INTERRUPTED = 0, 1, 2, 3, 130
NONE, NUMBER, BOOL, STRING, LIST, TENSOR, TABLE, OTHER = range(8)
ONE = threading.RLock()                                     # calls into the library are one at a time in a process


class Diagnostic(ctypes.Structure):
    """A message in its parts."""
    _fields_ = [("_code", S), ("_message", S), ("_hint", S), ("_file", S), ("line", I), ("column", I), ("offset", Z), ("length", Z)]
    code, message, hint, file = (property(lambda self, f=f: (getattr(self, f) or b"").decode(errors="replace")) for f in ("_code", "_message", "_hint", "_file"))

    def __str__(self):
        at = f"{self.file}:{self.line}:{self.column}: " if self.file else ""
        return f"{at}{self.code}: {self.message}" + (f" ({self.hint})" if self.hint else "")


WRITE = ctypes.CFUNCTYPE(None, P, P, Z)
TELL = ctypes.CFUNCTYPE(None, P, ctypes.POINTER(Diagnostic))
PROGRESS = ctypes.CFUNCTYPE(None, P, D, D, S)


class Figure(ctypes.Structure):
    """What is shown, in every form that it has, as bytes; other forms are None."""
    _fields_ = [("title", S), ("text", S), ("svg", S), ("vega_lite", S), ("html", S)]


FIGURE = ctypes.CFUNCTYPE(None, P, ctypes.POINTER(Figure))


class Options(ctypes.Structure):
    """struct pp_options, field by field."""
    _fields_ = [("format", I), ("per_pair", B), ("check_only", B), ("explain", ctypes.c_uint), ("compare", S * 2), ("seed", ctypes.c_uint64),
                ("threads", I), ("memory", Z), ("precision", I), ("read", STRINGS), ("write", STRINGS), ("n_read", Z), ("n_write", Z), ("interactive", B), ("store", S), ("shard", Z),
                ("n_shards", Z), ("folder", S), ("width", I), ("colors", I), ("utf8", B), ("out", WRITE), ("err", WRITE),
                ("figure", FIGURE), ("diagnostic", TELL), ("progress", PROGRESS), ("context", P)]


class Candidate(ctypes.Structure):
    _fields_ = [("text", S), ("kind", S), ("note", S)]


class Completion(ctypes.Structure):
    _fields_ = [("from", Z), ("to", Z), ("n", Z), ("at", ctypes.POINTER(Candidate))]


class ArrayInfo(ctypes.Structure):
    _fields_ = [("type", I), ("n_axes", I), ("shape", I64 * 6), ("stride", I64 * 6), ("at", P)]


def library():
    """The shared library, with the types of the functions used here."""
    lib = ctypes.CDLL(os.environ.get("PP_LIBRARY", "libpp.so.0"))
    for name, result, *arguments in [
            ("open", P, ctypes.POINTER(Options)), ("close", None, P), ("run_file", I, P, S), ("run_text", I, P, S, S, Z), ("interrupt", None, P),
            ("take", P, P, S), ("kind", I, P), ("number", D, P), ("truth", B, P), ("string", P, P, ctypes.POINTER(Z)),
            ("array", B, P, ctypes.POINTER(ArrayInfo)), ("rows", Z, P), ("columns", Z, P), ("column_name", S, P, Z),
            ("column", B, P, S, ctypes.POINTER(ArrayInfo)), ("cell", S, P, S, Z), ("version", S), ("help", S, P, S), ("incomplete", B, P, S, Z),
            ("complete", ctypes.POINTER(Completion), P, S, Z, Z, S)]:
        f = getattr(lib, "pp_" + name)
        f.restype, f.argtypes = result, arguments
    return lib


class Array:
    """Numbers in the memory of a session.  a[i, k] is one; numpy.asarray(a) sees all of them in place."""
    TYPES = [("<f4", ctypes.c_float), ("<f8", D), ("<u2", ctypes.c_uint16), ("<f2", ctypes.c_uint16), ("<i4", ctypes.c_int32), ("<i8", I64)]

    def __init__(self, session, info):
        self.session, self.at = session, info.at                # the session stays open as long as somebody looks
        self.shape, self.strides = tuple(info.shape[:info.n_axes]), tuple(info.stride[:info.n_axes])
        code, self.type = self.TYPES[info.type]                 # bfloat16 and float16 elements are given as their bits
        self.__array_interface__ = {"version": 3, "typestr": code, "shape": self.shape, "strides": self.strides, "data": (self.at or 0, True)}

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, index):
        index = index if isinstance(index, tuple) else (index,)
        if len(index) != len(self.shape) or any(not 0 <= i < n for i, n in zip(index, self.shape)):
            raise IndexError(f"{index} in an array of shape {self.shape}")
        return self.type.from_address(self.at + sum(i * n for i, n in zip(index, self.strides))).value


class Table:
    """Results of an evaluate or a sweep, or a table: columns by their names."""
    def __init__(self, session, value):
        self.session, self.value, lib = session, value, session.lib
        self.columns = [lib.pp_column_name(value, c).decode() for c in range(lib.pp_columns(value))]

    def __len__(self):
        return self.session.lib.pp_rows(self.value)

    def __getitem__(self, name):
        """An Array of doubles, nan where there is no number; a list of texts for what holds text."""
        if name not in self.columns:
            raise KeyError(f"{name}; there are {', '.join(self.columns)}")
        info = ArrayInfo()
        if self.session.lib.pp_column(self.value, name.encode(), info):
            return Array(self.session, info)
        return [(self.session.lib.pp_cell(self.value, name.encode(), i) or b"").decode() for i in range(len(self))]


class Error(Exception):
    """A script or a machine is wrong: str() says how; .status is one of the exit statuses, .diagnostics has what was said."""
    def __init__(self, status, messages):
        super().__init__("\n".join(messages) or f"exit status {status}")
        self.status = status


class Session:
    """One pp.  out: called with what scripts show; figure: with a Figure, for figures, tables and sweeps; message: with each Diagnostic.
    options: the fields of struct pp_options, such as seed=1, format=pp.JSON."""
    def __init__(self, out=None, figure=None, message=None, **options):
        self.lib, self.messages = library(), []
        self.write = WRITE(lambda _, text, n: out(ctypes.string_at(text, n).decode(errors="replace")) if out else None)        # kept: pp calls them
        self.tell = TELL(lambda _, d: (self.messages.append(str(d.contents)), message(d.contents) if message else None) and None)
        self.show = FIGURE(lambda _, f: figure(f.contents)) if figure else FIGURE()
        options = {k: v.encode() if isinstance(v, str) else v for k, v in options.items()}
        self.pp = self.lib.pp_open(Options(out=self.write, diagnostic=self.tell, figure=self.show, **options))
        if not self.pp:
            raise MemoryError("pp cannot start")

    def _done(self, status):
        said, self.messages = self.messages, []
        if status != OK:
            raise Error(status, said)

    def run_file(self, path):
        with ONE:
            self._done(self.lib.pp_run_file(self.pp, os.fsencode(path)))

    def run(self, text, name="<text>"):
        text = text.encode()
        with ONE:
            self._done(self.lib.pp_run_text(self.pp, name.encode(), text, len(text)))

    def incomplete(self, text):
        """Does the text end inside a statement?"""
        text = text.encode()
        return self.lib.pp_incomplete(self.pp, text, len(text))

    def complete(self, text, at):
        """What could be written `at` characters into the text: (from, to, [(text, kind, note)]), from and to in characters."""
        raw = text.encode()
        c = self.lib.pp_complete(self.pp, raw, len(raw), len(text[:at].encode()), None).contents
        chars = [len(raw[:n].decode(errors="replace")) for n in (getattr(c, "from"), c.to)]
        return (*chars, [tuple((x or b"").decode() for x in (c.at[i].text, c.at[i].kind, c.at[i].note)) for i in range(c.n)])

    def help(self, topic):
        """What there is to say about a word, a function, a metric, a component or an error code; "" when there is nothing."""
        return (self.lib.pp_help(self.pp, topic.encode()) or b"").decode()

    def interrupt(self):
        """From another thread: stops what runs."""
        self.lib.pp_interrupt(self.pp)

    def __getitem__(self, expression):
        """The value of an expression: a float, bool, str, Array, Table, or None."""
        lib, info, n = self.lib, ArrayInfo(), Z()
        with ONE:
            v = lib.pp_take(self.pp, expression.encode())
            self._done(OK if v else SCRIPT_ERROR)
        kind = lib.pp_kind(v)
        if kind == STRING:
            return ctypes.string_at(lib.pp_string(v, n), n.value).decode()
        if kind in (NUMBER, BOOL, NONE):
            return {NUMBER: lib.pp_number, BOOL: lib.pp_truth, NONE: lambda _: None}[kind](v)
        if kind == TABLE:
            return Table(self, v)
        if lib.pp_array(v, info):
            return Array(self, info)
        raise TypeError(f"{expression} has no form in Python; take a number, a text, a list of numbers, a tensor or a table of it")

    def close(self):
        if self.pp:
            self.lib.pp_close(self.pp)
        self.pp = None

    def __del__(self):
        self.close() if getattr(self, "pp", None) else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
