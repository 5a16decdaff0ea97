"""Reading and writing model files for tests, with nothing but Python: safetensors (F32 in, any bytes out) and GGUF."""
import array
import json
import pathlib
import struct

GGUF_TYPES = {"u32": (4, "<I"), "f32": (6, "<f"), "bool": (7, "<?"), "u64": (10, "<Q")}


def read_safetensors(path):
    """{name: (shape, array of floats)}"""
    raw = pathlib.Path(path).read_bytes()
    n = int.from_bytes(raw[:8], "little")
    out = {}
    for name, t in json.loads(raw[8:8 + n]).items():
        if name != "__metadata__":
            assert t["dtype"] == "F32"
            begin, end = t["data_offsets"]
            out[name] = (t["shape"], array.array("f", raw[8 + n + begin:8 + n + end]))
    return out


def safetensors(tensors):
    """Bytes of a file with {name: (type, shape, bytes)}."""
    header, data = {}, b""
    for name, (kind, shape, raw) in tensors.items():
        header[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + data


def text(s):
    raw = s.encode()
    return struct.pack("<Q", len(raw)) + raw


def value(v):
    """A metadata value: text, bool, (type, number), a list of texts, or its bytes."""
    if isinstance(v, bytes):
        return v
    if isinstance(v, str):
        return struct.pack("<I", 8) + text(v)
    if isinstance(v, list):
        return struct.pack("<IIQ", 9, 8, len(v)) + b"".join(map(text, v))
    kind, x = ("bool", v) if isinstance(v, bool) else v
    number, form = GGUF_TYPES[kind]
    return struct.pack("<I", number) + struct.pack(form, x)


def gguf(metadata, tensors, version=3, alignment=32):
    """Bytes of a file; tensors: {name: (type's number, shape with the last axis last, bytes)}."""
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(metadata))
    head += b"".join(text(k) + value(v) for k, v in metadata.items())
    data = b""
    for name, (kind, shape, raw) in tensors.items():
        head += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *reversed(shape), kind, len(data))
        data += raw + bytes(-len(raw) % alignment)
    return head + bytes(-len(head) % alignment) + data
