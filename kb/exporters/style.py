"""The style of an exported page: a good notebook, on a screen of any size and on paper."""

from typing import Final

CSS: Final = """
:root {
  --paper: #fdfcf9; --ink: #24211c; --quiet: #665f54; --line: #ddd6c8; --shade: #f4f0e7;
  --link: #1c5480;
  --serif: "Iowan Old Style", Charter, "Palatino Linotype", Palatino, Georgia, serif;
  --sans: "Helvetica Neue", Helvetica, Arial, sans-serif;
  color-scheme: light dark;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #1c1b19; --ink: #e9e4da; --quiet: #aea698; --line: #3d3a34; --shade: #272521;
    --link: #8fc1ea;
  }
}
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  max-width: 38rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem;
  background: var(--paper); color: var(--ink);
  font: 1.125rem/1.6 var(--serif); overflow-wrap: break-word;
}
a { color: var(--link); text-underline-offset: 0.15em; }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
h1, h2 { font-weight: 600; line-height: 1.25; text-wrap: balance; }
h1 { font-size: 2rem; margin: 0; }
h2 { font-size: 1.6rem; margin: 0 0 0.35rem; }
.label { font: 600 0.875rem/1.4 var(--sans); color: var(--quiet); margin: 1.5rem 0 0.2rem; }
h3:not(.label), h4, h5, h6 { font-size: 1.0625rem; line-height: 1.4; margin: 1.1rem 0 0.3rem; }
p, ul, ol, pre, blockquote, table { margin: 0 0 0.75rem; }
.quiet { font: 0.9375rem/1.5 var(--sans); color: var(--quiet); margin: 0.1rem 0; }
nav { margin: 1.5rem 0 0; border-top: 1px solid var(--line); }
nav ol { list-style: none; margin: 0; padding: 0; }
nav li { border-bottom: 1px solid var(--line); }
nav a { display: block; padding: 0.55rem 0; color: inherit; text-decoration: none; }
nav a:hover .title { text-decoration: underline; }
nav .quiet { display: block; font-size: 0.875rem; }
@media (min-width: 40rem) {
  nav a { display: flex; justify-content: space-between; align-items: baseline; gap: 2rem; }
  nav .quiet { flex: none; max-width: 45%; text-align: right; }
}
article { margin-top: 4.5rem; scroll-margin-top: 1.5rem; }
main:first-child > article { margin-top: 0; }
article > section:first-of-type { margin-top: 1rem; }
ul, ol { padding-left: 1.4rem; }
li { margin: 0.15rem 0; }
li > p { margin-bottom: 0.4rem; }
li > ul, li > ol { margin-bottom: 0; }
blockquote { margin-left: 0; padding-left: 0.9rem; border-left: 3px solid var(--line); }
code, pre { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.85em; }
pre { background: var(--shade); padding: 0.75rem; white-space: pre-wrap; border-radius: 3px; }
pre code { font-size: 1em; }
table { display: block; overflow-x: auto; border-collapse: collapse; font-size: 0.95rem; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 1rem 0.35rem 0;
  border-bottom: 1px solid var(--line); }
hr { border: 0; border-top: 1px solid var(--line); margin: 1.25rem 0; }
.up { font: 0.875rem/1.5 var(--sans); margin: 1.75rem 0 0; }
@page { margin: 22mm 28mm; }
@media print {
  :root { --paper: #fff; --ink: #000; --quiet: #444; --line: #bbb; --shade: #f3f3f3; }
  body { max-width: none; padding: 0; font-size: 11pt; line-height: 1.5; }
  h1 { font-size: 20pt; }
  h2 { font-size: 16pt; }
  .label, .quiet { font-size: 9pt; }
  article { break-before: page; margin-top: 0; }
  main:first-child > article { break-before: auto; }
  h2, h3, h4, h5, h6 { break-after: avoid; }
  li, pre, blockquote, tr { break-inside: avoid; }
  p { orphans: 2; widows: 2; }
  a { color: inherit; text-decoration: none; }
  .up { display: none; }
}
"""
