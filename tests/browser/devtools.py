"""Debian's Chromium, driven over its DevTools pipe: no driver, no port, no package beside the browser."""

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe",
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--disable-extensions", "--force-color-profile=srgb", "--lang=en",
)  # fmt: skip


class BrowserError(Exception):
    """The browser did not answer in time, or refused a command."""


class Browser:
    """One page of a running Chromium.

    Attributes:
        events: What the page reported, in order: method and parameters.
    """

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to_browser, self._from_browser = to_browser, from_browser
        self._received, self._number, self._session = b"", 0, None
        self.events: list[tuple[str, dict[str, Any]]] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "DOM"):
            self.send(f"{domain}.enable")

    def send(self, method: str, *, timeout_seconds: float = 60, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result; what comes in between is kept as events."""
        self._number += 1
        command: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            command["sessionId"] = self._session
        os.write(self._to_browser, json.dumps(command).encode() + b"\0")
        deadline = time.monotonic() + timeout_seconds
        while True:
            message = self._next(deadline)
            if message.get("id") == self._number:
                if "error" in message:
                    raise BrowserError(f"{method}: {message['error']}")
                result: dict[str, Any] = message["result"]
                return result

    def _next(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._received:
            ready, _, _ = select.select([self._from_browser], [], [], max(0, deadline - time.monotonic()))
            chunk = os.read(self._from_browser, 1 << 20) if ready else b""
            if not chunk:
                raise BrowserError("Chromium gave no answer in time." if not ready else "Chromium is gone.")
            self._received += chunk
        first, _, self._received = self._received.partition(b"\0")
        message: dict[str, Any] = json.loads(first)
        if "method" in message:
            self.events.append((message["method"], message.get("params", {})))
        return message

    def run(self, script: str) -> Any:
        """Return the value of an expression in the page; a promise is waited for."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, condition: str, *, timeout_seconds: float = 60) -> None:
        """Wait until an expression is true in the page."""
        deadline = time.monotonic() + timeout_seconds
        while not self.run(condition):
            if time.monotonic() > deadline:
                raise BrowserError(f"never true: {condition}")
            time.sleep(0.05)

    def open(self, page: Path) -> float:
        """Open a report and wait until all is drawn; return how long that took, seconds."""
        began = time.monotonic()
        self.send("Page.navigate", url=page.as_uri())
        self.wait("document.readyState === 'complete' && document.body.dataset.drawn >= '1'")
        return time.monotonic() - began

    def resize(self, width: int, height: int = 900) -> None:
        """Give the window a width and height, CSS pixels."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.send("Emulation.setDeviceMetricsOverride", **size)

    def prefer(self, *, colours: str) -> None:
        """Ask for light or dark colours."""
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": colours}])

    def choose(self, filter_name: str, code: str | None) -> None:
        """Set one of the page's filters and wait until all is drawn; null: all."""
        before = int(self.run("document.body.dataset.drawn"))
        value = "" if code is None else f"={code}"
        self.run(
            f"(() => {{ const select = document.querySelector('[data-filter={filter_name}]');"
            f"select.value = {json.dumps(value)};"
            "select.dispatchEvent(new Event('change', {bubbles: true})); })()"
        )
        self.wait(f"Number(document.body.dataset.drawn) > {before}")

    def press(self, key: str, *, code: int, text: str = "", shift: bool = False) -> None:
        """Press and release a key."""
        named = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        self.send("Input.dispatchKeyEvent", type="keyDown", text=text, **named)
        self.send("Input.dispatchKeyEvent", type="keyUp", **named)

    def give_file(self, selector: str, file: Path) -> None:
        """Choose a file in a file field."""
        root = self.send("DOM.getDocument")["root"]["nodeId"]
        node = self.send("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.send("DOM.setFileInputFiles", nodeId=node, files=[str(file)])

    def picture(self, *, whole: bool = True) -> bytes:
        """Return the page, or the window, as PNG."""
        taken = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(taken["data"])

    def printed(self) -> bytes:
        """Return the page as PDF, A4."""
        made = self.send(
            "Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=True, timeout_seconds=120
        )
        return base64.b64decode(made["data"])

    def complaints(self) -> Sequence[str]:
        """Return what the page threw, logged as an error, or had refused by its content security policy."""
        said = [
            parameters.get("exceptionDetails") or parameters.get("entry") or parameters
            for method, parameters in self.events
            if method == "Runtime.exceptionThrown"
            or (method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"))
            or (method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"))
        ]
        return [json.dumps(each) for each in said]

    def requests(self) -> Sequence[str]:
        """Return the addresses that the page asked for."""
        return [
            parameters["request"]["url"]
            for method, parameters in self.events
            if method == "Network.requestWillBeSent"
        ]


@contextmanager
def browser() -> Iterator[Browser]:
    """Run Chromium with a profile of its own for the time of the block."""
    if BROWSER is None:
        raise BrowserError("Chromium is not installed.")
    from_us, to_browser = os.pipe()
    from_browser, to_us = os.pipe()
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # Chromium reads commands from descriptor 3 and answers on 4.
        redirected = f'exec "$0" "$@" 3<&{from_us} 4>&{to_us}'
        running = subprocess.Popen(
            ["bash", "-c", redirected, BROWSER, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(from_us, to_us),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(from_us)
        os.close(to_us)
        try:
            yield Browser(to_browser, from_browser)
        finally:
            with suppress(OSError):
                os.close(to_browser)
            try:
                running.wait(timeout=10)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()
            os.close(from_browser)
