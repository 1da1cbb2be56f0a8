"""Whether JSON is what a type of an SDK says: no member missing, none unknown, none of another type.

Pydantic checks what the types of answers are; those of requests are TypedDicts with lazy iterables, for which it says
nothing of the items.
"""

import collections.abc
import functools
import os
import types
import typing

import typing_extensions

UNIONS = (typing.Union, types.UnionType)
ANNOTATED = (typing.Annotated,)
MARKS = (typing.Required, typing.NotRequired, typing_extensions.Required, typing_extensions.NotRequired)
LISTS = (list, collections.abc.Iterable, collections.abc.Sequence, typing.Iterable)
DICTS = (dict, collections.abc.Mapping)


def is_typed_dict(kind):
    return typing_extensions.is_typeddict(kind) or typing.is_typeddict(kind)


@functools.cache
def members(kind):
    """Members with their types, and which of them are required. Python takes long to find the types."""
    hints = typing_extensions.get_type_hints(kind)
    return hints, kind.__required_keys__


def wrong(value, kind, path="$"):
    """What is wrong, as lines."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in ANNOTATED or origin in MARKS:
        return wrong(value, args[0], path)
    if isinstance(kind, (typing.TypeAliasType if hasattr(typing, "TypeAliasType") else (), typing_extensions.TypeAliasType)):
        return wrong(value, kind.__value__, path)
    if kind in (typing.Any, object):
        return []
    if kind is None or kind is type(None):
        return [] if value is None else [f"{path}: {value!r} instead of null"]
    if origin in UNIONS:
        # The branch that fits best tells what is wrong.
        return min((wrong(value, one, path) for one in args), key=lambda lines: (len(lines), not tagged(lines)))
    if origin in (typing.Literal, typing_extensions.Literal):
        return [] if value in args else [f"{path}: {value!r} is none of {args}"]
    if origin in LISTS or getattr(kind, "__name__", "") == "SequenceNotStr" or getattr(origin, "__name__", "") == "SequenceNotStr":
        if not isinstance(value, list):
            return [f"{path}: {value!r} is no list"]
        of = args[0] if args else typing.Any
        return [line for index, one in enumerate(value) for line in wrong(one, of, f"{path}[{index}]")]
    if origin in DICTS or kind is dict:
        if not isinstance(value, dict):
            return [f"{path}: {value!r} is no object"]
        of = args[1] if args else typing.Any
        return [line for name, one in value.items() for line in wrong(one, of, f"{path}.{name}")]
    if is_typed_dict(kind):
        return of_typed_dict(value, kind, path)
    return of_plain(value, kind, path)


def tagged(lines):
    """Whether something is wrong with what tells the branches apart."""
    return not any(".type: " in line for line in lines)


def of_typed_dict(value, kind, path):
    if not isinstance(value, dict):
        return [f"{path}: {value!r} is no {kind.__name__}"]
    hints, required = members(kind)
    lines = [f"{path}.{name} is missing, which {kind.__name__} requires" for name in sorted(required - value.keys())]
    for name, one in value.items():
        if name in hints:
            lines += wrong(one, hints[name], f"{path}.{name}")
        else:
            lines.append(f"{path}.{name} is no member of {kind.__name__}")
    return lines


def of_plain(value, kind, path):
    # Files are given otherwise than in JSON; pydantic models stand for what an answer has.
    if kind in (typing.IO, os.PathLike) or typing.get_origin(kind) in (typing.IO, os.PathLike):
        return [f"{path}: no file can stand here"]
    if hasattr(kind, "model_validate"):
        return of_model(value, kind, path)
    if kind is float:
        right = isinstance(value, (int, float)) and not isinstance(value, bool)
    elif kind is int:
        right = isinstance(value, int) and not isinstance(value, bool)
    elif kind in (bool, str):
        right = isinstance(value, kind)
    else:
        raise TypeError(f"{path}: cannot check {kind!r}")
    return [] if right else [f"{path}: {value!r} is no {kind.__name__}"]


def of_model(value, kind, path="$"):
    """The same of a model of pydantic, strictly, as JSON."""
    import json

    import pydantic

    try:
        found = kind.model_validate_json(json.dumps(value), strict=True)
    except pydantic.ValidationError as error:
        return [
            f"{path}.{'.'.join(map(str, one['loc']))}: {one['msg']}, not {one['input']!r}" for one in error.errors()
        ]
    return unknown(found, path)


def unknown(model, path):
    """Members that a model has no field for."""
    lines = []
    if isinstance(model, list):
        for index, one in enumerate(model):
            lines += unknown(one, f"{path}[{index}]")
    elif hasattr(model, "model_fields_set"):
        extra = model.model_extra or {}
        lines += [f"{path}.{name} is no member of {type(model).__name__}" for name in extra]
        for name in type(model).model_fields:
            lines += unknown(getattr(model, name, None), f"{path}.{name}")
    return lines
