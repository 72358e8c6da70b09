"""Sample saved views and channels of the demo accounts, so that a new office sees what they are for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, select

import layers
from layers.areas import Areas
from layers.view import View
from webapp.counting import channels
from webapp.counting.models import Channel
from webapp.desk import Desk
from webapp.models import Account, Grant
from webapp.permissions import Held, Role, Signed
from webapp.saved import keeping
from webapp.saved.models import SavedView
from webapp.saved.reading import ALL, Options

ACCOUNT, AREA = "demo-qianwei-editor", "511123"


@dataclass(frozen=True)
class Example:
    """One saved view: under which name, of what."""

    slug: str
    title: str
    caption: str
    params: tuple[tuple[str, str], ...]
    locked: tuple[str, ...]
    options: Options


EXAMPLES = (
    Example(
        "demo-qianwei-30",
        "示例·犍为县 30 万元以内的项目",
        "给单位网站嵌用的样子：条件锁住了，谁也放不宽；在这里改一次，嵌了的网页都跟着变。",
        (("layers", "projects"), ("area", AREA), ("projects.budget", "..30")),
        (ALL,),
        Options(list=True, follow=True),
    ),
    Example(
        "demo-qianwei-open",
        "示例·犍为县的项目、园区和服务点",
        "条件没有锁，看的人可以自己筛。",
        (("layers", "projects,parks,services"), ("area", AREA)),
        (),
        Options(controls=True, list=True, follow=True),
    ),
)
CHANNELS = ("示例·驿站", "示例·公众号")


def ensure(connection: Connection, now: dt.datetime) -> None:
    """Make those that were never there; one that was ended or changed stays so. In the application's context."""
    areas, who = Areas.load(connection), _account(connection, ACCOUNT)
    if who is None:
        return
    here = Desk(connection, who, areas, now)
    taken = set(connection.scalars(select(SavedView.slug).where(SavedView.slug.in_([one.slug for one in EXAMPLES]))))
    for example in (one for one in EXAMPLES if one.slug not in taken):
        view = View.parse(layers.LAYERS, list(example.params), areas)
        told = (example.title, example.caption, view, example.locked, ("*",), example.options, AREA)
        keeping.make(here, example.slug, keeping.Wanted(*told))
    if connection.execute(select(Channel.id).where(Channel.area == AREA).limit(1)).first() is None:
        for title in CHANNELS:
            channels.add(here, AREA, title)


def _account(connection: Connection, name: str) -> Signed | None:
    """A demo account with its grants; None when it is not there or blocked."""
    asked = select(Account.id, Account.title).where(Account.name == name, Account.demo, Account.active)
    row = connection.execute(asked).first()
    if row is None:
        return None
    grants = connection.execute(select(Grant.role, Grant.area).where(Grant.account_id == row.id))
    return Signed(row.id, name, row.title, tuple(Held(Role(role), area) for role, area in grants), demo=True)
