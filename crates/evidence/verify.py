#!/usr/bin/env python3
"""Verifies an evidence log of hipaa-iac. Needs Python 3.8 or later and nothing else; reads only.

Take this file from the project or from `hipaa-iac evidence verifier`: the copy in a log is as good as whoever can write there.

    python3 verify.py LOG [--trusted-key FILE]... [--checkpoint FILE]...
    python3 verify.py LOG --key-list FILE --root-key FILE [--checkpoint FILE]...

LOG is the folder of the log, or a copy of the objects of its bucket. --trusted-key is the signer's public key (PEM), which you
should have from the signer and not from the log; --key-list is a list of them, each with its time, that --root-key signed.
--checkpoint is a signed checkpoint that you kept when you last saw the log: without one, nobody can tell whether the newest
records were cut off.

Prints a line for everything that is wrong: a word, the object, and what is wrong with it. Exit code 0: nothing is wrong. 1: the
log was changed or damaged. 2: it could not be verified.

How it is made: every record is a DSSE envelope (ed25519) with an in-toto statement; the bytes of record i are leaf i of a Merkle
tree (RFC 6962), whose hashes are kept as tiles (c2sp.org/tlog-tiles); checkpoints/N is the signed root over the first N records
(c2sp.org/tlog-checkpoint).
"""

import sys

# Nothing is imported from the folder of this file: where it lies in a log, others may have put a module beside it.
if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    del sys.path[0]

import argparse
import base64
import binascii
import hashlib
import itertools
import json
import os
import re
import stat

# --- ed25519 (RFC 8032, section 5.1), verification only -------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1, 1, 0)


def add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(n, p):
    q = IDENTITY
    while n:
        if n & 1:
            q = add(q, p)
        p = add(p, p)
        n >>= 1
    return q


def is_identity(p):
    return p[0] % P == 0 and (p[1] - p[2]) % P == 0


def decode_point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * SQRT_M1 % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def encode_point(p):
    z = pow(p[2], P - 2, P)
    x, y = p[0] * z % P, p[1] * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def verify_signature(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = decode_point(public), decode_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    if is_identity(multiply(8, a)) or is_identity(multiply(8, r)):
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    minus_a = (P - a[0], a[1], 1, (P - a[3]) % P)
    return encode_point(add(multiply(s, BASE), multiply(k, minus_a))) == signature[:32]


# --- keys, envelopes and checkpoints --------------------------------------------------------------------------------------------

SPKI = bytes.fromhex("302a300506032b6570032100")


# The largest object of a log, in bytes.
MAX_OBJECT = 64 << 20


class Unusable(Exception):
    pass


def b64(text):
    """Base64 in its one encoding, else None."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error, AttributeError):
        return None
    return data if base64.b64encode(data).decode() == text else None


class Key:
    def __init__(self, pem):
        found = re.fullmatch(r"\s*-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END PUBLIC KEY-----\s*", pem)
        der = b64("".join(found.group(1).split())) if found else None
        if der is None or len(der) != 44 or not der.startswith(SPKI):
            raise ValueError("not an ed25519 public key in PEM")
        self.bytes = der[12:]
        self.pem = b"-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n" % base64.b64encode(der)
        self.id = hashlib.sha256(der).hexdigest()[:16]
        point = decode_point(self.bytes)
        if point is None or is_identity(multiply(8, point)):
            raise ValueError("not an ed25519 public key in PEM")


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def is_statement(payload):
    try:
        statement = json.loads(payload)
        subjects = statement["subject"]
        return (
            statement["_type"] == "https://in-toto.io/Statement/v1"
            and isinstance(statement["predicateType"], str)
            and "predicate" in statement
            and len(subjects) > 0
            and all(isinstance(s["name"], str) and len(s["digest"]) > 0 for s in subjects)
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


def verify_envelope(data, keys):
    """The id of the trusted key that signed the envelope, else None; whether the bytes are in their one form; the statement."""
    try:
        envelope = json.loads(data.decode("utf-8"))
        if not isinstance(envelope, dict) or set(envelope) != {"payload", "payloadType", "signatures"}:
            return None, False, None
        payload, kind = b64(envelope["payload"]), envelope["payloadType"]
        if payload is None or kind != "application/vnd.in-toto+json":
            return None, False, None
        message = b"DSSEv1 %d %s %d " % (len(kind), kind.encode(), len(payload)) + payload
        for signature in envelope["signatures"]:
            if not isinstance(signature, dict) or set(signature) != {"keyid", "sig"}:
                return None, False, None
            if not all(isinstance(text, str) for text in signature.values()):
                return None, False, None
        for signature in envelope["signatures"]:
            sig = b64(signature["sig"])
            for key in keys:
                if key.id == signature["keyid"] and sig is not None and verify_signature(key.bytes, message, sig):
                    if not is_statement(payload):
                        return None, False, None
                    return key.id, canonical(envelope) == data, json.loads(payload)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    return None, False, None


# --- the list of keys -----------------------------------------------------------------------------------------------------------


def to_second(time):
    """A time up to its seconds, in which texts compare as times do; None where it is none in UTC."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z", time, re.ASCII) if isinstance(time, str) else None
    return found.group(1) if found else None


