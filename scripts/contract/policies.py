"""The shipped policies and configurations, and the policies that must be refused."""

import re

import yaml

from contract.examples import check_valid
from contract.reading import SCHEMAS, Unreadable, read_yaml

# Invalid policies that are not even YAML without repeated keys.
NOT_YAML = {"bracket-left-open", "key-twice"}


def check_files(tally, validators):
    """The shipped policies and configurations are valid and say the same to every YAML reader."""
    for folder, schema in [("policies", "policy.schema.json"), ("config", "config.schema.json")]:
        files = sorted((SCHEMAS / folder).glob("*.yaml"))
        tally.check(files, f"{folder}: no file")
        for path in files:
            check_valid(tally, validators[schema], path)
            check_both_dialects(tally, path)
    for path in sorted((SCHEMAS / "config").glob("*.yaml")):
        policy = path.parent / read_yaml(path)["policy"]
        tally.check(policy.is_file(), f"{path.name}: its policy {policy} does not exist")


def check_both_dialects(tally, path):
    """YAML 1.1 and 1.2 readers must agree on what the file says (no bare `no`, no bare date)."""
    older = yaml.safe_load(path.read_text(encoding="utf-8"))
    tally.check(older == read_yaml(path), f"{path.name}: YAML 1.1 and 1.2 read it differently; quote the text")


def check_invalid_policies(tally, validator, daemon_only):
    """Every invalid policy is refused by an error that names what its first line expects."""
    unused = daemon_only | NOT_YAML
    for path in sorted((SCHEMAS / "examples" / "policies" / "invalid").glob("*.yaml")):
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        expected = re.match(r"# expect: (\S.*)$", first)
        if tally.check(expected, f"{path.name}: the first line is not `# expect: ...`"):
            check_invalid_policy(tally, validator, path, expected[1], path.stem in daemon_only)
        unused = unused - {path.stem}
    tally.check(not unused, f"DAEMON_ONLY or NOT_YAML names files that do not exist: {sorted(unused)}")


def check_invalid_policy(tally, validator, path, expected, is_for_the_daemon):
    place = f"policies/invalid/{path.name}"
    try:
        value = read_yaml(path)
    except Unreadable as problem:
        return tally.check(path.stem in NOT_YAML and expected in str(problem), f"{place}: unreadable: {problem}")
    if path.stem in NOT_YAML:
        return tally.check(False, f"{place}: is readable")
    problems = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
    if is_for_the_daemon:
        return tally.check(not problems, f"{place}: the schema does see it: {problems}")
    named = any(expected in problem for problem in problems)
    return tally.check(named, f"{place}: no error names {expected!r}: {problems}")
