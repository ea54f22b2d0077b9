"""Swift seen by scripts/lint-rules: the code without comments and literals, and the extent of its functions."""

import re
from bisect import bisect_right
from collections import namedtuple

Finding = namedtuple("Finding", "path line rule remedy")
Function = namedtuple("Function", "name start body end")  # offsets; `end` lies behind the closing brace

IN_CODE = re.compile(r'//|/\*|(#*)("""|")|[`()]')


def code_only(source):
    """`source` with comments, string contents and names in backticks blanked; offsets and line ends stay."""
    kept, i, end = [], 0, len(source)
    strings = []  # around this place: (hashes, quotes, parentheses open in the interpolation we are in)
    in_string, depth = False, 0

    def blank(stop):
        nonlocal i
        kept.append(re.sub(r"[^\n]", " ", source[i:stop]))
        i = stop

    def keep(stop):
        nonlocal i
        kept.append(source[i:stop])
        i = stop

    while i < end:
        if in_string:
            hashes, quotes, _ = strings[-1]
            single = "|\n" if quotes == '"' else ""
            pattern = rf"\\{hashes}(?P<open>\()|\\{hashes}.|(?P<close>{quotes}{hashes}{single})"
            edge = re.compile(pattern, re.S).search(source, i)
            blank(edge.start() if edge else end)
            if edge and edge["open"]:
                strings[-1], depth, in_string = (hashes, quotes, depth), 1, False
                keep(edge.end())
            elif edge and edge["close"]:
                strings.pop()
                in_string = False
                keep(edge.end())
            elif edge:
                blank(edge.end())
            continue
        edge = IN_CODE.search(source, i)
        keep(edge.start() if edge else end)
        if not edge:
            break
        token = edge.group()
        if token == "//":
            stop = source.find("\n", i)
            blank(end if stop < 0 else stop)
        elif token == "/*":
            blank(end_of_comment(source, i))
        elif token == "`":
            keep(i + 1)
            stop = source.find("`", i)
            blank(end if stop < 0 else stop)
            keep(i + 1)
        elif token in "()":
            depth += 1 if token == "(" else -1
            keep(i + 1)
            if strings and depth == 0:
                depth, in_string = strings[-1][2], True
        else:
            strings.append((edge[1], edge[2], depth))
            in_string = True
            keep(edge.end())
    return "".join(kept)


def end_of_comment(source, start):
    """Swift's block comments nest."""
    level = 0
    for edge in re.compile(r"/\*|\*/").finditer(source, start):
        level += 1 if edge.group() == "/*" else -1
        if level == 0:
            return edge.end()
    return len(source)


# `init` and the like are declared without a dot before them and called with one; a `var` counts when it is computed.
DECLARATION = re.compile(
    r"\bfunc\s+(`[^`]*`|\w+|[^\s\w(]+)"
    r"|(?<![.\w])(init|deinit|subscript)\b(?=\s*[?!(<{])"
    r"|\bvar[ \t]+(\w+)[ \t]*:[^={}\n]*(?=\{)"
)


def functions(source, code):
    """Every function, initialiser, subscript and computed property that has a body, in order."""
    for match in DECLARATION.finditer(code):
        body = body_start(code, match.end())
        if body is not None:
            name = source[slice(*match.span(match.lastindex))]
            yield Function(name, match.start(), body, closing_brace(code, body))


def body_start(code, i):
    """The offset of the opening brace, or None for a requirement of a protocol."""
    depth = 0
    while i < len(code):
        c = code[i]
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(c, 0)
        if depth == 0 and c == "{":
            return i
        if depth < 0 or (depth == 0 and c == "}"):
            return None
        if depth == 0 and c == "\n" and not continues(code[:i].rstrip()[-6:], code[i:].lstrip()[:9]):
            return None
        i += 1
    return None


def continues(before, after):
    """Whether a declaration's head goes on behind a line end between these two."""
    opened = re.search(r"(?:->|[,:&]|where)$", before)
    return opened or re.match(r"->|(?:where|throws|async|rethrows)\b|[{,:&(]", after)


def closing_brace(code, start):
    level = 0
    for brace in re.compile(r"[{}]").finditer(code, start):
        level += 1 if brace.group() == "{" else -1
        if level == 0:
            return brace.end()
    return len(code)


class SwiftFile:
    """A file's text, its code without comments and literals, and its functions."""

    def __init__(self, path, source):
        self.path = path
        self.source = source
        self.code = code_only(source)
        self.starts = [0] + [m.end() for m in re.finditer("\n", source)]
        self.functions = list(functions(source, self.code))
        self.in_tests = path.parts[0] == "Tests"

    def line(self, offset):
        return bisect_right(self.starts, offset)

    def finding(self, offset, rule, remedy):
        return Finding(self.path, self.line(offset), rule, remedy)
