"""Zips: the members of an archive by clean names, and their bytes, counted as they are decompressed.

Nothing is extracted to disk. A zip within a student's zip is a file like any other: nobody opens it.
"""

import io
import stat
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from torchref.grade.submissions.bounds import MIB, too_large
from torchref.grade.submissions.names import LONGEST, clean, is_left_out, printable, shown
from torchref.grade.submissions.refused import Refused, refused

# What zipfile raises, by its own tests and by ours, on archives that are damaged or made to hurt.
DAMAGED = (
    BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    ValueError,
    IndexError,
    OverflowError,
    RuntimeError,
    struct.error,
)
MOST = 1_000_000  # entries of a platform's download, some 1 GiB in memory
SIGNATURE = b"PK\x01\x02"
CHUNK = 64 << 10
ENCRYPTED, UTF8 = 0x1, 0x800  # flag bits


@dataclass(frozen=True)
class Member:
    """A file in an open archive; `problem` says why its name is not allowed."""

    archive: ZipFile
    info: ZipInfo
    problem: Refused | None = None


@contextmanager
def opened(source: Path | bytes, name: str, most: int = MOST) -> Iterator[ZipFile]:
    """The archive in a file or in memory; raises Refused if it is none, or has too many entries."""
    try:
        stream = source.open("rb") if isinstance(source, Path) else io.BytesIO(source)
    except OSError as error:
        raise unreadable(name, error) from error
    with stream as file:
        # Counted before zipfile makes an object of each: every entry of a directory begins with its signature.
        if _signatures(file, most) > most:
            raise too_many(name, most)
        try:
            archive = ZipFile(file)
        except (*DAMAGED, OSError) as error:
            raise damaged(name, error) from error
        with archive:
            yield archive


def members(archive: ZipFile) -> dict[str, Member]:
    """The files of an archive by clean names.

    A name that leads out of it or is there twice is a problem of this member: in a download, of one student's.
    """
    found: dict[str, Member] = {}
    for info in archive.infolist():
        problem = None
        try:
            path = clean(info.orig_filename if "\0" in info.orig_filename else _name(info))
        except Refused as error:
            path, problem = printable(info.orig_filename[:LONGEST]), error
        if info.is_dir() or info.filename.endswith("\\") or not path or (is_left_out(path) and not problem):
            continue
        if path in found:
            problem = refused(shown(path), ("in the zip once", "it there twice"), ("压缩包中唯一的文件", "出现了两次"))
        found[path] = Member(archive, info, problem)
    return found


def reader(member: Member, name: str, ratio: int) -> Callable[[int], bytes]:
    """The function that decompresses a member, up to a bound; it raises Refused."""

    def read(bound: int) -> bytes:
        _must_be_plain(member.info, name)
        data = bytearray()
        try:
            with member.archive.open(member.info) as stream:
                while chunk := stream.read(CHUNK):
                    data += chunk
                    if len(data) > bound:
                        raise too_large(shown(name), bound)
                    if len(data) > max(MIB, ratio * member.info.compress_size):
                        raise _bomb(name, ratio)
        except (*DAMAGED, OSError) as error:
            raise damaged(name, error) from error
        return bytes(data)

    return read


def _must_be_plain(info: ZipInfo, name: str) -> None:
    """Raises Refused if a member is a link or a device, or needs a password or another decompressor.

    zipfile bounds what it decompresses at a time for DEFLATE alone.
    """
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise refused(shown(name), ("a file", "a link, which is not followed"), ("文件", "链接,不会跟随"))
    if kind not in (0, stat.S_IFREG):
        raise refused(shown(name), ("a file", "a device or a pipe"), ("文件", "设备或管道"))
    if info.flag_bits & ENCRYPTED:
        raise refused(shown(name), ("in a zip without a password", "it encrypted"), ("无密码压缩包中的文件", "已加密"))
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        method = f"method {info.compress_type}"
        raise refused(shown(name), ("zipped with DEFLATE, as usual", method), ("用常见的 DEFLATE 压缩的文件", method))


def _name(info: ZipInfo) -> str:
    """A member's name: where the zip does not say UTF-8, macOS writes it all the same, and Chinese Windows GBK."""
    if info.flag_bits & UTF8:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gbk"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _signatures(file: BinaryIO, most: int) -> int:
    count, tail = 0, b""
    while count <= most and (chunk := file.read(MIB)):
        count += (tail + chunk).count(SIGNATURE)
        tail = chunk[-len(SIGNATURE) + 1 :]
    file.seek(0)
    return count


def unreadable(name: str, error: OSError) -> Refused:
    """The refusal of what the grader, not the student, has no access to."""
    why = error.strerror or type(error).__name__
    return refused(shown(name), ("readable by the grader", why), ("评分程序可以读取的文件", why), is_open=True)


def damaged(name: str, error: Exception) -> Refused:
    """The refusal of an archive that cannot be decompressed."""
    why = shown(str(error) or type(error).__name__)
    return refused(shown(name), ("a zip that can be unpacked", why), ("可以解压的 zip", why))


def too_many(name: str, most: int) -> Refused:
    """The refusal of too many entries."""
    english = f"a submission of at most {most} files"
    return refused(shown(name), (english, "more"), (f"不超过 {most} 个文件的提交", "更多"))


def _bomb(name: str, ratio: int) -> Refused:
    english = f"at most {ratio} times as large as it is in the zip"
    return refused(shown(name), (english, "more: a zip bomb"), (f"解压后不超过 {ratio} 倍的文件", "更大:压缩炸弹"))
