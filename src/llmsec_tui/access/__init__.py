"""Who acts, and what they may do."""

from llmsec_tui.access.actor import Actor, identify, local_actor
from llmsec_tui.access.capabilities import CAPABILITIES, ROLES, Role, check

__all__ = ["CAPABILITIES", "ROLES", "Actor", "Role", "check", "identify", "local_actor"]
