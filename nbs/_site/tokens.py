"The lines of a piece of Python with their tokens, and where brackets are open."
import io
import keyword
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field

OPENING, CLOSING = ("(", "[", "{"), (")", "]", "}")


@dataclass
class Token:
    "A word or sign: where it begins and ends in its line, and how many brackets are open around it."

    text: str
    start: int
    end: int
    depth: int
    string: bool  # that begins and ends on this line


@dataclass
class Line:
    "One line; its text is without the comment."

    text: str
    tokens: list[Token] = field(default_factory=list)
    comment: str = ""
    statement: int = 0  # the row at which its statement begins
    whole: bool = True  # whether the statement, or its head, has no other lines
    below: "Line | None" = None

    @property
    def indent(self) -> str: return self.text[:len(self.text) - len(self.text.lstrip())]

    def among(self, start: int, end: int) -> list[Token]: return [t for t in self.tokens if start <= t.start < end]


def lines_of(source: str) -> list[Line]:
    "The lines of `source`, which is Python."
    texts = source.split("\n")
    lines, depth, first = [Line(text, statement=row) for row, text in enumerate(texts)], 0, 0
    for line, below in zip(lines, lines[1:]): line.below = below
    for token in tokens(source):
        (row, start), (last, end) = token.start, token.end
        if token.type in (tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER): continue
        line = lines[row - 1]
        if token.type == tokenize.COMMENT:
            line.comment, line.text = token.string, line.text[:start].rstrip() or line.text[:start]
        elif token.type == tokenize.NEWLINE:
            for other in lines[first:row]: other.statement, other.whole = first, first == row - 1
            first = row
        elif token.type == tokenize.NL: first = first if depth else row
        else:
            depth -= token.string in CLOSING
            single = row == last
            line.tokens.append(Token(token.string, start, end if single else len(texts[row - 1]), depth,
                                     single and token.type == tokenize.STRING))
            depth += token.string in OPENING
    return lines


def tokens(source: str) -> Iterator[tokenize.TokenInfo]:
    "The tokens of `source`; an f-string is one, as it was up to Python 3.11."
    rows, inside = source.split("\n"), []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind = tokenize.tok_name[token.type]
        if kind in ("FSTRING_START", "TSTRING_START"): inside.append(token.start)
        elif kind in ("FSTRING_END", "TSTRING_END"):
            (row, start), (last, end) = inside.pop(), token.end
            text = "\n".join(rows[row - 1:last])
            text = text[start:len(text) - len(rows[last - 1]) + end]
            if not inside: yield tokenize.TokenInfo(tokenize.STRING, text, (row, start), (last, end), token.line)
        elif not inside: yield token


def is_operand(token: Token) -> bool:
    "Whether what follows `token` may be an operator with two sides."
    word = token.text.isidentifier() and (token.text in ("None", "True", "False") or not keyword.iskeyword(token.text))
    return token.string or word or token.text in CLOSING or token.text[0].isdigit()
