"""The statutory numbers are data: dated, sourced, validated; these are the law's."""

from datetime import date

import pytest
import yaml

from rules.errors import InvalidInput, MalformedFile, NoRuleInForce
from rules.parameters import Parameters, read_parameters, statutory
from rules.periods import WorkingDays

ON = date(2026, 4, 22)
LAW = {
    "publication": ("20个工作日", "应急厅函〔2019〕390号 四(一)5"),
    "publication-from-formation": ("20个工作日", "政府信息公开条例 第26条"),
    "opinion-response": ("48小时", "应急厅函〔2019〕390号 四(三)3"),
    "emergency-information": ("5小时", "国办发〔2016〕80号 积极回应关切"),
    "emergency-press-conference": ("24小时", "国办发〔2016〕80号 积极回应关切"),
    "comment-window": ("30日", "重大行政决策程序暂行条例 第15条"),
    "hearing-papers": ("7日", "重大行政决策程序暂行条例 第16条"),
    "legality-review": ("7个工作日", "重大行政决策程序暂行条例 第26条"),
    "secrecy-referral": ("10个工作日", "保守国家秘密法实施条例 第25条"),
    "secrecy-answer": ("10个工作日", "保守国家秘密法实施条例 第25条"),
    "third-party-consultation": ("15个工作日", "政府信息公开条例 第32条"),
    "request-correction": ("7个工作日", "政府信息公开条例 第30条"),
    "request-answer": ("20个工作日", "政府信息公开条例 第33条"),
    "co-making-organ": ("15个工作日", "政府信息公开条例 第34条"),
    "annual-report": ("1日", "政府信息公开条例 第49条"),
    "follow-up": ("1日", "应急厅函〔2019〕390号 五(二)"),
    "licence-or-penalty": ("7个工作日", "国办发〔2018〕118号 行政执法公示"),
    "other-enforcement": ("20个工作日", "国办发〔2018〕118号 行政执法公示"),
}
ROW = {
    "key": "publication",
    "zh": "主动公开",
    "en": "publication",
    "unit": "working-days",
    "number": 20,
    "valid_from": date(2019, 5, 30),
    "source": ["应急厅函〔2019〕390号", "四(一)5"],
}


@pytest.mark.parametrize("key", LAW)
def test_each_number_is_the_law_s_with_its_provision(key: str) -> None:
    found = statutory().on(key, ON)
    assert (found.term.period.zh, str(found.source)) == LAW[key]
    assert found.term.basis == found.source
    assert not found.site


def test_only_what_the_law_leaves_open_is_the_site_s() -> None:
    every = {key: statutory().on(key, ON) for key in statutory().keys}
    assert every.keys() - LAW.keys() == {key for key, found in every.items() if found.site}
    assert {key for key, found in every.items() if found.unverified} == {
        "licence-or-penalty",
        "other-enforcement",
    }
    assert {key for key, found in every.items() if found.term.before} == {
        "annual-report",
        "attribute-review-opens",
        "follow-up",
        "hearing-papers",
        "legality-review",
        "provisional-margin",
        "yearly-evaluation-opens",
        "yearly-report-opens",
    }
    assert {key: found.term.extension for key, found in every.items() if found.term.extension} == {
        "request-answer": WorkingDays(20)
    }


def test_what_was_in_force_on_the_day_governs() -> None:
    rows = [ROW, {**ROW, "number": 15, "valid_from": date(2027, 1, 1)}]
    dated = Parameters(read_parameters(yaml.safe_dump(list(reversed(rows))), where="test"))
    numbers = [
        dated.on("publication", on).term.period.number for on in (date(2026, 12, 31), date(2027, 1, 1))
    ]
    assert numbers == [20, 15]
    assert len(dated.of("publication")) == 2


def test_before_a_rule_was_in_force_and_without_one_there_is_no_number() -> None:
    with pytest.raises(NoRuleInForce, match="2019-05-30"):
        statutory().on("publication", date(2019, 5, 29))
    with pytest.raises(NoRuleInForce, match="没有“siesta”这一时限"):
        statutory().on("siesta", ON)


FAULTS = {
    "zero": ({"number": 0}, "working-days"),
    "negative": ({"number": -20}, "working-days"),
    "fraction": ({"number": 2.5}, "number"),
    "truth": ({"number": True}, "number"),
    "unit": ({"unit": "weeks"}, "unit"),
    "date-text": ({"valid_from": "2019"}, "valid_from"),
    "source-short": ({"source": ["应急厅函〔2019〕390号"]}, "source"),
    "source-empty": ({"source": ["应急厅函〔2019〕390号", ""]}, "source"),
    "unknown": ({"converted": True}, "converted"),
    "key-empty": ({"key": ""}, "key"),
    "extension-back": ({"extension": 5, "before": True}, "extension"),
    "extension-zero": ({"extension": 0}, "working-days"),
}


@pytest.mark.parametrize(("change", "field"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_row_is_refused_with_its_place(change: dict[str, object], field: str) -> None:
    text = yaml.safe_dump([{**ROW, "key": "first"}, {**ROW, **change}])
    with pytest.raises(InvalidInput) as refused:
        read_parameters(text, where="parameters.yaml")
    assert (refused.value.where, refused.value.facts["field"]) == ("parameters.yaml [1]", field)


@pytest.mark.parametrize("name", sorted(ROW))
def test_every_entry_of_a_row_is_required(name: str) -> None:
    text = yaml.safe_dump([{key: value for key, value in ROW.items() if key != name}])
    with pytest.raises(InvalidInput, match="必填"):
        read_parameters(text, where="test")


def test_a_number_is_given_once_for_a_key_and_day() -> None:
    with pytest.raises(InvalidInput, match="重复"):
        read_parameters(yaml.safe_dump([ROW, ROW]), where="test")


@pytest.mark.parametrize("text", ["", "{}", "[", "just words", "- 7"])
def test_what_is_no_list_of_rows_is_refused(text: str) -> None:
    with pytest.raises((MalformedFile, InvalidInput)):
        read_parameters(text, where="test")
