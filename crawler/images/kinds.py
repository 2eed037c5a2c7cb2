"""What the bytes of a picture say of themselves: its type, width and height.

Names of files and headers of answers are never asked. Each form is followed from its first byte to its end mark, so
that a cut one, or a page that only begins like a picture, is found out; nothing is ever unpacked or drawn, so that no
picture can be a bomb. Time and memory are linear in the number of bytes.
"""

import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

PictureType = Literal["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"]

MAX_PIXELS: Final = 50_000_000
"""Width times height that a picture may have: drawn, it takes four bytes a pixel."""

_Size = tuple[int, int]
_NO_SIZE: Final = (0, 0)

_PNG_HEAD: Final = b"\x89PNG\r\n\x1a\n"
_PNG_CHUNK: Final = struct.Struct(">I4s")
_PNG_AROUND: Final = 12  # bytes of a chunk beside its content: length, name, checksum

# "\xff\xda" and other marks inside a JPEG's data; "\xff\x00" is a byte 255, "\xff\xd0" to "\xff\xd7" number its parts
_JPEG_MARK: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_JPEG_BARE: Final = frozenset({0x01, *range(0xD0, 0xD8)})  # marks without a segment
_JPEG_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # marks of segments that hold the size
_JPEG_START, _JPEG_END, _JPEG_SCAN = 0xD8, 0xD9, 0xDA

_GIF_SCREEN: Final = struct.Struct("<HHB")
_GIF_FRAME: Final = struct.Struct("<HHHHB")
_GIF_EXTENSION, _GIF_IMAGE, _GIF_END = 0x21, 0x2C, 0x3B

_WEBP_CHUNK: Final = struct.Struct("<4sI")
_VP8_START: Final = b"\x9d\x01\x2a"
_VP8L_SIGNATURE: Final = 0x2F

_BMP_CORE: Final = 12  # bytes of the oldest header, which has 16-bit sizes
_BMP_HEADS: Final = (40, 52, 56, 64, 108, 124)
_BMP_DEPTHS: Final = (1, 4, 8, 16, 24, 32)  # bits a pixel
_BMP_PLAIN: Final = (0, 3, 6)  # pixels in rows, so that the number of bytes is known
_BMP_RUNS: Final = (1, 2)  # run lengths, which can say less than all pixels

_LOOK: Final = 1024  # bytes of what is no picture that are looked at to name it
_BLANKS: Final = b"\xef\xbb\xbf \t\r\n"


class NotAPicture(ValueError):
    """The bytes are no picture of the forms that are kept, or not a whole one; the message says what they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a picture is."""

    type: PictureType
    width: int
    """Pixels; of an animation, those of its widest frame."""
    height: int


def read_kind(body: bytes) -> Kind:
    """Type and size of a picture.

    >>> read_kind(b"<svg xmlns='http://www.w3.org/2000/svg'><script>...</script></svg>")
    Traceback (most recent call last):
    crawler.images.kinds.NotAPicture: SVG, a document that can hold scripts

    Raises:
        NotAPicture: another form (SVG, HTML, AVIF), cut off, broken, without pixels, or over :data:`MAX_PIXELS`.
    """
    for head, name, read in _FORMS:
        if body.startswith(head) and (name != "image/webp" or body[8:12] == b"WEBP"):
            return _checked(name, *_whole(name, read, body))
    raise NotAPicture(_described(body))


def _whole(name: PictureType, read: Callable[[bytes], _Size], body: bytes) -> _Size:
    try:
        return read(body)
    except (struct.error, IndexError) as error:
        raise NotAPicture(f"{name}, cut off: {len(body):,} bytes are not all of it") from error


def _checked(name: PictureType, width: int, height: int) -> Kind:
    if width < 1 or height < 1:
        raise NotAPicture(f"{name} of {width} × {height} pixels")
    if width * height > MAX_PIXELS:
        raise NotAPicture(f"{name} of {width:,} × {height:,} pixels: over {MAX_PIXELS // 1_000_000} megapixels")
    return Kind(type=name, width=width, height=height)