def time_of(statement):
    predicate = statement["predicate"] if isinstance(statement["predicate"], dict) else {}
    times = [predicate.get(name) for name in ("recordedAt", "finishedAt")]
    return next((time for time in times if isinstance(time, str)), None)


class KeyList:
    """Which keys may sign, from when and until when, and behind how many records of a log no more; signed by a root key."""

    def __init__(self, data, root):
        signer, _, statement = verify_envelope(data, [root])
        if signer is None:
            raise ValueError("the root key has not signed it")
        if statement["predicateType"] != "https://hipaa-iac.dev/attestation/evidence-keys/v1":
            raise ValueError("no list of evidence keys")
        try:
            predicate, self.keys, self.spans = statement["predicate"], [], {}
            self.issued = predicate["issuedAt"]
            if set(predicate) != {"issuedAt", "keys"} or to_second(self.issued) is None:
                raise ValueError
            for entry in predicate["keys"]:
                key, until, records = Key(entry["pem"]), entry.get("notAfter"), entry.get("records", {})
                begin, end = to_second(entry["notBefore"]), to_second(until)
                if set(entry) - {"pem", "notBefore", "notAfter", "records"} or key.id in self.spans:
                    raise ValueError
                if begin is None or until is not None and (end is None or end < begin):
                    raise ValueError
                if not all(type(size) is int and size >= 0 for size in records.values()):
                    raise ValueError
                self.keys.append(key)
                self.spans[key.id] = (begin, end, records)
            if not self.keys:
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ValueError("no list of evidence keys")

    def bound(self, key, origin, size):
        """Whether a key that has ended signed behind the records that it may; in a log that is not named it may sign none."""
        records = self.spans[key][2] if key in self.spans else {}
        return len(records) > 0 and size > records.get(origin, 0)

    def outside(self, key, time):
        if key not in self.spans:
            return False
        at = to_second(time)
        return at is None or at < self.spans[key][0] or self.after(key, time)

    def after(self, key, time):
        end, at = self.spans[key][1] if key in self.spans else None, to_second(time)
        return end is not None and at is not None and at > end


def is_name(name):
    """What a name in a note may be."""
    return name != "" and not re.search(r"[\s+\x00-\x1f\x7f-\x9f]", name)


