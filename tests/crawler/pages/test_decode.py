import pytest

from crawler.pages.decode import BinaryContent, decode

TEXT = "本周值得读的论文：Mask R-CNN，以及 10 篇 “Paper + Code”。" * 3


def meta(charset: str) -> str:
    return f'<html><head><meta charset="{charset}"></head><body>{TEXT}</body></html>'


@pytest.mark.parametrize(
    ("body", "declared", "expected"),
    [
        pytest.param(TEXT.encode(), None, TEXT, id="UTF-8"),
        pytest.param(b"\xef\xbb\xbf" + TEXT.encode(), None, TEXT, id="UTF-8 with a mark"),
        pytest.param(TEXT.encode("utf-16"), None, TEXT, id="UTF-16 with a mark"),
        pytest.param(TEXT.encode("gb18030"), None, TEXT, id="GB18030, not declared"),
        pytest.param(meta("gb2312").encode("gb18030"), None, meta("gb2312"), id="wider than its gb2312"),
        pytest.param(meta("big5").encode("utf-8"), None, meta("big5"), id="UTF-8 in spite of its meta"),
        pytest.param("論文推薦".encode("big5"), "big5", "論文推薦", id="header"),
        pytest.param(
            b'<meta http-equiv="Content-Type" content="text/html; charset=big5">' + "論文推薦".encode("big5"),
            None,
            '<meta http-equiv="Content-Type" content="text/html; charset=big5">論文推薦',
            id="old meta",
        ),
        pytest.param(TEXT.encode(), "no-such-charset", TEXT, id="unknown name"),
        pytest.param(b"", None, "", id="empty"),
    ],
)
def test_character_sets(body: bytes, declared: str | None, expected: str) -> None:
    assert decode(body, declared) == (expected, True)


def test_one_bad_byte_costs_one_character_and_is_told() -> None:
    body = bytearray(meta("utf-8").encode() * 4)
    at = bytes(body).index("论文".encode())
    body[at : at + 1] = b"\xff"
    text, whole = decode(bytes(body))
    assert not whole
    assert text.count("\ufffd") <= 3
    assert "本周值得读的" in text


@pytest.mark.parametrize(
    "body",
    [b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"SQLite format 3\0", b"abc\0def"],
)
def test_binary_content_is_refused(body: bytes) -> None:
    with pytest.raises(BinaryContent):
        decode(body)


def test_what_no_character_set_fits_is_refused() -> None:
    with pytest.raises(BinaryContent, match="no character set"):
        decode(bytes([0xFF, 0x20]) * 300)
