"""Options that stand before the command."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Options:
    """Their values. `data_dir`: the folder of the library, if not the setting's."""

    data_dir: str | None = None


options = Options()
