"""
Wheels, read as what a stranger has sent (PEP 427, "Binary distribution format"): a zip file of which every name, size,
type and hash is looked at before anything is kept, and that brings nothing but modules and their data.
"""

import base64
import csv
import hashlib
import io
import os
import posixpath
import re
import stat
import unicodedata
import zipfile
import zlib
from email.parser import BytesParser

from failure import Failed
from names import normal

_CHUNK = 1 << 20
_METADATA_BYTES = 8 * 1024 * 1024
_NAME_BYTES = 255
_PATH_BYTES = 1024
_HASHES = ("sha256", "sha384", "sha512")
_UNSIGNED = ("RECORD", "RECORD.jws", "RECORD.p7s")
_ENCRYPTED = 0x1
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")
# Where the parts of `<name>.data/` go; what is not here is for places that a bundle does not have.
_KEPT_DATA = ("purelib", "platlib")


class Tree:
    """What is unpacked, and the caps on all of it."""

    def __init__(self, root, limits):
        self.root = root
        self.files = 0
        self.bytes = 0
        self._limits = limits
        self._owners = {}
        self._folders = set()

    def count(self, files, size):
        self.files += files
        self.bytes += size
        if self.files > self._limits["files"]:
            raise Failed(f"The packages have more than {self._limits['files']} files.")
        if self.bytes > self._limits["unpackedBytes"]:
            raise Failed(f"The packages unpack to more than {self._limits['unpackedBytes'] // (1 << 20)} MiB.")

    def claim(self, path, digest, owner):
        """Whether the file is new. Two packages may bring the same file, with the same content only."""
        folder = posixpath.dirname(path)
        while folder:
            if folder in self._owners:
                raise _refusal(owner, "has a folder where another package has a file")
            self._folders.add(folder)
            folder = posixpath.dirname(folder)
        if path in self._folders:
            raise _refusal(owner, "has a file where another package has a folder")
        if path not in self._owners:
            self._owners[path] = digest, owner
            return True
        known, other = self._owners[path]
        if known != digest:
            raise Failed(f"{other} and {owner} both bring the file {_shown(path)}, each another one.", [other, owner])
        return False

    def write(self, path, source):
        target = os.path.join(self.root, *path.split("/"))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(target, flags, 0o644), "wb") as file:
            for chunk in source:
                file.write(chunk)


def unpack(path, entry, tree):
    """Unpacks the wheel of a lock's `entry` into `tree`; returns the bytes that it takes there."""
    owner = entry["name"]
    try:
        with open(path, "rb") as file:
            if _digest(iter(lambda: file.read(_CHUNK), b""), "sha256").hex() != entry["sha256"]:
                raise _refusal(owner, "is not the wheel of its lock")
            with zipfile.ZipFile(file) as archive:
                return _unpack(archive, entry, tree)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OverflowError, zlib.error) as error:
        raise _refusal(owner, "is not a sound zip file") from error


def _unpack(archive, entry, tree):
    owner = entry["name"]
    members = _members(archive, owner, tree)
    info = _dist_info(members, archive, entry)
    record = _record(_read(archive, members[f"{info}/RECORD"], owner), owner)
    signed = {name for name in members if name not in {f"{info}/{unsigned}" for unsigned in _UNSIGNED}}
    if signed - record.keys():
        raise _refusal(owner, f"has a file that its RECORD does not have ({_shown(min(signed - record.keys()))})")
    absent = {name for name, line in record.items() if line and name not in members}
    if absent:
        raise _refusal(owner, f"lacks a file that its RECORD has ({_shown(min(absent))})")

    before = tree.bytes
    for name in sorted(members):
        member = members[name]
        digest = _digest(_chunks(archive, member, owner), "sha256")
        if name in signed:
            _verify(archive, member, record[name], digest, owner)
        target = _target(name, info)
        if target is not None and tree.claim(target, digest, owner):
            tree.count(1, member.file_size)
            tree.write(target, _chunks(archive, member, owner))
    return tree.bytes - before


def _members(archive, owner, tree):
    """All files of the archive by name; nothing is unpacked before all of them are sound."""
    members, folded = {}, set()
    entries = archive.infolist()
    _count_ahead(entries, tree)
    end = archive.start_dir
    for member in sorted(entries, key=lambda each: each.header_offset, reverse=True):
        # Entries that share bytes unpack to more than any of them shows ("a better zip bomb").
        if member.header_offset + 30 + member.compress_size > end:
            raise _refusal(owner, "has entries that overlap")
        end = member.header_offset
    for member in entries:
        name = member.orig_filename
        kind = stat.S_IFMT(member.external_attr >> 16)
        if name.endswith("/") or kind == stat.S_IFDIR:
            if member.file_size or not name.endswith("/"):
                raise _refusal(owner, "has a folder with content")
            _check_name(name[:-1], owner)
            continue
        _check_name(name, owner)
        if kind not in (0, stat.S_IFREG):
            raise _refusal(owner, f"has a link or special file ({_shown(name)})")
        if member.flag_bits & _ENCRYPTED:
            raise _refusal(owner, "is encrypted")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _refusal(owner, "is packed in a way that wheels are not")
        fold = unicodedata.normalize("NFC", name).casefold()
        if name in members or fold in folded:
            raise _refusal(owner, f"has two files of one name ({_shown(name)})")
        folded.add(fold)
        members[name] = member
    return members


