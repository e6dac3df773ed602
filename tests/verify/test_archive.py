"""The archive reader: layouts, tags and what it refuses."""

from __future__ import annotations

import gzip
import io
import json
import os
import threading
from collections.abc import Iterator

import pytest

from converter.verify.archive import ArchiveError, read_archive
from converter.verify.image import Image
from tests.verify.archives import (
    blob,
    classic,
    config_for,
    layer,
    member,
    oci_index,
    oci_manifest,
    outer,
    sha256,
    symlink,
)

ONE = layer(member("etc"), member("etc/motd", b"hello\n"))
TWO = layer(member("app", b"binary", mode=0o755))


def read(data: bytes, tag: str | None = None) -> Image:
    return read_archive(io.BytesIO(data), tag)


def paths(image: Image) -> list[str]:
    return list(image.tree)


def test_a_classic_archive_is_read() -> None:
    image = read(classic(ONE, TWO, config={"User": "web"}, tags=["app:1"]))
    assert paths(image) == ["/", "/app", "/etc", "/etc/motd"]
    assert image.tags == ("app:1",)
    assert image.config.user == "web"
    assert [item.size_bytes for item in image.layers] == [6, 6]
    assert [item.diff_id for item in image.layers] == [f"sha256:{sha256(data)}" for data in (ONE, TWO)]
    assert image.size_bytes == 12
    assert image.tree["/etc/motd"].digest == f"sha256:{sha256(b'hello' + bytes([10]))}"


def test_the_id_is_the_digest_of_the_configuration() -> None:
    assert read(classic(ONE)).id == f"sha256:{sha256(config_for([ONE]))}"


def test_a_stream_that_cannot_seek_is_read() -> None:
    reading, writing = os.pipe()

    def write() -> None:
        with os.fdopen(writing, "wb") as stream:
            stream.write(classic(ONE, TWO))

    writer = threading.Thread(target=write)
    writer.start()
    with os.fdopen(reading, "rb", buffering=0) as stream:
        image = read_archive(stream)
    writer.join()
    assert "/app" in image.tree


@pytest.mark.parametrize("size", [1, 7, 512, 4096])
def test_an_iterable_of_byte_strings_is_read(size: int) -> None:
    data = classic(ONE, TWO)

    def chunks() -> Iterator[bytes]:
        yield b""
        for start in range(0, len(data), size):
            yield data[start : start + size]

    assert "/app" in read_archive(chunks()).tree


def test_a_stream_is_read_to_its_end() -> None:
    stream = io.BytesIO(classic(ONE) + bytes(5 << 20))
    read_archive(stream)
    assert stream.read() == b""


def test_a_compressed_archive_is_read() -> None:
    assert "/app" in read(gzip.compress(classic(ONE, TWO))).tree


def test_layers_apply_in_the_order_of_the_manifest_wherever_they_stand() -> None:
    lower, upper = layer(member("f", b"lower")), layer(member("f", b"upper"))
    document = config_for([lower, upper])
    manifest = json.dumps([{"Config": "c.json", "RepoTags": None, "Layers": ["1/layer.tar", "2/layer.tar"]}]).encode()
    for order in (
        ("2/layer.tar", "manifest.json", "1/layer.tar", "c.json"),
        ("manifest.json", "c.json", "1/layer.tar", "2/layer.tar"),
    ):
        files = {"1/layer.tar": lower, "2/layer.tar": upper, "c.json": document, "manifest.json": manifest}
        image = read(outer({name: files[name] for name in order}))
        assert image.tree["/f"].digest == f"sha256:{sha256(b'upper')}"
        assert image.tags == ()


def test_a_layer_may_be_a_link_to_another() -> None:
    document = config_for([ONE, TWO, ONE])
    names = [f"{number}/layer.tar" for number in range(3)]
    manifest = json.dumps([{"Config": "c.json", "RepoTags": ["a:b"], "Layers": names}]).encode()
    files = {"0/layer.tar": ONE, "1/layer.tar": TWO, "c.json": document, "manifest.json": manifest}
    image = read(outer(files, {"2/layer.tar": "../0/layer.tar"}))
    assert len(image.layers) == 3
    assert image.size_bytes == 18


def test_an_empty_layer_is_read() -> None:
    assert paths(read(classic(bytes(1024), ONE))) == ["/", "/etc", "/etc/motd"]


def test_an_image_without_layers_is_read() -> None:
    image = read(classic())
    assert paths(image) == ["/"]
    assert image.size_bytes == 0


