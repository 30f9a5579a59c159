"""The files to deploy by: what they start exists, what they set is documented, and their form is right."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import click
import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from baohou.config import command
from baohou.config.commands.web import web
from baohou.core.errors import Refused

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
DOCKERFILE = (DEPLOY / "compose" / "Dockerfile").read_text("utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text("utf-8")


def _started() -> list[list[str]]:
    """Every baohou command that a unit, a container or the guide starts, word by word."""
    texts = [*UNITS, DEPLOY / "compose" / "compose.yaml", DEPLOY / "compose" / "Dockerfile"]
    lines = [line for path in texts for line in path.read_text("utf-8").splitlines()]
    starting = [line for line in lines if re.match(r"\s*(ExecStart=|CMD|command:)", line)]
    said = "\n".join(starting).replace('", "', " ").replace('"', " ")
    return [found.split() for found in re.findall(r"baohou ((?:[a-z-]+)(?: --[a-z-]+)*[^\n;\]]*)", said)]


def _example() -> dict[str, str]:
    lines = (DEPLOY / "baohou.env.example").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_everything_that_is_started_exists() -> None:
    """Commands and their options, as `baohou` has them."""
    wrong, seen = [], set()
    context = click.Context(command.baohou)
    for name, *words in _started():
        found = command.baohou.get_command(context, name)
        if found is None:
            wrong.append(name)
            continue
        seen.add(name)
        known = {option for one in found.params for option in one.opts}
        wrong += [f"{name} {word}" for word in words if word.startswith("--") and word not in known]
    assert wrong == []
    assert {"web", "send", "day", "backup", "migrate", "retention"} <= seen


def test_the_proxy_pins_no_address_to_a_machine() -> None:
    """What a job does is told by the database: its page may be asked of any machine."""
    told = (DEPLOY / "nginx" / "baohou.conf").read_text("utf-8")
    assert set(re.findall(r"proxy_pass (\S+);", told)) == {"http://baohou"}
    assert re.findall(r"^upstream (\S+)", told, re.MULTILINE) == ["baohou"]


def test_every_setting_is_documented() -> None:
    texts = [DEPLOY / "baohou.env.example", DEPLOY / "compose" / "compose.yaml", DEPLOY / "compose" / "Dockerfile"]
    named = {name for path in texts for name in re.findall(r"\bBAOHOU_[A-Z_]+", path.read_text("utf-8"))}
    assert len(named) > 5
    assert [name for name in sorted(named) if f"`{name}`" not in OPERATING] == []


def _compose() -> dict[str, Any]:
    return cast("dict[str, Any]", YAML(typ="safe").load((DEPLOY / "compose" / "compose.yaml").read_text("utf-8")))


def _ours() -> dict[str, Any]:
    """The services that run Baohou."""
    return {name: told for name, told in _compose()["services"].items() if told["image"] == "baohou"}


def test_the_containers_are_described_rightly() -> None:
    """The file is YAML whose services stand on each other; images, volumes and secrets are named."""
    told = _compose()
    services = told["services"]
    assert set(services) == {"database", "migrate", "web", "send", "day", "backup", "retention"}
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        assert set(service.get("secrets", ())) <= set(told["secrets"])
        for volume in service.get("volumes", ()):
            held = re.fullmatch(r"(?:\$\{[A-Z_]+:-)?([a-z-]+)\}?:(/.+)", volume)
            assert held, volume
            assert held[1] in told["volumes"]


def test_a_container_may_no_more_than_a_unit() -> None:
    """Not root, no capability, nothing to write to but the volumes and /tmp; one service builds the image."""
    for name, told in _ours().items():
        assert (told["read_only"], told["tmpfs"], told["cap_drop"]) == (True, ["/tmp"], ["ALL"]), name
        assert told["security_opt"] == ["no-new-privileges:true"], name
        assert told["pull_policy"] == "never", name
    assert [name for name, told in _ours().items() if "build" in told] == ["migrate"]
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE) == ["baohou"]
    assert "chown" not in DOCKERFILE


def test_it_shows_whether_the_pages_and_the_database_serve() -> None:
    """The web by /readyz; the database by the network, for while it is first set up it answers on its socket."""
    services = _compose()["services"]
    assert "http://127.0.0.1:8000/readyz" in services["web"]["healthcheck"]["test"][-1]
    assert "pg_isready -h 127.0.0.1" in services["database"]["healthcheck"]["test"][-1]
    assert "127.0.0.1" in _example()["BAOHOU_HOSTS"].split(",")


def test_the_proxy_before_the_containers_is_believed() -> None:
    """What comes to the published port comes from the network's gateway: else all people have its address."""
    (network,) = _compose()["networks"]["default"]["ipam"]["config"]
    for name, told in _ours().items():
        assert network["gateway"] in told["environment"]["BAOHOU_PROXIES"].split(","), name


def test_containers_do_what_the_timers_do() -> None:
    """Each systemd timer has a service with the same command from the same time of Beijing's on; retention if asked."""
    for timer in (DEPLOY / "systemd").glob("*.timer"):
        name = timer.stem.removeprefix("baohou-")
        unit = timer.with_suffix(".service").read_text("utf-8")
        done = re.findall(r"^ExecStart=/srv/baohou/.venv/bin/(.+)$", unit, re.MULTILINE)[0]
        words = _ours()[name]["command"]
        said = " ".join(words[words.index("baohou") :])
        assert said.replace("/run/secrets/backup-key", "/etc/baohou-backup.key") == done
        every, hours, minutes = re.findall(r"OnCalendar=\*-\*-(\S+) (\d\d):(\d\d)", timer.read_text("utf-8"))[0]
        days = 0 if every == "*" else int(every) - 1
        ago = f"{(days * 24 + int(hours)) * 60 + int(minutes)} minutes"
        assert words[words.index("baohou") - 2 : words.index("baohou")] == ["%F" if every == "*" else "%Y-%m", ago]
    assert [name for name, told in _ours().items() if told.get("profiles")] == ["retention"]