class Checkpoint:
    def __init__(self, note):
        try:
            body, signatures = note.decode("utf-8").split("\n\n", 1)
            self.origin, size, root = body.split("\n")
        except ValueError:
            raise ValueError("not a signed checkpoint")
        self.root = b64(root)
        if not is_name(self.origin) or not re.fullmatch(r"0|[1-9][0-9]{0,19}", size) or self.root is None or len(self.root) != 32:
            raise ValueError("not a signed checkpoint")
        self.size = int(size)
        self.body = body.encode() + b"\n"
        self.signatures = []
        if self.size >= 2**64 or len(note) > 16384 or not signatures.endswith("\n"):
            raise ValueError("not a signed checkpoint")
        for line in signatures[:-1].split("\n"):
            found = re.fullmatch("\u2014 ([^ ]+) ([^ ]+)", line)
            data = b64(found.group(2)) if found else None
            if data is None or len(data) < 4 or not is_name(found.group(1)):
                raise ValueError("not a signed checkpoint")
            self.signatures.append((found.group(1), data[:4], data[4:]))

    def verify(self, keys):
        """The id of the trusted key that signed it."""
        signer = None
        for name, key_hash, signature in self.signatures:
            for key in keys:
                expected = hashlib.sha256(name.encode() + b"\n\x01" + key.bytes).digest()[:4]
                if name != self.origin or key_hash != expected:
                    continue
                if not verify_signature(key.bytes, self.body, signature):
                    raise ValueError("its signature does not verify")
                signer = key.id
        if signer is None:
            raise ValueError("no trusted key has signed it")
        return signer

    def same(self, other):
        return self.body == other.body


# --- the tree (RFC 6962, section 2.1) -------------------------------------------------------------------------------------------


def leaf_hash(data):
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def pushed(frontier, leaf):
    """The full subtrees after one more leaf, largest first, and those that it completed, by height."""
    size, subtrees = frontier
    subtrees, completed, height, node = list(subtrees), [leaf], 0, leaf
    while size >> height & 1:
        node = node_hash(subtrees.pop(), node)
        completed.append(node)
        height += 1
    subtrees.append(node)
    return (size + 1, subtrees), completed


def root_of(frontier):
    subtrees = frontier[1]
    if not subtrees:
        return hashlib.sha256(b"").digest()
    root = subtrees[-1]
    for left in reversed(subtrees[:-1]):
        root = node_hash(left, root)
    return root


def tile_path(level, index, width):
    path = "%03d" % (index % 1000)
    while index >= 1000:
        index //= 1000
        path = "x%03d/%s" % (index % 1000, path)
    return "tile/%d/%s" % (level, path) + ("" if width == 256 else ".p/%d" % width)


def tile_of(path):
    found = re.fullmatch(r"tile/([0-7])/((?:x\d{3}/)*\d{3})(?:\.p/(\d{1,3}))?", path, re.ASCII)
    if not found:
        return None
    index = int(found.group(2).replace("x", "").replace("/", ""))
    tile = (int(found.group(1)), index, int(found.group(3) or 256))
    return tile if 1 <= tile[2] <= 256 and tile_path(*tile) == path else None


# --- the log --------------------------------------------------------------------------------------------------------------------


def record_key(index):
    return "records/%012d.dsse.json" % index


def checkpoint_key(size):
    return "checkpoints/%012d" % size


