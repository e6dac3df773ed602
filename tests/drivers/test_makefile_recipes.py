"""Makefiles whose conversion is decided by what other goals, the environment or other files do."""

from __future__ import annotations

from converter.convert import Options
from converter.result import Recipe
from tests.recipes import applied, convert_texts

FILES = {
    "Dockerfile.build": "FROM golang:1.13\nWORKDIR /src\nCOPY main.go .\nRUN go build -o app .\n",
    "Dockerfile": "FROM alpine:3.10\nCOPY app /app\n",
    "main.go": "package main\n",
}
COMPILE = (
    "\tdocker build -t b -f Dockerfile.build .\n\tdocker create --name t b\n\tdocker cp t:/src/app app\n\tdocker rm t\n"
)
IMAGE = "\tdocker build -t app .\n"


def convert(makefile: str, options: Options | None = None, **more: str) -> tuple[Recipe, dict[str, str]]:
    """The recipe of a makefile beside the usual files, and the tree afterwards."""
    texts = {**FILES, **{name.replace("__", "."): text for name, text in more.items()}, "Makefile": makefile}
    recipe = convert_texts(texts, "Makefile", options)
    return recipe, applied(texts, recipe)


def codes(recipe: Recipe) -> list[str]:
    return [found.code for found in recipe.diagnostics if found.severity == "error"]


def test_goals_that_nothing_links_are_joined_by_the_artifact() -> None:
    recipe, after = convert(f"compile:\n{COMPILE}image:\n{IMAGE}")
    assert (recipe.status, recipe.command) == ("converted", ("make", "compile", "image"))
    assert after["Makefile"] == f"compile:\nimage:\n{IMAGE}"


def test_the_order_of_a_ci_file_decides() -> None:
    parts = COMPILE.splitlines(keepends=True)
    makefile = f"image:\n{IMAGE}one:\n{parts[0]}two:\n{parts[1]}{parts[2]}{parts[3]}"
    recipe, _ = convert(makefile, __travis__yml="script:\n  - make one\n  - make two\n  - make image\n")
    assert recipe.command == ("make", "one", "two", "image")


def test_named_targets_are_taken() -> None:
    recipe, _ = convert(f"a:\n\t@echo a\nc:\n{COMPILE}i:\n{IMAGE}", Options(targets=("c", "i")))
    assert (recipe.status, recipe.command) == ("converted", ("make", "c", "i"))


def test_a_target_that_does_not_exist_is_refused() -> None:
    recipe, _ = convert(f"all:\n{COMPILE}{IMAGE}", Options(targets=("nothing",)))
    assert codes(recipe) == ["STG104"]


def test_two_ways_to_make_the_artifact_are_refused() -> None:
    other = COMPILE.replace("t b\n", "u c\n").replace("-t b -f Dockerfile.build", "-t c -f Dockerfile.c")
    other = other.replace("t:/src", "u:/src")
    makefile = f"all: one image\none:\n{COMPILE}two:\n{other}image:\n{IMAGE}.PHONY: all one two image\n"
    recipe, after = convert(makefile, Dockerfile__c="FROM gcc:9\nRUN cc x.c\n")
    assert (recipe.status, codes(recipe)) == ("refused", ["STG102"])
    assert after["Makefile"] == makefile


def test_a_goal_that_runs_the_build_image_keeps_it() -> None:
    _, after = convert(f"all:\n{COMPILE}{IMAGE}shell:\n\tdocker run -it b sh\n")
    assert "\tdocker build -t b --target builder .\n" in after["Makefile"]
    assert "Dockerfile.build" not in after


def test_a_goal_that_uses_the_artifact_keeps_the_copy() -> None:
    _, after = convert(f"all: app\n{IMAGE}app:\n{COMPILE}run: app\n\t./app\n")
    assert "\tdocker cp t:/src/app app\n" in after["Makefile"]


def test_a_goal_that_cannot_be_followed_keeps_what_it_names() -> None:
    _, after = convert(f"all:\n{COMPILE}{IMAGE}odd:\n\t$(error no) docker save b\n")
    assert "--target builder" in after["Makefile"]


def test_a_file_that_the_makefile_still_names_stays() -> None:
    recipe, after = convert(f"all:\n{COMPILE}{IMAGE}lint:\n\thadolint Dockerfile.build\n")
    assert "Dockerfile.build" in after
    assert "STG604" in [found.code for found in recipe.diagnostics]


