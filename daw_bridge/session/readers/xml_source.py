"""XML from strangers, as a tree or element by element: no DTD, no entities, nothing fetched."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from daw_bridge.session.readers.source import BoundedStream, invalid

LARGEST_TREE_BYTES = 64 << 20
"""What XML may measure that is held as a tree, which takes some ten times as much memory."""
DEEPEST_ELEMENT = 1_000

_BLOCK_BYTES = 1 << 16


class ElementHandler(ContentHandler):
    """Told of the elements of an XML stream; `path` holds the names from the root to the one at hand."""

    def __init__(self) -> None:
        super().__init__()
        self.path: list[str] = []

    def started(self, name: str, attributes: AttributesImpl) -> None:
        """An element begins: `path` ends in its name."""

    def ended(self, name: str) -> None:
        """It ends, after all that it holds: `path` still ends in its name."""

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        """Called by the parser."""
        self.path.append(name)
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
        while block := stream.read(_BLOCK_BYTES):
            parser.feed(block)
        parser.close()
    except DefusedXmlException as cause:
        raise invalid(file, "It declares XML entities or a DTD, which no DAW writes.") from cause
    except (SAXException, LookupError) as cause:  # LookupError: an encoding that nobody knows
        raise invalid(file, f"It is not whole XML ({cause}).") from cause


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
