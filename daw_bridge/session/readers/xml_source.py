"""XML from strangers, as a tree or element by element: no DTD, no entities, nothing fetched."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from daw_bridge.session.readers.source import BoundedStream, invalid

LARGEST_TREE_BYTES = 64 << 20
"""What XML may measure that is held as a tree, which takes some ten times as much memory."""
LARGEST_GAP_BYTES = 64 << 20
"""How far apart two elements may begin: the state of a plug-in is a few MB of text."""
DEEPEST_ELEMENT = 1_000

_BLOCK_BYTES = 1 << 20
"""Large, since an expat before 2.6 looks at a token from its beginning again with every block."""


class ElementHandler(ContentHandler):
    """Told of the elements of an XML stream; `path` holds the names from the root to the one at hand."""

    def __init__(self) -> None:
        super().__init__()
        self.path: list[str] = []
        self.has_news = False
        """Whether an element began; set to False by who wants to know of the next."""

    def started(self, name: str, attributes: AttributesImpl) -> None:
        """An element begins: `path` ends in its name."""

    def ended(self, name: str) -> None:
        """It ends, after all that it holds: `path` still ends in its name."""

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        """Called by the parser."""
        self.path.append(name)
        self.has_news = True
        if len(self.path) > DEEPEST_ELEMENT:
            raise ValueError(f"elements within elements, more than {DEEPEST_ELEMENT}")
        self.started(name, attrs)

    def endElement(self, name: str) -> None:
        """Called by the parser."""
        self.ended(name)
        self.path.pop()


def streamed_xml(file: Path, stream: BoundedStream, handler: ElementHandler) -> None:
    """Tell `handler` every element; nothing else is kept, so memory stays small whatever the size.

    Names keep their prefixes (`x:id`) whether or not a namespace is declared for them: Studio One declares
    none. Raises SessionFileInvalid when it is not XML.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.expatreader import create_parser

    parser = create_parser(forbid_dtd=True)
    parser.setContentHandler(handler)
    try:
        parser.feed(b"")  # a stream that is empty is refused at its end only if it has begun
        gap_bytes = 0
        while block := stream.read(_BLOCK_BYTES):
            parser.feed(block)
            gap_bytes = 0 if handler.has_news else gap_bytes + len(block)
            handler.has_news = False
            if gap_bytes > LARGEST_GAP_BYTES:
                raise invalid(file, f"It holds {LARGEST_GAP_BYTES >> 20} MB that belong to no session.")
        parser.close()
    except DefusedXmlException as cause:
        raise invalid(file, "It declares XML entities or a DTD, which no DAW writes.") from cause
    except SAXParseException as cause:
        where = f"{cause.getMessage()} in line {cause.getLineNumber()}"
        raise invalid(file, f"It is not whole XML ({where}).") from cause
    except LookupError as cause:
        raise invalid(file, f"It is written in an encoding that nobody knows ({cause}).") from cause


def parsed_xml(file: Path, stream: BoundedStream, *, root: str | None = None) -> Element:
    """The tree of at most `LARGEST_TREE_BYTES` of XML, without its text; names as in `streamed_xml`.

    Raises SessionFileInvalid when it is not XML, is larger, or its root is not called `root`.
    """
    planter = _Planter()
    streamed_xml(file, BoundedStream(file, stream, LARGEST_TREE_BYTES), planter)
    tree = planter.builder.close()
    if root is not None and tree.tag != root:
        raise invalid(file, f"It is XML, but no {root}.")
    return tree


class _Planter(ElementHandler):
    def __init__(self) -> None:
        super().__init__()
        self.builder = TreeBuilder()

    def started(self, name: str, attributes: AttributesImpl) -> None:
        self.builder.start(name, dict(attributes.items()))

    def ended(self, name: str) -> None:
        self.builder.end(name)
