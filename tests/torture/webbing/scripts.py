"""Whether anything that a user wrote is run or drawn as part of a page, in Chromium.

Each page is opened twice: as it is, when nothing may even be refused by the page's policy, and
with the policy left out, when what was not escaped would be run.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.torture.webbing.corpus import PRODUCT
from tests.torture.webbing.server import Server, quoted

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext
    from playwright.sync_api import Page as Tab

WATCH = """
window.kbRefused = [];
document.addEventListener('securitypolicyviolation', e =>
  window.kbRefused.push(e.violatedDirective + ' ' + e.blockedURI + ' ' + (e.sample || '')));
for (const name of ['alert', 'confirm', 'prompt']) window[name] = () => { window.kbHit = name; };
"""
# What must not stand in any page, whoever wrote its texts; and what a pointer would set off.
LOOK = """() => {
  const bad = [];
  const say = (what, e) => bad.push(what + ': ' + e.outerHTML.slice(0, 160));
  for (const e of document.querySelectorAll('*')) {
    for (const a of e.attributes) {
      if (a.name.toLowerCase().startsWith('on')) say('handler ' + a.name, e);
      if (['href', 'src', 'action', 'data', 'formaction', 'xlink:href'].includes(a.name)) {
        const address = a.value.trim().replace(/[\\u0000-\\u0020]/g, '').toLowerCase();
        if (/^(javascript|vbscript|data):/.test(address) && !address.startsWith('data:image/'))
          say('address', e);
        if (address.includes('evil.example') && e.localName !== 'a') say('elsewhere', e);
      }
    }
    if (['iframe', 'object', 'embed', 'base', 'video', 'math'].includes(e.localName))
      say('element', e);
    if (e.localName === 'script' && !e.src && e.textContent.includes('kbHit')) say('script', e);
    if (e.localName === 'style' && e.textContent.includes('display:none')) say('style', e);
    if (e.localName === 'meta' && /refresh/i.test(e.httpEquiv)) say('refresh', e);
    for (const kind of ['mouseover', 'pointerover', 'focusin', 'toggle'])
      e.dispatchEvent(new Event(kind, { bubbles: true }));
  }
  if (window.kbHit) bad.push('run: ' + window.kbHit);
  if (document.body && document.body.innerText.includes('PRODUCT')) bad.push('a template was run');
  return { bad, refused: window.kbRefused || [],
    links: [...document.querySelectorAll('a[href]')].map(
      a => new URL(a.getAttribute('href'), location.href).href) };
}""".replace("PRODUCT", PRODUCT)
# Datasette's own line for a textarea, which the policy refuses and no page needs.
EXPECTED = re.compile(r"font-src")
ROWS = 3  # of each table


class Seeker:
    """Opens pages and keeps what is wrong with them."""

    def __init__(self, server: Server, browser: Browser, *, policy: bool) -> None:
        self.server = server
        self.policy = policy
        self.faults: list[str] = []
        self.opened = 0
        self.context: BrowserContext = browser.new_context(bypass_csp=not policy)
        self.context.add_init_script(WATCH)
        self.tab: Tab = self.context.new_page()
        self.tab.on("dialog", self._dialog)

    def _dialog(self, dialog: Any) -> None:
        self.faults.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def open(self, path: str) -> list[str]:
        """Open a page and look at it; its links within the site."""
        self.tab.goto(self.server.url + path, wait_until="load")
        return self.look(path)

    def look(self, path: str) -> list[str]:
        """Look at the page that is open."""
        self.opened += 1
        found = self.tab.evaluate(LOOK)
        self.faults += [f"{path[:100]}: {one}" for one in found["bad"]]
        if self.policy:
            self.faults += [
                f"{path[:100]}: refused {one}"
                for one in found["refused"]
                if not EXPECTED.search(one)
            ]
        links = []
        for link in found["links"]:
            to = urlsplit(link)
            if f"{to.scheme}://{to.netloc}" == self.server.url:
                links.append(f"{to.path}?{to.query}" if to.query else to.path)
        return links

    def crawl(self, most: int, starts: list[str]) -> None:
        """Open what links lead to, each page once; of tables a few rows, and of our pages those
        with a query only where another page of the kind has not been seen twice."""
        seen: set[str] = set()
        kinds: Counter[str] = Counter()
        ahead = list(starts)
        while ahead and len(seen) < most:
            path = ahead.pop(0)
            plain = path.partition("?")[0]
            kind = "/".join(plain.split("/")[:3]) + ("?" if "?" in path else "")
            few = ROWS if not plain.startswith("/-/") or "?" in path else most
            if path in seen or kinds[kind] >= few or plain.endswith((".db", ".json", ".csv")):
                continue
            seen.add(path)
            kinds[kind] += 1
            ahead += [link for link in self.open(path) if link not in seen]

    def close(self) -> None:
        self.context.close()


def asked(payload: str, names: dict[str, str]) -> list[str]:
    """Addresses that carry a payload."""
    p = quoted(payload)
    story, question, loop = names["story"], names["question"], names["loop"]
    return [
        f"/-/match?q=architect+{p}",
        f"/-/match?q=architect+{p}&fragment=1",
        f"/-/match?{p}={p}",
        f"/-/story/{story}?q=architect+{p}",
        f"/-/story/{p}",
        f"/-/question/{p}",
        f"/-/loop/{p}",
        f"/-/card/{p}",
        f"/-/question/{question}?q={p}",
        f"/-/coverage?framework={p}",
        f"/-/loop/{loop}?keep-1={p}",
        f"/-/loop/{loop}?saved={p}",
        f"/{p}",
        f"/kb/{p}",
        f"/kb/stories?_search={p}",
        f"/kb/stories?title__exact={p}",
        f"/kb/stories?_facet={p}",
        f"/kb/stories?_sort={p}",
        f"/kb/stories/{p}",
        f"/kb/stories?_next={p}",
        f"/kb?sql={p}",
        f"/kb/old-stories?{p}={p}",
        f"/-/nothing?{p}",
        f"/kb/stories.json?_search={p}",
        f"/kb/stories.csv?_search={p}",
        f"/-/match.json?q={p}",
        f"/-/story/{p}.json",
        f"/{p}.json",
    ]


def typed(seeker: Seeker, payload: str, names: dict[str, str]) -> None:
    """What is typed into fields: the question as one types, and a loop that is saved."""
    tab = seeker.tab
    tab.goto(seeker.server.url + "/-/match")
    before = tab.url
    tab.fill("#kb-q", f"architect {payload}")
    tab.wait_for_function("before => location.href !== before", arg=before, timeout=60_000)
    seeker.look(f"typed {payload}")
    tab.goto(seeker.server.url + f"/-/loop/{names['loop']}")
    tab.evaluate("document.querySelector('#kb-loop').closest('details').open = true")
    kept = tab.input_value("#kb-loop")
    for text in (f"{payload}\n", f'company: [\n"{payload}\n', f"rounds: {payload}\n"):
        tab.fill("#kb-loop", text)
        with tab.expect_navigation():
            tab.click(".kb-edit button:not([name])")
        seeker.look(f"saved {payload}")
    tab.goto(seeker.server.url + f"/-/loop/{names['loop']}")
    tab.evaluate("document.querySelector('#kb-loop').closest('details').open = true")
    tab.fill("#kb-loop", kept)
    with tab.expect_navigation():
        tab.click(".kb-edit button:not([name])")


def policy_holds(seeker: Seeker) -> list[str]:
    """What a page is kept from by its policy, tried one by one; what was not."""
    tab = seeker.tab
    tab.goto(seeker.server.url + "/-/match")
    let = tab.evaluate(
        """async () => {
          const let_ = [];
          const s = document.createElement('script'); s.textContent = 'window.kbIn = 1';
          document.body.append(s); if (window.kbIn) let_.push('an inline script');
          const d = document.createElement('div'); d.setAttribute('onclick', 'window.kbOn = 1');
          document.body.append(d); d.click(); if (window.kbOn) let_.push('a handler');
          await new Promise(r => setTimeout(() => {
            try { (0, eval)('window.kbEval = 1'); let_.push('eval'); } catch (e) {} r(); }, 0));
          try { await fetch('http://127.0.0.1:1/'); } catch (e) {}
          await new Promise(r => setTimeout(r, 200));
          if (!window.kbRefused.some(r => r.startsWith('connect-src'))) let_.push('fetch');
          const i = document.createElement('img'); i.src = 'http://127.0.0.1:1/a.png';
          document.body.append(i); await new Promise(r => { i.onerror = i.onload = r; });
          if (!window.kbRefused.some(r => r.startsWith('img-src'))) let_.push('an image');
          const f = document.createElement('iframe'); f.src = '/'; document.body.append(f);
          await new Promise(r => { f.onload = r; setTimeout(r, 2000); });
          const kept = r => /frame-src|default-src|child-src/.test(r);
          if (!window.kbRefused.some(kept)) let_.push('a frame');
          return let_;
        }"""
    )
    frame = seeker.context.new_page()
    frame.set_content(f'<iframe src="{seeker.server.url}/"></iframe>', wait_until="load")
    inside = [f for f in frame.frames if f.url.startswith(seeker.server.url)]
    if inside and "Your stories" in inside[0].content():
        let.append("being framed")
    frame.close()
    return [f"the policy let through {one}" for one in let]
