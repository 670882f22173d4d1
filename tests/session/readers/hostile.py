"""Files that no DAW wrote: what a stranger might send under the name of a session."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

from daw_bridge.core.errors import SessionFileInvalid
from daw_bridge.session.readers import Reader
from tests.session.readers.mutations import LONGEST_S

BILLION_LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]>
<Session>&lol3;</Session>"""
EXTERNAL_ENTITY = b"""<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]><Session name="&secret;">&secret;</Session>"""
EXTERNAL_DTD = b"""<?xml version="1.0"?>
<!DOCTYPE Session SYSTEM "http://127.0.0.1:9/x.dtd"><Session/>"""

NO_SESSION_OF_XML = {
    "nothing": b"",
    "no XML": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    "zeros": bytes(4096),
    "another root": b'<?xml version="1.0"?><html><body/></html>',
    "an encoding that nobody knows": b'<?xml version="1.0" encoding="klingon"?><Session/>',
    "elements a hundred thousand deep": b"<a>" * 100_000,
    "an XML bomb": BILLION_LAUGHS,
    "an external entity": EXTERNAL_ENTITY,
    "an external DTD": EXTERNAL_DTD,
}
"""What may stand where XML is expected."""


def bomb() -> bytes:
    """XML of 600 MB in 600 kB of gzip."""
    block = gzip.compress(b" " * (1 << 20), 9, mtime=0)
    return gzip.compress(b"<Ableton>", mtime=0) + block * 600


def refusal(reader: Reader, file: Path, content: bytes) -> str:
    """What the error says with which `content` is refused, soon enough."""
    file.write_bytes(content)
    started_s = time.process_time()
    try:
        reader.read(file)
    except SessionFileInvalid as refused:
        assert refused.where == file
        assert time.process_time() - started_s < LONGEST_S
        return refused.what
    raise AssertionError("it was read")