class Log:
    def __init__(self, folder, trusted, witnesses, key_list=None):
        self.folder, self.findings, self.keys = folder, set(), list(trusted)
        self.key_list, self.opened = key_list, []
        self.checkpoints, self.records, self.tiles, self.key_files = set(), set(), set(), []
        self.newest = False
        for path in self.listing():
            top = path.split("/", 1)[0] if "/" in path else ""
            number = re.fullmatch(r"[a-z]+/(\d{12,20})(?:\.dsse\.json)?", path, re.ASCII)
            number = int(number.group(1)) if number and int(number.group(1)) < 2**64 else None
            if path == "checkpoint":
                self.newest = True
            elif top == "keys":
                self.key_files.append(path)
            elif top == "checkpoints":
                if number is not None and checkpoint_key(number) == path:
                    self.checkpoints.add(number)
                else:
                    self.tell("unexpected-object", path, "no object of a log has this name")
            elif top == "records":
                if number is not None and record_key(number) == path:
                    self.records.add(number)
                else:
                    self.tell("unexpected-object", path, "no object of a log has this name")
            elif top == "tile":
                if tile_of(path):
                    self.tiles.add(tile_of(path))
                else:
                    self.tell("unexpected-object", path, "no object of a log has this name")
        self.empty = not (self.newest or self.checkpoints or self.records or self.tiles)
        if self.empty and not witnesses:
            raise Unusable("%s: no evidence log" % folder)
        self.witnesses = witnesses

    def listing(self):
        paths, folders = [], [""]
        while folders:
            folder = folders.pop()
            try:
                # What cannot be listed may hold anything: the error ends it all.
                entries = list(os.scandir(os.path.join(self.folder, folder)))
            except FileNotFoundError:
                continue
            for entry in entries:
                # A link to a folder is an object, and none that is walked into.
                if entry.is_dir(follow_symlinks=False):
                    folders.append(folder + entry.name + "/")
                else:
                    # A name need not be UTF-8.
                    paths.append(os.fsencode(folder + entry.name).decode("utf-8", "replace"))
        return sorted(paths)

    def get(self, key):
        """The bytes of an object; None where it is a link to nothing."""
        path = os.path.join(self.folder, key)
        try:
            # What is no file, such as a pipe, would keep whoever opens it waiting.
            with open(path, "rb", opener=lambda path, flags: os.open(path, flags | getattr(os, "O_NONBLOCK", 0))) as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise Unusable("%s: not a file" % path)
                data = file.read(MAX_OBJECT + 1)
        except FileNotFoundError:
            return None
        if len(data) > MAX_OBJECT:
            raise Unusable("%s: too large for an object of a log" % path)
        return data

    def tell(self, code, object_, message):
        self.findings.add((code, object_, message))

    def read_keys(self):
        found = []
        for path in self.key_files:
            try:
                pem = self.get(path) or b""
                key = Key(pem.decode("utf-8"))
                if "keys/%s.pem" % key.id != path or key.pem != pem:
                    raise ValueError
                found.append(key)
            except ValueError:
                self.tell("key-mismatch", path, "not the public key that its name says")
        if not self.keys:
            self.keys = found
        if not self.keys and not self.empty:
            raise Unusable("%s: the log holds no public key, and none was given" % self.folder)

    def open(self, key):
        try:
            checkpoint = Checkpoint(self.get(key) or b"")
            self.opened.append((key, checkpoint.size, checkpoint.verify(self.keys)))
            return checkpoint
        except ValueError as problem:
            self.tell("checkpoint-invalid", key, str(problem))
            return None

    def read_checkpoints(self):
        by_size, origin, bad = {}, None, set()
        for size in sorted(self.checkpoints):
            key = checkpoint_key(size)
            checkpoint = self.open(key)
            if checkpoint is None:
                bad.add(size)
            elif checkpoint.size != size:
                bad.add(size)
                self.tell("checkpoint-mismatch", key, "of another size")
            elif origin is not None and checkpoint.origin != origin:
                bad.add(size)
                self.tell("checkpoint-mismatch", key, "of another log")
            else:
                by_size[size], origin = checkpoint, checkpoint.origin
        newest = None
        if not self.newest:
            self.tell("checkpoint-missing", "checkpoint", "missing")
        else:
            newest = self.open("checkpoint")
        if newest is not None:
            if origin is not None and newest.origin != origin:
                self.tell("checkpoint-mismatch", "checkpoint", "of another log")
            elif by_size and newest.size < max(by_size):
                self.tell("checkpoint-stale", "checkpoint", "not the newest one")
            same = by_size.setdefault(newest.size, newest)
            if not same.same(newest):
                self.tell("checkpoint-mismatch", "checkpoint", "another one of that size is stored too")
        size = max(by_size, default=0)
        missing = (at for at in range(size) if at not in by_size and at not in bad)
        for at in itertools.islice(missing, 1000):
            self.tell("checkpoint-missing", checkpoint_key(at), "missing")
        if size not in self.checkpoints:
            self.tell("checkpoint-missing", checkpoint_key(size), "missing")
        return by_size, size

    def verify(self):
        self.read_keys()
        checkpoints, size = self.read_checkpoints()
        origin = checkpoints[size].origin if checkpoints else None
        # Of each place the widest tile.
        widest = {index: width for level, index, width in sorted(self.tiles) if level == 0 and index * 256 + width <= size}
        stored = {}
        for index, width in widest.items():
            data = self.get(tile_path(0, index, width)) or b""
            for i in range(min(width, len(data) // 32)):
                stored[index * 256 + i] = data[i * 32 : i * 32 + 32]
        frontier, levels, roots, seen, signed = (0, []), {}, {0: root_of((0, []))}, set(), {}
        last = max(self.records, default=-1) + 1
        for index in range(min(size, last)):
            key = record_key(index)
            data = self.get(key) if index in self.records else None
            record = None if data is None else leaf_hash(data)
            expected = checkpoints[index + 1].root if index + 1 in checkpoints else None
            candidates = [leaf for leaf in (record, stored.get(index)) if leaf is not None]
            fitting = next((c for c in candidates if expected in (None, root_of(pushed(frontier, c)[0]))), None)
            if record is None:
                self.tell("record-missing", key, "missing")
            else:
                if record in seen:
                    self.tell("record-duplicate", key, "a copy of an earlier record")
                seen.add(record)
                signer, one_form, statement = verify_envelope(data, self.keys)
                if fitting != record:
                    self.tell("record-mismatch", key, "not the record that was appended here")
                elif signer is None or not one_form:
                    self.tell("record-invalid", key, "no trusted key has signed it, or it is no envelope in its one form")
                else:
                    signed[index] = (signer, time_of(statement))
            if not candidates:
                break
            frontier, completed = pushed(frontier, fitting or candidates[0])
            roots[index + 1] = root_of(frontier)
            for height in range(0, len(completed), 8):
                levels.setdefault(height // 8, []).append(completed[height])
        for index in range(last, min(size, last + 1000)):
            self.tell("record-missing", record_key(index), "missing")
        for at, checkpoint in checkpoints.items():
            if at in roots and roots[at] != checkpoint.root:
                self.tell("checkpoint-mismatch", checkpoint_key(at), "the records have another root")
        for level, index, width in self.tiles:
            path, hashes = tile_path(level, index, width), levels.get(level, [])
            if index * 256 + width > len(hashes):
                self.tell("unexpected-object", path, "the tree has no such tile")
            elif b"".join(hashes[index * 256 : index * 256 + width]) != self.get(path):
                self.tell("tile-mismatch", path, "not the hashes of the records")
        if frontier[0] == size:
            for level, hashes in levels.items():
                for index in range(0, len(hashes), 256):
                    width = min(256, len(hashes) - index)
                    if (level, index // 256, width) not in self.tiles:
                        self.tell("tile-missing", tile_path(level, index // 256, width), "missing")
        for index in sorted(i for i in self.records if i >= size):
            data = self.get(record_key(index)) or b""
            signer, one_form, _ = verify_envelope(data, self.keys)
            if index == size and signer is not None and one_form and leaf_hash(data) not in seen:
                self.tell("record-unfinished", record_key(index), "not in the log; the run that began it was killed, or the end of the log was cut off")
            else:
                self.tell("record-added", record_key(index), "not in the log, and not begun by a run")
        if self.key_list is not None:
            self.judge_keys(signed, origin)
        for name, witness in self.witnesses:
            try:
                witness.verify(self.keys)
            except ValueError as problem:
                self.tell("witness-invalid", name, str(problem))
                continue
            if origin is not None and witness.origin != origin:
                self.tell("witness-mismatch", name, "it saw another log")
            elif witness.size > size:
                self.tell("tail-cut", name, "it saw %d records, here are %d" % (witness.size, size))
            elif roots.get(witness.size) != witness.root:
                self.tell("witness-mismatch", name, "the first %d records are not those that it saw" % witness.size)
        return origin, size

    def judge_keys(self, signed, origin):
        """A checkpoint says no time; it is no older than the newest record that it counts."""
        for index, (key, time) in signed.items():
            if self.key_list.bound(key, origin, index + 1):
                self.tell("key-not-valid", record_key(index), "the key %s has ended, and may sign nothing so far behind" % key)
            elif time is None:
                self.tell("record-undated", record_key(index), "does not say when it was made, so whether its key was valid is not known")
            elif self.key_list.outside(key, time):
                self.tell("key-not-valid", record_key(index), "signed with the key %s outside of its time" % key)
        for name, size, key in self.opened:
            if self.key_list.bound(key, origin, size):
                self.tell("key-not-valid", name, "the key %s has ended, and may sign nothing so far behind" % key)
            elif size - 1 in signed and self.key_list.after(key, signed[size - 1][1]):
                self.tell("key-not-valid", name, "signed with the key %s after its end" % key)


# Control characters, and what turns the direction of a text.
HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def shown(text):
    """A text on one line, without what a terminal would obey: the names of objects are the words of whoever can write in the log."""
    return HIDDEN.sub(lambda found: "\\u{%x}" % ord(found.group()), text)


def main():
    # What the terminal has no letters for is no reason to end.
    sys.stdout.reconfigure(errors="backslashreplace")
    parser = argparse.ArgumentParser(description="Verifies an evidence log of hipaa-iac.")
    parser.add_argument("log", help="the folder of the log")
    parser.add_argument("--trusted-key", action="append", default=[], metavar="FILE", help="public key (PEM) of the signer; may be repeated")
    parser.add_argument("--key-list", metavar="FILE", help="the list of keys, by which each counts for its time only; with --root-key")
    parser.add_argument("--root-key", metavar="FILE", help="the public key (PEM) that signed the list")
    parser.add_argument("--checkpoint", action="append", default=[], metavar="FILE", help="a signed checkpoint kept elsewhere; may be repeated")
    arguments = parser.parse_args()
    if (arguments.key_list is None) != (arguments.root_key is None) or arguments.key_list and arguments.trusted_key:
        parser.error("--key-list and --root-key go together, and in place of --trusted-key")
    try:
        trusted, witnesses, key_list = [], [], None
        if arguments.key_list:
            with open(arguments.root_key, "rb") as root, open(arguments.key_list, "rb") as file:
                try:
                    key_list = KeyList(file.read(), Key(root.read().decode("utf-8")))
                except ValueError as problem:
                    raise Unusable("%s: %s" % (arguments.key_list, problem))
            trusted = key_list.keys
        for name in arguments.trusted_key:
            with open(name, "rb") as file:
                try:
                    trusted.append(Key(file.read().decode("utf-8")))
                except ValueError as problem:
                    raise Unusable("%s: %s" % (name, problem))
        for name in arguments.checkpoint:
            with open(name, "rb") as file:
                try:
                    witnesses.append((name, Checkpoint(file.read())))
                except ValueError as problem:
                    raise Unusable("%s: %s" % (name, problem))
        log = Log(arguments.log, trusted, witnesses, key_list)
        origin, size = log.verify()
    except (Unusable, OSError) as problem:
        print("error: %s" % shown(str(problem)), file=sys.stderr)
        return 2
    for finding in sorted(log.findings):
        print(shown("%s %s: %s" % finding))
    if log.findings:
        print("NOT VERIFIED: %d findings in %s" % (len(log.findings), arguments.log))
        return 1
    print("verified: %d records of %s, keys %s" % (size, shown(origin), ", ".join(key.id for key in log.keys)))
    if key_list is not None:
        print("note: by the list of keys of %s; a newer one may end keys that count here" % key_list.issued)
    if not trusted:
        print("note: the keys are those that the log itself holds; give --trusted-key to know whose it is")
    if not witnesses:
        print("note: without --checkpoint it cannot be told whether the newest records were cut off")
    return 0


if __name__ == "__main__":
    sys.exit(main())
