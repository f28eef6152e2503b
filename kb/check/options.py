"""Whether a story mentions another way that was open."""

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

# Another way that was open, proposed, weighed or ruled out.
_OPTION: Final = Phrases(
    {
        "instead": (
            r" of (?:\w+ly )?\w+ing\b| of (?:a|an|another|more|new|yet)\b|[,.;]|,?"
            r" (?:i|we)\b"
        ),
        "something": r" (?:else|simpler|smaller|cheaper)\b",
        "rather": r" than \w+",
        "should": r" (?:we|i) [^.;]{2,60} or \w+",
        "cheaper faster simpler safer quicker easier better": r" than \w+ing\b",
        "prefer preferred": r" (?:\w+ ){1,4}to (?:a|an|the|any)\b",
        "i": r" was (?:all |firmly )?(?:for|against)\b",
        "argued argue arguing": r" (?:for|against)\b",
        "alternative alternatives": (
            r" (?:was|were|is|would|had|to|i|we|:|that|with|of|-)|s? (?:on the table)"
            r"|[.,;:]"
        ),
        "alternatively": "",
        "option options": (
            r" (?:was|were|is|would|of|i|we|to|that|on the table|a|b|one|two|had)\b(?!"
            r" (?:the|our) editor)"
        ),
        "two three four several different other both many": (
            r" (?:other |possible |different |rival |obvious |real )?(?:ways?|options?"
            r"|approaches|candidates?|designs?"
            r"|versions?|variants?|routes|paths|plans?|proposals|alternatives|drafts"
            r"|prototypes|products|tools|vendors"
            r"|suppliers|frameworks|libraries|databases|quotes|offers|solutions"
            r"|scenarios|brokers|queues|engines|services|sketches)\b"
            r"(?! (?:between|in the text|of the (?:same|file|document|software)|a day))"
        ),
        "other another": (
            r" (?:way(?! (?:a?round|about))|option|choice|idea|route|plan|approach"
            r"|solution|road|possibility)\b"
        ),
        "could might": (
            r" (?:also |just |simply |easily |as well )?have (?!cried|laughed|sworn"
            r"|screamed|kicked|hugged)(?:\w+ed|gone|bought|built|put|taken|done"
            r"|written|made|let|sent|given|kept|left|cut|chosen|thrown|paid|said|told"
            r"|rewritten|run)\b"
        ),
        "could": r" (?:either|also|instead|simply) \w+",
        "would 'd we'd it'd that'd": (
            r"(?:'ve| have)? (?:have )?(?:been (?:the )?(?:easier|quicker|faster"
            r"|cheaper|safer|simpler|obvious|natural)|bought|meant|taken|cost|needed"
            r"|saved|solved|worked|given us)\b"
        ),
        "would've": r" \w+",
        "ruled": r" (?:\w+ ){0,3}out\b|(?: it| that| them) out",
        "rejected dismissed discarded declined ditched vetoed": (
            r" (?:it|that|this|them|both|all (?:of them|three)|the (?:\w+ )?(?:idea"
            r"|plan|proposal|first|second|option"
            r"|design|offer|alternative|rewrite|draft|suggestion|request)|a \w+|\w+"
            r" (?:because|since|for|as))\b"
        ),
        "turned": r" (?:\w+ ){0,3}down\b",
        "decided": r" against\b|(?: not to)\b",
        "considered considering weighed weighing contemplated": (
            r" (?!lost\b|dead\b|safe\b|done\b|as\b|to be\b|a success)(?:\w+)"
        ),
        "thought": r" (?:about|of|it over) (?:\w+ing|a|an|the|hiring|it)\b",
        "compared comparing benchmarked trialled piloted": (
            r" (?!the )(?:\w+ ){0,4}(?:two|three|four|five|six|seven|both|several"
            r"|candidates?|vendors?|suppliers?|options?|tools?|alternatives|products?"
            r"|providers?|libraries|frameworks)\b"
        ),
        "ran tested tried measured benchmarked built evaluated prototyped load-tested"
        " trialled priced": (
            r" [^.;]{0,60}\b(?:(on|with|in|against) \w+ and \1 \w+|both (?:of|on|with"
            r"|in|\w+ and)|side by side)\b"
        ),
        "overkill shortlist shortlisted short-list": "",
        "pros": r" and cons\b",
        "for": r" and against\b",
        "too": (
            r" (?:expensive|dear|slow|heavy|risky|big|complex|late|costly|long|much"
            r"|fragile|weak)\b(?=[.,;:]|$| for (?:us|that|this|me|the)| to (?:be|do"
            r"|wait)| and)"
        ),
        "camps": "",
        "split": r" (?:over|on|about|between)\b",
        "original originally": r" (?:plan|idea|design|proposal|we|i|the)\b",
        "had": (
            r" planned (?:to|on|for)\b| (?:wanted|hoped|meant) to\b(?="
            r" [^.;]{3,80}\b(?:but|instead|yet))"
        ),
        "some": r" (?:\w+ ){0,3}(?:wanted|preferred|argued|voted|said)\b",
        "question": r" (?:was|is) (?:whether|to|if|which|what to)\b",
        "lesser": r" evil\b",
        "drawn": r" between\b",
        "thinking": r" (?:about|of) (?:a|an|\w+ing)\b",
        "chose choose picked opted settled plumped preferred prefer": (
            r" (?:\w+ ){0,5}(?:over|instead|rather|against|for the|because|since|on"
            r" the)\b|(?: for)\b"
        ),
        "went": r" (?:with|for) (?:the|a|an)\b",
        "whether": r" (?:to|we should|i should|it (?:was|would)|or)\b|.{2,80}? or (?!not\b)",
        "either": r" .{2,80}? or\b",
        "plan": r" (?:a|b)\b",
        "debated argued discussed": (
            r" (?:\w+ ){0,4}(?:whether|between|for|against|that|about (?:whether"
            r"|which))\b"
        ),
        "on": r" the table\b",
        "tempted tempting": "",
        "obvious easy usual natural textbook standard": (
            r" (?:fix|thing|way|answer|choice|solution|move|option|cure|path|route"
            r"|step) (?:was|would|is|here)\b|(?: next step)"
        ),
        "first": r" (?:idea|thought|plan|instinct|impulse|choice|reflex|proposal|attempt)\b",
        "left leave kept keep keeping": (
            r" (?:the|it|our|their|her|his|all|\w+) (?:\w+ )?(?:as (?:it|they|is)"
            r"|alone|in place|untouched|unchanged)\b"
        ),
        "or": (
            r" to (?:buy|build|wait|keep|write|rewrite|replace|repair|leave|let|move"
            r"|stay|go|stop|ask|do)\b"
        ),
        "if": r" (?:i|we) (?:had|did|'d) (?:not|n't)?\b",
        "not": r" (?:a|an|the) (?:\w+ ){1,3}but\b",
        "buy build": r" (?:or|versus|vs) (?:buy|build)\b",
        "versus vs": "",
        "against": (
            r" (?:buying|building|rewriting|hiring|moving|doing|the (?:idea|plan"
            r"|rewrite|proposal)|it\b)"
        ),
        "refused refuse": r" to\b",
        "disagreed dissuaded overruled": "",
        "persuaded convinced talked": (
            r" (?:him|her|them|the \w+|my \w+|\w+) (?:out of|against|that|to (?:wait"
            r"|keep|leave|try))\b"
        ),
        "quote quotes": r" (?:for|from)\b|[.,;]",
        "tried try trying": r" (?:\w+ ){0,6}(?:first|before|then|and then|instead)\b",
        "one": (
            r" (?:version|variant|option|way|design|camp|side|half) (?:with|was|were"
            r"|wanted|would|had)\b"
        ),
        "bigger larger better faster newer new": r" (?:\w+ ){0,2}(?:would|could|might)\b",
        "a": (
            r" (?:rewrite|restart|bigger \w+|new \w+|second \w+|quick \w+|hotfix"
            r"|rollback|full \w+) (?:would|could|might)\b"
        ),
        "wanted preferred favoured favored suggested proposed advised recommended"
        " urged pushed asked begged"
        " pressed voted argued insisted expected planned thought offered demanded": "",
    }
)
_WISHES: Final = v.words(
    "wanted preferred favoured favored suggested proposed advised recommended urged pushed asked"
    " begged pressed voted argued insisted expected planned thought offered demanded"
)
_WAY: Final = Pattern(
    r" (?:\w+ ){0,3}?(?:to (?:\w+)|for|that (?:we|i|they|it)|we|i|it|a|an|the"
    r"|rewriting|buying|moving|waiting"
    r"|dropping|splitting|hiring|\w+ing|redis|more|us|me|[a-z]+)\b"
)
_OTHER_WHO: Final = v.words(
    "he she they who manager director boss lead architect team colleague colleagues"
    " others everybody"
    " everyone client customer vendor supplier cto ceo cfo founder product sales"
    " marketing hr legal"
    " board all some half people designer developers engineers head owner consultant consultants"
    " management finance security operations ops support po pm many most somebody"
    " someone security"
)
_MINE: Final = Pattern(
    r"\b(?:i|we) (?:\w+ )?(?:argued|proposed|suggested|asked|said|wanted|offered"
    r"|thought|showed|convinced|refused|left"
    r"|kept|gave|took|chose|insisted|disagreed|preferred|pushed|objected|persuaded|did"
    r" (?:not|n't)|didn't|talked|held|went"
    r"|made|put|looked|told|measured|tried|started|feared|drew|wrote|counted|called|decided)\b"
)


