"""Access control: roles and principals; keys, accounts, sessions and the audit log in one SQLite file."""

from assistant.access.operations import OPERATIONS, check
from assistant.access.principal import LOCAL, Principal, Role

__all__ = ["LOCAL", "OPERATIONS", "Principal", "Role", "check"]