def test_a_prerequisite_follows_the_file_that_it_moves_to() -> None:
    _, after = convert(f"all: app\n{IMAGE}app: Dockerfile.build main.go\n{COMPILE}")
    assert "\napp: Dockerfile main.go\n" in after["Makefile"]


def test_a_makefile_variable_in_the_path_becomes_a_build_argument() -> None:
    makefile = f"DIR = src\nall:\n{COMPILE.replace('/src/app', '/$(DIR)/app')}{IMAGE}"
    _, after = convert(makefile)
    assert "ARG DIR=src\nCOPY --from=builder /${DIR}/app /app\n" in after["Dockerfile"]
    assert "\tdocker build -t app --build-arg DIR=$(DIR) .\n" in after["Makefile"]


def test_the_name_of_a_target_is_a_constant() -> None:
    makefile = f"all: app\n{IMAGE}app:\n{COMPILE.replace('t:/src/app app', 't:/src/$@ $@')}"
    _, after = convert(makefile)
    assert "COPY --from=builder /src/app /app\n" in after["Dockerfile"]


def test_an_automatic_variable_of_another_rule_is_not_carried_over() -> None:
    makefile = f"N = app\nall: $(N)\n{IMAGE}$(N):\n{COMPILE.replace('t:/src/app app', 't:/src/$@ $@')}"
    _, after = convert(makefile)
    assert "--build-arg N=$(N) ." in after["Makefile"]
    assert "$@" not in after["Makefile"]


def test_build_arguments_move_as_the_makefile_writes_them() -> None:
    files = {**FILES, "Dockerfile.build": FILES["Dockerfile.build"].replace("WORKDIR", "ARG V\nWORKDIR")}
    makefile = f"V := $(shell git describe)\nall:\n{COMPILE.replace('-t b ', '--build-arg V=$(V) -t b ')}{IMAGE}"
    recipe = convert_texts({**files, "Makefile": makefile}, "Makefile")
    assert "\tdocker build -t app --build-arg V=$(V) .\n" in applied(files | {"Makefile": makefile}, recipe)["Makefile"]


def test_a_value_that_another_target_has_differently_does_not_move() -> None:
    files = {**FILES, "Dockerfile.build": FILES["Dockerfile.build"].replace("WORKDIR", "ARG V\nWORKDIR")}
    compile = COMPILE.replace("-t b ", "--build-arg V=$(V) -t b ")
    makefile = f"V = 1\nall: image\nimage: c\n{IMAGE}c: V = 2\nc:\n{compile}"
    recipe = convert_texts({**files, "Makefile": makefile}, "Makefile")
    assert (recipe.status, codes(recipe)) == ("refused", ["STG303"])


def test_options_that_only_the_builder_gets_move_with_their_variable() -> None:
    _, after = convert(f"all:\n{COMPILE.replace('docker build ', 'docker build $(FLAGS) ')}{IMAGE}")
    assert "\tdocker build -t app $(FLAGS) .\n" in after["Makefile"]


def test_a_conditional_from_outside_that_chooses_the_dockerfile_is_refused() -> None:
    makefile = f"ifdef DEBUG\nF = Dockerfile.debug\nelse\nF = Dockerfile\nendif\nall:\n{COMPILE}{IMAGE.replace('.', '-f $(F) .')}"
    recipe, _ = convert(makefile)
    assert (recipe.status, codes(recipe)) == ("refused", ["STG303"])
    recipe, _ = convert(makefile, Options(environment={"DEBUG": ""}))
    assert recipe.status == "converted"


def test_a_message_above_commands_that_go_goes_with_them() -> None:
    makefile = f"all:\n\t# the builder\n\t@echo compiling\n{COMPILE}\n\t@echo packing\n{IMAGE}"
    _, after = convert(makefile)
    assert after["Makefile"] == f"all:\n\n\t@echo packing\n{IMAGE}"


def test_lines_of_a_canned_recipe_are_edited_where_they_stand() -> None:
    makefile = f"define make-app\n{COMPILE}{IMAGE}endef\nall:\n\t$(make-app)\n"
    recipe, after = convert(makefile)
    assert recipe.status == "converted"
    assert after["Makefile"] == f"define make-app\n{IMAGE}endef\nall:\n\t$(make-app)\n"


def test_a_canned_recipe_goes_with_its_calls_where_nothing_of_it_is_left() -> None:
    makefile = f"# compile\ndefine make-app\n{COMPILE}endef\n\nall:\n\t$(make-app)\n{IMAGE}"
    assert convert(makefile)[1]["Makefile"] == f"all:\n{IMAGE}"


