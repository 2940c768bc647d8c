"""Reads packs and their indexes by the words of schemas/README.md; shares no code with mlo."""
import ctypes
import ctypes.util
import hashlib
import struct


def sha(data):
    return hashlib.sha256(data).digest()


def unzstd(frame, size):
    library = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
    library.ZSTD_decompress.restype = ctypes.c_size_t
    out = ctypes.create_string_buffer(size)
    done = library.ZSTD_decompress(out, ctypes.c_size_t(size), frame, ctypes.c_size_t(len(frame)))
    assert done == size, "no frame of that size"
    return out.raw[:size]


def records(pack):
    """(id, form, content's size, bytes) of each record."""
    assert pack.startswith(b"mlo pack 1\n"), "not a pack"
    at = 11
    while at < len(pack):
        magic, form, stored, name = struct.unpack_from("<3sBI32s", pack, at)
        at += 40
        body = pack[at:at + stored]
        assert magic == b"obj" and form <= 2 and len(body) == stored <= 1 << 20
        yield name, form, stored if form == 0 else struct.unpack("<Q", body[:8])[0], body
        at += stored


def content(name, form, size, body, find):
    """What a record stands for; `find` gives the content of another object."""
    if form == 0:
        assert len(body) == size
        return body
    assert struct.unpack("<Q", body[:8])[0] == size
    if form == 1:
        return unzstd(body[8:], size)
    assert form == 2 and body[-32:] == sha(name + body[:-32]), "not the recipe that was written"
    depth, listed = body[8], body[9:-32]
    assert depth <= 3
    for _ in range(depth + 1):
        assert len(listed) % 36 == 0
        parts = [struct.unpack_from("<I32s", listed, at) for at in range(0, len(listed), 36)]
        pieces = [find(part) for _, part in parts]
        assert [len(piece) for piece in pieces] == [length for length, _ in parts]
        listed = b"".join(pieces)
    assert len(listed) == size
    return listed


class Packs:
    """The packs of a directory, seen through its indexes. `find_alone` gives what lies by itself, or None."""

    def __init__(self, directory, find_alone=lambda name: None):
        self.directory, self.find_alone, self.places, self.wrong = directory, find_alone, {}, []
        for file in sorted(directory.glob("[!.]*.idx")):
            index = file.read_bytes()
            if sha(index).hex() != file.stem or sha(index[:-32]) != index[-32:]:
                self.wrong.append(f"index {file.name} is damaged")
                continue
            head, packs, count, width = struct.unpack_from("<12sIQI", index)
            old = head == b"mlo index 1\n"
            assert old or head == b"mlo index 2\n"
            at = 32 + 32 * packs + ((2**width + 1) * 4 + 7) // 8 * 8
            for n in range(count):
                if old:
                    name, offset, pack, stored = struct.unpack_from("<32sQII", index, at + 48 * n)
                    size, form = stored, 0
                else:
                    name, size, offset, stored, pack, form = struct.unpack_from("<32sQIIII", index, at + 56 * n)
                held = directory / (index[32 + 32 * pack:64 + 32 * pack].hex() + ".pack")
                self.places[name] = held, offset, stored, size, form
            assert at + (48 if old else 56) * count + 32 == len(index)

    def find(self, name, depth=0):
        assert depth < 8
        alone = self.find_alone(name)
        if name not in self.places or alone is not None:
            assert alone is not None, f"object {name.hex()} is nowhere"
            return alone
        held, offset, stored, size, form = self.places[name]
        with held.open("rb") as pack:
            pack.seek(offset)
            body = pack.read(stored)
        whole = content(name, form, size, body, lambda part: self.find(part, depth + 1))
        assert sha(whole) == name, f"object {name.hex()} is not what its name says"
        return whole

    def damage(self):
        """What indexes name and packs do not hold, in words."""
        for name in self.places:
            try:
                self.find(name)
            except (AssertionError, OSError, struct.error) as error:
                self.wrong.append(f"object {name.hex()}: {error}")
        return self.wrong


def cut(data, least, bits, most):
    """The lengths of the parts of a content."""
    gear = [int.from_bytes(sha(bytes([b]))[:8], "little") for b in range(256)]
    lengths, start = [], 0
    while start < len(data):
        end, h = min(start + most, len(data)), 0
        for at in range(start + least, end):
            h = (2 * h + gear[data[at]]) % 2**64
            if h < 2 ** ((62 if at - start < 2**bits else 66) - bits):
                end = at + 1
                break
        lengths.append(end - start)
        start = end
    return lengths


LARGE, PAGES = (64 << 10, 18, 1 << 20), (4 << 10, 14, 64 << 10)


def noise(size):
    """Bytes that anybody can make again."""
    return b"".join(sha(struct.pack("<I", n)) for n in range(size // 32))
