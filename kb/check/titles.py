"""Titles that name a category or a theme where the event should stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kb.check.phrases import Pattern
from kb.check.rule import Note, rule
from kb.check.verbs import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.check.reading import Reading
    from kb.check.rule import Limits

# What interviews ask about, and what people file their stories under.
_THEMES: Final = words(
    "leadership teamwork conflict conflicts failure failures success successes"
    " ownership initiative ambiguity resilience"
    " mentoring mentorship coaching communication collaboration cooperation influence"
    " influencing persuasion negotiation"
    " delegation prioritisation prioritization prioritising prioritizing planning"
    " organisation organization decision"
    " decisions making judgement judgment innovation creativity problem problems"
    " solving problem-solving analysis analytical"
    " thinking strategy strategic vision learning growth feedback criticism"
    " adaptability flexibility change changes pressure"
    " stress deadline deadlines delivery delivering results result quality customer"
    " customers client clients focus"
    " obsession orientation stakeholder stakeholders management managing motivation"
    " motivating empathy integrity ethics"
    " honesty trust diversity inclusion culture values value hiring onboarding"
    " performance improvement improvements process"
    " processes efficiency productivity automation technical debt architecture"
    " scalability scaling reliability security"
    " incident incidents outage outages crisis crises firefighting debugging bug bugs"
    " testing migration migrations project"
    " projects product products launch launches release releases refactoring"
    " optimisation optimization cost costs saving"
    " savings budget scope requirements risk risks trade-off trade-offs tradeoffs"
    " priorities disagreement disagreements"
    " disagreeing argument difference differences opinion opinions mistake mistakes"
    " weakness weaknesses strength strengths"
    " achievement achievements accomplishment accomplishments challenge challenges"
    " obstacle obstacles setback setbacks"
    " adversity perseverance persistence grit curiosity passion commitment"
    " accountability responsibility responsibilities"
    " dedication attitude skills skill competence competency expertise knowledge"
    " sharing self-awareness humility courage"
    " bias action dive deep diving frugality hire develop best earn earning insist"
    " highest standards think big invent"
    " simplify disagree commit backbone learn curious bar raiser raising data-driven"
    " customer-centric craftsmanship"
    " autonomy independence self-starter proactivity proactive time interpersonal"
    " relationships relationship building"
    " alignment cross-functional cross-team team teams people work working agile"
    " scrum devops remote performance-review"
    " underperformer underperformance underperforming bottleneck resistance politics"
    " compromise consensus escalation"
    " expectations uncertainty complexity legacy code review reviews retrospective"
    " transformation turnaround burnout morale"
    " retention promotion feedback-giving goal goals objective objectives kpi kpis"
    " metrics impact influence-without-authority"
    " authority manager managers boss coworker co-worker coworkers co-workers"
    " colleague colleagues peer peers direct reports"
    " senior junior executive executives leader leaders subordinate vendor vendors"
    " supplier suppliers partner partners"
    " employee employees member members user users person personality personalities"
    " department departments company"
    " database cloud infrastructure system systems software api backend frontend"
    " integration deployment monitoring"
    " documentation support sales marketing design research data analytics machine"
    " engineering development developer"
    " engineer developers engineers programming dilemma dilemmas conversation"
    " conversations mindset attention detail details news mentor mentee mentors"
    " role-model complaint complaints awareness service excellence idea ideas picture"
    " multitasking workload presentation presentations meeting meetings recognition"
    " initiative initiatives emergency emergencies disaster disasters production"
    " operations security-awareness standards goal-setting ambition drive energy calm"
    " patience listening transparency collaboration-skills inclusion fairness respect"
    " tact diplomacy adaptability versatility accomplishment tooling tasks task"
    " coding feature features service services platform"
)
# What says of which sort it is, or that it is one.
_SORTS: Final = words(
    "difficult hard tough challenging biggest greatest proudest proud best worst most"
    " least main major big small large key"
    " important significant recent favourite favorite typical good great strong"
    " successful failed failing complex complicated"
    " new old tight short long high low critical urgent conflicting competing"
    " multiple several different various limited"
    " impossible unrealistic unhappy angry upset demanding dissatisfied problematic"
    " toxic negative positive constructive"
    " unpopular controversial innovative creative personal professional technical"
    " cross functional first last own fast-paced ethical moral operational continuous"
    " proud extra tight-knit"
    " fast-moving dynamic changing matrix ambiguous uncertain stressful bad wrong"
    " real real-life general"
    " under-performing underperforming poor tricky strategic interesting impressive"
    " meaningful memorable quick early late"
    " 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 i ii iii iv v star s t a r part no nr"
)
_FILING: Final = words(
    "story stories example examples situation situations scenario case cases time"
    " times experience experiences answer answers"
    " question questions anecdote topic theme category behavioural behavioral"
    " interview star draft notes note untitled todo"
    " tbd new version copy misc other general environment environments organisation"
    " organization setting workplace job role"
    " career life something thing things way ways approach moment period phase issue"
    " issues matter topic lesson lessons"
)
_ACTS: Final = words(
    "dealing handling managing overcoming resolving working leading building driving"
    " improving delivering learning giving"
    " receiving taking showing making having being getting facing coping navigating"
    " juggling balancing influencing motivating"
    " mentoring coaching hiring firing convincing persuading negotiating"
    " communicating collaborating prioritising prioritizing"
    " adapting failing succeeding solving developing growing supporting helping"
    " teaching training presenting demonstrating"
    " exceeding missing saying disagreeing challenging questioning escalating"
    " delegating organising organizing planning"
    " creating innovating simplifying launching shipping fixing debugging migrating"
    " refactoring scaling optimising optimizing"
    " automating testing designing implementing going stepping bringing having owning"
    " admitting accepting earning raising showing"
    " handle handled deal dealt manage managed overcome overcame lead led resolve"
    " resolved wrong resolution owning work worked build built make made"
    " improve improved solve solved take took give gave show showed fail failed"
    " disagree disagreed learn learned motivate"
    " motivated influence influenced convince convinced prioritise prioritize"
    " persuade adapt adapted demonstrate demonstrated"
)
_SMALL: Final = words(
    "a an the my our your their his her its of in on at for from to with without"
    " within and or vs versus about as by under"
    " over across between through during up down out into how when why what where who"
    " which that i we you me us it is"
    " was were be been do did does no very more than this these am like had have need"
    " needed want go goes went gone together above beyond two others at those where"
    " while after before against"
)
_TELLING: Final = _THEMES | _FILING | _ACTS | {"above", "proud"}
_PROMPT: Final = Pattern(
    r"(?i)(?:tell (?:me|us) about|describe (?:a|an|the|your|how)|give (?:me|us)?"
    r" ?(?:an )?example|talk about|share (?:a|an)"
    r"|have you ever|walk (?:me|us) through|can you|what(?:'s| is| was) (?:your|the)"
    r" (?:biggest|greatest|proudest|worst|best|most"
    r"|hardest)|how (?:do|did|would|have) you|why (?:do|did|should) (?:you|we)|when"
    r" (?:did|have) you|a time (?:when|that|i|you|we)"
    r"|(?:an? )?(?:example|situation|time) (?:of|when|where|in which) (?:you|i|we)?)\b"
)
_LABEL: Final = re.compile(
    r"^\s*(?:(?:story|question|example|q|no\.?|nr\.?|#|star"
    r"|s)\s*[#\d]{0,4}\s*[:.)–—-]+\s*|\d{1,3}\s*[.):–—-]\s*)",
    re.I,
)
_HOW: Final = Pattern(r"(?i)how (?:i|we|to) (?:usually |always |typically |normally )?(?:\w+)\b")
_PIECE: Final = re.compile(r"[^\W\d_]+(?:['’\-‑][^\W\d_]+)*|\d+")
_MOST: Final = 12  # words; a longer title tells something


@rule(
    "category-title",
    "The title names a category or a theme, and no event.",
    "guides: a title that tells what happened is found again; one event answers many questions",
    severity="info",
)
def category_title(reading: Reading, _limits: Limits) -> Iterator[Note]:
    """A note where no word of the title belongs to an event."""
    title = reading.story.title.strip()
    if title and _is_category(title):
        hint = "Name what happened: `The night the queue ate the invoices`."
        yield Note("The title is a category, and no event.", reading.story.line, hint, title)


def _is_category(title: str) -> bool:
    bare = _LABEL.sub("", title.strip("*_ \"'“”?!.")) or title
    if _PROMPT.match(bare):
        return True
    found = [word.replace("’", "'") for word in _PIECE.findall(bare.lower())]
    if not found or len(found) > _MOST:
        return False
    if any(len(word) > 1 and word.isdigit() and word not in _SORTS for word in found):
        return False
    known = [
        _known(word) and (word != "two" or before == "between")
        for before, word in zip(["", *found], found, strict=False)
    ]
    return all(known) and any(word in _TELLING for word in found)


def _known(word: str) -> bool:
    """Whether a word can stand in a category; of a compound all of it."""
    plain = re.sub(r"'s?$", "", word)
    if any(plain in table for table in (_THEMES, _SORTS, _FILING, _ACTS, _SMALL)):
        return True
    pieces = plain.split("-")
    return len(pieces) > 1 and all(_known(piece) for piece in pieces if piece)
