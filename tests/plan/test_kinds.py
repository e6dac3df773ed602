"""What tells whether an artifact is a file or a folder, where its name changes on the way."""

from __future__ import annotations

import pytest

from converter.result import Recipe
from tests.plan.support import convert_texts, recipe, refusal, written

RUNTIME = "FROM alpine:3.10\nCOPY out /srv/\n"


def script(path: str, *between: str, host: str = "out") -> str:
    lines = "".join(f"{line}\n" for line in between)
    return (
        "set -e\ndocker build -t b -f Dockerfile.build .\ndocker create --name x b\n"
        f"docker cp x:{path} {host}\n{lines}docker build .\nrm -rf out\n"
    )


def builder(*instructions: str) -> str:
    return "FROM golang:1.13\nWORKDIR /src\nCOPY . .\n" + "".join(f"{line}\n" for line in instructions)


def is_folder(answer: Recipe, path: str) -> None:
    """The folder's contents arrive in the destination."""
    assert f"COPY --from=builder {path} /srv/\n" in written(answer, "Dockerfile")


def is_file(answer: Recipe, path: str, name: str = "out") -> None:
    """The file arrives by its name on the host."""
    assert f"COPY --from=builder {path} /srv/{name}\n" in written(answer, "Dockerfile")


@pytest.mark.parametrize(
    ("path", "run"),
    [
        pytest.param("/src/dist", "npm run build", id="a script of npm"),
        pytest.param("/src/dist", "yarn build", id="yarn"),
        pytest.param("/src/build", "npm run build:prod", id="with another name"),
        pytest.param("/src/www", "ng build --prod", id="ng build"),
        pytest.param("/src/dist/shop", "ng build --prod", id="ng build by project"),
        pytest.param("/src/public", "webpack --mode production", id="webpack"),
        pytest.param("/src/node_modules", "npm ci", id="node_modules"),
        pytest.param("/src/classes", "javac -d classes Main.java", id="javac -d"),
        pytest.param("/wheels", "pip3 wheel -r requirements.txt -w /wheels", id="pip wheel"),
        pytest.param("/deps", "pip install -r requirements.txt --target=/deps", id="pip --target"),
        pytest.param("/src/deps", "pip install -r requirements.txt -t deps", id="pip -t"),
        pytest.param("/venv", "python3 -m venv /venv", id="a virtual environment"),
        pytest.param("/src/_site", "bundle exec jekyll build", id="jekyll"),
        pytest.param("/src/public", "hugo --minify", id="hugo"),
        pytest.param("/src/target/classes", "mvn package", id="classes of Maven"),
        pytest.param("/src/build/install/shop", "./gradlew installDist", id="the application plugin of Gradle"),
        pytest.param("/src/_build/prod/rel/shop", "mix release", id="a release of Elixir"),
        pytest.param("/src/rel/shop", "mix release", id="a release of exrm"),
        pytest.param("/opt/tools", "stack install --local-bin-path /opt/tools", id="where stack puts programs"),
        pytest.param("/src/result", "make DESTDIR=result install && ls result/", id="a slash at its end"),
        pytest.param("/src/result", "cp -r static result", id="cp -r"),
        pytest.param("/src/result", "cp one two result", id="cp of several"),
        pytest.param("/src/native", "cd native && make", id="the builder works in it"),
        pytest.param("/usr/local/lib", "make install", id="a folder that each image has"),
    ],
)
def test_the_builder_makes_a_folder(path: str, run: str) -> None:
    answer = convert_texts(recipe(script(path), builder(f"RUN {run}"), RUNTIME))
    is_folder(answer, path)
    assert [copy.destination for copy in answer.copies] == ["/srv/"]


