"""Telephone numbers kept for film and fiction, and the many ways in which people type them."""

from __future__ import annotations

from collections.abc import Callable

CALLING_CODES = {"DE": "49", "FR": "33", "GB": "44", "US": "1"}

# Germany: Bundesnetzagentur, "Rufnummern für Medienproduktionen"; France: ARCEP, "numéros destinés aux œuvres
# audiovisuelles"; United Kingdom: Ofcom, "numbers for TV and radio drama"; North America: 555-0100 to 555-0199.
# Only the ranges that libphonenumber holds for valid are used. Each prefix is followed by `digits` free digits.
_RANGES: dict[str, tuple[list[str], int]] = {
    "DE": (["3023125", "6990009", "4066969", "2214710", "8999998"], 3),
    "FR": (["19900", "26191", "35301", "46571", "53649"], 4),
    "GB": (["2079460", "1214960", "1314960", "1414960", "1514960", "1614960", "1134960", "1174960"], 3),
    "US": ([f"{area}55501" for area in (
        201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228,
        229, 231, 234, 239, 240, 248, 251, 252, 253, 254)], 2),
}  # fmt: skip
# Beyond those ranges (a benchmark with very many people): numbers of a valid form that nothing here ever dials.
_OVERFLOW: dict[str, tuple[str, int]] = {"DE": ("1523", 7), "FR": ("7", 8), "GB": ("74", 8), "US": ("", 10)}


def national(country: str, number: int) -> str:
    """The national significant digits of the number-th telephone of a country; no two numbers share one."""
    prefixes, digits = _RANGES[country]
    size = 10**digits
    # Neighbouring numbers go to different towns.
    prefix, rest = number % len(prefixes), number // len(prefixes)
    if rest < size:
        return f"{prefixes[prefix]}{rest:0{digits}d}"
    over = number - len(prefixes) * size
    if country == "US":
        return f"{201 + over // 7_800_000 % 700}{2_200_000 + over % 7_800_000:07d}"
    start, digits = _OVERFLOW[country]
    return f"{start}{over:0{digits}d}"


_FORMATS: list[Callable[[str, str], str]] = [
    lambda code, digits: f"+{code}{digits}",
    lambda code, digits: f"+{code} {digits[:3]} {digits[3:]}",
    lambda code, digits: f"+{code} (0){digits[:2]} {digits[2:5]} {digits[5:]}" if code != "1" else f"+1 {digits}",
    lambda code, digits: f"00{code}{digits}" if code != "1" else f"1-{digits[:3]}-{digits[3:6]}-{digits[6:]}",
    lambda code, digits: f"0{digits[:3]}/{digits[3:]}" if code != "1" else f"({digits[:3]}) {digits[3:6]}-{digits[6:]}",
    lambda code, digits: f"0{digits}" if code != "1" else digits,
]
FORMATS = len(_FORMATS)


def written(country: str, digits: str, form: int) -> str:
    """A number as somebody typed it; form 0 is E.164."""
    return _FORMATS[form % FORMATS](CALLING_CODES[country], digits)
