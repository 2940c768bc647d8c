#!/usr/bin/env python3
"""Decodes the worked examples of schemas/README.md by its words alone; shares no code with mlo.

usage: decode.py SOURCE_DIR
"""
import hashlib
import hmac
import math
import os
import pathlib
import re
import struct
import sys

import yaml

import packs



def emit_real(value):
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    mantissa, e, exponent = repr(value).partition("e")
    return mantissa + ("" if "." in mantissa else ".0") + e + exponent


def is_plain(text):
    return (len(text.encode()) <= 500
            and re.fullmatch(r"[A-Za-z_/](?:[A-Za-z0-9_./+@%=,-]|[: ](?! )(?=.))*", text, re.S) is not None
            and text.lower() not in "true false null yes no on off y n".split())


def is_literal(text):
    return ("\n" in text and not text.endswith("\n\n") and text[0] not in " \t\n" and " \n" not in text and "\n\t" not in text
            and not re.search("[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029\ufeff]", text))


def quote(text):
    def escape(match):
        c = match[0]
        short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
        return short.get(c) or (f"\\x{ord(c):02x}" if ord(c) < 0x100 else f"\\u{ord(c):04x}")
    return '"' + re.sub('[\x00-\x1f"\\\\\x7f\x85\u2028\u2029\ufeff]', escape, text) + '"'


def inline(value, depth):
    """The text on the line of a key or dash, or None if the value stands below."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return emit_real(value)
    if isinstance(value, str):
        if is_plain(value):
            return value
        if is_literal(value):
            lines = value.removesuffix("\n").split("\n")
            return ("|" if value.endswith("\n") else "|-") + "".join("\n" + ("  " * depth + line if line else "") for line in lines)
        return quote(value)
    return None if value else ("{}" if isinstance(value, dict) else "[]")


def lines(value, depth):
    pad = "  " * depth
    if isinstance(value, dict):
        for key, member in value.items():
            head = pad + (key if is_plain(key) else quote(key)) + ":"
            text = inline(member, depth + 1)
            yield from [head, *lines(member, depth + 1)] if text is None else [f"{head} {text}"]
    else:
        for item in value:
            text = inline(item, depth + 1)
            if text is not None:
                yield f"{pad}- {text}"
            elif isinstance(item, dict):
                first, *rest = lines(item, depth + 1)
                yield from [f"{pad}- {first.lstrip()}", *rest]
            else:
                yield from [pad + "-", *lines(item, depth + 1)]


def canonical(value):
    return "".join(line + "\n" for line in lines(value, 0))


def decode_tree(data):
    assert data.startswith(b"mlo tree 1\n"), "not a tree"
    at, entries = len(b"mlo tree 1\n"), []
    while at < len(data):
        kind, size, digest, length = struct.unpack_from("<cQ32sH", data, at)
        at += 43
        name = data[at:at + length]
        at += length
        assert kind in b"fxld" and 1 <= len(name) == length <= 255 and b"/" not in name and b"\0" not in name
        assert not entries or entries[-1][0] < name, "out of order"
        entries.append((name, kind, size, digest))
    return entries


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def decode_metric(frame):
    assert frame[:4] == b"\xe5mlo"
    size, check = struct.unpack_from("<II", frame, 4)
    payload = frame[12:]
    assert len(payload) == size and crc32c(frame[4:8] + payload) == check and payload[:1] == b"m"
    length, = struct.unpack_from("<I", payload, 1)
    return payload[5:5 + length].decode(), *struct.unpack_from("<dqq", payload, 5 + length)


def decode_pack(data, title):
    found = {}
    for name, form, size, body in packs.records(data):
        found[name] = packs.content(name, form, size, body, found.__getitem__)
        assert packs.sha(found[name]) == name
    assert packs.sha(b"".join(found)).hex() == title, title
    return list(found.values())


def hex_block(text):
    """The hex digits of each line up to the remark, which two spaces set off."""
    return bytes.fromhex("".join(re.split("  +", line)[0] for line in text.splitlines()))


def decode_stage_tag(message, name):
    """The document of a promotion or rollback, once the frame around it holds."""
    head, *trailers = message.removesuffix("\n").rsplit("\n", 2)
    people, blank, document = head.partition("\n\nmlo: ")
    document = blank[2:] + document
    assert "\n\n" in people and document.endswith("\n"), "no empty line around the document"
    assert trailers == [f"Mlo-Tag: {name}", "Mlo-Report: sha256:" + hashlib.sha256(document.encode()).hexdigest()], trailers
    kind, stage = re.match("mlo: (gate-report|rollback)/1\nstage: (.*)\n", document).groups()
    version = yaml.safe_load(document)["candidate" if kind == "gate-report" else "version"]
    assert re.fullmatch(rf"{version['name']}#{stage}#[1-9][0-9]*", name), name
    assert canonical(yaml.safe_load(document)) == document
    return document


def decode_encrypted(golden):
    """An object of an encrypted remote, from the user's key alone."""
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError:
        assert os.environ.get("CI") != "true", "no python3-cryptography"
        print("no python3-cryptography: encrypted remotes are not decoded; `cmake/setup.sh tests` installs it")
        return
    mac = lambda key, text: hmac.new(key, text, hashlib.sha256).digest()
    hkdf = lambda key, salt, purpose: mac(mac(salt, key), purpose + b"\x01")
    head, key = (golden / "key").read_text().split("\n")[:2]
    first, salt, wrapped = (golden / "format").read_text().splitlines()
    assert (head, first) == ("mlo key 1", "mlo encrypted remote 1")
    wrapper = hkdf(bytes.fromhex(key), bytes.fromhex(salt), b"mlo remote 1 wrap")
    data_key = AESGCM(wrapper).decrypt(bytes(12), bytes.fromhex(wrapped), b"")
    names, contents, salts = (hkdf(data_key, b"", b"mlo remote 1 " + what) for what in (b"names", b"contents", b"salts"))
    name = (golden / "name").read_text().strip()
    sealed, plain, number = (golden / "object").read_bytes(), b"", 0
    while sealed:
        segment, sealed = sealed[:65568], sealed[65568:]
        cipher = AESGCM(hkdf(contents, segment[:16], name.encode()))
        plain += cipher.decrypt(struct.pack("<QI", number, 0), segment[16:], b"")
        number += 1
    assert len(segment) < 65568, "the end is missing"
    object_id = hashlib.sha256(plain).digest()
    hidden = mac(names, object_id).hex()
    assert name == f"objects/{hidden[:2]}/{hidden[2:]}"
    assert segment[:16] == mac(salts, object_id + name.encode())[:16]
    assert plain == bytes(i * 7 % 251 for i in range(70000))


