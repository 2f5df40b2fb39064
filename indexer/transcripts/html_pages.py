"""HTML of pages as browsers take it: whatever is in it, a page is read to its end."""

from __future__ import annotations

import logging
from html.parser import HTMLParser

log = logging.getLogger(__name__)


class PageParser(HTMLParser):
    """A parser that passes over what is no HTML, such as `<![if`."""

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Read what begins with `<![`; return where it ends, or -1."""
        try:
            return int(super().parse_marked_section(i, report))
        except AssertionError:  # the way in which the parser says that it does not know it
            log.debug("a marked section that no one knows", exc_info=True)
            return int(self.parse_bogus_comment(i))
