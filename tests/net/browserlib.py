# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Shows a page in headless Chromium and lets a script measure it there. Standard library only."""
import base64
import html
import json
import pathlib
import re
import shutil
import subprocess

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*/>')
DARK, LIGHT = 0, 1

# What the eye would object to, in CSS pixels. A text is as large as its letters: boxes of lines are higher.
MEASURE = r"""
(() => {
  const shown = e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden';
  const box = e => { const r = e.getBoundingClientRect(), y = r.height * 0.16; return {text: e.textContent, l: r.left, t: r.top + y, r: r.right, b: r.bottom - y}; };
  const apart = (a, b) => a.r <= b.l + 0.5 || b.r <= a.l + 0.5 || a.b <= b.t + 0.5 || b.b <= a.t + 0.5;
  const out = {width: innerWidth, scroll: document.scrollingElement.scrollWidth, texts: 0, overlaps: [], outside: [], cut: [], small: [], dark: matchMedia('(prefers-color-scheme:dark)').matches,
               ground: getComputedStyle(document.body).backgroundColor, panels: [], scripts: document.querySelectorAll('script:not([data-measure])').length, fetched: performance.getEntriesByType('resource').length};
  for (const svg of document.querySelectorAll('svg')) {
    if (!shown(svg)) continue;
    const frame = svg.getBoundingClientRect(), texts = [...svg.querySelectorAll('text')].filter(shown).map(box);
    out.panels.push(svg.querySelector('title').textContent);
    out.texts += texts.length;
    for (const e of svg.querySelectorAll('text')) if (parseFloat(getComputedStyle(e).fontSize) * frame.width / svg.viewBox.baseVal.width < 9) out.small.push(e.textContent);
    texts.forEach((a, i) => { for (const b of texts.slice(0, i)) if (!apart(a, b)) out.overlaps.push([a.text, b.text]); });
    for (const a of texts) if (a.l < frame.left - 1 || a.r > frame.right + 1 || a.t < frame.top - 1 || a.b > frame.bottom + 1) out.outside.push(a.text);
  }
  const cells = [...document.querySelectorAll('h1,h2,p,dt,dd,th,td,figcaption,footer')].filter(e => shown(e) && !e.closest('thead') | innerWidth > 900);
  for (const e of cells) if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && getComputedStyle(e).display !== 'inline') out.cut.push(e.textContent.slice(0, 60));
  /* Neighbours in a row, and the first line of letters in each. */
  for (const row of [...document.querySelectorAll('tr')].filter(shown).slice(0, 400)) {
    const inks = [...row.children].filter(shown).map(e => { const range = document.createRange(); range.selectNodeContents(e); const r = range.getBoundingClientRect(); return {text: e.textContent, l: r.left, t: r.top, r: r.right, b: r.bottom}; }).filter(r => r.text && r.r > r.l);
    inks.forEach((a, i) => { for (const b of inks.slice(0, i)) if (!apart(a, b)) out.overlaps.push([a.text, b.text]); });
  }
  const pre = document.createElement('pre');
  pre.className = 'measured';
  pre.id = frameElement.id;
  pre.textContent = btoa(unescape(encodeURIComponent(JSON.stringify(out))));
  parent.document.body.appendChild(pre);
})();
"""


def program():
    return shutil.which("chromium")


class Browser:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def run(self, page, width, height, scheme, *args):
        profile = self.folder / "profile"
        done = subprocess.run([program(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run", "--no-default-browser-check",
                               "--disable-background-networking", "--disable-component-update", "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}",
                               f"--blink-settings=preferredColorScheme={scheme}", f"--window-size={width},{height}", *args, page.as_uri()], capture_output=True, timeout=180)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout

    def measure(self, cases, scheme):
        """Of each (page, width, style) what MEASURE found, all in one run. style: to make a bad page of it."""
        frames = [self.frame(f"m{i}", *case) for i, case in enumerate(cases)]
        page = self.folder / "measured.html"
        page.write_text('<!DOCTYPE html><meta charset="utf-8"><body style="margin:0">' + "".join(frames) + "</body>", encoding="utf-8")
        dom = self.run(page, 1400, 1300, scheme, "--dump-dom").decode("utf-8", "replace")
        found = dict(re.findall(r'<pre class="measured" id="(m[0-9]+)">([^<]*)</pre>', dom))
        assert len(found) == len(cases), dom[-2000:]
        return [json.loads(base64.b64decode(found[f"m{i}"])) for i in range(len(cases))]

    @staticmethod
    def frame(name, text, width, style=""):
        """A window of Chromium has a least width; a frame has none. The page's policy keeps scripts out, so that the copy that is measured has none."""
        assert POLICY.search(text), "the page has no policy against scripts"
        text = POLICY.sub("", text, count=1).replace("</body>", f'<style>{style}</style><script data-measure="">{MEASURE}</script></body>')
        return f'<iframe id="{name}" style="border:0;display:block;width:{width}px;height:1200px" srcdoc="{html.escape(text)}"></iframe>'

    def screenshot(self, text, width, height, scheme, name):
        page, file = self.folder / "shown.html", self.folder / name
        page.write_text(text, encoding="utf-8")
        self.run(page, width, height, scheme, f"--screenshot={file}")
        return file
