"""Telephone numbers as they are dialled from anywhere: tidied, and completed with the area code of their city."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data" / "dialling_codes.csv"


@cache
def _codes() -> dict[str, str]:
    with DATA.open(encoding="utf-8", newline="") as file:
        return {row["city"]: row["code"] for row in csv.DictReader(file)}


def dialling_code(area: str | None) -> str | None:
    """The code (0833) to dial for an area of GB/T 2260, None where we do not know it."""
    known = _codes()
    return known.get((area or "")[:6]) or known.get((area or "")[:4] + "00")


def tidy_phone(raw: object, area: str | None = None) -> str | None:
    """`0833-2123456`, a mobile or a public line, as it is written here; None when it is no number.

    A number without its area code gets that of `area`. Public lines such as 12333 stay as
    they are, with an area code where one was given.
    """
    text = unicodedata.normalize("NFKC", str(raw)).replace("—", "-").replace("–", "-")
    text = re.sub(r"[()]", "-", text).strip("- ")
    digits = re.sub(r"[\s-]", "", text)
    if re.fullmatch(r"1\d{4}|1[3-9]\d{9}|[48]00\d{7}", digits):
        return digits
    if re.fullmatch(r"0\d{2,3}-?1\d{4}", text):
        return text  # a public line asked for from another city
    split = re.fullmatch(r"(0\d{2,3})[\s-]+(\d{3,4})[\s-]?(\d{4})", text)
    if split:
        return f"{split[1]}-{split[2]} {split[3]}"
    own = dialling_code(area)
    if own and re.fullmatch(r"[2-9]\d{6,7}|000\d{4}", digits):
        return f"{own}-{digits[:-4]} {digits[-4:]}"
    run_together = re.fullmatch(rf"({own})(\d{{3,4}})(\d{{4}})", digits) if own else None
    return f"{run_together[1]}-{run_together[2]} {run_together[3]}" if run_together else None