def _described(body: bytes) -> str:
    """What a body that is no picture seems to be."""
    text = body[:_LOOK].lstrip(_BLANKS).lower()
    if not body:
        return "an empty body"
    if text.startswith(b"<"):
        if b"<svg" in text and b"<html" not in text:
            return "SVG, a document that can hold scripts"
        return "HTML" if b"<html" in text or b"<!doctype html" in text else "a document in markup"
    if body[4:8] == b"ftyp":
        return "AVIF, HEIF or a film"
    return f"of no type that is kept: it begins with {body[:8].hex(' ')}"


def _broken(name: str, what: str) -> NotAPicture:
    return NotAPicture(f"broken {name}: {what}")


# --- PNG -------------------------------------------------------------------------------------------------------------


def _read_png(body: bytes) -> _Size:
    """Chunk by chunk: length, name, content, checksum; the first is IHDR, the last IEND."""
    view = memoryview(body)
    position, name, has_pixels = len(_PNG_HEAD), b"", False
    while name != b"IEND":
        is_first = not name
        length, name = _PNG_CHUNK.unpack_from(body, position)
        if is_first and (name, length) != (b"IHDR", 13):
            raise _broken("PNG", "its first chunk is not its header")
        end = position + _PNG_AROUND + length
        (checksum,) = struct.unpack_from(">I", body, end - 4)
        if zlib.crc32(view[position + 4 : end - 4]) != checksum:
            raise _broken("PNG", f"wrong checksum of chunk {name!r}")
        has_pixels = has_pixels or name == b"IDAT"
        position = end
    if not has_pixels:
        raise _broken("PNG", "it has no pixels")
    width, height = struct.unpack_from(">II", body, 16)
    return width, height


# --- JPEG ------------------------------------------------------------------------------------------------------------


def _read_jpeg(body: bytes) -> _Size:
    """Segment by segment; after a scan's head come its data, up to the next mark."""
    position, has_pixels, size = 2, False, _NO_SIZE
    while True:
        mark, position = _jpeg_mark(body, position)
        if mark == _JPEG_END:
            break
        if mark in _JPEG_BARE:
            continue
        if mark == _JPEG_START:
            raise _broken("JPEG", "it begins twice")
        (length,) = struct.unpack_from(">H", body, position)
        if length < 2:
            raise _broken("JPEG", f"a segment of {length} bytes")
        if mark in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", body, position + 3)
            size = _larger(size, (width, height))
        position += length
        if mark == _JPEG_SCAN:
            has_pixels = size != _NO_SIZE
            position = _jpeg_data_end(body, position)
    if not has_pixels:
        raise _broken("JPEG", "it has no pixels")
    return size


def _jpeg_mark(body: bytes, position: int) -> tuple[int, int]:
    """The mark at a place, and where its segment begins; any number of bytes 255 may stand before it."""
    if body[position] != 0xFF:
        raise _broken("JPEG", f"no mark where one must be, at byte {position}")
    while body[position] == 0xFF:
        position += 1
    return body[position], position + 1


def _jpeg_data_end(body: bytes, position: int) -> int:
    found = _JPEG_MARK.search(body, position)
    if found is None:
        raise IndexError("no end mark")
    return found.start()


# --- GIF -------------------------------------------------------------------------------------------------------------


def _read_gif(body: bytes) -> _Size:
    """Block by block; frames may be larger than the screen that the head announces."""
    width, height, flags = _GIF_SCREEN.unpack_from(body, 6)
    position, frames = 13 + _gif_colours(flags), _NO_SIZE
    while body[position] != _GIF_END:
        block, position = body[position], position + 1
        if block == _GIF_EXTENSION:
            position += 1
        elif block == _GIF_IMAGE:
            left, top, frame_width, frame_height, flags = _GIF_FRAME.unpack_from(body, position)
            if not frame_width or not frame_height:
                raise _broken("GIF", "a frame without pixels")
            frames = _larger(frames, (left + frame_width, top + frame_height))
            position += _GIF_FRAME.size + _gif_colours(flags) + 1
        else:
            raise _broken("GIF", f"unknown block {block} at byte {position - 1}")
        position = _gif_blocks_end(body, position)
    if frames == _NO_SIZE:
        raise _broken("GIF", "it has no pixels")
    return _larger((width, height), frames)


