"""Code as pages show it: no line over 100 characters.

Only lines that are longer are laid out anew, and only if Python reads the same in them. Each is broken where a person
would: at the outermost comma, else before the operator that binds least; strings at spaces, comments at words.
"""
import ast
import re
import textwrap
from collections.abc import Iterator
from itertools import groupby, pairwise

from tokens import CLOSING, OPENING, Line, Token, is_operand, lines_of

WIDTH = 100
STEP = "    "
ROOM = 36  # characters; a comment that has less of them beside its code stands above it
FEW = 12  # characters; brackets around so little are not worth opening
HEADS = {"if", "elif", "else", "for", "while", "with", "try", "except", "finally", "case", "def", "class"}
# what binds less stands in front: there a line is broken first
BINDING = ({","}, {"for"}, {"if", "else"}, {"or"}, {"and"}, {"==", "!=", "<", ">", "<=", ">=", "in"},
           {"|", "&", "+", "-"}, {"*", "/", "//", "@", "%"}, {"."})
RANK = {sign: rank for rank, signs in enumerate(BINDING) for sign in signs}
OPENED = len(BINDING)  # directly behind a bracket: only where nothing else is left
TEXT = re.compile(r"([rf]{0,2})(['\"])(?!\2)(.*)\2")  # a string on one line


def narrow(source: str, width: int = WIDTH) -> str:
    "`source` with its long lines broken; what Python would read differently, and what is not Python, stays as it is."
    if not too_long(source, width): return source
    try: meaning = meant(source)
    except SyntaxError: return source  # a magic
    words = docstrings(source, width)
    for before in (joined(words, width), words):
        changed = broken(before, width)
        if not too_long(changed, width) and says(changed, meaning): return changed
    return one_by_one(words, width) if says(words, meaning) else source


def one_by_one(source: str, width: int) -> str:
    "`source` with those of its long lines broken that Python then reads as before."
    meaning = meant(source)
    for row in range(source.count("\n"), -1, -1):
        changed = broken(source, width, row)
        if says(changed, meaning): source = changed
    return source


def too_long(source: str, width: int) -> int: return sum(len(row) > width for row in source.split("\n"))


def says(source: str, meaning: str) -> bool:
    try: return meant(source) == meaning
    except SyntaxError: return False


def meant(source: str) -> str:
    "What Python reads; of docstrings and comments, the words."
    tree = ast.parse(source)
    for node in sentences(tree): node.value.value = " ".join(node.value.value.split())
    return ast.dump(tree) + " ".join(line.comment.lstrip("# ") for line in lines_of(source) if line.comment)


def sentences(tree: ast.Module) -> list[ast.Expr]:
    "The strings that stand alone, which are docstrings."
    return [node for node in ast.walk(tree) if isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)]


# ---- words