@pytest.mark.parametrize(
    ("path", "run"),
    [
        pytest.param("/src/server", "go build -o server .", id="go build -o"),
        pytest.param("/src/src", "go build", id="go build is named after the folder"),
        pytest.param("/src/cmd/shop/shop", "cd cmd/shop && go build -v", id="the folder that cd chose"),
        pytest.param("/src/shop", "CGO_ENABLED=0 go build -a ./cmd/shop", id="go build is named after the package"),
        pytest.param("/src/main", "go build main.go", id="go build is named after the first source"),
        pytest.param("/go/bin/shop", "go install ./...", id="go install"),
        pytest.param("/src/target/release/shop", "cargo build --release", id="cargo build"),
        pytest.param(
            "/src/target/x86_64-unknown-linux-musl/release/shop", "cargo build --release", id="cargo for a target"
        ),
        pytest.param("/root/.cargo/bin/shop", "cargo install --path .", id="cargo install"),
        pytest.param("/opt/tools/shop", "stack install --local-bin-path /opt/tools", id="stack install"),
        pytest.param("/usr/local/bin/shop", "make install", id="a folder of programs"),
        pytest.param("/src/shop", "make && chmod +x shop", id="made executable"),
        pytest.param("/src/shop", "install -m 755 a.out shop", id="install"),
    ],
)
def test_the_builder_makes_a_file(path: str, run: str) -> None:
    is_file(convert_texts(recipe(script(path), builder(f"RUN {run}"), RUNTIME)), path)


@pytest.mark.parametrize(
    "line",
    [
        "ls out/",
        "grep -q title out/index.html",
        "du -sh out/",
        "[ -d out ] || exit 1",
        'test -d out || { echo "nothing was built"; exit 1; }',
        "(cd out && ls)",
    ],
)
def test_the_script_takes_it_for_a_folder(line: str) -> None:
    is_folder(convert_texts(recipe(script("/src/result", line), builder("RUN make"), RUNTIME)), "/src/result")


@pytest.mark.parametrize(
    "line",
    [
        "sha256sum out",
        "[ -f out ] || exit 1",
        "test -f out",
        "ldd out",
        "readelf -d out",
    ],
)
def test_the_script_takes_it_for_a_file(line: str) -> None:
    is_file(convert_texts(recipe(script("/src/result", line), builder("RUN make"), RUNTIME)), "/src/result")


def test_a_program_that_the_script_runs_is_a_file() -> None:
    text = script("/src/result").replace("docker build .\n", "docker build .\n./out --version\n")
    is_file(convert_texts(recipe(text, builder("RUN make"), RUNTIME)), "/src/result")


def test_cp_without_r_copies_files_only() -> None:
    texts = recipe(script("/src/result", "cp tmp/result out", host="tmp/result"), builder("RUN make"), RUNTIME,
                   {"tmp/.keep": ""})  # fmt: skip
    is_file(convert_texts(texts), "/src/result")


def test_chmod_x_is_for_programs() -> None:
    answer = convert_texts(recipe(script("/src/result", "chmod +x out"), builder("RUN make"), RUNTIME))
    is_file(answer, "/src/result")


@pytest.mark.parametrize(
    "runtime",
    [
        pytest.param("COPY out/ /srv/\n", id="a slash at the source"),
        pytest.param('COPY out /srv/\nCOPY out/nginx.conf /etc/\nCMD ["x"]\n', id="a path inside it is taken as well"),
    ],
)
def test_the_image_takes_a_folder(runtime: str) -> None:
    text = "FROM alpine:3.10\n" + runtime
    is_folder(convert_texts(recipe(script("/src/result"), builder("RUN make"), text)), "/src/result")


@pytest.mark.parametrize(
    "instruction",
    ['CMD ["java", "-jar", "/app/shop.jar"]', "ENTRYPOINT /app/bin/start", "WORKDIR /app/site\nCMD ls"],
)
def test_a_path_that_only_the_artifact_can_bring_makes_it_a_folder(instruction: str) -> None:
    runtime = f"FROM alpine:3.10\nCOPY out /app/\n{instruction}\n"
    answer = convert_texts(recipe(script("/src/result"), builder("RUN make"), runtime))
    assert "COPY --from=builder /src/result /app/\n" in written(answer, "Dockerfile")


@pytest.mark.parametrize(
    "instruction",
    [
        'CMD ["/srv/out"]',
        "CMD exec /srv/out -v",
        "RUN ln -s /srv/out /usr/bin/shop",
        "ENV SHOP=/srv/out",
        "RUN chmod +x /srv/out",
    ],
)
def test_the_image_uses_the_file(instruction: str) -> None:
    runtime = f"{RUNTIME}{instruction}\n"
    is_file(convert_texts(recipe(script("/src/result"), builder("RUN make"), runtime)), "/src/result")


