"""Numbers with their unit as a reader says them: 5–10 万元 in Chinese, ¥50,000–100,000 in English."""

from __future__ import annotations

from decimal import Decimal

from layers.words import N_, Translate

WAN, YI, WAN_TO_YI = N_("{wan} 万元"), N_("{yi} 亿元"), N_("{wan} 万–{yi} 亿元")
"""Money as Chinese counts it, in ten thousands; a language that does not may use {yuan}, the full number, instead."""
WAN_YUAN, YI_WAN = 10_000, 10_000
Number = Decimal | float | int


def plain(number: Number) -> str:
    """A number without exponent or idle zeros: 0.5, 12, 1000."""
    text = f"{Decimal(str(number)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def quantity(numbers: list[Number], unit: str, _: Translate) -> str:
    """One number or two ends with their unit; from 10,000 万元 up in 亿元. `unit` is the declared, Chinese one."""
    if unit == "万元":
        return _money([Decimal(str(number)) for number in numbers], _)
    said = _span([plain(number) for number in numbers])
    return f"{said} {_(unit)}" if unit else said


def _money(numbers: list[Decimal], _: Translate) -> str:
    yuan = _span([f"{number * WAN_YUAN:,.0f}" for number in numbers])
    if numbers[0] < YI_WAN <= numbers[-1]:
        return _(WAN_TO_YI).format(wan=plain(numbers[0]), yi=plain(numbers[-1] / YI_WAN), yuan=yuan)
    if numbers[0] >= YI_WAN:
        return _(YI).format(yi=_span([plain(number / YI_WAN) for number in numbers]), yuan=yuan)
    return _(WAN).format(wan=_span([plain(number) for number in numbers]), yuan=yuan)


def _span(ends: list[str]) -> str:
    return "–".join(dict.fromkeys(ends))