def balanced(text: str, width: int) -> list[str]:
    "Words in as few lines as `width` asks for, of about the same length."
    fewest = len(textwrap.wrap(text, width, break_on_hyphens=False))
    rooms = range(min(len(text) // max(fewest, 1), width), width + 1, 2)
    wraps = (textwrap.wrap(text, room, break_on_hyphens=False) for room in rooms if room)
    return next((wrapped for wrapped in wraps if len(wrapped) <= fewest), textwrap.wrap(text, width))


def remark(indent: str, comment: str, width: int) -> list[str]:
    "A comment on lines of its own."
    return [f"{indent}# {text}" for text in balanced(comment.lstrip("# "), width - len(indent) - 2)]


def beside(code: str, comment: str, width: int) -> list[str]:
    "Code with a comment that goes on below itself."
    first, *rest = balanced(comment.lstrip("# "), max(width - len(code) - 4, ROOM))
    return [f"{code}  # {first}", *(f"{' ' * len(code)}  # {text}" for text in rest)]


def docstrings(source: str, width: int) -> str:
    "`source` with the long paragraphs of its docstrings filled anew."
    rows = source.split("\n")
    for node in sorted(sentences(ast.parse(source)), key=lambda node: -node.lineno):
        text = "\n".join(rows[node.lineno - 1:node.end_lineno])
        if too_long(text, width):
            indent = text[:len(text) - len(text.lstrip())]
            rows[node.lineno - 1:node.end_lineno] = docstring(text.lstrip(), indent, width).split("\n")
    return "\n".join(rows)


def docstring(text: str, indent: str, width: int) -> str:
    "One docstring; paragraphs in which lines are set in, such as lists, stay as they are."
    found = re.fullmatch(r'("""|")([^\\]*)\1', text, re.S)
    if not found: return indent + text
    paragraphs = re.split(r"\n\s*\n", found[2])
    for i, paragraph in enumerate(paragraphs):
        rows = paragraph.split("\n")
        listed = any(row.strip() and not re.match(rf"{indent}\S", row) for row in rows[1:])
        if listed or all(len(indent) + 6 + len(row.strip()) <= width for row in rows): continue
        filled = f"\n{indent}".join(balanced(paragraph, width - len(indent) - 6))
        paragraphs[i] = indent * bool(i) + filled + ("" if rows[-1].strip() else "\n" + indent)
    return f'{indent}"""' + "\n\n".join(paragraphs) + '"""'


# ---- texts that go on over several lines

def joined(source: str, width: int) -> str:
    """`source` in which a statement that has several lines for the sake of a long text is one line, and rows of numbers
    are one row, to be broken at better places.
    """
    made = []
    for _, group in groupby(lines_of(source), key=lambda line: line.statement):
        rows = list(group)
        one = one_line(rows) if len(rows) > 1 and any(len(row.text) > width for row in rows) else ""
        texts = [(row.text + "  " * bool(row.text.strip()) + row.comment).rstrip() for row in rows]
        made += [one] if one else numbers_joined(texts) if too_long("\n".join(texts), width) else texts
    return "\n".join(made)


def numbers_joined(texts: list[str]) -> list[str]:
    "Lines in which rows that hold nothing but numbers follow each other in one."
    made, numbers = texts[:1], r"\s*[-+.\d][-+.,_\d\s]*"
    for text in texts[1:]:
        follows = re.fullmatch(numbers, made[-1]) and re.fullmatch(numbers + r"(?:[\])].*)?", text)
        if follows: made[-1] += f" {text.strip()}"
        else: made.append(text)
    return made


def one_line(rows: list[Line]) -> str:
    "The lines of a statement as one; empty if it is more than a text in brackets."
    made, text = rows[0].text, rows[0].tokens[-1].text if rows[0].tokens else ""
    for above, row in pairwise(rows):
        if not row.tokens or above.comment or row.comment: return ""
        first = row.tokens[0]
        if text in OPENING or first.text in CLOSING: made += row.text.strip()
        elif whole := one_text(text, first.text):
            made = made[:-len(text)] + whole + row.text[first.end:]
            if len(row.tokens) == 1:
                text = whole
                continue
        else: return ""
        text = row.tokens[-1].text
    return made


def one_text(one: str, other: str) -> str:
    "Two strings as one; empty if they are of different kinds."
    (first, second) = map(TEXT.fullmatch, (one, other))
    if not first or not second or first[2] != second[2]: return ""
    kind = first[1] or second[1]
    if "r" in kind + second[1] and first[1] != second[1]: return ""
    inner = (m[3] if m[1] == kind else m[3].replace("{", "{{").replace("}", "}}") for m in (first, second))
    return f"{kind}{first[2]}{''.join(inner)}{first[2]}"


# ---- statements

def broken(source: str, width: int, only: int | None = None) -> str:
    "`source` with its long lines broken, each for itself, or only one of them."
    made = []
    for row, (line, text) in enumerate(zip(lines_of(source), source.split("\n"))):
        tried = ways(line, width) if len(text) > width and only in (None, row) else ()
        made += next((rows for rows in tried if not too_long("\n".join(rows), width)), [text])
    return "\n".join(made)


def ways(line: Line, width: int) -> Iterator[list[str]]:
    "What could stand in the place of a long line, the best first."
    if not line.tokens:
        if line.comment: yield remark(line.indent, line.comment, width)
        return
    if line.comment and width - len(line.text) - 4 >= ROOM: yield beside(line.text, line.comment, width)
    if line.comment and line.tokens[0].text != "def": yield [*remark(line.indent, line.comment, width), line.text]
    for made in statement(line, width) if line.whole else [filled(line, width)]:
        if not line.comment: yield made
        elif line.tokens[0].text in ("def", ")"): yield [*made[:-1], *beside(made[-1], line.comment, width)]
        else: yield [*remark(line.indent, line.comment, width), *made]


def statement(line: Line, width: int) -> Iterator[list[str]]:
    "For a statement, or the head of one; `if x: y` becomes two lines."
    start, end = line.tokens[0].start, len(line.text)
    colon = next((t for t in line.tokens if t.text == ":" and not t.depth and not of_lambda(line, t)), None)
    if line.tokens[0].text not in HEADS or colon is None or colon is line.tokens[-1]:
        yield from spread(line, start, end, line.indent, width)
        return
    behind = line.among(colon.end, end)[0].start
    for head in spread(line, start, colon.end, line.indent, width):
        for body in spread(line, behind, end, line.indent + STEP, width): yield [*head, *body]


def of_lambda(line: Line, sign: Token) -> bool:
    "Whether a colon or comma belongs to the head of a lambda."
    words = before([t for t in line.tokens if t.depth == sign.depth], sign)
    return "lambda" in words and ":" not in words[len(words) - words[::-1].index("lambda"):]


def before(found: list[Token], sign: Token) -> list[str]: return [t.text for t in found if t.start < sign.start]


def spread(line: Line, start: int, end: int, indent: str, width: int) -> Iterator[list[str]]:
    "The statement between `start` and `end`: as it is, with its last brackets opened, or its value in brackets."
    code, inside = line.text, line.among(start, end)
    yield [indent + code[start:end]]
    defines = inside[0].text in ("def", "class")
    begin, stop = value(inside, end)
    free = [t for t in inside if begin < t.start < stop and not t.depth and t.text in RANK and t.text != "."]
    pair = brackets(inside, first=defines)
    if pair and (defines or not free and pair[1].end == stop) and pair[1].start - pair[0].end > FEW:
        yield [indent + code[start:pair[0].end],
               *filled(line, width, pair[0].end, pair[1].start, indent + STEP),
               indent + code[pair[1].start:end]]
    if not defines:
        yield [f"{indent}{code[start:begin]}(", *filled(line, width, begin, stop, indent + STEP),
               f"{indent}){code[stop:end]}"]


def brackets(inside: list[Token], first: bool) -> tuple[Token, Token] | None:
    "The last brackets that are in no others, or the first."
    outer = [t for t in inside if not t.depth and t.text in OPENING + CLOSING]
    return ((outer[0], outer[1]) if first else (outer[-2], outer[-1])) if len(outer) > 1 else None


def value(inside: list[Token], end: int) -> tuple[int, int]:
    "Where the value of a statement begins (behind its keyword, or the last `=`) and ends."
    outer, first = [t for t in inside if not t.depth], inside[0].text
    behind = next((t for t in outer if (first, t.text) in (("assert", ","), ("raise", "from"))), None)
    if first in HEADS and inside[-1].text == ":": behind = inside[-1]
    key = {"for": "in", "from": "import"}.get(first, first)
    signs = [t for t in outer if re.fullmatch(r"[^=!<>]{0,2}=", t.text) and "lambda" not in before(outer, t)] or [
        t for t in outer if t.text == key and first in {*HEADS, "assert", "return", "raise", "yield", "from"}]
    begin = next((t.start for t in inside if signs and t.start >= signs[-1].end), inside[0].start)
    stop = max(t.end for t in inside if behind is None or t.end <= behind.start)
    return begin, min(stop, end)


# ---- breaking a line

def places(line: Line, start: int, end: int) -> list[tuple[int, int, int]]:
    "Where a line may be broken: how many brackets are open there, how tightly it holds together, and the place."
    found, targets = [], set()  # depths at which the names behind `for` are read
    for last, token in pairwise(line.among(start, end)):
        if last.text == "for": targets.add(last.depth)
        if last.text == "in": targets.discard(last.depth)
        if token.text in (*CLOSING, ",", ":"): continue
        rank = OPENED if last.text in OPENING else RANK.get(token.text, -1) if is_operand(last) else -1
        if last.text == "," and last.depth not in targets and not of_lambda(line, last): rank = 0
        if last.string and token.string: rank = 1
        if token.text in (".", ",") and last.text != ")": rank = -1
        if rank >= 0: found.append((token.depth, rank, token.start))
    return found


def filled(line: Line, width: int, start: int = 0, end: int = 0, indent: str = "") -> list[str]:
    """The code between `start` and `end`, else all of it, in lines; too long where there is no place to break it.

    What stands in deeper brackets is set in, or stands where the next line already does.
    """
    part, below = bool(end), line.below
    start, end, indent = start or line.tokens[0].start, end or len(line.text), indent or line.indent
    usable = [place for place in places(line, start, end) if part or place[0]]
    level = min((depth for depth, _, _ in usable), default=0) if part else line.tokens[0].depth
    made, lead, inset = [], "", indent
    while len(inset + lead) + end - start > width:
        room = start + width - len(inset + lead)
        ahead = [p for p in usable if start < p[2] and start + len(line.text[start:p[2]].rstrip()) <= room]
        if ahead:
            depth, _, cut = min(ahead, key=lambda place: (*place[:2], -place[2]))
            made.append(inset + lead + line.text[start:cut].rstrip())
            aligned = not part and below and below.tokens and below.tokens[0].depth == depth
            lead, inset = "", below.indent if aligned else indent + STEP * (depth - level)
        elif found := text_cut(line, start, room):
            cut, token = found
            quote = TEXT.fullmatch(token.text)
            made.append(plain(inset + lead + line.text[start:cut] + quote[2]))
            lead = quote[1] + quote[2]
        else: break
        start = cut
    return [*made, plain(inset + lead + line.text[start:end])]


def plain(row: str) -> str:
    "A line that is a piece of a string, without an f for which there is no reason."
    return re.sub(r"""^( *)f(?=(["'])[^{}]*\2[,)]*$)""", r"\1", row)


def text_cut(line: Line, start: int, room: int) -> tuple[int, Token] | None:
    "Where the string that goes beyond `room` can be cut (behind a space if it has any, in no field), and the string."
    token = next((t for t in line.tokens if t.string and t.start < room - 1 < t.end and TEXT.fullmatch(t.text)), None)
    if token is None: return None
    fields, cuts, formatted = 0, [0, 0], "f" in TEXT.fullmatch(token.text)[1]
    for place in range(token.start, room - 1):
        sign = line.text[place]
        if formatted: fields += (sign == "{") - (sign == "}")
        if not fields and sign != "\\" and place > max(start, token.start) + FEW: cuts[sign == " "] = place + 1
    cut = cuts[1] or cuts[0]  # without a space, anywhere
    return (cut, token) if cut else None
