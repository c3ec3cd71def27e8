"""What can be done about who is here, what they see, and what is on record."""

from llmsec_tui.console.action import ON_JOURNAL, ON_RECORD, ON_TEXTS_OF_LOGS, Action, Owner, Place

ACCESS_ACTIONS = (
    Action(
        *(
            "reveal",
            ("R",),
            "Reveal",
            "Show masked text in full for a while; a reason goes on record",
            ON_TEXTS_OF_LOGS,
        ),
        capability="content.reveal",
        names=("reveal",),
        argument="[REASON]",
        footer=6,
        footer_places=frozenset({Place.EVENT}),
    ),
    Action(
        *(
            "verify_journal",
            ("V",),
            "Verify",
            "Check every byte of the audit journal, its seals and anchors",
            ON_JOURNAL,
        ),
        capability="audit.verify",
        names=("audit-verify",),
        footer=2,
    ),
    Action(
        *("prove", ("P",), "Prove", "Write a proof that the record is in the journal, for people outside", ON_RECORD),
        capability="audit.export",
        names=("prove",),
        footer=3,
    ),
    Action(
        *("anchor", ("T",), "Anchor", "Tell every anchor now what the journal is", frozenset({Place.AUDIT})),
        capability="audit.anchor",
        names=("anchor",),
    ),
    Action(
        *("lock", ("ctrl+l",), "Lock", "Lock the screen; the password opens it"),
        owner=Owner.APP,
        names=("lock",),
    ),
    Action("log_out", (), "Log out", "End the login; somebody else may log in", owner=Owner.APP, names=("logout",)),
    Action(
        *("who_am_i", (), "Who am I", "Say who you are here, what you see, and what that protects"),
        owner=Owner.APP,
        names=("whoami",),
    ),
)