def _gif_colours(flags: int) -> int:
    """Bytes of a table of colours."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_blocks_end(body: bytes, position: int) -> int:
    """Past a row of blocks, each with its length before it; one of no length ends the row."""
    while body[position]:
        position += body[position] + 1
    return position + 1


# --- WebP ------------------------------------------------------------------------------------------------------------


def _read_webp(body: bytes) -> _Size:
    """Chunk by chunk; a simple file has one, an extended one says its size first and may be an animation."""
    (length,) = struct.unpack_from("<I", body, 4)
    end = 8 + length
    if end > len(body):
        raise IndexError("shorter than it says")
    position, has_pixels, size = 12, False, _NO_SIZE
    while position < end:
        name, length = _WEBP_CHUNK.unpack_from(body, position)
        position += _WEBP_CHUNK.size
        if position + length > end:
            raise _broken("WebP", f"chunk {name!r} is longer than the file")
        said = _webp_size(name, body, position)
        size = _larger(size, said)
        has_pixels = has_pixels or (said != _NO_SIZE and name != b"VP8X")
        position += length + length % 2
    if not has_pixels:
        raise _broken("WebP", "it has no pixels")
    return size


def _webp_size(name: bytes, body: bytes, position: int) -> _Size:
    """Size that a chunk speaks of, if it speaks of one."""
    if name == b"VP8 ":
        if body[position + 3 : position + 6] != _VP8_START:
            raise _broken("WebP", "its first frame does not begin as one")
        width, height = struct.unpack_from("<HH", body, position + 6)
        return width & 0x3FFF, height & 0x3FFF
    if name == b"VP8L":
        signature, bits = struct.unpack_from("<BI", body, position)
        if signature != _VP8L_SIGNATURE:
            raise _broken("WebP", "its pixels do not begin as such")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if name == b"VP8X":
        return _three(body, position + 4) + 1, _three(body, position + 7) + 1
    if name == b"ANMF":
        left, top = 2 * _three(body, position), 2 * _three(body, position + 3)
        return left + _three(body, position + 6) + 1, top + _three(body, position + 9) + 1
    return _NO_SIZE


def _three(body: bytes, position: int) -> int:
    """A number of three bytes, the lowest first."""
    low, high = struct.unpack_from("<HB", body, position)
    return int(low) + (int(high) << 16)


# --- BMP -------------------------------------------------------------------------------------------------------------


def _read_bmp(body: bytes) -> _Size:
    """Its mark is two letters only, so that all of the head must fit together."""
    start, head = struct.unpack_from("<II", body, 10)
    packing, padding = 0, 3
    if head == _BMP_CORE:
        width, height, planes, depth = struct.unpack_from("<HHHH", body, 18)
    elif head in _BMP_HEADS:
        width, height, planes, depth, packing = struct.unpack_from("<iiHHI", body, 18)
    else:
        raise _broken("BMP", f"a head of {head} bytes")
    if planes != 1 or depth not in _BMP_DEPTHS or packing not in (*_BMP_PLAIN, *_BMP_RUNS) or start < 14 + head:
        raise _broken("BMP", "its head does not fit together")
    height = abs(height)  # below zero: the rows go from top to bottom
    row = ((width * depth + 7) // 8 + padding) // 4 * 4
    if start + (row * height if packing in _BMP_PLAIN else 1) > len(body):
        raise IndexError("fewer bytes than pixels")
    return width, height


# --- all of them -----------------------------------------------------------------------------------------------------


def _larger(size: _Size, other: _Size) -> _Size:
    """A size in which both fit."""
    return max(size[0], other[0]), max(size[1], other[1])


_FORMS: Final[tuple[tuple[bytes, PictureType, Callable[[bytes], _Size]], ...]] = (
    (_PNG_HEAD, "image/png", _read_png),
    (b"\xff\xd8\xff", "image/jpeg", _read_jpeg),
    (b"GIF87a", "image/gif", _read_gif),
    (b"GIF89a", "image/gif", _read_gif),
    (b"RIFF", "image/webp", _read_webp),
    (b"BM", "image/bmp", _read_bmp),
)
