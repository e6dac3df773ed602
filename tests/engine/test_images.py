"""The stand-ins are the same every time and their tools depend on what they are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from converter.verify.archive import read_archive
from tests.engine.catalogue import PROFILES
from tests.engine.engine import Engine
from tests.engine.fixtures import engine_test
from tests.engine.images import EPOCH, File, archive, missing_busybox, stand_in

needs_busybox = pytest.mark.skipif(missing_busybox() is not None, reason=str(missing_busybox()))


@needs_busybox
def test_equal_stand_ins_are_equal_to_the_byte() -> None:
    assert b"".join(archive(stand_in("node:12"))) == b"".join(archive(stand_in("node:12")))


@needs_busybox
@pytest.mark.parametrize("name", PROFILES)
def test_every_stand_in_is_an_image(name: str) -> None:
    image = read_archive(archive(stand_in(f"{name}:1")), f"{name}:1")
    assert image.tags == (f"{name}:1",)
    assert {node.mtime for path, node in image.tree.items() if path != "/"} == {EPOCH}
    assert image.tree["/tmp"].mode == 0o1777


@needs_busybox
def test_another_entry_of_the_catalogue_can_be_taken() -> None:
    image = read_archive(archive(stand_in("acme/cpp-toolchain:2.3", like="gcc")))
    assert image.tags == ("acme/cpp-toolchain:2.3",)
    assert "/usr/local/bin/c++" in image.tree


@needs_busybox
def test_names_commands_files_and_configuration_are_taken() -> None:
    given = stand_in(
        "registry:5000/base/alpine",
        commands={"tool": "echo 1\n", "/opt/own": "#!/bin/ash\necho 2\n"},
        config={"User": "7"},
        files={"/srv/f": File(b"x", 0o4755, 3, 4)},
    )
    image = read_archive(archive(given))
    assert image.tags == ("registry:5000/base/alpine:latest",)
    assert (image.tree["/usr/local/bin/tool"].mode, image.tree["/opt/own"].mode) == (0o755, 0o755)
    assert (image.tree["/srv/f"].mode, image.tree["/srv/f"].uid, image.tree["/srv/f"].gid) == (0o4755, 3, 4)
    assert (image.config.user, image.config.cmd) == ("7", ("/bin/sh",))


class TestTools:
    pytestmark = engine_test

    @staticmethod
    def run(engine: Engine, folder: Path, image: str, script: str, **files: str) -> str:
        engine.add(image)
        for name, text in files.items():
            path = folder / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        options = ("--rm", "--user=0", f"--volume={folder}:/w", "--workdir=/w", "--entrypoint=/bin/sh")
        return engine.docker("run", *options, image, "-ec", script)

    @pytest.mark.parametrize(
        ("image", "command"),
        [
            ("gcc:9", "gcc -static{option} -o out main.c"),
            ("golang:1.13", "CGO_ENABLED=0 go build -a{option} -installsuffix cgo -o out ."),
            ("golang:1.13", "go build -ldflags '-X main.v=1{option}' -o out main.c"),
            ("haskell:8.6", "ghc{option} -o out main.c"),
        ],
    )
    def test_a_compiler_depends_on_sources_and_options(
        self, engine: Engine, tmp_path: Path, image: str, command: str
    ) -> None:
        def out(option: str, text: str) -> str:
            full = command.format(option=option)
            return self.run(engine, tmp_path, image, f"{full}; cat out; ./out", main_c=text)

        first = out("", "int main;")
        assert first.startswith("#!/bin/sh\n")
        assert out("", "int main;") == first
        assert out(" -O2", "int main;") != first
        assert out("", "int other;") != first

    def test_go_reads_its_own_files_only(self, engine: Engine, tmp_path: Path) -> None:
        command = "go build -o out ./...; cat out"
        first = self.run(engine, tmp_path, "golang:1.13", command, main_go="package main", Dockerfile="FROM a")
        assert " ./main.go\n" in first
        assert self.run(engine, tmp_path, "golang:1.13", command, Dockerfile="FROM b") == first

    def test_a_missing_source_is_an_error(self, engine: Engine, tmp_path: Path) -> None:
        with pytest.raises(Exception, match=r"nothing\.c: No such file"):
            self.run(engine, tmp_path, "gcc:9", "gcc -o out nothing.c")

    def test_npm_runs_the_scripts_of_the_package(self, engine: Engine, tmp_path: Path) -> None:
        package = '{"name": "x", "scripts": {"build": "mkdir -p dist && cp a.js dist/b.js"}}'
        script = "npm install; npm run build; ls node_modules; cat dist/b.js"
        assert self.run(engine, tmp_path, "node:12", script, package_json=package, a_js="js\n") == "left-pad\njs\n"

    def test_maven_gives_the_archive_its_name(self, engine: Engine, tmp_path: Path) -> None:
        pom = "<p>\n<artifactId>a</artifactId>\n<version>${revision}</version>\n</p>\n"
        script = "mvn -q -Drevision=7 package; ls target; cat target/a-7.jar"
        output = self.run(engine, tmp_path, "maven:3.6-jdk-8", script, pom_xml=pom, src__A_java="class A {}")
        assert output.splitlines()[:2] == ["a-7.jar", "classes"]
        assert output.endswith(" ./A.java\n")

    @pytest.mark.parametrize(
        ("image", "script", "files", "result"),
        [
            ("openjdk:8", "javac -d o A.java; jar cf a.jar o/A.class", {"A_java": "class A {}"}, "a.jar"),
            ("gradle:4", "gradle build", {"settings_gradle": "rootProject.name = 'p'\n"}, "build/libs/p.jar"),
            ("rust:1.40", "cargo build --release", {"Cargo_toml": 'name = "c"\n'}, "target/release/c"),
            ("python:3.7", "pip wheel --wheel-dir=w", {"requirements_txt": "a==1\n"}, "w/a-1-py3-none-any.whl"),
            ("python:3.7", "python -m zipapp src -o x.pyz", {}, "x.pyz"),
            ("sdk:3.1", "dotnet publish -c Release -o out", {"p_csproj": "<P/>", "a_cs": ""}, "out/p.dll"),
        ],
    )  # fmt: skip
    def test_a_tool_writes_its_result(
        self, engine: Engine, tmp_path: Path, image: str, script: str, files: dict[str, str], result: str
    ) -> None:
        self.run(engine, tmp_path, image, script, src__main_txt="text", **files)
        assert (tmp_path / result).is_file()

    def test_debian_makes_users(self, engine: Engine, tmp_path: Path) -> None:
        script = (
            "apt-get install -y ca-certificates && test -s /etc/ssl/certs/ca-certificates.crt\n"
            "useradd --create-home dev && apt-get update && bash -c 'stat -c %U:%G:%u /home/dev'"
        )
        assert self.run(engine, tmp_path, "debian:buster", script) == "dev:dev:1000\n"

    def test_alpine_makes_users_and_groups(self, engine: Engine, tmp_path: Path) -> None:
        script = (
            "addgroup -S -g 101 web; adduser -S -D -H -u 101 -G web web; adduser -D -u 1000 dev; "
            "id web; stat -c %U:%G /home/dev; ls /home; apk add --no-cache x"
        )
        assert (
            self.run(engine, tmp_path, "alpine", script) == "uid=101(web) gid=101(web) groups=101(web)\ndev:dev\ndev\n"
        )

    def test_setcap_sets_a_capability(self, engine: Engine, tmp_path: Path) -> None:
        if not Path("/usr/sbin/setcap").exists():
            pytest.skip("not installed: setcap (Debian: libcap2-bin)")
        (tmp_path / "Dockerfile").write_text("FROM gcc:9\nRUN touch /f && setcap cap_net_bind_service=+ep /f\n")
        engine.add("gcc:9")
        engine.build(tmp_path, "Dockerfile", "capable:1", True)
        assert list(engine.image("capable:1").tree["/f"].xattrs) == ["security.capability"]


class TestGo:
    pytestmark = engine_test

    def test_the_toolchain_compiles_a_program_that_runs(self, engine: Engine, go_image: str, tmp_path: Path) -> None:
        (tmp_path / "main.go").write_text(
            'package main\n\nimport "os"\n\nfunc main() { os.Stdout.WriteString("go!\\n") }\n'
        )
        (tmp_path / "Dockerfile").write_text(
            f"FROM {go_image} AS build\nWORKDIR /go/src/x\nCOPY main.go .\nRUN CGO_ENABLED=0 go build -o /x .\n"
            "FROM scratch\nCOPY --from=build /x /x\n"
        )
        engine.build(tmp_path, "Dockerfile", "go-program:1", False)
        assert engine.docker("run", "--rm", "go-program:1", "/x") == "go!\n"
