"""Registries: members found by name, each in a file or a package of its own."""

from __future__ import annotations

import functools
import importlib
import logging
import pkgutil
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from hilbert.extension_points import ExtensionPoint

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T")
log = logging.getLogger(__name__)
# Of modules that failed to load before anything asked for tracebacks.
_unlogged: list[Exception] = []


def log_tracebacks() -> None:
    """Log the tracebacks of modules that failed to load before debugging was asked for."""
    while _unlogged:
        log.debug("traceback", exc_info=_unlogged.pop(0))


class Registry(Mapping[str, T], Generic[T]):
    """Members of one kind by name, in the order of their `order`, then of their names.

    The first look imports the files of the point's package and the modules that other packages
    name as entry points; each registers its own members.
    """

    def __init__(self, point: ExtensionPoint, loaded_with: Registry[Any] | None = None) -> None:
        """Make a registry that is empty until the first look.

        Args:
            point: Where its members are found.
            loaded_with: A registry of the same point, whose files register members here too.
        """
        self.point = point
        self._loaded_with = loaded_with
        self._members: dict[str, tuple[int, T]] = {}
        self._loaded = False
        self._complete = False  # to others than the thread that loads
        self._names: tuple[str, ...] | None = None
        self._lock = threading.RLock()

    def add(self, name: str, member: T, order: int = 100) -> T:
        """Register a member; low orders come first.

        Raises:
            ValueError: Another member has this name.
        """
        known = self._members.setdefault(name, (order, member))[1]
        self._names = None
        if known is not member:
            raise ValueError(f"two members of kind '{self.point.kind}' are named {name}")
        return member

    def register(self, name: str, order: int = 100) -> Callable[[T], T]:
        """Return a decorator that registers what it decorates."""
        return lambda member: self.add(name, member, order)

    def load(self) -> None:
        """Import all files and packages that register members; done once."""
        if self._complete:  # asked for each file of a folder, so without a lock
            return
        if self._loaded_with is not None:
            self._loaded_with.load()
            return
        with self._lock:
            if self._loaded:
                return
            self._loaded = True  # a member that looks at its own registry finds what is there
            package = importlib.import_module(self.point.package)
            for module in pkgutil.iter_modules(package.__path__):
                importlib.import_module(f"{self.point.package}.{module.name}")
            for entry in _entry_points(self.point.group):
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
                    if not log.isEnabledFor(logging.DEBUG):
                        _unlogged.append(error)
            self._complete = True

    def find(self, name: str) -> T | None:
        """Return a member by name, None where there is none.

        Where no other package adds members, the file of this name is enough, if it is there and
        registers the member: the others are not imported.
        """
        if not self._loaded and not _entry_points(self.point.group):
            package = importlib.import_module(self.point.package)
            if name in {module.name for module in pkgutil.iter_modules(package.__path__)}:
                importlib.import_module(f"{self.point.package}.{name}")
            if name in self._members:
                return self._members[name][1]
        return self.get(name)

    def __getitem__(self, name: str) -> T:
        self.load()
        return self._members[name][1]

    def __iter__(self) -> Iterator[str]:
        self.load()
        if self._names is None:
            self._names = tuple(sorted(self._members, key=lambda n: (self._members[n][0], n)))
        yield from self._names

    def __len__(self) -> int:
        self.load()
        return len(self._members)


def _entry_points(group: str) -> Iterable[EntryPoint]:
    """Return what installed packages name in a group."""
    # importlib.metadata takes longer to import than a short verb to run, and is seldom needed.
    if not _may_be_named(group):
        return ()
    from importlib.metadata import entry_points

    return entry_points(group=group)


def _may_be_named(group: str) -> bool:
    """Whether the metadata of some package may have an entry point in a group."""
    # Finders other than the one of `sys.path` keep metadata where only they know.
    others = [f for f in sys.meta_path if hasattr(f, "find_distributions")]
    if len(others) > 1:
        return True
    named = _named_groups(tuple(sys.path))
    return named is None or f"[{group}]" in named


@functools.lru_cache(maxsize=4)
def _named_groups(folders: tuple[str, ...]) -> str | None:
    """Return all `entry_points.txt` in folders of packages; None where one is no plain folder."""
    texts = []
    for folder in map(Path, folders):
        if folder.is_file():  # an archive
            return None
        for kind in ("*.dist-info", "*.egg-info", "EGG-INFO"):
            for path in folder.glob(f"{kind}/entry_points.txt"):
                try:
                    texts.append(path.read_text(encoding="utf-8"))
                except (OSError, ValueError):
                    log.debug("could not read %s", path, exc_info=True)
                    return None
    return "\n".join(texts)
