"""Mail to whoever has something to do: what ends soon, what waits for review, what the public waits for."""

from __future__ import annotations

import datetime as dt
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from werkzeug.routing import BuildError

from webapp import audit, db, desk, session, todo
from webapp.desk import Desk
from webapp.i18n import translate as _
from webapp.models import Account, Reminder
from webapp.permissions import MACHINE, Signed

FROM_HOUR, TO_HOUR = 8, 18
"""Hours in China between which reminders go out."""
TIMEOUT = 20


def send() -> int:
    """Write to every account that has an address, something to do, and no reminder of today yet; how many.

    Nothing is sent where MAP_SMTP_URL is not set, nor at night. What the server cannot take for now is tried again
    at the next tick; what it refuses, or what got lost on the way, not before tomorrow: two a day are too many.
    """
    if not current_app.config["SETTINGS"].smtp_url or not FROM_HOUR <= db.now().hour < TO_HOUR:
        return 0
    letters = [letter for who, address in _people() if (letter := _letter(who, address))]
    if not letters:
        return 0
    with _server() as server:
        sent = [who for who, letter in letters if _deliver(server, who, letter)]
    with db.writing() as connection:
        audit.note(connection, "remind", MACHINE, detail={"accounts": [who.name for who in sent], "of": len(letters)})
    return len(sent)


def _people() -> list[tuple[Signed, str]]:
    """Whoever can be written to and has not been today, demo accounts left out."""
    connection, today = db.connection(), db.now().date()
    written = select(Reminder.account_id).where(Reminder.day >= today)
    asked = select(Account.id, Account.email).where(Account.active, ~Account.demo, Account.email.contains("@"))
    rows = connection.execute(asked.where(Account.id.not_in(written)).order_by(Account.id)).all()
    return [(session.account(connection, row.id), row.email) for row in rows]


def _letter(who: Signed, address: str) -> tuple[Signed, EmailMessage] | None:
    """The letter to an account, None when it has nothing to do."""
    here = Desk(db.connection(), who, db.areas(), db.now(), desk.rules(), _)
    lines = [f"· {_(item.words, n=item.count)}  {_address(item.endpoint)}" for item in todo.items(here)]
    if not lines or any(c in address for c in "\r\n"):
        return None
    letter = EmailMessage()
    letter["Subject"] = _("归雁图：今天要办的事")
    letter["From"] = current_app.config["SETTINGS"].mail_from
    letter["To"] = address
    letter["Auto-Submitted"] = "auto-generated"
    opening = _("%(title)s：您好。今天（%(day)s）要办的事：", title=who.title, day=here.today)
    closing = _("到期没核实的条目会自动从公开页面撤下。这封信每天最多一封，没有事就不发，不用回复。")
    letter.set_content("\n\n".join((opening, "\n".join(lines), closing)) + "\n")
    return who, letter


def _address(endpoint: str) -> str:
    """The public address of a page of staff."""
    base: str = current_app.config["SETTINGS"].public_url
    try:
        return base + current_app.url_map.bind("localhost").build(endpoint)
    except BuildError:
        return base + "/staff/"


@contextmanager
def _server() -> Iterator[smtplib.SMTP]:
    """The mail server of MAP_SMTP_URL, encrypted where it offers it, signed in where the address has a name."""
    url = urlsplit(current_app.config["SETTINGS"].smtp_url)
    context = ssl.create_default_context()
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(url.hostname or "", url.port or 465, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(url.hostname or "", url.port or 587, timeout=TIMEOUT)
    with server:
        server.ehlo()
        if url.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
        elif url.scheme == "smtp" and url.username and url.hostname not in session.LOCAL_HOSTS:
            raise smtplib.SMTPNotSupportedError("the mail server offers no encryption: the password was not sent")
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        yield server


def _deliver(server: smtplib.SMTP, who: Signed, letter: EmailMessage) -> bool:
    """Claim the account's day, then send; what the server cannot take for now gives the day back."""
    if not _claim(who, db.now().date()):
        return False
    try:
        server.send_message(letter)
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError) as error:
        current_app.logger.warning("reminder to account %s refused: %s", who.name, error)
        if 400 <= _code(error) < 500:
            with db.writing() as connection:
                connection.execute(delete(Reminder).where(Reminder.account_id == who.id))
        return False
    return True


def _code(error: smtplib.SMTPException) -> int:
    """The server's answer: 4xx for now, 5xx for good; 0 when it gave none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return min(code for code, _text in error.recipients.values())
    return int(getattr(error, "smtp_code", 0))


def _claim(who: Signed, day: dt.date) -> bool:
    """Whether this process is the one that writes to the account on this day."""
    with db.writing() as connection:
        claim = insert(Reminder).values(account_id=who.id, day=day)
        newer = claim.on_conflict_do_update(index_elements=["account_id"], set_={"day": day}, where=Reminder.day < day)
        return connection.execute(newer.returning(Reminder.account_id)).scalar() is not None
