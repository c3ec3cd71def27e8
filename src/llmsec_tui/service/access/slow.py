"""Commands with a password or a new secret in them: hashed on its own thread before the command's turn comes."""

import time
from dataclasses import replace
from functools import partial

from llmsec_tui.access import Actor
from llmsec_tui.access.totp import new_secret, uri
from llmsec_tui.audit.record import Result
from llmsec_tui.errors import LlmsecError
from llmsec_tui.service.access import users
from llmsec_tui.service.access.api import AddUser, EnrolTotp, SetPassword, Totp
from llmsec_tui.service.access.proving import Proving, Try
from llmsec_tui.service.api import Done
from llmsec_tui.service.commands import answered_before, done, record_failure, settle
from llmsec_tui.service.context import Context
from llmsec_tui.service.in_turn import InTurn
from llmsec_tui.service.outcome import Outcome
from llmsec_tui.service.records import act_of

SlowCommand = AddUser | SetPassword | EnrolTotp


async def carry_out(
    context: Context, actor: Actor, command: SlowCommand, proving: Proving, in_turn: InTurn
) -> Done | Totp:
    """Do it once. Raises what the act raises, after it was recorded."""
    match command:
        case EnrolTotp():
            return await in_turn(partial(_enrol, context, actor, command))
        case AddUser():
            return await _with_password(context, actor, command, in_turn)
        case SetPassword():
            if command.account == actor.user and actor.session and not answered_before(context, command, Done):
                one = Try(actor, "users.password", command.account, command.old, None)
                await proving.prove(one, time.time_ns() // 1000)
            return await _with_password(context, actor, command, in_turn)


async def _with_password(context: Context, actor: Actor, command: AddUser | SetPassword, in_turn: InTurn) -> Done:
    room = context.access
    try:
        if isinstance(command, AddUser):
            if answered_before(context, command, Done) is None:
                users.check_new(room, command)
        else:
            users.find(room, command.account)
            users.check_password(command.password, command.account)
    except LlmsecError as error:
        await in_turn(partial(record_failure, context, actor, command, error))
        raise
    verifier = await room.hashing.verifier(command.password)

    def act() -> Outcome:
        if isinstance(command, AddUser):
            return users.add(room, actor, command, verifier)
        return users.set_password(room, actor, command, verifier)

    return await in_turn(lambda: settle(context, actor, command, lambda: act, done, Done))


def _enrol(context: Context, actor: Actor, command: EnrolTotp) -> Totp:
    """The reply is not kept for a repeat, as it holds the secret: that makes another one."""
    book = context.access.book
    account = users.own(context.access, actor)
    fresh = replace(account, totp_new=new_secret())
    with context.store.transaction():
        book.write_account(fresh)
        context.journal.append(act_of(actor, command, Result.DONE, Outcome("", object=f"account:{account.name}")))
    book.put_account(fresh)
    return Totp(uri=uri(fresh.totp_new, account.name))
