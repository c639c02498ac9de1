"""
Unpacks wheels, which are untrusted zip files (binary distribution format, PEP 427). This checks every name, size, type
and hash before it keeps anything, and keeps nothing but modules and their data.
"""

from __future__ import annotations

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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Union

    from index import ResolvedEntry
    from job import Limits

    Expected = tuple[str, bytes, Union[int, None]]
    """Algorithm, digest and size of a file; RECORD may omit the size."""
    Record = dict[str, Union[Expected, None]]
    """Name to what RECORD says about the file; None if it has no hash, like RECORD itself."""

_CHUNK = 1 << 20
_METADATA_BYTES = 8 * 1024 * 1024
_NAME_BYTES = 255
_PATH_BYTES = 1024
_HASHES = ("sha256", "sha384", "sha512")
_UNSIGNED = ("RECORD", "RECORD.jws", "RECORD.p7s")
_ENCRYPTED = 0x1
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")
# Subfolders of `<name>.data/` to keep. All others are meant for places that do not exist in a bundle.
_KEPT_DATA = ("purelib", "platlib")


class Tree:
    """The folder to unpack to, with limits for all packages together."""

    def __init__(self, root: str, limits: Limits) -> None:
        self.root = root
        self.files = 0
        self.bytes = 0
        self._limits = limits
        self._owners: dict[str, tuple[bytes, str]] = {}
        self._folders: set[str] = set()

    def count(self, files: int, size: int) -> None:
        """Counts files and bytes. Raises Failed beyond a limit."""
        self.files += files
        self.bytes += size
        if self.files > self._limits["files"]:
            raise Failed(f"The packages have more than {self._limits['files']} files.")
        if self.bytes > self._limits["unpackedBytes"]:
            raise Failed(f"The packages unpack to more than {self._limits['unpackedBytes'] // (1 << 20)} MiB.")

    def claim(self, path: str, digest: bytes, owner: str) -> bool:
        """Returns whether the file is new. Two packages may contain the same file, but only with the same content."""
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
            reason = f"{other} and {owner} both contain the file {_shown(path)}, with different content."
            raise Failed(reason, [other, owner])
        return False

    def write(self, path: str, source: Iterable[bytes]) -> None:
        target = os.path.join(self.root, *path.split("/"))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(target, flags, 0o644), "wb") as file:
            for chunk in source:
                file.write(chunk)


def unpack(path: str, entry: ResolvedEntry, tree: Tree) -> int:
    """Unpacks the wheel of `entry` into `tree`. Returns its size there in bytes. Raises Failed."""
    owner = entry["name"]
    try:
        with open(path, "rb") as file:
            if _digest(iter(lambda: file.read(_CHUNK), b""), "sha256").hex() != entry["sha256"]:
                raise _refusal(owner, "is not the wheel of its lock")
            with zipfile.ZipFile(file) as archive:
                return _unpack(archive, entry, tree)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OverflowError, zlib.error) as error:
        raise _refusal(owner, "is not a valid zip file") from error


def _unpack(archive: zipfile.ZipFile, entry: ResolvedEntry, tree: Tree) -> int:
    owner = entry["name"]
    members = _members(archive, owner, tree)
    info = _dist_info(members, archive, entry)
    record = _record(_read(archive, members[f"{info}/RECORD"], owner), owner)
    signed = {name for name in members if name not in {f"{info}/{unsigned}" for unsigned in _UNSIGNED}}
    if signed - record.keys():
        raise _refusal(owner, f"has a file that its RECORD does not list ({_shown(min(signed - record.keys()))})")
    absent = {name for name, line in record.items() if line and name not in members}
    if absent:
        raise _refusal(owner, f"lacks a file that its RECORD lists ({_shown(min(absent))})")

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


