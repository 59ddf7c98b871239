"""What a gradebook's database says when it cannot be used, in sentences for people.

No password of a database's URL gets into any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, NoSuchModuleError, TimeoutError

AGAIN = "Nothing is lost: when it is put right, the same command goes on."

# What SQLite and PostgreSQL say (a sign of it), and what that means to a lecturer.
MEANINGS = {
    "database is locked": "is in use by another program and stayed locked. Close that program",
    "readonly database": "cannot be written. Make the file and its folder writable",
    "unable to open": "cannot be opened. See that its folder exists and that you may write there",
    "is full": "cannot grow: the disk is full. Make room",
    "disk i/o error": "cannot be read or written: the disk is full or failing. Look after it",
    "not a database": "is no gradebook, or is damaged. Put back a copy of it",
    "malformed": "is damaged. Put back a copy of it",
    "no such column": "is of another version of nbgrader. Copy it, then run `nbgrader db upgrade`",
    "unique constraint": "is being filled by another program too. Wait for that",
    "password": "does not let you in. Correct the user or the password in its URL",
    "resolve host": "is on a machine that is not known. Correct the host in its URL",
    "translate host": "is on a machine that is not known. Correct the host in its URL",
    "does not exist": "is not there as named. Correct its URL, or have it created",
    "": "cannot be used. See that its server runs and can be reached",
}
IN_URL = re.compile(r"(?<=://)[^\s/@]*:[^\s/@]*(?=@)")


def require_usable(url: str, error: type[Exception]) -> None:
    """Raise `error` with a sentence unless `url` names a kind of database that can be used here."""
    try:
        make_url(url).get_dialect().import_dbapi()
    except NoSuchModuleError as reason:
        raise error(f"There is no database of the kind {make_url(url).drivername!r}.") from reason
    except (ArgumentError, ValueError) as reason:  # ValueError: a port that is no number
        raise error(
            "That is no URL of a database. It should look like postgresql://user@host/name or "
            "sqlite:////folder/gradebook.db."
        ) from reason
    except ImportError as reason:
        raise error(
            f"The gradebook's database needs the Python package {reason.name}, which is not "
            'installed. For PostgreSQL: pip install "gan-course[postgres]", and a URL that starts '
            "with postgresql://."
        ) from reason


def named(url: str) -> str:
    """A gradebook's place for people: a file, or a URL without password and options."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return Path(parsed.database or "").name
    place = (parsed.host, parsed.port, parsed.database)
    return URL.create(parsed.drivername, parsed.username, None, *place).render_as_string()


def trouble(error: BaseException, url: str) -> str:
    """What is wrong with the database, if `error` came about by that; else "".

    A value that the database refuses is not its trouble but that of whoever sent it.
    """
    database = (one for one in _chain(error) if isinstance(one, DBAPIError | TimeoutError))
    found = next(database, None)
    if found is None or isinstance(found, DataError):
        return ""
    said = str(getattr(found, "orig", found)).strip()
    meaning = next(words for sign, words in MEANINGS.items() if sign in said.lower())
    first = without_password(said.splitlines()[0] if said else type(found).__name__, url)
    return f"The gradebook {named(url)} {meaning} ({first}). {AGAIN}"


def without_password(text: str, url: str) -> str:
    """`text` without the password of a URL, and of any other URL in it."""
    parsed = make_url(url)
    for secret in (parsed.password, parsed.query.get("password")):
        text = text.replace(str(secret), "***") if secret else text
    return IN_URL.sub("***", text)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that led to it, the last first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
