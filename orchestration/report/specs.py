"""How each kind of figure is drawn: a Vega-Lite specification, written by Altair, over rows that the page hands in.

Rows come as {x, y, v, text, series, place, before, before_text}: the page groups, sums and words them, so that one
specification a kind serves every figure. Colours come from the page (light and dark), sizes from its width.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from crm360.orchestration.report.language import Language
from crm360.orchestration.report.registry import Figure, Measure

FORMATS = {"share": "%", "count": "~s", "money": "~s", "hours": "~s", "decimal": "~s"}
SERIES = ["a", "b", "c", "d"]  # the page's colours, in its configuration's `range.category`


@cache
def of(figure: Figure, measures: tuple[Measure, ...], currency: str, words: Language) -> dict[str, Any] | None:
    """The specification of a figure, or None where it is no drawing."""
    if figure.kind not in DRAWN:
        return None
    first = measures[0]
    unit = {"money": currency, "hours": words.say("hours")}.get(first.unit, "")
    with debug_mode(False):  # what is written here is checked by a test, not anew each night
        chart = DRAWN[figure.kind](figure, first, unit, words)
    return plain_spec(chart.properties(width="container", description=words.say(figure.title)))


def plain_spec(chart: Any) -> dict[str, Any]:
    """A chart's specification without what the page adds. A test holds ours against Vega-Lite's schema."""
    told: dict[str, Any] = chart.to_dict(validate=False)
    return {key: value for key, value in told.items() if key not in ("config", "$schema", "datasets")}


def _rows() -> alt.NamedData:
    return alt.NamedData(name="rows")


def _value(first: Measure, unit: str, field: str = "v") -> alt.Y:
    axis = alt.Axis(
        format=FORMATS[first.unit], tickCount=4, titleAnchor="end", titleAngle=0, titleAlign="left", titleY=-8
    )
    return alt.Y(f"{field}:Q", title=unit or None, axis=axis)


def _columns(figure: Figure, first: Measure, unit: str, words: Language) -> Any:
    x = alt.X(
        "label:N",
        sort=None,
        title=None,
        axis=alt.Axis(labelAngle=0, labelOverlap=True, labelSeparation=6, grid=False, ticks=False),
        scale=alt.Scale(paddingInner=0.32, paddingOuter=0.16),
    )
    told = [
        alt.Tooltip("place:N", title=figure_axis(figure, words)),
        alt.Tooltip("text:N", title=words.say(first.label)),
        alt.Tooltip("before_text:N", title=words.say("A year before")),
    ]
    running = alt.Opacity("running:N", legend=None, scale=alt.Scale(domain=[False, True], range=[1, 0.45]))
    base = alt.Chart(_rows()).encode(x=x, tooltip=told)
    bars = base.mark_bar(cornerRadiusEnd=2).encode(y=_value(first, unit), opacity=running)
    before = base.mark_tick(thickness=2.5, orient="horizontal").encode(y=_value(first, unit, "before"))
    return alt.layer(bars, before).properties(height=230)


def _lines(figure: Figure, first: Measure, unit: str, words: Language) -> Any:
    told = [
        alt.Tooltip("place:N", title=figure_axis(figure, words)),
        alt.Tooltip("series:N", title=words.say("Figure")),
        alt.Tooltip("text:N", title=words.say("Value")),
    ]
    return (
        alt.Chart(_rows())
        .mark_line(point=alt.OverlayMarkDef(size=36, filled=True), strokeWidth=2)
        .encode(
            x=alt.X(
                "x:T",
                title=None,
                axis=alt.Axis(format="%b %y", labelOverlap=True, grid=False),
                scale=alt.Scale(type="utc"),
            ),
            y=_value(first, unit),
            color=alt.Color("series:N", title=None, sort=None, legend=alt.Legend(orient="top", direction="horizontal")),
            strokeDash=alt.StrokeDash("series:N", sort=None, legend=None),
            tooltip=told,
        )
        .properties(height=210)
    )


def _bars(figure: Figure, first: Measure, unit: str, words: Language) -> Any:
    x = alt.X("v:Q", title=None, axis=alt.Axis(format=FORMATS[first.unit], tickCount=4))
    y = alt.Y("y:N", sort=None, title=None, axis=alt.Axis(labelLimit=190, ticks=False, domain=False))
    told = [alt.Tooltip("y:N", title=figure_axis(figure, words)), alt.Tooltip("text:N", title=words.say(first.label))]
    base = alt.Chart(_rows()).encode(y=y, tooltip=told)
    bars = base.mark_bar(cornerRadiusEnd=2, height=alt.RelativeBandSize(0.62)).encode(x=x)
    text = base.mark_text(align="left", dx=5, fontSize=12).encode(x=x, text="text:N")
    return alt.layer(bars, text).properties(
        height=alt.Step(26), padding={"left": 4, "right": 84, "top": 4, "bottom": 4},
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
    )  # fmt: skip


def _heat(figure: Figure, first: Measure, unit: str, words: Language) -> Any:
    across, down = (words.say(axis.label) for axis in figure.axes)
    bare = alt.Axis(labelAngle=0, labelOverlap=True, labelLimit=140, ticks=False, domain=False)
    told = down if figure.axes[1].kind == "number" else None
    shades = alt.Legend(format=FORMATS[first.unit], orient="top", direction="horizontal")
    tips = [alt.Tooltip("x:N", title=across), alt.Tooltip("y:N", title=down)]
    return (
        alt.Chart(_rows())
        .mark_rect(cornerRadius=2)
        .encode(
            x=alt.X("x:O", sort=alt.EncodingSortField("across", op="min"), title=across, axis=bare),
            y=alt.Y("y:O", sort=alt.EncodingSortField("down", op="min"), title=told, axis=bare),
            color=alt.Color("v:Q", title=words.say(first.label), legend=shades),
            tooltip=[*tips, alt.Tooltip("text:N", title=words.say(first.label))],
        )
        .properties(height=alt.Step(24))
    )


def _map(figure: Figure, first: Measure, unit: str, words: Language) -> Any:
    """Countries in shades; the page hands in their outlines, `v` where there is any, and the window (projection)."""
    base = alt.Chart(_rows())
    shades = alt.Legend(format=FORMATS[first.unit], orient="top", direction="horizontal")
    told = [alt.Tooltip("place:N", title=figure_axis(figure, words)), _said(first, words)]
    shaded = base.transform_filter("isValid(datum.v)").mark_geoshape(clip=True)
    color = alt.Color("v:Q", title=words.say(first.label), legend=shades, scale=alt.Scale(domainMin=0, range="ramp"))
    return _on_land(base, shaded.encode(color=color, tooltip=told))


def _dots(figure: Figure, first: Measure, unit: str, words: Language) -> Any:
    """Cities as circles, larger and darker the more there is."""
    base = alt.Chart(_rows())
    told = [alt.Tooltip("place:N", title=words.say(figure.axes[-1].label)), _said(first, words)]
    at = {"longitude": alt.Longitude("lon:Q"), "latitude": alt.Latitude("lat:Q")}
    shades = alt.Legend(format=FORMATS[first.unit], orient="top", direction="horizontal")
    color = alt.Color("v:Q", title=words.say(first.label), legend=shades, scale=alt.Scale(domainMin=0, range="heatmap"))
    size = alt.Size("v:Q", legend=None, scale=alt.Scale(domainMin=0, range=[16, 900]))
    circles = base.transform_filter("isValid(datum.lon)").mark_circle(clip=True, opacity=0.85, strokeWidth=1)
    return _on_land(base, circles.encode(**at, size=size, color=color, tooltip=told))


def _said(first: Measure, words: Language) -> Any:
    return alt.Tooltip("text:N", title=words.say(first.label))


def _on_land(base: Any, above: Any) -> Any:
    land = base.transform_filter("datum.type === 'Feature'").mark_geoshape(clip=True, aria=False)
    return alt.layer(land, above).project(type="mercator").properties(height=420)


def figure_axis(figure: Figure, words: Language) -> str:
    """What a figure's first axis is called."""
    return words.say(figure.axes[0].label)


DRAWN: dict[str, Callable[[Figure, Measure, str, Language], Any]] = {
    "columns": _columns,
    "lines": _lines,
    "bars": _bars,
    "heat": _heat,
    "map": _map,
    "dots": _dots,
}
