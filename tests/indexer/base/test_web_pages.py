"""What is a page on the web, and the address of a second of it."""

from __future__ import annotations

import pytest

from indexer.base.web_pages import page_at, web_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" https://example.org/a b ", None),
        ("https://example.org/é?q=<b>)", "https://example.org/%C3%A9?q=%3Cb%3E%29"),
        ("HTTPS://Example.org/x%20y", "https://Example.org/x%20y"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("https://user:secret@example.org/", None),
        ("https://[::1", None),
        ("//example.org", None),
        ("a talk of 2024", None),
        ("https://example.org/" + "x" * 3000, None),
        ("", None),
        (None, None),
    ],
)
def test_only_pages_of_the_web_are_addresses(text: str | None, address: str | None) -> None:
    assert web_address(text) == address


@pytest.mark.parametrize(
    ("address", "there"),
    [
        ("https://www.youtube.com/watch?v=abc&t=5s", "https://www.youtube.com/watch?v=abc&t=83"),
        ("https://youtu.be/abc", "https://youtu.be/abc?t=83"),
        ("https://vimeo.com/123", "https://vimeo.com/123#t=83s"),
        ("https://soundcloud.com/a/b", "https://soundcloud.com/a/b#t=1:23"),
        ("https://example.org/e/1.mp3?x=1", "https://example.org/e/1.mp3?x=1#t=83"),
        ("https://example.org/#/episodes/1", "https://example.org/#/episodes/1"),
        ("https://notyoutube.com/watch", "https://notyoutube.com/watch#t=83"),
    ],
)
def test_a_page_is_opened_at_the_second_in_the_way_of_its_site(address: str, there: str) -> None:
    assert page_at(address, 83.9) == there
    assert page_at(address, None) == page_at(address, 0.4) == address
