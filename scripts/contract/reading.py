"""Reads JSON and YAML as strictly as the daemon does."""

import json
import re
from pathlib import Path

import yaml

SCHEMAS = Path(__file__).resolve().parent.parent.parent / "schemas"


class Unreadable(Exception):
    """Not one JSON or YAML value without repeated keys."""


def read_json(data):
    """Reads JSON as strictly as the decoder does: UTF-8 without a mark, no NaN, no lone surrogate, no repeated key."""
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=unique_object, parse_constant=refuse_constant)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as problem:
        raise Unreadable(str(problem)) from None
    return value


def unique_object(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError("a key is repeated")
    return dict(pairs)


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core schema with unique keys: only true and false are booleans, and no text turns into a date."""

    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        repeated = {key for key in keys if keys.count(key) > 1}
        if repeated:
            raise yaml.constructor.ConstructorError(None, None, f"repeated: {repeated}", node.start_mark)
        return super().construct_mapping(node, deep)


for tag, pattern, first in [
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
]:
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)


def read_yaml(path):
    try:
        return yaml.load(path.read_text(encoding="utf-8"), CoreLoader)
    except yaml.YAMLError as problem:
        raise Unreadable(str(problem)) from None
