"""Resource names: immutable values, of one generated class per resource type (spec/protocol/names.md).

A generated class states its `TYPE`, `VERSION` and `PATTERNS`; everything else is here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple, NoReturn, Self

from goten.name_errors import Candidate, InvalidName, InvalidNameCode, bad_values, foreign, misfit
from goten.name_words import WILDCARD

if TYPE_CHECKING:
    from goten.name_patterns import PatternShape
    from goten.name_readers import Found, Reader

# What reads patterns and names is imported when the first one is read: not every program that imports a service does.

__all__ = ["WILDCARD", "InvalidName", "InvalidNameCode", "NamePattern", "ResourceName", "relative_name"]


class Ancestor(NamedTuple):
    """How the name of an ancestor is made: pattern `pattern` of `name`, with our values at `places` (from 1)."""

    name: type[ResourceName]
    pattern: int
    places: tuple[int, ...]


_NO_IDS: Final[Mapping[str, str]] = MappingProxyType({})


class NamePattern:
    """One pattern of a resource type.

    `ids` maps variables to regular expressions for whole ids, for those that do not follow the default rule; `region`
    is the variable of the region scope. `parent` and `holder` hand over the class of the parent's and of the governing
    policy holder's name, at first use, so that modules may refer to each other; `parent_pattern` and `holder_pattern`
    say which of its patterns that name has. A mistake in `text` or `ids` raises ValueError at first use.
    """

    def __init__(
        self,
        text: str,
        *,
        ids: Mapping[str, str] = _NO_IDS,
        region: str | None = None,
        parent: Callable[[], type[ResourceName]] | None = None,
        parent_pattern: int = 0,
        holder: Callable[[], type[ResourceName]] | None = None,
        holder_pattern: int = 0,
    ) -> None:
        self.text: Final = text
        self.ids: Final = ids
        self.region: Final = region
        self._parent = parent, parent_pattern
        self._holder = holder, holder_pattern

    def __repr__(self) -> str:
        return f"NamePattern({self.text!r})"

    @property
    def regional(self) -> bool:
        return self.region is not None

    @cached_property
    def variables(self) -> tuple[str, ...]:
        return tuple(variable.name for variable in self.shape.variables)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The index of each variable, counted from 1."""
        return {variable: place for place, variable in enumerate(self.variables, start=1)}

    @cached_property
    def shape(self) -> PatternShape:
        from goten.name_patterns import parse_pattern

        shape = parse_pattern(self.text)
        said = {*self.ids} if self.region is None else {*self.ids, self.region}
        strangers = said - {variable.name for variable in shape.variables}
        if strangers:
            raise ValueError(f"name pattern {self.text!r} has no variable {', '.join(sorted(strangers))}")
        return shape

    @cached_property
    def candidate(self) -> Candidate:
        """Shape and id patterns (NAME-5 to NAME-8)."""
        from goten.id_patterns import REGION_ID, IdPattern

        region = {} if self.region is None else {self.region: REGION_ID}
        sources = {**region, **self.ids}
        ids = tuple(IdPattern(sources.get(name), any_depth) for name, any_depth in self.shape.variables)
        return Candidate(self.shape, ids)

    @cached_property
    def reader(self) -> Reader:
        """Takes names apart that are of ASCII characters."""
        return _make_reader(self.candidate, wide=False)

    @cached_property
    def wide_reader(self) -> Reader:
        """Takes names apart that are known to be printable."""
        return _make_reader(self.candidate, wide=True)

    @cached_property
    def parent_ancestor(self) -> Ancestor | None:
        return self._ancestor(*self._parent)

    @cached_property
    def holder_ancestor(self) -> Ancestor | None:
        return self._ancestor(*self._holder)

    def _ancestor(self, load: Callable[[], type[ResourceName]] | None, index: int) -> Ancestor | None:
        if load is None:
            return None
        name = load()
        pattern = name.PATTERNS[index]
        from goten.name_patterns import places_of_ancestor

        places = places_of_ancestor(self.shape, self.region, pattern.shape, pattern.region)
        return None if places is None else Ancestor(name, index, tuple(place + 1 for place in places))


def _make_reader(candidate: Candidate, *, wide: bool) -> Reader:
    from goten.name_readers import make_reader

    return make_reader(*candidate, wide=wide)