def _count_ahead(entries, tree):
    """What the archive says of itself is held to the caps first; what comes out of it, as it does."""
    before = tree.files, tree.bytes
    tree.count(len(entries), sum(member.file_size for member in entries))
    tree.files, tree.bytes = before


def _check_name(name, owner):
    parts = name.split("/")
    sound = (
        len(name.encode("utf-8", "surrogatepass")) <= _PATH_BYTES
        and not _CONTROL.search(name)
        and not re.match(r"[A-Za-z]:", name)
        and all(
            part not in ("", ".", "..") and len(part.encode("utf-8", "surrogatepass")) <= _NAME_BYTES for part in parts
        )
    )
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        sound = False
    if not sound:
        raise _refusal(owner, f"has a file name that leads elsewhere ({_shown(name)})")


def _dist_info(members, archive, entry):
    owner = entry["name"]
    found = {name.split("/")[0] for name in members if name.split("/")[0].endswith(".dist-info") and "/" in name}
    if len(found) != 1:
        raise _refusal(owner, "does not have exactly one .dist-info folder")
    (info,) = found
    for needed in ("METADATA", "WHEEL", "RECORD"):
        if f"{info}/{needed}" not in members:
            raise _refusal(owner, f"has no {needed}")
    metadata = BytesParser().parsebytes(_read(archive, members[f"{info}/METADATA"], owner), headersonly=True)
    wheel = BytesParser().parsebytes(_read(archive, members[f"{info}/WHEEL"], owner), headersonly=True)
    if normal(str(metadata["Name"])) != owner or str(metadata["Version"]) != entry["version"]:
        raise _refusal(owner, "says that it is another package")
    if normal(info.split("-")[0]) != owner:
        raise _refusal(owner, "has the .dist-info folder of another package")
    if not re.fullmatch(r"1\.\d+", str(wheel["Wheel-Version"]).strip()):
        raise _refusal(owner, "has a version of the wheel format that is not known")
    return info


def _record(content, owner):
    """RECORD: name to `(algorithm, digest, size)`; None where it has no hash, as for itself."""
    record = {}
    for row in csv.reader(io.StringIO(content.decode("utf-8"))):
        if not row:
            continue
        if len(row) != 3 or row[0] in record:
            raise _refusal(owner, "has a RECORD that cannot be read")
        name, hashed, size = row
        if not hashed:
            record[name] = None
            continue
        algorithm, _, digest = hashed.partition("=")
        if algorithm not in _HASHES:
            raise _refusal(owner, "has a RECORD with weak hashes")
        decoded = base64.urlsafe_b64decode(digest + "=" * (-len(digest) % 4))
        record[name] = (algorithm, decoded, int(size) if size else None)
    return record


def _verify(archive, member, line, sha256, owner):
    if line is None:
        raise _refusal(owner, f"has a file without a hash in its RECORD ({_shown(member.orig_filename)})")
    algorithm, digest, size = line
    actual = sha256 if algorithm == "sha256" else _digest(_chunks(archive, member, owner), algorithm)
    if actual != digest or size not in (None, member.file_size):
        raise _refusal(owner, f"has a file that is not the one of its RECORD ({_shown(member.orig_filename)})")


def _target(name, info):
    """Where a file goes below the tree; None where it is left out."""
    parts = name.split("/")
    data = info[: -len(".dist-info")] + ".data"
    if parts[0].endswith(".data") and len(parts) > 1:
        if parts[0] != data or parts[1] not in _KEPT_DATA or len(parts) < 3:
            return None
        parts = parts[2:]
    # A .pth file runs code where a site folder has it, and a bundle is none; bytecode is made here.
    if (len(parts) == 1 and parts[0].lower().endswith(".pth")) or "__pycache__" in parts:
        return None
    return "/".join(parts)


def _chunks(archive, member, owner):
    """The content, never more than the archive has said; zipfile checks its CRC at the end."""
    with archive.open(member) as source:
        left = member.file_size
        while True:
            chunk = source.read(min(_CHUNK, left + 1))
            left -= len(chunk)
            if left < 0:
                raise _refusal(owner, "unpacks to more than it says")
            if not chunk:
                break
            yield chunk
        if left:
            raise _refusal(owner, "unpacks to less than it says")


def _read(archive, member, owner):
    if member.file_size > _METADATA_BYTES:
        raise _refusal(owner, "has metadata that is too large")
    return b"".join(_chunks(archive, member, owner))


def _digest(chunks, algorithm):
    state = hashlib.new(algorithm)
    for chunk in chunks:
        state.update(chunk)
    return state.digest()


def _refusal(owner, what):
    return Failed(f"The wheel of {owner} {what}.", [owner])


def _shown(name):
    text = name.encode("ascii", "backslashreplace").decode()
    text = re.sub(r"[^\x20-\x7e]", "?", text)
    return text if len(text) <= 80 else text[:79] + "…"
