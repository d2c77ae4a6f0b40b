"""Answers of a process that draws pages and was taken over by one. Looked up by the processes of the tests alone."""

from __future__ import annotations

import base64
import os
import struct
from typing import Any


def no_picture(asked: dict[str, Any], data: bytes) -> dict[str, Any]:
    return {"marked": True}


def script(asked: dict[str, Any], data: bytes) -> dict[str, Any]:
    return {"picture": base64.b64encode(b"<script>alert(1)</script>").decode(), "marked": True}


def endless(asked: dict[str, Any], data: bytes) -> dict[str, Any]:
    return {"picture": base64.b64encode(_png(10, 10) + bytes(5_000_000)).decode(), "marked": True}


def huge(asked: dict[str, Any], data: bytes) -> dict[str, Any]:
    return {"picture": base64.b64encode(_png(1_000_000, 1_000_000)).decode(), "marked": True}


def dies(asked: dict[str, Any], data: bytes) -> dict[str, Any]:
    os._exit(3)


def no_object(asked: dict[str, Any], data: bytes) -> dict[str, Any]:
    return {"picture": [], "number": "another"}


def _png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height)