def test_a_line_of_a_canned_recipe_that_goes_for_one_call_only_is_refused() -> None:
    other = "\tdocker run --name v tool true\n"
    taken = COMPILE.replace("docker cp t:/src/app app", "$(call take,t,/src/app,app)")
    makefile = (
        "define take\n\tdocker cp $(1):$(2) $(3)\nendef\n"
        f"all:\n{taken}{other}\t$(call take,v,/report,report)\n\tcat report\n{IMAGE}"
    )
    recipe, after = convert(makefile)
    assert (recipe.status, codes(recipe)) == ("refused", ["STG304"])
    assert after["Makefile"] == makefile


def test_a_variable_goes_with_the_last_command_that_used_it() -> None:
    makefile = f"# the builder\nB := b\n\nN = app\nall:\n{COMPILE.replace('-t b', '-t $(B)')}{IMAGE.replace('-t app', '-t $(N)')}"
    assert convert(makefile)[1]["Makefile"] == f"N = app\nall:\n{IMAGE.replace('-t app', '-t $(N)')}"


def test_a_variable_stays_where_an_unknown_name_may_mean_it_or_its_value_does_something() -> None:
    used = COMPILE.replace("-t b", "-t $(B)")
    for head, tail in (
        ("B := b\n", "show:\n\t@echo $($(WHAT))\n"),
        ("export B := b\n", ""),
        ("B := $(shell date > stamp)b\n", ""),
        ("B := b\nexport\n", ""),
        ("-include local.mk\nB := b\n", ""),
    ):
        recipe, after = convert(
            f"{head}all:\n{used.replace('$(B)', 'b $(info $(B))') if 'date' in head else used}{IMAGE}{tail}"
        )
        if recipe.status == "converted":
            assert after["Makefile"].startswith(head), head


def test_a_folder_change_alone_is_not_left_over() -> None:
    makefile = f"all:\n{COMPILE.replace(chr(9), chr(9) + 'cd . && ')}{IMAGE}"
    assert convert(makefile)[1]["Makefile"] == f"all:\n{IMAGE}"


def test_lines_of_one_shell_are_cut_with_their_prefix() -> None:
    makefile = f".ONESHELL:\nall:\n{COMPILE}{IMAGE}\trm -f app\n\nnext:\n\techo\n"
    assert convert(makefile)[1]["Makefile"] == f".ONESHELL:\nall:\n{IMAGE}\nnext:\n\techo\n"


def test_git_answers_the_same_while_only_untracked_files_change() -> None:
    version = "V = $(shell git describe --tags --dirty)\nall:\n"
    makefile = version + COMPILE.replace("-t b", "-t b:$(V)").replace("t b\n", "t b:$(V)\n").replace(
        "\tdocker create", "\tmkdir -p out\n\tdocker create"
    )
    recipe, _ = convert(makefile + IMAGE.replace("app .", "app:$(V) ."))
    assert recipe.status == "converted"


def test_an_included_file_that_another_makefile_includes_is_not_changed() -> None:
    more = {"build__mk": f"all:\n{COMPILE}{IMAGE}", "other/Makefile": "include ../build.mk\n"}
    recipe, _ = convert("include build.mk\n", None, **more)
    assert (recipe.status, codes(recipe)) == ("refused", ["STG304"])


def test_commands_in_the_value_of_a_plain_variable_are_not_edited() -> None:
    makefile = f"make-app = {COMPILE.strip().replace(chr(10), ' && ').replace(chr(9), '')}; {IMAGE.strip()}\nall:\n\t$(make-app)\n"
    recipe, after = convert(makefile)
    assert (recipe.status, codes(recipe)) == ("refused", ["STG304"])
    assert after["Makefile"] == makefile


def test_variables_of_the_command_line_win() -> None:
    makefile = f"F := Dockerfile.none\nall:\n{COMPILE}{IMAGE.replace('.', '-f $(F) .')}"
    recipe, _ = convert(makefile, Options(arguments=("F=Dockerfile",)))
    assert (recipe.status, recipe.command) == ("converted", ("make", "F=Dockerfile", "all"))


def test_an_included_file_is_asked_for_and_edited() -> None:
    recipe, after = convert("include build__mk\n".replace("__", "."), build__mk=f"all:\n{COMPILE}{IMAGE}")
    assert recipe.scripts == ("Makefile", "build.mk")
    assert after["build.mk"] == f"all:\n{IMAGE}"