def _members(archive: zipfile.ZipFile, owner: str, tree: Tree) -> dict[str, zipfile.ZipInfo]:
    """Returns all files of the archive by name, after checking all that can be checked before unpacking."""
    members: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    entries = archive.infolist()
    _check_size(entries, tree)
    end = archive.start_dir
    for member in sorted(entries, key=lambda each: each.header_offset, reverse=True):
        # Entries that share bytes unpack to far more than the archive holds ("A better zip bomb", Fifield 2019).
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
            raise _refusal(owner, "uses a compression method that wheels must not use")
        fold = unicodedata.normalize("NFC", name).casefold()
        if name in members or fold in folded:
            raise _refusal(owner, f"has two files of one name ({_shown(name)})")
        folded.add(fold)
        members[name] = member
    return members


def _check_size(entries: Sequence[zipfile.ZipInfo], tree: Tree) -> None:
    """Checks the sizes that the archive claims against the limits. Unpacking then checks the actual sizes."""
    before = tree.files, tree.bytes
    tree.count(len(entries), sum(member.file_size for member in entries))
    tree.files, tree.bytes = before


def _check_name(name: str, owner: str) -> None:
    parts = name.split("/")
    valid = (
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
        valid = False
    if not valid:
        raise _refusal(owner, f"has an unsafe file name ({_shown(name)})")


def _dist_info(members: Mapping[str, zipfile.ZipInfo], archive: zipfile.ZipFile, entry: ResolvedEntry) -> str:
    """Returns the name of the .dist-info folder, after checking that its content belongs to this package."""
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
        raise _refusal(owner, "has the metadata of another package")
    if normal(info.split("-")[0]) != owner:
        raise _refusal(owner, "has the .dist-info folder of another package")
    if not re.fullmatch(r"1\.\d+", str(wheel["Wheel-Version"]).strip()):
        raise _refusal(owner, "has an unsupported Wheel-Version")
    return info


def _record(content: bytes, owner: str) -> Record:
    record: Record = {}
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


def _verify(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, line: Expected | None, sha256: bytes, owner: str
) -> None:
    if line is None:
        raise _refusal(owner, f"has a file without a hash in its RECORD ({_shown(member.orig_filename)})")
    algorithm, digest, size = line
    actual = sha256 if algorithm == "sha256" else _digest(_chunks(archive, member, owner), algorithm)
    if actual != digest or size not in (None, member.file_size):
        raise _refusal(owner, f"has a file that does not match its RECORD ({_shown(member.orig_filename)})")


def _target(name: str, info: str) -> str | None:
    """Returns the path of a file in the tree, or None if the file is left out."""
    parts = name.split("/")
    data = info[: -len(".dist-info")] + ".data"
    if parts[0].endswith(".data") and len(parts) > 1:
        if parts[0] != data or parts[1] not in _KEPT_DATA or len(parts) < 3:
            return None
        parts = parts[2:]
    # A .pth file runs code if it is in a site folder, which a bundle is not. The builder itself writes the bytecode.
    if (len(parts) == 1 and parts[0].lower().endswith(".pth")) or "__pycache__" in parts:
        return None
    return "/".join(parts)


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo, owner: str) -> Iterator[bytes]:
    """Yields the content, never more than the archive claims. zipfile checks the CRC at the end."""
    with archive.open(member) as source:
        left = member.file_size
        while True:
            chunk = source.read(min(_CHUNK, left + 1))
            left -= len(chunk)
            if left < 0:
                raise _refusal(owner, "unpacks to more than it claims")
            if not chunk:
                break
            yield chunk
        if left:
            raise _refusal(owner, "unpacks to less than it claims")


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, owner: str) -> bytes:
    if member.file_size > _METADATA_BYTES:
        raise _refusal(owner, "has metadata that is too large")
    return b"".join(_chunks(archive, member, owner))


def _digest(chunks: Iterable[bytes], algorithm: str) -> bytes:
    state = hashlib.new(algorithm)
    for chunk in chunks:
        state.update(chunk)
    return state.digest()


def _refusal(owner: str, what: str) -> Failed:
    return Failed(f"The wheel of {owner} {what}.", [owner])


def _shown(name: str) -> str:
    """Returns a name in printable ASCII, shortened."""
    text = name.encode("ascii", "backslashreplace").decode()
    text = re.sub(r"[^\x20-\x7e]", "?", text)
    return text if len(text) <= 80 else text[:79] + "…"
