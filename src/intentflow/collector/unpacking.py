"""From the bytes of a request to JSON: gzip, forms and base64, each bounded.

Trackers don't say how they pack: posthog-js sends gzip as `text/plain` and without `Content-Encoding`, a beacon sends a form with
base64 in it. So it is the bytes that tell. Gzip can make a thousand bytes of one: it is unpacked only as far as the bound, and once.
What is still packed after that is no JSON, and is refused as that.
"""

import zlib
from base64 import b64decode
from binascii import Error as NotBase64
from urllib.parse import unquote_to_bytes

from intentflow.wire.rejections import Rejection

GZIP = b"\x1f\x8b"
FORM = b"data="
_GZIP_WINDOW = 31  # zlib's word for "a gzip header, and nothing else"
_JSON = (b"{", b"[")
_ALPHABET = bytes.maketrans(b" -_", b"++/")  # a form makes a blank of a plus; and base64 has two alphabets

BAD_GZIP = Rejection("unreadable", "begins like gzip and is none, or is cut off: compress it again, or send it plain")
BAD_BASE64 = Rejection("unreadable", "the form's `data` is neither JSON, nor gzip, nor base64 of one of them")


def unpacked(body: bytes, most: int) -> bytes | Rejection:
    """The JSON in a body, as far as it was packed. `most` bounds its bytes; over it the rejection is `too_large`."""
    if body.startswith(GZIP):
        return _gunzipped(body, most)
    return from_form(body, most) if body.startswith(FORM) else body


def from_form(form: bytes, most: int) -> bytes | Rejection:
    """The JSON in the field `data` of a form, or of a query: as it is, or in base64, and then perhaps compressed."""
    data = next((field[len(FORM) :] for field in form.split(b"&") if field.startswith(FORM)), b"")
    text = unquote_to_bytes(data.replace(b"+", b" "))
    if text.startswith(_JSON):
        return text
    if text.startswith(GZIP):
        return _gunzipped(text, most)
    try:
        plain = b64decode(text.translate(_ALPHABET) + b"=" * (-len(text) % 4), validate=True)
    except NotBase64:
        return BAD_BASE64
    return _gunzipped(plain, most) if plain.startswith(GZIP) else plain


def _gunzipped(body: bytes, most: int) -> bytes | Rejection:
    """What was compressed. Nothing may follow it: we would have to look for the end of it, over and over."""
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    try:
        plain = unpacker.decompress(body, most + 1)
    except zlib.error:
        return BAD_GZIP
    if len(plain) > most:
        return Rejection("too_large", f"is over {most} bytes unpacked: send smaller batches")
    return plain if unpacker.eof and not unpacker.unused_data else BAD_GZIP