@rule(
    "no-option",
    "No other way is mentioned that was open.",
    "coaches: a decision needs a second option; guides on judgement ask what was rejected and why",
    severity="info",
)
def no_option(reading: Reading, _limits: Limits) -> Iterator[Note]:
    """A note where nothing else is mentioned that was proposed, weighed or rejected."""
    if not reading.of("action", "result") and len(reading.sections) < 2:
        return
    if any(
        _is_option(section, hit) for section in reading.sections for hit in _OPTION.find(section)
    ):
        return
    hint = "What else was on the table, and why not that?"
    yield Note(
        "No other way is mentioned that was considered or rejected.", action_line(reading), hint
    )


def _is_option(section: Section, hit: Hit) -> bool:
    word = section.words[hit.word].low
    if word not in _WISHES or section.low[section.words[hit.word].end : hit.end].strip():
        before = section.words[hit.word - 1].low if hit.word else ""
        if word == "both" and "ways" in section.low[hit.start : hit.end]:
            return False
        return not (before == "the" and word in ("two", "three", "four", "both", "several", "many"))
    return _is_others_wish(section, hit)


def _is_others_wish(section: Section, hit: Hit) -> bool:
    """Whether somebody else wanted one thing and the teller another: she wanted X, I argued."""
    before = [w.low for w in section.words[max(0, hit.word - 6) : hit.word]]
    if not set(before) & _OTHER_WHO or {"i", "we", "me"} & set(before[-2:]):
        return False
    if section.kind in ("result", "learning"):
        return False
    _, end = section.sentence_at(hit.start)
    following = section.sentence_at(min(end + 2, len(section.low) - 1))
    return _MINE.search(section.low, hit.end, max(following[1], end)) is not None
