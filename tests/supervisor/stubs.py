"""Stand-ins for the parts that are not under test here: real processes, but small ones."""

import os
import sys
import textwrap

from deployments.components import Component

SLEEPER = Component(
    name="worker",
    # Starts a child of its own, which must not outlive it.
    command=(
        sys.executable,
        "-c",
        "import subprocess, time; subprocess.Popen(['sleep', '1000']); time.sleep(1000)",
    ),
)
BEATER = Component(
    name="worker",
    command=(
        sys.executable,
        "-c",
        "import os, pathlib, time; beat = pathlib.Path(os.environ['GONGKAI_BEAT'])\n"
        "while True: beat.touch(); time.sleep(0.05)",
    ),
    beats=True,
)
SERVER = Component(
    name="portal",
    command=(sys.executable, "-m", "http.server", "{port}", "--bind", "127.0.0.1"),
    wants_port=True,
    health_path="/",
)
BROKEN = Component(
    name="portal",
    command=(sys.executable, "-c", "raise SystemExit('the certificate is missing')"),
    wants_port=True,
    health_path="/",
)

UP = textwrap.dedent(
    """
    import sys
    from deployments.instance import Instance
    from deployments.supervisor import Supervisor
    from tests.free_ports import free_ports
    from tests.supervisor.stubs import SERVER, SLEEPER

    Supervisor(
        Instance(sys.argv[1]),
        components=(SLEEPER, SERVER),
        ports=free_ports(),
        on_progress=lambda text: print(text, flush=True),
    ).serve()
    """
)
"""What `gongkai up` comes down to, as a program to be killed."""


def clean_environment() -> dict[str, str]:
    """The caller's environment without any installation or Prefect it may point to."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("GONGKAI_", "PREFECT_"))}
