"""Verbs as a story uses them: which tell of a deed, and which of a state."""

from __future__ import annotations

from typing import Final


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


# Past forms that do not end in -ed and tell of a deed.
DID: Final = words(
    "began bent bet bit blew bound bought broke brought built burnt came cast caught"
    " chose crept cut"
    " dealt did drew drove dug fed fell flew forecast fought found froze gave got"
    " went grew hid hit"
    " held hung kept laid leapt left lent let lit lost made met mended outran overrode oversaw"
    " overcame paid proved put quit ran rang reran reread read rebuilt recast redid"
    " redrew remade"
    " resent reset retook rethought rewound rewrote rode rose said sat sang saw sent"
    " sewed set shed"
    " shook shone shot showed shut slept slid slit sold sought sped spelt spent split"
    " spoke spread"
    " sprang spun stole stood struck stuck swam swept swore swung taught threw told took tore"
    " undertook undid undertook upheld withdrew won wore wound wove wrote sank lay bore led"
)
# Participles that are no past forms.
DONE: Final = words(
    "written taken done given drawn driven broken spoken chosen begun run gone seen shown grown"
    " thrown flown rung stolen hidden proven torn rewritten redone undone undertaken withdrawn"
    " rebuilt overridden shaken eaten woken frozen redrawn"
)
# What is no step, whatever its form: being, feeling, knowing, wanting, and taking part somehow.
STATES: Final = words(
    "am is are was were be been being have has had having 'm feel felt feels know"
    " knew knows known"
    " want wanted wants need needed needs like liked love loved hate hated believe"
    " believed believes"
    " think thought thinks hope hoped wish wished understand understood realise realised realize"
    " realized seem seemed remain remained become became appear appeared care cared mind minded"
    " prefer preferred trust trusted expect expected worry worried fear feared enjoy"
    " enjoyed mean"
    " meant own owned intend intended consider considered assume assumed doubt doubted remember"
    " remembered forget forgot wonder wondered learn learned learnt struggle"
    " struggled fail failed"
    " succeed succeeded hear heard notice noticed suspect suspected recognise"
    " recognised recognize recognized help helped helps assist assisted support"
    " supported contribute"
    " contributed participate participated attend attended collaborate collaborated communicate"
    " communicated engage engaged focus focused focussed strive strove strived aim aimed ensure"
    " ensured endeavour endeavoured work worked works deal dealt handle handled"
    " manage managed lead"
    " led oversee oversaw supervise supervised try tried tries tend tended happen"
    " happened belong"
    " belonged depend depended lack lacked deserve deserved value valued respect"
    " respected admire"
    " admired continue continued lose lost fall fell sleep slept live lived"
    " look-forward came come"
    " supposed hoped dreamed dreamt agreed figured gathered sensed regret regretted cry cried"
    " panicked panic coordinated coordinate facilitated facilitate drove strived spearheaded"
    " championed embraced leveraged utilised utilized interacted involved"
)
# Not verbs, though they look like one.
NO_VERBS: Final = words(
    "need seed speed feed breed indeed hundred red bed shed sacred naked kindred embed exceed"
    " proceed succeed united limited tired excited interested related based unrelated"
    " aforementioned"
    " so-called agreed-on detailed dedicated advanced experienced complicated"
    " distributed automated"
)
# After "I": may stand before the verb.
ADVERBS: Final = words(
    "then also first next now just finally once still soon only even myself"
    " personally again often"
    " quickly later afterwards immediately myself therefore simply quietly alone"
    " together instead"
    " always both each all eventually meanwhile thus hence further already and so never-theless"
)
NEGATIVE: Final = words("not never hardly barely scarcely didn't couldn't wouldn't don't can't")
# "I managed to get", "I started rewriting", "I was able to reproduce": the deed comes after.
LEADS_ON: Final = words(
    "managed started began decided proceeded began chose went continued happened went"
    " had was able"
    " got ended"
)
AUXILIARY: Final = words("had have 'd 've has did do 'll will would could")
# Verbs in their plain form, for bullets and for those who tell in the present.
PLAIN: Final = words(
    "add agree analyse analyze apply arrange ask assign audit automate bisect book"
    " break bring build"
    " buy cache calculate call cancel change check choose clean close collect compare"
    " compute confirm"
    " connect convert convince copy count create cut debug decide define delete"
    " deploy describe design"
    " diagnose disable discuss divide document draft draw drop enable escalate"
    " estimate explain export"
    " extract file fill find fix freeze gather get give go group hire import"
    " implement improve inspect"
    " install interview introduce investigate invite isolate keep label launch limit"
    " list listen log"
    " look make map mark measure merge migrate mock monitor move name negotiate"
    " notice note offer open"
    " order organise organize pair persuade pick plan plot postpone prepare present"
    " print profile"
    " propose prove publish pull push put raise read rebuild reboot recalculate"
    " record reduce refactor"
    " reject release remove rename repair replace replay report reproduce request"
    " reset restart restore"
    " review revert rewrite roll rotate run save schedule script search select send"
    " separate set share"
    " ship show simplify sit sketch solve sort speak split start stop store suggest"
    " swap switch take"
    " talk teach tell test trace train trigger try tune turn update upgrade use"
    " verify visit wait walk"
    " warn watch work wrap write synchronise cut"
)
# After "stayed", "got", "kept": how one was, not what one did.
HOW: Final = words(
    "calm focused patient positive optimistic confident strong busy quiet involved stuck angry"
    " nervous motivated up-to-date aware close true professional open silent used"
    " frustrated tired"
    " better worse better ready lucky in available informed"
)
