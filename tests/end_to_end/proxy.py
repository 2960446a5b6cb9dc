# SPDX-License-Identifier: Apache-2.0
"""Stands between device and server, counts what comes down, calls somebody when so much has come, and cuts the line when asked."""
from __future__ import annotations

import socket
import threading
from collections.abc import Callable


class Proxy:
    def __init__(self, port: int):
        self.server_port = port
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.bytes_down = 0
        self.lock = threading.Lock()
        self.limit: int | None = None
        self.act: Callable[[], None] = lambda: None
        self.cut_at: bytes | None = None
        self.cut_before = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call_after(self, bytes_down: int, act: Callable[[], None]) -> None:
        with self.lock:
            self.limit, self.act = self.bytes_down + bytes_down, act

    def cut(self, at: bytes, before: bool) -> None:
        """From now on the line is cut when a request with these bytes comes by: before it reaches the server, or before its answer comes."""
        self.cut_at, self.cut_before = at, before

    def mend(self) -> None:
        self.cut_at = None

    def __enter__(self) -> Proxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()

    def _accept(self) -> None:
        while True:
            try:
                device, _ = self.listening.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.server_port))
            lost = threading.Event()
            threading.Thread(target=self._carry, args=(device, server, False, lost), daemon=True).start()
            threading.Thread(target=self._carry, args=(server, device, True, lost), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, is_down: bool, lost: threading.Event) -> None:
        try:
            while data := source.recv(65536):
                if is_down:
                    self._count(len(data))
                    if lost.is_set():
                        break
                elif self.cut_at is not None and self.cut_at in data:
                    lost.set()
                    if self.cut_before:
                        break
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        if is_down:
            source.close()
            target.close()

    def _count(self, size: int) -> None:
        with self.lock:
            self.bytes_down += size
            if self.limit is None or self.bytes_down < self.limit:
                return
            self.limit, act = None, self.act
        act()
