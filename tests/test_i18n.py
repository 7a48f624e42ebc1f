"""One catalogue, complete, in step with the code, and never executed as a template."""

from __future__ import annotations

import re
import string
from pathlib import Path

import catalogue
import pytest

from landquota.i18n import Text, clean, preferred_language, text, translate

SINGLE = [message for message in catalogue.read() if message.id and isinstance(message.id, str)]
PLURAL = [message for message in catalogue.read() if message.id and not isinstance(message.id, str)]


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_text_is_translated_and_no_translation_is_left_over() -> None:
    translated = {message.id: message.string for message in SINGLE}
    assert set(translated) == set(catalogue.messages()), "run: python tests/catalogue.py"
    assert [msgid for msgid, zh in translated.items() if not zh] == []
    assert {message.id for message in PLURAL if message.string and all(message.string)} == set(catalogue.CLICK_PLURALS)


def test_the_compiled_catalogue_is_fresh() -> None:
    assert catalogue.compiled(catalogue.read()) == catalogue.MO.read_bytes(), "run: python tests/catalogue.py"


@pytest.mark.parametrize("message", SINGLE, ids=lambda m: m.id[:40])
def test_a_translation_has_the_fields_of_its_text(message: object) -> None:
    msgid, zh = message.id, message.string  # type: ignore[attr-defined]
    assert fields(zh) == fields(msgid)
    words = re.sub(r"\{[^}]*\}", "", msgid)
    assert any("\u4e00" <= c <= "\u9fff" for c in zh) or not any(c.islower() for c in words.replace("km²", ""))


def test_values_are_data_and_never_templates() -> None:
    hostile = "{0.__class__} {name} %s"
    assert text("{name} is unknown", name=hostile).render("en") == f"{hostile} is unknown"


def test_parameters_are_said_in_the_same_language() -> None:
    inner = text("the cell is empty")
    assert (
        Text("{problem}", {"problem": inner}).render("zh") == translate("the cell is empty", "zh") != inner.render("en")
    )


def test_names_cannot_steer_a_terminal() -> None:
    assert text("{name}", name="a\x1b[2Jb\u202ec").render("en") == "a\ufffd[2Jb\ufffdc"
    assert clean("地块 甲") == "地块 甲"


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "zh"),
        ({"LANG": "zh_CN.GBK"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8", "LANDQUOTA_LANG": "zh"}, "zh"),
        ({"LC_ALL": "en_GB.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LANDQUOTA_LANG": "en"}, "en"),
    ],
)
def test_chinese_unless_asked_or_in_an_english_locale(environ: dict[str, str], language: str) -> None:
    assert preferred_language(environ) == language


def test_catalogue_lies_in_the_package() -> None:
    assert Path(catalogue.MO).is_file()
