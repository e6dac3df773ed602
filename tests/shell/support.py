"""What the tests of this package share: scripts as text, syntax trees and runs as short strings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from converter.machine.host import FromContainer, FromTree, StartingFiles
from converter.machine.value import Value
from converter.shell import reader, syntax
from converter.shell.interpreter import Run, interpret
from converter.source import Source

# syntax trees


def read(text: str) -> tuple[Source, syntax.Script]:
    """The text with its syntax tree."""
    source = Source("build.sh", text)
    return source, reader.read(source)


def outline(text: str) -> list[str]:
    """Each statement of a script in one line, by these rules: what is quoted stands in quotes, `$(...)` holds its
    commands, redirections stand in brackets, lists, pipelines and constructs in parentheses with their operator."""
    _, script = read(text)
    assert script.problems == ()
    return [show_statement(statement) for statement in script.statements]


def show_statement(statement: syntax.Statement) -> str:
    return show(statement.command) + (" &" if statement.background else "")


def show(command: syntax.Command) -> str:
    if isinstance(command, syntax.SimpleCommand):
        parts = [*map(show_assignment, command.assignments), *map(show_word, command.words)]
        return " ".join([*parts, *map(show_redirect, command.redirects)])
    if isinstance(command, syntax.AndOr):
        return f"({show(command.left)} {command.operator} {show(command.right)})"
    if isinstance(command, syntax.Pipeline):
        return "(" + " | ".join(map(show, command.commands)) + ")"
    if isinstance(command, syntax.Negated):
        return f"(! {show(command.command)})"
    if isinstance(command, syntax.Group):
        body = "; ".join(map(show_statement, command.body))
        redirects = "".join(" " + show_redirect(redirect) for redirect in command.redirects)
        return (f"(subshell {body})" if command.subshell else f"{{{body}}}") + redirects
    if isinstance(command, syntax.Function):
        return f"{command.name}() {show(command.body)}"
    if isinstance(command, syntax.Redirected):
        return f"{show(command.command)} {' '.join(map(show_redirect, command.redirects))}"
    return show_construct(command)


def show_construct(command: syntax.Command) -> str:
    if isinstance(command, syntax.If):
        clauses = [f"if {show_body(clause.test)} then {show_body(clause.body)}" for clause in command.clauses]
        otherwise = "" if command.otherwise is None else f" else {show_body(command.otherwise)}"
        return f"({' else'.join(clauses)}{otherwise})"
    if isinstance(command, syntax.For):
        words = "" if command.words is None else " in " + " ".join(map(show_word, command.words))
        return f"({'select' if command.select else 'for'} {command.name}{words} do {show_body(command.body)})"
    if isinstance(command, syntax.CountedFor):
        return f"(for (({command.first}; {command.test}; {command.next})) do {show_body(command.body)})"
    if isinstance(command, syntax.While):
        return f"({'until' if command.until else 'while'} {show_body(command.test)} do {show_body(command.body)})"
    if isinstance(command, syntax.Case):
        arms = [f"{'|'.join(map(show_word, arm.patterns))}) {show_body(arm.body)}" for arm in command.arms]
        return f"(case {show_word(command.subject)} in {' '.join(arms)})"
    if isinstance(command, syntax.Test):
        return f"[[ {' '.join(map(show_word, command.words))} ]]"
    if isinstance(command, syntax.Evaluation):
        return f"(( {command.expression} ))"
    assert isinstance(command, syntax.Compound)
    assigned = f" sets {','.join(command.assigned)}" if command.assigned else ""
    return f"({command.keyword}: {'; '.join(map(show, command.commands))}{assigned})"


def show_body(body: syntax.Body) -> str:
    return "{" + "; ".join(map(show_statement, body.statements)) + "}"


def show_assignment(assignment: syntax.Assignment) -> str:
    value = show_word(assignment.value)
    index = "" if assignment.index is None else f"[{show_word(assignment.index)}]"
    return f"{assignment.name}{index}{'+=' if assignment.append else '='}{value}"


def show_redirect(redirect: syntax.Redirect) -> str:
    descriptor = "" if redirect.descriptor is None else str(redirect.descriptor)
    target = "" if redirect.target is None else " " + show_word(redirect.target)
    return f"[{descriptor}{redirect.operator}{target}]"


def show_word(word: syntax.Word) -> str:
    return "".join(map(show_part, word.parts))


def show_part(part: syntax.Part) -> str:
    if isinstance(part, syntax.Text):
        return f"'{part.text}'" if part.quoted else part.text
    if isinstance(part, syntax.Substitution):
        text = (part.process or "$") + "(" + "; ".join(map(show_statement, part.body)) + ")"
    elif isinstance(part, syntax.Opaque):
        text = f"?{part.expression}?"
    elif isinstance(part, syntax.Array):
        return "(" + " ".join(map(show_element, part.elements)) + ")"
    elif isinstance(part, syntax.Dialectal):
        return "$" + "".join(map(show_part, (part.part,) if isinstance(part.part, syntax.Text) else part.part.parts))
    else:
        text = part.expression
    return f'"{text}"' if part.quoted else text


def show_element(element: syntax.Element) -> str:
    index = "" if element.index is None else f"[{show_word(element.index)}]="
    return index + show_word(element.value)


def inner_nodes(node: syntax.Node) -> tuple[syntax.Node, ...]:
    """The nodes directly inside a node."""
    if isinstance(node, syntax.Script):
        return (*node.statements, *node.comments, *node.problems)
    if isinstance(node, (syntax.Statement, syntax.Negated)):
        return (node.command,)
    if isinstance(node, syntax.SimpleCommand):
        return (*node.assignments, *node.words, *node.redirects)
    if isinstance(node, syntax.AndOr):
        return (node.left, node.right)
    if isinstance(node, (syntax.Pipeline, syntax.Compound)):
        return node.commands
    if isinstance(node, syntax.Redirected):
        return (node.command, *node.redirects)
    if isinstance(node, syntax.Body):
        return node.statements
    if isinstance(node, syntax.Arm):
        return (*node.patterns, node.body)
    if isinstance(node, syntax.Case):
        return (node.subject, *node.arms)
    if isinstance(node, syntax.Test):
        return node.words
    if isinstance(node, syntax.For):
        return (*(node.words or ()), node.body)
    if isinstance(node, (syntax.If, syntax.While, syntax.CountedFor)):
        return syntax.bodies_of(node)
    if isinstance(node, syntax.Group):
        return (*node.body, *node.redirects)
    if isinstance(node, syntax.Function):
        return (node.body,)
    if isinstance(node, syntax.Word):
        return node.parts
    if isinstance(node, syntax.Substitution):
        return node.body
    if isinstance(node, syntax.Assignment):
        return (node.value,) if node.index is None else (node.index, node.value)
    if isinstance(node, syntax.Array):
        return node.elements
    if isinstance(node, syntax.Element):
        return (node.value,) if node.index is None else (node.index, node.value)
    if isinstance(node, syntax.Arithmetic):
        return (node.body,)
    if isinstance(node, syntax.Dialectal):
        return (node.part,)
    if isinstance(node, syntax.Parameter):
        return tuple(inner for inner in (node.index, node.operand, node.second) if inner is not None)
    if isinstance(node, syntax.Redirect):
        return () if node.target is None else (node.target,)
    return ()


def nodes(node: syntax.Node) -> Iterator[tuple[syntax.Node, syntax.Node | None]]:
    """Every node of a tree with the one that it lies in."""
    stack: list[tuple[syntax.Node, syntax.Node | None]] = [(node, None)]
    while stack:
        current, above = stack.pop()
        yield current, above
        stack.extend((inner, current) for inner in inner_nodes(current))


# runs

TREE = ("Dockerfile", "Dockerfile.build", "build.sh", "VERSION", "src/main.go", "sub/Dockerfile", "sub/lib.sh")


def run(
    text: str,
    arguments: tuple[str, ...] | None = None,
    folder: str = "",
    environment: Mapping[str, str] | None = None,
    path: str = "build.sh",
    others: Mapping[str, str] | None = None,
    files: tuple[str, ...] = TREE,
) -> Run:
    """Interprets a script that lies in a small tree; the texts of its other files are not known but for `others`."""
    texts = {name: Source(name, content) for name, content in (others or {}).items()}
    return interpret(
        Source(path, text), texts, StartingFiles((*files, *texts)), folder, arguments, environment or {}, files
    )


def shown(found: Run, value: Value) -> str:
    """A value for a person: each unknown as its expression."""
    return found.unknowns.show(value.flat)


def tags(found: Run) -> list[list[str]]:
    """The operands of each `docker tag`, in order; unknowns as their expressions."""
    return [[shown(found, value) for value in words[2:]] for words in tag_words(found)]


def tag_words(found: Run) -> list[tuple[Value, ...]]:
    """The words of each `docker tag`, in order."""
    from converter.machine.events import UsedImages

    return [event.words for event in found.events if isinstance(event, UsedImages) and event.verb == "tag"]


def host(found: Run, path: str) -> str:
    """What lies at a path at the end: nothing, a file of the tree, of a container, or one made on the host."""
    assert found.final is not None
    entry = found.final.files.lookup(path)
    if entry is None:
        return "nothing"
    if isinstance(entry.origin, FromTree):
        return f"tree:{entry.origin.path}"
    if isinstance(entry.origin, FromContainer):
        return f"container:{shown(found, entry.origin.path)}"
    return "made folder" if entry.kind == "folder" else "made"