def test_a_tag_chooses_among_several_images() -> None:
    one, two = config_for([ONE]), config_for([TWO])
    manifest = [
        {"Config": "1.json", "RepoTags": ["app:latest", "app:1"], "Layers": ["1/layer.tar"]},
        {"Config": "2.json", "RepoTags": ["registry:5000/team/app:2"], "Layers": ["2/layer.tar"]},
    ]
    data = outer(
        {
            "1/layer.tar": ONE,
            "2/layer.tar": TWO,
            "1.json": one,
            "2.json": two,
            "manifest.json": json.dumps(manifest).encode(),
        }
    )
    for tag in ("app", "app:1", "docker.io/library/app", "index.docker.io/library/app:1", "library/app"):
        assert "/etc" in read(data, tag).tree
    assert "/app" in read(data, "registry:5000/team/app:2").tree
    with pytest.raises(ArchiveError, match=r"2 images.*app:1, app:latest, registry:5000/team/app:2"):
        read(data)
    with pytest.raises(ArchiveError, match="no image other:latest; tags in it: app:1"):
        read(data, "other:latest")


def test_an_id_chooses_an_image() -> None:
    image = read(classic(ONE, tags=[]))
    assert read(classic(ONE, tags=[]), image.id) == image


@pytest.mark.parametrize("packed", [False, True])
def test_an_oci_archive_is_read(packed: bool) -> None:
    files: dict[str, bytes] = {}
    name = {"io.containerd.image.name": "docker.io/library/app:1", "org.opencontainers.image.ref.name": "1"}
    data = oci_index(files, oci_manifest(files, ONE, TWO, packed=packed, config={"User": "7"}, annotations=name))
    image = read(data, "app:1")
    assert paths(image) == ["/", "/app", "/etc", "/etc/motd"]
    assert image.config.user == "7"
    assert image.layers == read(classic(ONE, TWO)).layers


def test_layers_of_several_gzip_members_are_read() -> None:
    half = len(ONE) // 2
    packed = gzip.compress(ONE[:half]) + gzip.compress(ONE[half:])
    manifest = json.dumps([{"Config": "c.json", "RepoTags": ["a:b"], "Layers": ["blobs/sha256/1"]}]).encode()
    assert (
        "/etc/motd"
        in read(outer({"blobs/sha256/1": packed, "c.json": config_for([ONE]), "manifest.json": manifest})).tree
    )


def test_one_image_under_two_names_in_an_oci_index_is_one_image() -> None:
    files: dict[str, bytes] = {}
    one = oci_manifest(files, ONE, annotations={"io.containerd.image.name": "app:1"})
    two = {**one, "annotations": {"io.containerd.image.name": "app:2"}}
    assert read(oci_index(files, one, two)).tags == ("app:1", "app:2")


def test_an_index_in_an_index_gives_the_platform_that_was_saved() -> None:
    files: dict[str, bytes] = {}
    saved = oci_manifest(files, ONE, platform={"architecture": "amd64", "os": "linux"})
    absent = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:00", "size": 1}
    attestation = oci_manifest(files, TWO, annotations={"vnd.docker.reference.type": "attestation-manifest"})
    inner = json.dumps({"schemaVersion": 2, "manifests": [absent, saved, attestation]}).encode()
    top = blob(files, inner, "application/vnd.oci.image.index.v1+json", annotations={"io.containerd.image.name": "x:1"})
    image = read(oci_index(files, top))
    assert image.tags == ("x:1",)
    assert "/etc/motd" in image.tree


def test_the_manifest_of_docker_is_preferred_over_the_index() -> None:
    files: dict[str, bytes] = {}
    descriptor = oci_manifest(files, ONE)
    config = next(name for name, data in files.items() if data == config_for([ONE]))
    layers = [f"blobs/sha256/{sha256(ONE)}"]
    manifest = json.dumps([{"Config": config, "RepoTags": ["from-docker:1"], "Layers": layers}]).encode()
    data = oci_index({**files, "manifest.json": manifest}, descriptor)
    assert read(data).tags == ("from-docker:1",)


def test_what_is_no_archive_is_refused() -> None:
    for data, message in (
        (b"", "is empty"),
        (b"Error response from daemon: no such image", "not a tar archive"),
        (os.urandom(600).replace(b"\x1f\x8b", b"  "), "not a tar archive"),
        (b"\x28\xb5\x2f\xfd" + bytes(600), "zstd"),
        (layer(member("readme", b"text")), "neither manifest.json nor index.json"),
        (outer({"manifest.json": b"{"}), "manifest.json is not JSON"),
        (outer({"manifest.json": b'{"a": 1}'}), "has not the form"),
        (outer({"manifest.json": b"[]"}), "no image; tags in it: none"),
        (outer({"index.json": b'{"manifests": [1]}'}), "has not the form"),
    ):
        with pytest.raises(ArchiveError, match=message):
            read(data)


def test_a_truncated_archive_is_refused_wherever_it_ends() -> None:
    data = classic(ONE, TWO).rstrip(b"\0")  # the zeros at the end carry nothing
    for end in (*range(1, len(data) - 512, 511), len(data) - 1):
        with pytest.raises(ArchiveError):
            read(data[:end])


