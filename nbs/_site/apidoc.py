"""What a module's source says of its public names, as MyST for Sphinx's Python domain.

The source is read, never imported.
"""
import ast
import io
import re
import tokenize
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from pathlib import Path

from page import ROOT


@dataclass
class Entry:
    "One public name and what is said of it."

    kind: str  # class, function, method, property or attribute
    name: str  # within its module, such as "Noise.words"
    signature: str  # what stands behind the name
    text: str  # the docstring
    options: list[str]  # of the directive
    parameters: dict[str, str]  # name -> comment; only those that have one
    returns: str
    bases: list[str] = field(default_factory=list)
    members: list["Entry"] = field(default_factory=list)


def module_entries(module: str) -> list[Entry]:
    "The public names of a module such as `models.vae`, in the order of its source."
    return read_entries((ROOT / "genbook" / Path(*module.split("."))).with_suffix(".py").read_text(encoding="utf-8"))


def read_entries(source: str) -> list[Entry]:
    """The public names that `source` defines.

    `__init__` sets the names up for others; what begins with an underscore is not public.
    """
    comments = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT and token.line.split("#")[0].strip()
    }
    found = [
        class_entry(node, comments) if isinstance(node, ast.ClassDef) else function_entry(node, comments)
        for node in ast.parse(source).body
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    return [entry for entry in found if not entry.name.startswith("_")]


def class_entry(node: ast.ClassDef, comments: dict[int, str]) -> Entry:
    "A class: what its constructor takes, then its documented members."
    members = {
        n.name: function_entry(n, comments, node.name)
        for n in node.body
        if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    fields = [
        n
        for n in node.body
        if isinstance(n, ast.AnnAssign)
        and isinstance(n.target, ast.Name)
        and not n.target.id.startswith("_")
        and "ClassVar" not in ast.unparse(n.annotation)
    ]
    entry = Entry(
        "class", node.name, "", ast.get_docstring(node) or "", [], {}, "", [ast.unparse(base) for base in node.bases]
    )
    if "dataclass" in {decorator_name(d) for d in node.decorator_list}:
        entry.signature = (
            "("
            + ", ".join(
                f"{n.target.id}: {annotation(n.annotation)}" + (f" = {ast.unparse(n.value)}" if n.value else "")
                for n in fields
            )
            + ")"
        )
        entry.parameters = {n.target.id: comments[n.end_lineno] for n in fields if n.end_lineno in comments}
    else:
        if "__init__" in members:
            entry.signature, entry.parameters = members["__init__"].signature, members["__init__"].parameters
        entry.members = [
            Entry(
                "attribute",
                f"{node.name}.{n.target.id}",
                "",
                comments[n.end_lineno],
                [f":type: {annotation(n.annotation)}", ":no-contents-entry:"],
                {},
                "",
            )
            for n in fields
            if n.end_lineno in comments
        ]
    # members that say nothing of themselves do what the base class says of them
    entry.members += [
        m for name, m in members.items() if not name.startswith("_") and (m.text or m.returns or m.parameters)
    ]
    return entry


def function_entry(node: ast.FunctionDef | ast.AsyncFunctionDef, comments: dict[int, str], owner: str = "") -> Entry:
    "A function, or the method or property of the class called `owner`."
    decorators = {decorator_name(d) for d in node.decorator_list}
    arguments = [
        *node.args.posonlyargs,
        *node.args.args,
        *node.args.kwonlyargs,
        *filter(None, [node.args.vararg, node.args.kwarg]),
    ]
    for argument in arguments:
        if argument.annotation: argument.annotation = unquote(argument.annotation)
    ends = {a.end_lineno: a.arg for a in arguments}  # a comment belongs to what ends last on its line
    if node.returns: ends[node.returns.end_lineno] = "return"
    else: ends.pop(node.body[0].lineno, None)
    said = {name: comments[line] for line, name in ends.items() if line in comments}
    returns = said.pop("return", "")
    if owner and "staticmethod" not in decorators: (node.args.posonlyargs or node.args.args).pop(0)
    signature = f"({ast.unparse(node.args)})" + (f" -> {annotation(node.returns)}" if node.returns else "")
    options = [
        f":{option}:" for option in ("abstractmethod", "classmethod", "staticmethod") if option in decorators
    ] + [":no-contents-entry:"] * bool(owner)
    kind = "property" if "property" in decorators else "method" if owner else "function"
    if kind == "property":
        signature, options = "", [*options, *([f":type: {annotation(node.returns)}"] if node.returns else [])]
    return Entry(
        kind, f"{owner}.{node.name}".lstrip("."), signature, ast.get_docstring(node) or "", options, said, returns
    )


def decorator_name(node: ast.expr) -> str:
    return ast.unparse(node.func if isinstance(node, ast.Call) else node)


def unquote(node: ast.expr) -> ast.expr:
    'An annotation without the quotes that keep Python from reading it too early: `"Model"` -> `Model`.'
    return (
        ast.parse(node.value, mode="eval").body
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        else node
    )


def annotation(node: ast.expr) -> str:
    return ast.unparse(unquote(node))


def plain(text: str) -> str:
    "`text`, in which nothing but backticks means anything in Markdown: `(n, *item)` is not the beginning of italics."
    return "".join(
        part if part.startswith("`") else re.sub(r"([\\*_\[\]<>$#{}~^|])", r"\\\1", part)
        for part in re.split(r"(`[^`]*`)", text)
    )


def myst(
    entry: Entry,
    link: Callable[[str, Container[str]], str],  # gives text in which symbols link to their entries, but for some names
    depth: int = 6,  # colons around the directive; members have fewer
) -> str:
    "The directive for one entry, its members inside."
    fence, name = ":" * depth, entry.name.rpartition(".")[2]

    def said(text: str) -> str:
        return link(plain(text), {name, *entry.parameters})

    bases = [said(f"`{base}`") for base in entry.bases if said(f"`{base}`") != f"`{base}`"]
    lines = [f'<a id="{entry.name.lower()}"></a>', "",  # the anchor that nbdev's own links use
             f"{fence}{{py:{entry.kind}}} {name}{entry.signature}", *entry.options, "", said(entry.text), ""]
    if bases: lines += [f"A kind of {', '.join(bases)}.", ""]
    lines += [f":param {parameter}: {said(comment)}" for parameter, comment in entry.parameters.items()]
    if entry.returns: lines.append(f":returns: {said(entry.returns)}")
    lines += ["", *(myst(member, link, depth - 1) for member in entry.members), fence, ""]
    return "\n".join(lines)
