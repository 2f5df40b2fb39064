"""Registries: members found by name, each in a file or a package of its own."""

from __future__ import annotations

import importlib
import logging
import pkgutil
import threading
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from hilbert.extension_points import ExtensionPoint

T = TypeVar("T")
log = logging.getLogger(__name__)


class Registry(Mapping[str, T], Generic[T]):
    """Members of one kind by name, in the order of their `order`, then of their names.

    The first look imports the files of the point's package and the modules that other packages
    name as entry points; each registers its own members.
    """

    def __init__(self, point: ExtensionPoint) -> None:
        self.point = point
        self._members: dict[str, tuple[int, T]] = {}
        self._loaded = False
        self._lock = threading.RLock()

    def add(self, name: str, member: T, order: int = 100) -> T:
        """Register a member; low orders come first.

        Raises:
            ValueError: Another member has this name.
        """
        known = self._members.setdefault(name, (order, member))[1]
        if known is not member:
            raise ValueError(f"two members of kind '{self.point.kind}' are named {name}")
        return member

    def register(self, name: str, order: int = 100) -> Callable[[T], T]:
        """Return a decorator that registers what it decorates."""
        return lambda member: self.add(name, member, order)

    def load(self) -> None:
        """Import all files and packages that register members; done once."""
        with self._lock:
            if self._loaded:
                return
            self._loaded = True  # a member that looks at its own registry finds what is there
            package = importlib.import_module(self.point.package)
            for module in pkgutil.iter_modules(package.__path__):
                importlib.import_module(f"{self.point.package}.{module.name}")
            for entry in entry_points(group=self.point.group):
                try:
                    entry.load()
                except Exception as error:  # whatever a stranger's module raises
                    log.warning(
                        "%s '%s' of %s cannot be loaded and is left out: %s: %s",
                        self.point.kind,
                        entry.name,
                        entry.value,
                        type(error).__name__,
                        error,
                    )
                    log.debug("traceback", exc_info=True)

    def __getitem__(self, name: str) -> T:
        self.load()
        return self._members[name][1]

    def __iter__(self) -> Iterator[str]:
        self.load()
        yield from sorted(self._members, key=lambda name: (self._members[name][0], name))

    def __len__(self) -> int:
        self.load()
        return len(self._members)