def test_a_file_target_that_exists_is_not_made() -> None:
    recipe, _ = convert(f"all: app\n{IMAGE}app:\n{COMPILE}", app="binary")
    assert recipe.status == "not-the-pattern"


def test_a_make_that_calls_itself_without_an_end_is_refused() -> None:
    recipe, _ = convert(f"all: one\n\t$(MAKE) all\none:\n{COMPILE}{IMAGE}", Options(targets=("all",)))
    assert (recipe.status, codes(recipe)) == ("refused", ["STG305"])


def test_a_pattern_rule_that_loses_its_recipe_is_not_cancelled() -> None:
    _, after = convert(f"all: app\n{IMAGE}%pp:\n{COMPILE}")
    assert after["Makefile"] == f"all: app\n{IMAGE}%pp: ;\n"


def test_a_flag_with_an_automatic_variable_moves_within_its_rule() -> None:
    build = FILES["Dockerfile.build"].replace("WORKDIR", "ARG V\nWORKDIR")
    compile = COMPILE.replace("-t b ", "--build-arg V=$@ -t b ")
    _, after = convert(f"one two:\n{compile}{IMAGE.replace('app', 'app:$@')}", Dockerfile__build=build)
    assert "\tdocker build -t app:$@ --build-arg V=$@ .\n" in after["Makefile"]


JOINED = f"all: compile image\ncompile:\n{COMPILE}"


def test_a_prerequisite_that_came_out_of_a_container_goes_with_it() -> None:
    recipe, after = convert(f"{JOINED}image: stage\n{IMAGE}stage: main.go app | app # staged\n\techo staged\n")
    assert recipe.status == "converted"
    assert "stage: main.go | # staged\n" in after["Makefile"]


def test_a_prerequisite_that_a_command_of_its_rule_names_is_refused() -> None:
    recipe, _ = convert(f"{JOINED}image: stage\n{IMAGE}stage: app\n\techo $< is there\n")
    assert codes(recipe) == ["STG304"]


def test_a_prerequisite_in_a_list_of_files_is_refused() -> None:
    recipe, _ = convert(f"PARTS = main.go app\n{JOINED}image: stage\n{IMAGE}stage: $(PARTS)\n\techo staged\n")
    assert codes(recipe) == ["STG304"]


def test_a_prerequisite_that_has_a_rule_stays() -> None:
    recipe, after = convert(f"all: image\napp:\n{COMPILE}image: app\n{IMAGE}")
    assert recipe.status == "converted"
    assert "image: app\n" in after["Makefile"]


def test_a_part_of_a_variable_that_only_the_makefile_gives_is_written_out() -> None:
    build = "\tdocker build -t b -f Dockerfile.build .\n\t$(RUN) b cp /src/app /out/app\n"
    makefile = f"RUN = docker run --rm -v $(CURDIR)/out:/out\nall:\n{build}\tdocker build -t app -f Dockerfile out\n"
    assert convert(makefile)[0].status == "converted"
    value = 'FLAGS = "-s -w"\nall:\n'
    given = COMPILE.replace("-t b", "-t b --build-arg FLAGS=$(FLAGS)")
    recipe, after = convert(
        value + given + IMAGE,
        None,
        Dockerfile__build=FILES["Dockerfile.build"].replace("WORKDIR", "ARG FLAGS\nWORKDIR"),
    )
    assert recipe.status == "converted"
    assert "--build-arg FLAGS=$(FLAGS)" in after["Makefile"]


def test_a_prerequisite_that_vpath_would_find_is_refused_with_the_reason() -> None:
    recipe, _ = convert(f"VPATH = src\nall: x.c\n{COMPILE}{IMAGE}", None, **{"src/x.c": ""})
    (found,) = [one for one in recipe.diagnostics if one.severity == "error"]
    assert found.code == "STG104"
    assert "VPATH" in (found.help or "")


def test_the_answer_is_about_the_goal_that_has_the_recipe_and_not_about_a_copy_that_is_part_of_it() -> None:
    makefile = (
        "GOFLAGS ?= $(GOFLAGS:) -a\n\ndefault:\n\techo make all builds the image\n\nall: compile image\n\ncompile:\n"
        "\tdocker build -t b -f Dockerfile.build .\n"
        "\tdocker run --rm -v $(CURDIR)/bin:/src/bin b go build $(GOFLAGS) -o bin/app .\n\n"
        "image:\n\tmkdir -p dist\n\tcp bin/app dist\n\tcp Dockerfile dist\n\tdocker build -t app dist\n"
    )
    recipe, _ = convert(makefile)
    assert codes(recipe) == ["STG303"]
