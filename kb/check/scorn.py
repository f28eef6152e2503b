"""Words with which others are faulted."""

from __future__ import annotations

from typing import Final

from kb.check.phrases import Phrases

# Words of scorn: about whom they are said is looked at afterwards.
SCORN: Final = Phrases(
    {
        "incompetent incompetence clueless lazy laziness useless amateur amateurs"
        " amateurish idiot idiots"
        " stupid stupidity moron morons sloppy sloppiness careless carelessness unprofessional"
        " negligent negligence negligible-effort arrogant arrogance ignorant"
        " ignorance inept ineptitude"
        " egos ego pathetic ridiculous ridiculously laughable toxic dysfunctional bureaucrats"
        " spineless childish petty stubbornness thoughtless half-hearted clowns hopeless": "",
        "micromanager micromanagers micromanaged micromanaging know-it-all"
        " know-it-alls diva divas prima-donna bully bullies"
        " bullied dinosaur dinosaurs deadwood slacker slackers freeloader freeloaders"
        " stubborn narrow-minded close-minded"
        " short-sighted pig-headed pigheaded big-headed two-faced backstabber"
        " backstabbing disloyal dense": "",
        "control": r" freaks?\b",
        "prima": r" donnas?\b",
        "dead": r" weight\b",
        "yes": r" men\b",
        "nightmare pain impossible difficult": (
            r" (?:to work with|to deal with|in the neck|person|colleague|character|man"
            r"|woman)\b"
        ),
        "mess disaster joke shambles nonsense embarrassment farce spaghetti unreadable worthless": (
            r"(?=[.,;:]| and| from| that| which|$)"
        ),
        "only": (
            r" (?:cares?|cared|caring|thinks?|thought|interested) (?:about|of|in)"
            r" (?:his|her|their|them|him|money|(?:the )?(?:numbers|targets|dates"
            r"|deadlines|budget|kpis)|bonus\w*|looks?|looking|appearances|politics|careers?)\b"
            r"| (?:one|person) (?:there |here |in the (?:team|room|company|project)"
            r" )?(?:who|that) (?:cared|bothered|did|understood|knew what|took|read"
            r"|tested|worked|thought|could)\b"
        ),
        "do did doing": (
            r" (?:their|his|her) (?:job|work|homework|thinking) for (?:them|him|her)\b"
        ),
        "like": (
            r" (?:to )?(?:a |small |little )?(?:child|children|toddlers?"
            r"|five-year-olds?|kids)\b"
        ),
        "promised promising": (
            r" (?:\w+ ){0,3}(?:the (?:moon|earth|sky|impossible)|things that|what"
            r" (?:nobody|no one|we) )"
        ),
        "be": r" blamed\b",
        "don't": r" blame (?:me|us)\b",
        "made": (r" (?:my|our) (?:life|lives) (?:hell|a misery|difficult|miserable)\b"),
        "babysit babysitting babysat spoon-feed spoon-fed hand-hold hand-holding": "",
        "even": (
            r" (?:they|he|she|those people|the \w+ (?:team|guys)) (?:could|can|would"
            r"|should|managed|might)\b"
        ),
        "so": r" (?:that )?even (?:they|he|she|the \w+) (?:could|can|would|might)\b",
        "didn't couldn't wouldn't hadn't don't doesn't": (
            r" (?:even |ever |really )?(?:bother(?:ed)?|care(?:d)? (?:less|enough"
            r"|about|at all|a bit|one bit)?|be bothered|have cared less"
            r"|give a (?:damn|toss|hoot|monkey)|listen|want to (?:know|hear|listen"
            r"|understand|learn|work)|lift a finger|have a clue"
            r"|have the (?:guts|decency|courage|brains|faintest|first)|know (?:the"
            r" first thing|what (?:he|she|they) (?:was|were|wanted|want))"
            r"|seem to (?:care|understand|know|want)|make up|settle on|take (?:it|this"
            r"|me|us|any) (?:seriously|responsibility|ownership)"
            r"|understand (?:a thing|anything|the first|even|basic|how software"
            r"|technology)|do (?:his|her|their|its) (?:job|homework|work)"
            r"|think|done (?:his|her|their|its) (?:job|homework|work)|thought (?:it"
            r"|this|anything|things) through|even (?:read|opened|looked|tested|tried"
            r"|asked|noticed|started)"
            r"|read (?:a|the|any|anything|it|my)|pull (?:his|her|their) weight|own"
            r" up|get it|get that|decide)\b"
        ),
        "couldn't": r" (?:make up|settle|decide|agree|be trusted|see past|even|be bothered)\b",
        "never": (
            r" trust (?:a |an |the |what )?(?:\w+ )?(?:people|team|vendor|contractors?"
            r"|managers?|developers?|testers?|consultants?|anyone|others|marketing"
            r"|sales|management)\b| (?:bothered|cared|listened|took (?:any"
            r" )?(?:responsibility|ownership)|reads?|tests?|think|does|do|deliver(?:s"
            r"|ed)?|learned? (?:from|to listen)|admit\w*|once (?:asked|bothered"
            r"|thanked|listened|looked|apologi[sz]ed|admitted))\b"
        ),
        "nobody no-one": (
            r" (?:\w+ )?(?:(?:else |there |upstairs )*(?:had )?(?:ever )?(?:bothered"
            r"|cared|wanted to (?:listen|know|hear|help|own|do|take)|took"
            r" responsibility|listened|lifted|would listen|had the (?:guts|courage"
            r"|decency)|thought (?:of|to)|stepped up|could be bothered|gave a))\b"
        ),
        "bothered": r" to\b",
        "no": r" (?:idea|clue) (?:what|how) (?:he|she|they|it) (?:was|were|is|are) \w+ing\b|"
        r" (?:one )(?:bothered|cared|listened|wanted to listen|could be bothered)\b"
        r"| (?:backbone|spine|interest in (?:quality|testing|helping|listening"
        r"|learning|us|the team)|sense of (?:ownership|responsibility"
        r"|urgency))\b| fault of (?:mine|ours|my own)\b",
        "refused refuses refusing": (
            r" to (?:listen|understand|see|accept|admit|help|take|learn|cooperate"
            r"|co-operate|work|even|engage|do (?:his|her|their)|answer|own)\b"
        ),
        "chose chooses preferred prefer": (
            r" (?:not )?to (?:listen|ignore|look (?:the other way|away)|hide|play"
            r"|blame|do nothing)\b"
        ),
        "ignored ignores ignoring": (
            r" (?:me|us|everything|every|all|(?:my|our|the) (?:\w+ )?(?:warnings?"
            r"|advice|evidence|concerns?|facts|rules|objections?)|it (?:completely"
            r"|entirely))\b"
        ),
        "kept keeps keep": (
            r" (?:changing (?:her|his|their|its) (?:mind|minds|story)|moving the"
            r" goalposts?|changing (?:the )?(?:requirements|scope|everything)"
            r"|making excuses|blaming|ignoring|pushing (?:his|her|their|rubbish"
            r"|garbage)|dodging)\b"
        ),
        "threw throws throw": (
            r" (?:out (?:whatever|everything)|me|us|it over|the work over|\w+ over the"
            r" (?:wall|fence)|\w+ under)\b"
        ),
        "dragged dragging drags": r" (?:his|her|their) (?:feet|heels)\b",
        "sat sits sitting hid hides hiding hide": (
            r" (?:in|on|behind|around) (?:his|her|their|its|the (?:offsite|rules"
            r"|process|procedures?|ticket|rulebook|desk))\b"
        ),
        "dumped dumping": (
            r" (?:it|this|that|everything|the|all|their|his|her|work)\b(?= (?:on|to"
            r"|onto|in|at|\w+ (?:on|onto)))"
        ),
        "shifted shifting passed passing": r" (?:the )?(?:blame|buck)\b",
        "blamed": r" (?:us|me|everyone|everybody)\b",
        "scapegoat scapegoats": "",
        "took takes taking": r" (?:all )?(?:the )?credit\b| the easy way out\b",
        "lied lying": r" (?:to|about)\b(?! idle)",
        "bluffed": "",
        "their his her its other others' someone's somebody's people's": (
            r" (?:own )?(?:mess|moods?|incompetence|sloppiness|laziness|negligence"
            r"|carelessness|mistakes? (?:cost|caused|made|meant|fell)|excuses|ego|egos"
            r"|whims?"
            r"|failure to|inability to|lack of (?:skill|care|interest|discipline"
            r"|planning|competence|understanding|effort|testing)|poor (?:work|planning"
            r"|code|quality|communication)"
            r"|bad (?:code|planning|decisions?)|fault|sloppy|shoddy|usual (?:chaos"
            r"|mess|excuses|self))\b"
        ),
        "because": (
            r" (?:he|she|they|nobody|no one|management|sales|marketing|the \w+|the \w+"
            r" team|our \w+) (?:simply |just |clearly |once again )?"
            r"(?:didn't|did not|never|can't|cannot|couldn't|wouldn't|won't|hadn't"
            r"|don't|doesn't) (?:even |ever |be )?(?:test\w*|check\w*|read|think"
            r"|thought|care\w*"
            r"|bother\w*|listen\w*|looked?|understand|understood|plan\w*|trusted"
            r"|communicate\w*|learn\w*)\b"
        ),
        "because thanks due owing": (
            r" (?:of|to) (?:\w+ ){0,3}?(?:[a-z]+'s?|\w+s'|their|his|her|its) (?:\w+"
            r" )?(?:sloppiness|incompetence|negligence|laziness|failure|mistakes?|mess"
            r"|carelessness|fault|inability|stubbornness|indecision|ego|politics"
            r"|slowness|ignorance|chaos)\b"
        ),
        "blame": r" (?:lay|lies|was|is|rests|goes|belongs) (?:with|on|at|to)\b(?! (?:me|us)\b)",
        "fault": (
            r"(?=[.,;]| and\b| that\b| for\b| because\b|$)| (?:lay|lies|was|is)"
            r" (?:with|entirely|squarely|clearly|not (?:mine|ours))\b(?! (?:me|us"
            r"|in)\b)| of (?:the|qa|our|my) (?:\w+ )?(?:team|manager|people|department"
            r"|boss|developer|developers|vendor|tester|testers)\b"
        ),
        "wasn't weren't isn't": (
            r" (?:on me|on us|my fault|our fault|my problem|our problem|my mistake|our"
            r" mistake|down to (?:me|us)|up to (?:it|the job|the task|standard"
            r"|scratch))\b|(?: \w+){0,2} (?:doing|up to) (?:his|her|their|its|the)"
            r" (?:job|task)\b"
        ),
        "not": (
            r" (?:my|our) (?:fault|mistake|doing|problem|mess|bug)\b|(?: of)? (?:of"
            r" )?a level\b| up to (?:it|the job|the task|standard|scratch)\b| exactly"
            r" (?:the )?(?:brightest|sharpest|a genius|known for|quick|keen"
            r"|hard-?working|a hard)\b| capable of\b| interested in (?:listening"
            r"|helping|quality|facts)\b| fit for\b"
        ),
        "through": r" no fault of (?:mine|ours|my own|our own)\b",
        "would": (
            r" (?:have )?(?:made|met|shipped|hit|been|kept|finished|delivered|worked"
            r"|gone) [^.;]{0,60}\bif [^.;]{0,40}\b(?:had|did|were)\b"
        ),
        "if": (
            r" (?:only )?(?:they|he|she|anyone|someone|somebody|anybody|management"
            r"|people|sales|marketing)(?:'d| had) (?:only |ever |just )?(?:listened"
            r"|bothered|read|asked|done|tested|checked|told|thought|been)\b| (?:only"
            r" )?(?:the|our|my|he|she|they|qa|it|sales|marketing|management|product"
            r"|\w+) (?:\w+ ){0,3}(?:had (?:only )?(?:done (?:its|their|his|her)"
            r"|listened|bothered|read|tested|checked|thought|told us|been (?:more"
            r" )?(?:competent|careful|honest|awake))|did (?:its|their|his|her) (?:job"
            r"|work|homework)|knew what)\b"
        ),
        "should": (
            r" have (?:caught|known|done|checked|tested|noticed|seen|told|read|spotted"
            r"|found|asked|warned|thought|been (?:done|caught|tested|checked|spotted)"
            r" by|stopped)\b"
        ),
        "supposed": (
            r" to (?:be |have )?(?:professionals|experts|grown-?ups|experienced|know"
            r" better|caught)\b"
        ),
        "they he she you people": (
            r" (?:are|is|were|was|get|got|had been) (?:well |handsomely )?paid (?:to"
            r"|for)\b"
        ),
        "job": r"(?=,? (?:after all|which (?:he|she|they) (?:did|had)))",
        "as": (
            r" usual\b| always,? (?:the|they|he|she|nobody|management|sales"
            r"|marketing)\b| expected,? (?:the|they|he|she)\b"
        ),
        "of": (
            r" course,? (?:the|they|he|she|nobody|management|no one|everyone|it was"
            r" (?:us|me|left)|sales|marketing|\w+) (?:\w+ )?(?:had|did|was|were|didn't"
            r"|never|blamed|ignored|knew|wanted|forgot|listened|cared)\b"
        ),
        "typical typically": (
            r" (?:of|for) (?:him|her|them|that (?:team|department|company|place|man"
            r"|woman)|management|sales|marketing)\b"
        ),
        "predictably unsurprisingly": "",
        "clearly obviously evidently": (
            r" (?:no|not|never|had (?:never|no|not)|didn't|hadn't|didn't care"
            r"|incapable|out of (?:his|her|their))\b"
        ),
        "apparently": r" (?:too|reading|testing|thinking|unable)\b",
        "too": (
            r" (?:lazy|proud|stubborn|busy (?:with|playing|being|looking|in meetings)"
            r"|scared|arrogant|stupid|slow to|important|grand|comfortable|clever)\b"
        ),
        "out": r" of (?:touch|(?:his|her|their) depth)\b",
        "behind": r" (?:my|our) backs?\b",
        "under": r" the bus\b",
        "clean clear cleaned mop mopped pick picked": (
            r" up (?:after (?:them|him|her|others|people|everyone|everybody|somebody"
            r"|someone|marketing|sales|management)|the pieces|(?:their|his|her"
            r"|somebody's|someone's|everyone's|the) mess|behind them)\b"
        ),
        "left": (
            r" (?:(?:us |behind )*(?:a|an) (?:complete |total |huge |right |real |big"
            r" )?(?:mess|disaster|chaos|shambles)\b)| (?:me|us) (?:to (?:clean|fix"
            r"|deal|pick|carry|sort|mop|rescue|do)|holding|in the lurch|hanging)\b"
        ),
        "merged did pushed wrote changed promised sold shipped deployed built": (
            r" whatever (?:they|he|she) (?:liked|wanted|felt|pleased|fancied|had)\b"
        ),
        "when whenever": r" it suited (?:them|him|her)\b|ever it suited\b",
        "without": (
            r" (?:even |so much as |ever |bothering to |a single )?(?:reading|thinking"
            r"|testing|looking|checking|understanding|knowing)\b| (?:even|so much as"
            r"|ever|bothering to) \w+"
        ),
        "yet": r" again\b,? (?:the|they|he|she|management|sales|product)",
        "can't cannot": (
            r" (?:trust|rely on|expect) (?:\w+ ){0,3}(?:people|guys|teams?|managers?"
            r"|vendors?|contractors?|developers|testers|them|marketing|sales"
            r"|management|to)\b"
        ),
        "what": r" (?:do|did|can|could) (?:you|one) expect\b",
        "guys folks": (
            r" (?:upstairs|had|were|was|simply|just|in (?:head|the head)|never|again"
            r"|didn't|who)\b"
        ),
        "gentlemen genius geniuses wizards brilliant": r"(?:,| in | at | idea (?:of|from)| who)",
        "hasn't haven't": (
            r" (?:written|touched|opened|seen|done|coded|shipped|read|understood"
            r"|learned) (?:a |any |\w+ )?(?:line|code|single|thing|day|terminal"
            r"|computer|customer)?"
        ),
        "decreed dictated": r" (?!by\b)\w+",
        "politicking fiefdom fiefdoms empire-building": "",
        "incapable unable": (
            r" of\b| to (?:make|grasp|understand|think|plan|decide|do (?:his|her"
            r"|their)|listen|keep|see)\b"
        ),
        "messed botched screwed bungled fumbled": (
            r" (?:it |this |that |everything |things )?(?:up|the|it|again)?\b"
        ),
        "rubbish garbage crap shoddy botch": "",
        "warned told": (
            r" (?:them|him|her|everyone|everybody|management|the \w+)(?: \w+){0,6},?"
            r" (?:(?:but|and|yet|of course) ){1,2}(?:nobody|no one|they|he|she) (?:\w+"
            r" )?(?:listened|cared|ignored|laughed|knew better|didn't)\b"
        ),
        "told": r" you so\b",
        "forgot forgets": r" (?:again|as always|as usual|of course)\b",
        "expected": r" (?:me|us) to (?:clean|fix|carry|do (?:their|his|her))",
        "asleep": r" at the wheel\b",
        "failed fails": (
            r" to (?:do (?:his|her|their)|understand|listen|communicate|grasp|think"
            r"|plan|see)\b"
        ),
        "finger": r"-?pointing\b",
        "pointing": r" fingers\b",
        "delegated": r" everything\b",
        "disappeared vanished": (
            r" (?:when|on|into|for) (?:it|things|us|me|the|holiday|his|her|meetings)\b"
        ),
    }
)