@pytest.mark.parametrize("runtime", ["COPY start.sh /app/\n", "COPY conf /app\n", "RUN touch /app/start.sh\n"])
def test_a_path_that_something_else_may_bring_tells_nothing(runtime: str) -> None:
    text = f"FROM alpine:3.10\n{runtime}COPY out /app/\nCMD /app/start.sh\n"
    others = {"start.sh": "", "conf/a": ""}
    assert refusal(convert_texts(recipe(script("/src/result"), builder("RUN make"), text, others)))[0] == "STG503"


@pytest.mark.parametrize(("path", "kind"), [("/src/static", "folder"), ("/src/LICENSE", "file")])
def test_what_the_tree_has_is_the_same_in_the_builder(path: str, kind: str) -> None:
    others = {"static/index.html": "", "LICENSE": ""}
    answer = convert_texts(recipe(script(path), builder("RUN make"), RUNTIME, others))
    (is_folder if kind == "folder" else is_file)(answer, path)


@pytest.mark.parametrize(
    ("path", "run"),
    [
        pytest.param("/src/dist", "make dist", id="make may make anything"),
        pytest.param("/src/result", "npm run build", id="a name that is not the tool's"),
        pytest.param("/src/classes", "javac Main.java", id="no flag"),
        pytest.param("/src/bin/linux_amd64", "make", id="a folder among programs"),
        pytest.param("/src/other", "go build", id="go build makes something else"),
    ],
)
def test_without_evidence_the_recipe_is_refused_with_what_to_write(path: str, run: str) -> None:
    answer = convert_texts(recipe(script(path), builder(f"RUN {run}"), RUNTIME))
    assert refusal(answer) == ("STG503", "Dockerfile")
    assert f"`{path}/.`" in (answer.diagnostics[0].help or "")


def test_witnesses_that_differ_are_refused() -> None:
    texts = recipe(script("/src/result", "ls out/"), builder("RUN make && chmod +x result"), RUNTIME)
    assert refusal(convert_texts(texts))[0] == "STG503"


@pytest.mark.parametrize(
    ("runtime", "line"),
    [
        pytest.param("COPY out /srv/shop\n", "/src/result /srv/shop", id="the destination is the new path"),
        pytest.param("COPY result /srv/\n", "/src/result /srv/", id="the name stays"),
    ],
)
def test_where_both_give_the_same_nothing_needs_to_be_known(runtime: str, line: str) -> None:
    host = "result" if "result" in runtime else "out"
    texts = recipe(script("/src/result", host=host), builder("RUN make"), f"FROM alpine:3.10\n{runtime}")
    assert f"COPY --from=builder {line}\n" in written(convert_texts(texts), "Dockerfile")


def test_a_folder_arrives_in_a_folder_that_may_be_there_or_not() -> None:
    runtime = "FROM alpine:3.10\nRUN if true; then mkdir /data; fi\nCOPY out /data\n"
    answer = convert_texts(recipe(script("/src/result/"), builder("RUN make"), runtime))
    assert "COPY --from=builder /src/result /data\n" in written(answer, "Dockerfile")


@pytest.mark.parametrize(
    ("run", "converts"),
    [
        ("mkdir -p /data", True),
        ("mkdir -p /data/x && chown 5 /data", True),
        ("adduser -D app && mkdir /data", True),
        ("mkdir /data || true", False),
        ("mkdir /data && rm -r /data", False),
        ("if true; then mkdir /data; fi", False),
    ],
)
def test_a_file_arrives_in_a_folder_that_a_run_surely_makes(run: str, converts: bool) -> None:
    runtime = f"FROM alpine:3.10\nRUN {run}\nCOPY out /data\n"
    answer = convert_texts(recipe(script("/src/app.jar"), builder("RUN make"), runtime))
    if converts:
        assert "COPY --from=builder /src/app.jar /data/out\n" in written(answer, "Dockerfile")
    else:
        assert refusal(answer)[0] == "STG503"
