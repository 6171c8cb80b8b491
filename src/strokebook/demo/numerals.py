"""Three hands that write numbers and dates: key points of each sign, in a cell one unit high.

All three are our own work, drawn for this program and under its licence (MIT); no font is used.
``|`` lifts the pen, ``!`` turns sharply; x runs to the right, y down, the baseline is at 1.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Round and upright, numbers in one stroke where that goes: how the sample program always wrote.
_ROUND = {
    "0": ".3,0 .05,.35 .1,.85 .35,1 .6,.6 .5,.1 .28,.02",
    "1": ".1,.25 !.35,0 .33,1",
    "2": ".05,.2 .3,0 .55,.2 .35,.6 !.02,.98 .3,.92 .65,.98",
    "3": ".08,.08 .4,.02 .5,.25 !.22,.45 .55,.6 .45,.95 .02,.92",
    "4": ".35,0 !.05,.62 .6,.6 | .42,.35 .4,1.05",
    "5": ".55,.02 !.15,.04 !.1,.42 .45,.42 .55,.75 .3,1 .02,.9",
    "6": ".45,.02 .12,.45 .12,.9 .4,.98 .52,.7 .3,.52 .1,.72",
    "7": ".05,.05 .3,.08 !.6,.02 .35,.5 .25,1",
    "8": ".45,.15 .2,.02 .12,.3 .45,.6 .42,.95 .12,.95 .12,.65 .45,.3 .42,.1",
    "9": ".5,.25 .3,.02 .08,.2 .2,.48 .48,.3 .5,.15 .48,.6 .35,1.02",
    "-": ".1,.55 .5,.52",
    ".": ".2,.95 .24,.99 .22,.96",
    "/": ".5,-.05 .12,1.1",
    "S": ".55,.12 .3,0 .1,.2 .35,.5 .55,.78 .3,1 .02,.88",
    "B": ".1,.02 .12,1 !.1,.02 .45,.08 .45,.38 !.14,.48 .55,.6 .5,.95 .12,.98",
    " ": "",
}
#: Careful capitals' hand: sharp corners, a foot under the 1, a bar through the 7, flat-topped 3.
_BLOCK = {
    **_ROUND,
    "0": ".3,0 .08,.15 .05,.5 .08,.85 .3,1 .52,.85 .55,.5 .52,.15 .3,0",
    "1": ".15,.2 !.35,0 !.35,1 | .12,1 .58,1",
    "2": ".05,.25 .15,.03 .45,.03 .55,.25 .4,.55 !.05,1 .6,1",
    "3": "!.05,.02 !.55,.02 !.25,.4 .55,.55 .55,.85 .3,1 .03,.9",
    "4": "!.45,1.02 !.45,0 !.03,.68 .62,.68",
    "5": "!.1,.02 !.08,.42 .35,.36 .57,.62 .45,.95 .2,1 .03,.9 | .1,.02 .56,.02",
    "6": ".5,.05 .2,.25 .05,.65 .15,.95 .4,1 .55,.8 .45,.55 .2,.5 .07,.7",
    "7": "!.04,.03 !.58,.03 .25,1 | .2,.5 .48,.48",
    "8": ".3,.48 .08,.25 .3,0 .5,.22 .3,.48 .05,.75 .3,1 .57,.75 .3,.48",
    "9": ".52,.3 .3,.5 .08,.28 .28,.02 .52,.15 .52,.5 .5,1",
}
#: A quick, slanted hand: a bare 1, a looped 2, an open 4, curves that run on.
_SLANTED = {
    **_ROUND,
    "0": ".35,.05 .1,.4 .1,.85 .3,1 .55,.6 .5,.15 .3,.05 .25,.15",
    "1": ".35,0 .33,1",
    "2": ".1,.2 .35,0 .5,.2 .3,.65 .05,.95 .2,.85 .35,1 .6,.9",
    "3": ".1,.1 .35,0 .45,.2 .25,.42 .5,.65 .35,1 .05,.9",
    "4": ".2,0 .05,.55 .3,.55 .6,.5 | .5,.1 .42,1.1",
    "5": ".2,.05 .12,.42 .4,.4 .5,.75 .25,1 .0,.92 | .18,.05 .55,0",
    "6": ".4,0 .12,.5 .15,.95 .4,.95 .48,.65 .25,.55 .12,.75",
    "7": ".05,.1 .25,.03 .55,.06 .38,.5 .22,1.05",
    "8": ".48,.12 .25,0 .15,.25 .4,.55 .4,.9 .18,1 .1,.75 .35,.45 .48,.12",
    "9": ".48,.2 .25,0 .1,.25 .25,.48 .45,.25 .48,.15 .42,.6 .3,1.1",
}


@dataclass(frozen=True)
class Numerals:
    """How one hand writes.

    Attributes:
        signs: Key points by sign.
        slant: How far the top leans to the right, in cells.
        advance: From one sign to the next, in cells.
        stray: How far a key point strays, as a standard deviation, in cells.
    """

    signs: dict[str, str]
    slant: float
    advance: float
    stray: float


HANDS = {
    "round": Numerals(_ROUND, 0.1, 0.72, 0.025),
    "block": Numerals(_BLOCK, 0.0, 0.78, 0.02),
    "slanted": Numerals(_SLANTED, 0.3, 0.68, 0.03),
}


@dataclass(frozen=True)
class Lettering:
    """What is written on a page beside what it shows; by default what the samples always had.

    Attributes:
        hand: One of :data:`HANDS`.
        number: Written in the page's corner instead of its number; "" writes none.
        date: Written in the other corner; "" writes none.
        note: The two dates on a cover's note; None draws them from the page's own chance.
    """

    hand: str = "round"
    number: str | None = None
    date: str = ""
    note: tuple[str, ...] | None = None


PLAIN = Lettering()