class ResourceName:
    """A name of one resource type; base of the generated classes.

    Names come from `parse` and from the generated `of_...` constructors, which refuse what is no name. They never
    change, and equal names have the same class and the same text (NAME-15). Any id may be the wildcard `-`.
    """

    __slots__ = ("_found", "_pattern")
    _found: Found
    _pattern: NamePattern

    TYPE: ClassVar[str] = ""
    """The resource type, such as `devices.example.com/Device`."""
    VERSION: ClassVar[str] = ""
    PATTERNS: ClassVar[tuple[NamePattern, ...]] = ()
    _ranked: ClassVar[tuple[tuple[Reader, NamePattern], ...]] = ()
    _full_prefix: ClassVar[str] = "///"

    def __init__(self) -> None:
        raise TypeError(f"{type(self).__name__} is made by parse() or by an of_...() constructor")

    def __init_subclass__(cls) -> None:
        cls._ranked = ()
        cls._full_prefix = f"//{cls.TYPE.partition('/')[0]}/"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The name that `text` is, relative or in full (`//domain/...`). Raises InvalidName.

        Where several patterns fit, the one with most literal segments wins, then the first (NAME-12).
        """
        # What begins with a slash sorts before "/0"; comparing takes a fraction of a method call.
        if text < "/0" and text.startswith("//"):
            text = relative_name(text, cls._full_prefix)
        for read, pattern in cls._ranked or cls._rank():
            found = read(text)
            if found is not None:
                name = _new(cls)
                _set_found(name, found)
                _set_pattern(name, pattern)
                return name
        return cls._parse_slowly(text)

    @classmethod
    def _parse_slowly(cls, text: str) -> Self:
        """`parse` of a relative name for what the readers for ASCII refuse: other characters, and what is no name."""
        if text.isprintable() and not text.isascii():
            for _, pattern in cls._ranked:
                found = pattern.wide_reader(text)
                if found is not None:
                    return cls._make(found, pattern)
        raise misfit(text, cls.TYPE, [pattern.candidate for pattern in cls.PATTERNS])

    @classmethod
    def _of(cls, index: int, *values: str) -> Self:
        """The name with these values in pattern `index`. Raises InvalidName unless it reads back the same (NAME-13)."""
        pattern = cls.PATTERNS[index]
        text = pattern.shape.template % values
        try:
            name = cls.parse(text)
        except InvalidName:
            name = None
        if name is None or name._found.groups() != (values if pattern.variables else ()):
            raise bad_values(cls.TYPE, pattern.candidate, text, values)
        return name

    @classmethod
    def _make(cls, found: Found, pattern: NamePattern) -> Self:
        name = _new(cls)
        _set_found(name, found)
        _set_pattern(name, pattern)
        return name

    @classmethod
    def _rank(cls) -> tuple[tuple[Reader, NamePattern], ...]:
        ranked = sorted(cls.PATTERNS, key=lambda pattern: -pattern.shape.literal_segments)
        cls._ranked = tuple((pattern.reader, pattern) for pattern in ranked)
        return cls._ranked

    @property
    def full_name(self) -> str:
        """`//domain/` and the relative name."""
        return self._full_prefix + self._found.string

    @property
    def ids(self) -> tuple[str, ...]:
        """The values of the pattern's variables, in order."""
        return self._found.groups()

    def get(self, variable: str) -> str | None:
        """The value of a variable, None where this name's pattern does not have it."""
        return self._optional_id(variable)

    @property
    def pattern(self) -> NamePattern:
        return self._pattern

    @property
    def region(self) -> str | None:
        """The region in the name, None where its pattern is not regional; a wildcard region is `-`."""
        region = self._pattern.region
        return None if region is None else self._found[self._pattern.places[region]]

    @property
    def has_wildcard(self) -> bool:
        """Whether any id is the wildcard; such a name stands for many (NAME-9)."""
        return WILDCARD in (self.ids if self._pattern.variables else str(self).split("/"))

    @property
    def parent(self) -> ResourceName | None:
        """The parent's name; None without a parent, or where it needs what this name does not have (NAME-14).

        Raises InvalidName where an id of ours is none by the parent's rules.
        """
        return self._ancestor_name(self._pattern.parent_ancestor)

    @property
    def holder(self) -> ResourceName | None:
        """The name of the policy holder that governs this one; None for a global name. Raises as `parent` does."""
        return self._ancestor_name(self._pattern.holder_ancestor)

    def _ancestor_name(self, ancestor: Ancestor | None) -> ResourceName | None:
        if ancestor is None:
            return None
        return ancestor.name._of(ancestor.pattern, *map(self._found.__getitem__, ancestor.places))

    def _id(self, *variables: str) -> str:
        """The value of the one of `variables` that this name's pattern has: patterns may spell one differently."""
        places = self._pattern.places
        for variable in variables:
            if variable in places:
                return self._found[places[variable]]
        raise LookupError(f"{self._pattern.text} has no variable {' or '.join(variables)}")

    def _optional_id(self, *variables: str) -> str | None:
        return self._id(*variables) if any(variable in self._pattern.places for variable in variables) else None

    def __str__(self) -> str:
        return self._found.string

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._found.string!r})"

    def __eq__(self, other: object) -> bool:
        if type(other) is type(self):
            return self._found.string == other._found.string
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._found.string)

    def __setattr__(self, attribute: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} never changes: cannot set {attribute!r}")

    def __delattr__(self, attribute: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} never changes: cannot delete {attribute!r}")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Callable[[str], Self], tuple[str]]:
        return type(self).parse, (self._found.string,)


# The slots as functions: they write past the __setattr__ that refuses everyone else.
_new = object.__new__
_set_found = ResourceName.__dict__["_found"].__set__
_set_pattern = ResourceName.__dict__["_pattern"].__set__


def relative_name(text: str, full_prefix: str) -> str:
    """`text` without the `//domain/` of a full name. Raises InvalidName where that names another service (NAME-1)."""
    if text.startswith(full_prefix):
        return text[len(full_prefix) :]
    if text.startswith("//"):
        raise foreign(text, full_prefix)
    return text
