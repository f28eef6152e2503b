"""Whether a story names what the decision cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kb.check import verbs as v
from kb.check.phrases import Pattern, Phrases
from kb.check.reading import action_line
from kb.check.rule import Note, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.check.phrases import Hit
    from kb.check.reading import Reading, Section
    from kb.check.rule import Limits

# A price of the decision, in whatever part.
_PRICE: Final = Phrases(
    {
        "at": (
            r" (?:the|a|some|great|no small) (?:cost|costs|expense|price) of\b| (?:a"
            r"|some) (?:\w+ )?(?:cost|price)\b(?! of \d)"
        ),
        "trade-off trade-offs tradeoff tradeoffs compromise compromises sacrifice sacrificed"
        " sacrificing downside downsides drawback drawbacks forgo forgoing forwent": "",
        "disadvantage disadvantages": "",
        "trade traded trading": r" (?:\w+ ){1,4}(?:for|off|against|away)\b",
        "in": r" (?:exchange|return)(?: for)?\b(?! rate)",
        "i we": r"(?: had)?(?: to)? (?:gave|give|given) (?:\w+ ){0,3}(?:up|away)\b",
        "giving": r" (?:\w+ ){0,3}(?:up|away|ground)\b",
        "would could must should will 'd": (
            r" (?:\w+ )?(?:give up|do without|have to (?:wait|go|give))\b"
        ),
        "swallow swallowed": "",
        "catch snag": r"(?: was| is|:)",
        "price": (
            r" (?:i|we|was|is) (?:paid|pay|that|a|to|for)\b|(?: i| we) paid| for (?:it"
            r"|this|that)\b| of (?:it|this|that|doing)\b"
        ),
        "paid pay paying": r" (?:for (?:it|this|that)|a price|with|dearly|the price)\b",
        "cost costs": (
            r" (?:us|me|them|the team|him|her)\b|(?: about| around| roughly| nearly|"
            r" some| only)? "
            r"(?:€|£|\$)?\d[\d.,]*\w*| (?:a|two|three|four|five|six|seven|eight|nine"
            r"|ten|half|several|some|extra"
            r"|more|more than|an) [a-z]+"
        ),
        "dearer pricier": "",
        "postpone postponed postponing deferred deferring shelved shelving": "",
        "put puts putting": r" (?:\w+ ){0,4}(?:off|on hold|on ice|back by)\b",
        "push pushed pushing moved move moving slipped slip": (
            r" (?:\w+ ){0,5}(?:back|to (?:the )?(?:next|later|following)|by (?:a|one"
            r"|two|three|\d+) (?:week|month|quarter|day|sprint))s?\b"
        ),
        "delay delayed delaying": (
            r" (?:the|our|my|it|\w+)? ?(?:\w+ )?(?:launch|release|roadmap|project"
            r"|go-live|start|feature|by (?:a|an|one|two|three|four|\w+ \w+|\d+))\b"
        ),
        "dropped drop cut skipped skip left leave leaves leaving": (
            r" (?:\w+ ){0,4}(?:out|feature|features|scope|undone|for (?:later|(?:the "
            r"|a )?(?:next|later|another|second|version|phase|spring|summer|autumn"
            r"|winter))|behind|from the (?:release|plan|scope))\b"
        ),
        "stay stayed stays staying": r" out\b|(?: for)? (?:slow|slower|manual)",
        "wait waits waited waiting": (
            r" (?:\w+ ){0,3}(?:longer|another (?:day|week|month|quarter|year))\b"
        ),
        "to": r" wait\b(?! for (?:the )?(?:response|reply|lock))",
        "is was are were be it's now takes took take runs got little bit slightly somewhat much": (
            r" (?:a (?:little|bit|touch) |somewhat |slightly |far |much )?(?:slower"
            r"|longer|dearer|costlier|heavier"
            r"|clumsier|uglier|worse|later|harder|bigger|larger|less \w+)\b(?! in\b)"
        ),
        "slower longer dearer costlier uglier": r"(?:,? (?:but|yet|and (?:safer|dearer|surer))|, )",
        "more extra another additional": (
            r" (?:work|effort|memory|disk|storage|latency|code|steps?|clicks?|hops?"
            r"|time|cost|maintenance|seconds?|ms|minutes?|hours?|days?|weeks?"
            r"|complexity|overhead|to (?:maintain|care)|thing|program|bandwidth"
            r"|machines?|typing|paperwork|server|servers|money)\b"
        ),
        "less fewer": (
            r" (?:accurate|precise|flexible|pretty|elegant|time|features?|convenient"
            r"|complete|exact|fresh|control|detail|reach|revenue|choice|than before"
            r"|of)\b"
        ),
        "meant means meaning": (
            r" (?:that )?(?:\w+ ){0,3}(?:postpon\w+|giving|losing|no|less|fewer|more"
            r"|working|doing|waiting|another"
            r"|slower|longer|extra|two|three|weeks?|months?|days?|delay\w*|missing"
            r"|living|accepting|telling|letting"
            r"|cutting|stopping|dropping|nights?|skipping|saying|not|nobody|having"
            r"|that we|that i|leaving)\b"
        ),
        "accept accepted accepting tolerate tolerated": (
            r" (?:that|this|more|less|slower|fewer|longer|worse|(?:the|a|an|some)"
            r" (?:\w+ )?(?:cost|delay|risk"
            r"|loss|downtime|slower|longer|price|penalty|hit|gap|duplicates?|drop"
            r"|worse|lower|higher|extra))\b"
        ),
        "bear bore": r" (?:it|that|the|this)\b",
        "live lived": r" with (?:it|that|the|a|this|two|some|less|more)\b",
        "lose lost losing": (
            r" (?:\w+ ){0,3}(?:renewal|deal|customer|customers|client|clients|sale"
            r"|sales|contract|revenue|feature|features|accuracy|precision|history|time"
            r"|weeks?|months?|days?|a (?:week|month|day|quarter)|money|goodwill|trust"
            r"|speed|account|accounts|colleague|evening|evenings|people|engineers?|it"
            r"|them)\b|(?: most of| half of| (?:the|a) (?:better|best|good) part of)?"
            r" (?:an?|the|my|our|his|her|their|whole) (?:whole )?(?:spring|summer|autumn|winter"
            r"|season|year|weekend|night|sprint)\b"
        ),
        "unpopular grumbled grumbling groaned reluctantly grudgingly": "",
        "tension": r" between\b",
        "torn": r" between\b",
        "balance balanced balancing": r" (?:\w+ ){0,4}(?:against|between)\b",
        "weigh weighed weighing": r" (?:\w+ ){0,6}(?:against|up)\b",
        "worth": r" (?:it|the|that|a|those|every)\b",
        "shortcut shortcuts workaround": "",
        "without": (
            r" (?:the|a|any) (?:feature|features|full|nice|map|search|report|reports"
            r"|polish|dark|test|tests|history|animation)\b"
        ),
        "can could cannot": r" no longer\b|(?: not|n't) \w+ (?:any ?more|any longer)\b",
        "instead": r" of (?:the (?:full|nicer|better|faster))",
        "stopped stop paused froze halted": (
            r" (?:all |any |the |our |my )?(?:\w+ )?(?:feature|features|new|work"
            r"|development|roadmap|projects?)\b"
        ),
        "roadmap": r" (?:\w+ ){0,2}(?:stood|slipped|waited|suffered|still)\b",
        "lasted took takes take": r" (?:\w+ ){0,4}(?:longer|more|extra|twice)\b",
        "my our own": (
            r" (?:\w+ )?(?:evenings?|weekends?|nights?|holidays?|free time|spare time"
            r"|own time)\b"
        ),
        "overtime": "",
        "stale": "",
        "shipped launched released live opened started": (
            r" without (?!a hitch|incident|downtime|trouble|problems|any (?:downtime"
            r"|trouble|problem))(?:\w+)"
        ),
        "worked": r" (?:\w+ ){0,3}(?:weekends?|nights|evenings|overtime|holidays)\b",
        "can't cannot couldn't don't": r" [^.;]{1,40}\b(?:any ?more|any longer)\b",
        "left leaves leaving": r" (?:us|me|them) with\b",
        "support supports supported": r" only\b",
        "only": r" (?:paid off|pays off|supports?|after|works? (?:for|on|with)) ",
        "accuracy precision recall quality coverage comfort conversion freshness": (
            r" (?:\w+ )?(?:dropped|fell|sank|suffered|went down|declined|got worse)\b"
        ),
        "stopped paused froze halted suspended": (
            r" [^.;]{0,40} for (?:a|an|one|two|three|four|five|six|\d+|several) (?:\w+"
            r" )?(?:days?|weeks?|months?|quarters?|sprints?)\b"
        ),
        "nobody couldn't": (
            r" [^.;]{2,40} for (?:an?|two|three|four|five|six|\d+|several) (?:hours?"
            r"|days?|weeks?|months?)\b"
        ),
        "even": r" (?:though|if) (?:it|that|this|we) (?:meant|cost|took|made|had to)\b",
        "although though albeit": (
            r"(?: (?:it|that|this) (?:meant|cost|took|made|left|was)| slower| late)\b"
        ),
        "risked risking": r" (?:the|our|my|losing|a|that|it|his|her|their)\b",
        "took take taking accepted ran": (
            r" (?:the|that|a|this|on the) (?:\w+ )?(?:risk|hit|loss|blame)\b"
        ),
        "doubled doubles tripled raised raises increased increases grew": (
            r" (?:the|our|its|my|their) (?:\w+ ){0,2}(?:bill|cost|costs|memory|latency"
            r"|size|load|storage|disk|time|footprint)\b"
        ),
        "bill cost costs latency memory storage": (
            r" (?:\w+ )?(?:went up|rose|grew|doubled|climbed)\b"
        ),
        "suffered suffers suffer hurt hurts scrapped": "",
        "had": (
            r" to (?:drop|let go|cancel|say no|disappoint|cut|give up|do without|leave"
            r"|postpone|stop|wait|wear|pay)\b"
        ),
        "not": (
            r" (?:happy|amused|pleased|thrilled|delighted|perfect|ideal|the"
            r" (?:prettiest|best|fastest|cleanest|nicest|cheapest|most \w+))\b"
        ),
        "didn't": r" (?:like|love|enjoy) (?:it|that|the|this)\b",
        "chose chosen choosing prioritised prioritized put": (
            r" (?:\w+ ){1,4}(?:over|above|before) \w+"
        ),
        "good": r" enough\b",
        "lesser": r" evil\b",
        "toll": "",
        "off": r" the roadmap\b",
        "rest others": r" (?:had to|could|must|would have to|would) wait\b",
        "needs uses needed used eats burns": (
            r" (?:twice|double|more|another|a second|extra|three times)\b"
        ),
        "slows slowing slowed": (
            r" (?:us|everyone|everybody|the team|them|me|down (?:the|our|each|every"
            r"|new))\b"
        ),
        "complained objected protested moaned": (
            r"(?! that (?:it|the) (?:was|were) (?:slow|broken|down))"
        ),
        "late later": r" than (?:planned|promised|i|we|the)\b",
        "weeks days months hours week day month": (
            r" (?:late|later than|behind (?:plan|schedule|us)|over (?:plan|budget))\b"
        ),
        "missed miss": r" (?:\w+ ){0,3}(?:date|deadline|target|quarter|window|launch|fair)\b",
        "disappoint disappointed disappointing annoyed unhappy furious": (
            r"(?! (?:customers?|users?|clients?)\b)"
        ),
        "against": r" (?:speed|quality|time|cost|the wish|accuracy)\b",
        "afford": "",
        "deal bargain": r"(?:[.,;]| was| is)",
        "concession concessions conceded concede": "",
        "bought buy": r" (?:\w+ ){0,4}(?:with|at the|time)\b",
        "spent": r" (?:\w+ ){0,6}(?:instead|on it|of my own|we did not|nights?|weekends?)\b",
    }
)
# Words that tell of a price in what was done or came of it, and of the trouble before.
_LATE_ONLY: Final = v.words(
    "slower longer more extra another additional less fewer worse cost costs lose"
    " lost losing angry"
    " wait waits waited waiting risk risked risking risky evenings weekends evening"
    " weekend furious"
    " complained objected protested hurt hurts suffered suffers suffer needed used"
    " needs uses to had"
    " is was are were be it's now runs got little bit slightly much somewhat bill"
    " latency memory storage"
    " didn't not bear bore live can could cannot doubled doubles raised increased"
    " grew my our own took nobody couldn't can't cannot don't left stopped paused"
    " froze halted suspended stale only"
    " annoyed unhappy disappointed debt missed miss late later lasted took takes take no sorry"
    " delay delayed delaying weeks days months hours afford left leave dropped drop"
    " cut workaround"
    " pay paid paying price tension dearer rather either deal in"
)
_OLD_STATE: Final = Pattern(
    r"\b(?:had (?:become|got|been|grown|gone|doubled)|became|getting|used to|was"
    r" (?:getting|becoming)|ever)\b"
)
_DENIED: Final = frozenset(v.words("without no nobody nothing never zero any not neither nor"))


@rule(
    "no-trade-off",
    "Nothing names what the decision cost.",
    "coaches: a decision is judged by what it was traded for; guides on judgement ask"
    " for the price",
    severity="info",
)
def no_trade_off(reading: Reading, _limits: Limits) -> Iterator[Note]:
    """A note where no price of the decision is named."""
    if not reading.of("action", "result") and len(reading.sections) < 2:
        return
    if any(
        _is_priced(section, hit) for section in reading.sections for hit in _PRICE.find(section)
    ):
        return
    hint = "What did it cost, who had to wait, what stayed undone?"
    yield Note("Nothing names what the decision cost or gave up.", action_line(reading), hint)


def _is_priced(section: Section, hit: Hit) -> bool:
    """Whether a word of price stands where it can tell what the decision cost."""
    word = section.words[hit.word].low
    before = {w.low for w in section.words[max(0, hit.word - 3) : hit.word]}
    if before & _DENIED:
        return False
    if word in _LATE_ONLY and section.kind in ("situation", "task"):
        return False
    start, _ = section.sentence_at(hit.start)
    return _OLD_STATE.search(section.low, start, hit.start) is None