def main(source):
    readme = (source / "schemas/README.md").read_text()
    blocks = re.findall(r"^```(\w*)(?: ([^\n]*))?\n(.*?)^```$", readme, re.S | re.M)
    trees, examples = {}, []
    for kind, title, body in blocks:
        if kind == "tree":
            data = hex_block(body)
            assert title == "sha256:" + hashlib.sha256(data).hexdigest(), title
            trees[title] = decode_tree(data)
        elif kind == "frame":
            key, value, step, micros = title.split()
            assert decode_metric(hex_block(body)) == (key, float(value), int(step), int(micros))
        elif kind == "pack":
            examples.append(decode_pack(hex_block(body), title))
        elif kind == "tag":
            decode_stage_tag(body, title)
        elif kind == "yaml":
            document = yaml.safe_load(body)
            assert canonical(document) == body, canonical(document)
            if document["mlo"] == "dataset/1":
                example = document
    assert examples == [[b"a,b\n" * n for n in (1, 128, 129)]], examples
    assert len(trees) == 2 and {kind for kind, _, _ in blocks} >= {"tree", "frame", "tag", "yaml"}, "an example is gone"

    sha = lambda data: hashlib.sha256(data).digest()
    small, large = sorted(trees.values(), key=len)
    assert small == [(b"a.csv", b"f", 4, sha(b"a,b\n"))]
    assert large[:2] == [(b"get.sh", b"x", 10, sha(b"#!/bin/sh\n")), (b"latest", b"l", 9, sha(b"raw/a.csv"))]
    assert large[2][:3] == (b"raw", b"d", 4) and "sha256:" + large[2][3].hex() in trees
    assert trees[example["tree"]] == large and example["bytes"] == sum(size for _, _, size, _ in large)

    for golden in sorted((source / "tests/golden").glob("*.yaml")):
        text = golden.read_text()
        assert canonical(yaml.safe_load(text)) == text, f"{golden.name} is not canonical"
    for tag, kind, name in [("promotion", "gate-report", "delay#prod#3"), ("rollback", "rollback", "delay#prod#4")]:
        message = (source / f"tests/golden/{tag}.tag").read_text()
        assert decode_stage_tag(message, name) == (source / f"tests/golden/{kind}.yaml").read_text(), tag
    for text in ["a: b", "a:b", "a b", "a ", "x\ny", "x\ny\n", "x \ny", "x\n\ty", "\nx", "x\n\n", "yes", "Null", "", "\x01", "\x85", "\u2028", "\ufeff", "é", "-", "a#b", "1"]:
        document = {"k": text, text: [text, [text], {text: text}]}
        assert yaml.safe_load(canonical(document)) == document, text
    for line in (source / "tests/golden/cuts.txt").read_text().splitlines():
        kind, *lengths = line.split()
        data = packs.noise(sum(map(int, lengths)))
        assert packs.cut(data, *{"parts": packs.LARGE, "pages": packs.PAGES}[kind]) == list(map(int, lengths)), kind
    decode_encrypted(source / "tests/golden/encrypted")
    print("every worked example decodes")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