def test_who_writes_the_heads_can_write_to_each_place() -> None:
    """The day, and the pages that start one: the example's other disk is open to them, as unit and as container."""
    folders = [Path(place).parent for place in _example()["BAOHOU_HEADS"].split(":")]
    assert len(folders) > 1
    for name in ("day", "web"):
        unit = (DEPLOY / "systemd" / f"baohou-{name}.service").read_text("utf-8")
        writable = re.findall(r"^ReadWritePaths=(.+)$", unit, re.MULTILINE)[0].replace(" -", " ").split()
        mounted = [volume.rsplit(":", 1)[1] for volume in _ours()[name]["volumes"]]
        for folder in folders:
            assert str(folder) in writable, (name, folder)
            assert str(folder) in mounted, (name, folder)
            assert str(folder) in DOCKERFILE


def test_the_image_is_made_of_what_it_needs_only() -> None:
    """Neither secrets nor history nor what was built here reaches the image, nor are secrets ever committed."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    let_in = [Path(rule[1:]) for rule in rules if rule.startswith("!")]
    assert [path for path in let_in if not (ROOT / path).exists()] == []
    assert "src/baohou/static/built" in rules
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    for secret in ("deploy/compose/.env", "deploy/compose/baohou.env", "deploy/compose/backup.key"):
        assert f"/{secret}" in ignored
        assert not any(Path(secret).is_relative_to(path) for path in let_in)
    assert not {".git", ".venv", "var", "node_modules", "deploy", "tests"} & {str(path) for path in let_in}


def test_the_image_keeps_what_others_made_while_our_text_changes() -> None:
    """Their packages are fetched before our files come; what draws PDFs, as script/setup knows it, is there."""
    fetched, ours = DOCKERFILE.index("script/setup --runtime --parts"), DOCKERFILE.index("COPY . .")
    assert DOCKERFILE.index("requirements.txt") < fetched < ours < DOCKERFILE.index("script/setup --runtime &&")
    needed = re.findall(r"packages=\((.+)\)", (ROOT / "script" / "setup").read_text("utf-8"))[0].split()
    last = DOCKERFILE.partition("AS made")[0]
    assert [package for package in [*needed, "ca-certificates"] if package not in last] == []
    assert DOCKERFILE.rpartition("\nFROM ")[2].startswith("ground\n")


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: str(path.name))
def test_each_unit_is_what_systemd_understands(unit: Path, tmp_path: Path) -> None:
    """systemd's own check, with the paths of this machine in the place of those of an installation."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not here")
    for each in UNITS:
        text = each.read_text("utf-8").replace("/srv/baohou/.venv/bin/baohou", "/bin/true")
        text = text.replace("/srv/baohou", "/tmp").replace("User=baohou", "User=root").replace("Group=baohou", "")
        (tmp_path / each.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit.name)],
        check=False,
        capture_output=True,
        text=True,
    )
    ours = [line for line in done.stderr.splitlines() if "baohou" in line]
    assert ours == [], done.stderr


@pytest.mark.django_db
def test_the_web_alone_becomes_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither migrates nor runs the day; while migrations lack it says so and starts nothing."""
    begun: list[list[str]] = []
    monkeypatch.setattr("baohou.config.commands.web.collect_static", lambda: None)
    monkeypatch.setattr("os.execve", lambda program, words, _: begun.append(words))
    assert CliRunner().invoke(web, ["--workers", "3", "--host", "0.0.0.0"]).exit_code == 0
    assert begun[0][begun[0].index("--workers") + 1] == "3"
    assert begun[0][begun[0].index("--host") + 1] == "0.0.0.0"
    monkeypatch.setattr("baohou.upkeep.state.lacking_migrations", lambda: ["people.0009"])
    refused = CliRunner().invoke(web, [])
    assert isinstance(refused.exception, Refused)
    assert "先运行 baohou migrate" in refused.exception.message
    assert len(begun) == 1


@pytest.mark.parametrize(("address", "secure"), [("https://baohou.example.cn", True), ("http://127.0.0.1:8000", False)])
def test_behind_https_cookies_go_over_https_only(tmp_path: Path, address: str, secure: bool) -> None:
    """The address people come by decides: cookies, and a year of HTTPS."""
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS")
    asked = f"from django.conf import settings; print(*(getattr(settings, name) for name in {names}))"
    environ = {**os.environ, "BAOHOU_VAR": str(tmp_path), "BAOHOU_URL": address}
    environ["DJANGO_SETTINGS_MODULE"] = "baohou.config.settings"
    done = subprocess.run([sys.executable, "-c", asked], env=environ, check=True, capture_output=True, text=True)
    assert done.stdout.split() == ([*("True", "True"), str(365 * 24 * 3600)] if secure else ["False", "False", "0"])


def test_the_proxy_takes_as_much_as_we_do_and_leads_no_program_from_http() -> None:
    """413 comes from whoever is first; a token sent in the clear is refused, not redirected (ASVS 4.1.2)."""
    from django.conf import settings

    conf = (Path(__file__).parents[2] / "deploy/nginx/baohou.conf").read_text("utf-8")
    assert f"client_max_body_size {settings.LARGEST_BODY_MB}m;" in conf
    assert f"一次最多 {settings.LARGEST_BODY_MB} MB" in conf
    assert max(settings.LARGEST_MB.values()) < settings.LARGEST_BODY_MB
    plain = conf.partition("listen 80;")[2].partition("listen 443")[0]
    assert "return 403" in plain.partition("location /api/")[2].partition("}\n\n")[0]
