import pytest

from crawler.pages.lines import Line, LineBuilder, Markup, Run, joined_bold_text


def bold(*texts: str) -> Line:
    return Line("".join(texts), tuple(Run(text, bold=True) for text in texts))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("BBQ-Networks: Efficient", "Exploration in Dialogue"), "BBQ-Networks: Efficient Exploration in Dialogue"),
        (("Graph", " Networks"), "Graph Networks"),
        (("Graph ", "Networks"), "Graph Networks"),
        (("Deep Network", "s for Speech"), "Deep Networks for Speech"),
        (("Learn", "ing to Rank"), "Learning to Rank"),
        (("Parsing:", "A Survey"), "Parsing: A Survey"),
        (("Networks (", "GAN)"), "Networks (GAN)"),
        (("本文", "将注意力"), "本文将注意力"),
        (("A Title",), "A Title"),
        (("A", "(B)"), "A (B)"),
    ],
)
def test_split_bold_gets_its_space_back(parts: tuple[str, ...], expected: str) -> None:
    assert joined_bold_text(bold(*parts)) == expected


def test_plain_runs_are_joined_as_they_are() -> None:
    assert joined_bold_text(Line("pre-train", (Run("pre-", bold=True), Run("train")))) == "pre-train"


def test_whole_bold() -> None:
    assert bold("a", "b").whole_bold
    assert Line("a", (Run(" "), Run("a", bold=True), Run("", image="x"))).whole_bold
    assert Line("a", (Run("a", bold=True), Run("\u200b"))).whole_bold
    assert not Line("ab", (Run("a", bold=True), Run("b"))).whole_bold
    assert not Line("", (), "picture").whole_bold


def test_links_with_one_address_are_one_link() -> None:
    runs = (Run("深度", href="u"), Run("解读", bold=True, href="u"), Run(" 与 "), Run("另一篇", href="v"))
    line = Line("深度解读 与 另一篇", runs)
    assert line.links == [("深度解读", "u"), ("另一篇", "v")]
    assert line.text_outside_links == "与"


def build(*runs: str | tuple[str, str]) -> list[Line]:
    builder = LineBuilder()
    for run in runs:
        if isinstance(run, tuple):
            builder.add_image(run[1])
        elif run == "\n":
            builder.break_line()
        else:
            builder.add_text(run, Markup())
    builder.break_line()
    return builder.lines


P, Q = ("image", "p"), ("image", "q")


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        (("a", "b", "\n", "c"), ["ab", "c"]),
        ((" \n", "\n", "\u200b", "\n"), []),
        ((P,), ["<p>"]),
        ((P, " ", Q), ["<p>", "<q>"]),
        ((P, "text"), ["<p>", "text"]),
        (("text", P, Q), ["text", "<p>", "<q>"]),
        ((P, "one", Q, "two", P), ["<p>", "onetwo", "<p>"]),
        ((P, "\u200b", Q), ["<p>", "<q>"]),
        (("\u200b", P, "\u200b"), ["<p>"]),
        (("\u200b", P, "text", Q, "\u200b"), ["<p>", "text", "<q>"]),
    ],
)
def test_pictures_at_the_edges_are_lines(runs: tuple[str | tuple[str, str], ...], expected: list[str]) -> None:
    assert [line.text or f"<{line.image}>" for line in build(*runs)] == expected


def test_pictures_inside_stay() -> None:
    assert build("one", P, "two")[0].inline_images == ["p"]


@pytest.mark.parametrize(("text", "indented"), [(" 利用了", True), ("利用了", False), ("\xa0利用了", False)])
def test_only_a_plain_space_indents(text: str, indented: bool) -> None:
    assert build(text)[0].indented is indented


def test_a_bold_element_begins_a_run_of_its_own() -> None:
    builder = LineBuilder()
    builder.add_text("Efficient", Markup(bold=True))
    builder.split_run()
    builder.add_text("Exploration", Markup(bold=True))
    builder.break_line()
    assert [run.text for run in builder.lines[0].runs] == ["Efficient", "Exploration"]
