import subprocess, sys, time, os
from tests.cli.conftest import *


def test_m(gongkai, environment):
    gongkai.launched(gongkai.sample("ZD-01"))
    for a in (
        ["--help"],
        ["inbox", "--as", "zhang.wei"],
        ["inbox", "--as", "zhang.wei", "--json"],
        ["case", "ZD-2026-0001"],
        ["status"],
        ["doctor"],
        ["schema", "主动公开", "--json"],
    ):
        best = 9
        for _ in range(4):
            t = time.perf_counter()
            d = subprocess_run(a, environment, cwd=ROOT)
            best = min(best, time.perf_counter() - t)
        print(a, d.returncode, round(best * 1000), "ms", file=sys.__stdout__)