def test_a_truncated_gzip_archive_is_refused() -> None:
    data = gzip.compress(classic(ONE, TWO))
    for end in range(20, len(data) - 8, 37):
        with pytest.raises(ArchiveError):
            read(data[:end])


def test_a_truncated_layer_in_a_whole_archive_is_refused() -> None:
    big = layer(member("a", b"a" * 3000), member("b", b"b" * 3000))
    manifest = json.dumps([{"Config": "c.json", "RepoTags": ["a:b"], "Layers": ["l/layer.tar"]}]).encode()
    for content in (big, gzip.compress(big)):
        for size in (0, 20, len(content) // 3, len(content) // 2):
            files = {"l/layer.tar": content[:size], "c.json": config_for([big]), "manifest.json": manifest}
            with pytest.raises(ArchiveError):
                read(outer(files))


def test_a_layer_that_is_not_the_one_the_configuration_names_is_refused() -> None:
    manifest = json.dumps([{"Config": "c.json", "RepoTags": ["a:b"], "Layers": ["l/layer.tar"]}]).encode()
    with pytest.raises(ArchiveError, match="its digest is sha256:"):
        read(outer({"l/layer.tar": ONE, "c.json": config_for([TWO]), "manifest.json": manifest}))
    with pytest.raises(ArchiveError, match="has 1 layers, its configuration names 2"):
        read(outer({"l/layer.tar": ONE, "c.json": config_for([ONE, TWO]), "manifest.json": manifest}))


def test_a_zstd_layer_is_refused_by_name() -> None:
    manifest = json.dumps([{"Config": "c.json", "RepoTags": ["a:b"], "Layers": ["blobs/sha256/1"]}]).encode()
    files = {"blobs/sha256/1": b"\x28\xb5\x2f\xfd" + bytes(100), "c.json": config_for([ONE]), "manifest.json": manifest}
    with pytest.raises(ArchiveError, match="the layer blobs/sha256/1 cannot be read: it is compressed with zstd"):
        read(outer(files))


def test_links_in_a_circle_are_refused() -> None:
    manifest = json.dumps([{"Config": "c.json", "RepoTags": ["a:b"], "Layers": ["1/layer.tar"]}]).encode()
    links = {"1/layer.tar": "../2/layer.tar", "2/layer.tar": "../1/layer.tar"}
    with pytest.raises(ArchiveError, match="is missing"):
        read(outer({"c.json": config_for([ONE]), "manifest.json": manifest}, links))


def test_a_configuration_of_another_form_is_refused() -> None:
    configs: list[dict[str, object]] = [{"Env": "A=b"}, {"User": 7}, {"Volumes": []}, {"Healthcheck": {"Retries": "3"}}]
    for config in configs:
        with pytest.raises(ArchiveError, match="is no image configuration"):
            read(classic(ONE, config=config))


def test_the_configuration_is_typed() -> None:
    image = read(
        classic(
            ONE,
            config={
                "User": "web",
                "Env": ["A=1", "B=2"],
                "Entrypoint": ["/e"],
                "Cmd": ["c"],
                "WorkingDir": "/srv",
                "ExposedPorts": {"80/tcp": {}, "443/tcp": {}},
                "Volumes": {"/v": {}},
                "Labels": {"l": "1"},
                "Healthcheck": {"Test": ["CMD", "true"], "Interval": 5, "Timeout": 6, "StartPeriod": 7, "Retries": 8},
                "StopSignal": "SIGQUIT",
                "StopTimeout": 0,
                "Shell": ["/bin/ash", "-c"],
                "OnBuild": ["RUN x"],
            },
        )
    )
    config = image.config
    assert (config.architecture, config.os, config.user, config.env) == ("amd64", "linux", "web", ("A=1", "B=2"))
    assert (config.entrypoint, config.cmd, config.working_dir) == (("/e",), ("c",), "/srv")
    assert (config.exposed_ports, config.volumes, config.labels) == (("443/tcp", "80/tcp"), ("/v",), {"l": "1"})
    assert config.healthcheck is not None
    assert (config.healthcheck.test, config.healthcheck.interval_ns, config.healthcheck.retries) == (
        ("CMD", "true"),
        5,
        8,
    )
    assert (config.stop_signal, config.stop_timeout_seconds) == ("SIGQUIT", 0)
    assert (config.shell, config.on_build) == (("/bin/ash", "-c"), ("RUN x",))
    assert config.raw["config"]["Labels"] == {"l": "1"}


def test_a_link_in_the_archive_is_not_taken_for_a_file_of_the_image() -> None:
    assert paths(read(classic(layer(symlink("x", "/etc/motd"))))) == ["/", "/x"]
