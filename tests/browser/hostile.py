"""Two hundred ways of writing a script, and how to see that none of them became part of a page."""

import itertools
from collections.abc import Iterator, Sequence

from playwright.sync_api import Page

CALL = "window.pwned=1"
_TAGS = [
    "<script>{}</script>",
    "<ScRiPt>{}</sCrIpT>",
    "<img src=x onerror={}>",
    "<img src=x onerror='{}'>",
    '"><img src=x onerror={}>',
    "'><svg onload={}>",
    "<svg/onload={}>",
    "<svg><script>{}</script></svg>",
    "<math><mtext><img src=x onerror={}></mtext></math>",
    "<body onload={}>",
    "<iframe srcdoc='<script>parent.{}</script>'></iframe>",
    "<iframe src='javascript:parent.{}'></iframe>",
    "<a href='javascript:{}'>x</a>",
    "<details open ontoggle={}>",
    "<input autofocus onfocus={}>",
    "<video><source onerror={}></video>",
    "<audio src=x onerror={}>",
    "<object data='javascript:{}'></object>",
    "<embed src='javascript:{}'>",
    "<form action='javascript:{}'><button>x</button></form>",
    "<div style='animation:x' onanimationstart={}>",
    "<marquee onstart={}>",
    "<template><script>{}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={}>'>",
    "<!--><img src=x onerror={}>-->",
    "]]><img src=x onerror={}>",
    "</textarea><script>{}</script>",
    "</title><script>{}</script>",
    "</style><script>{}</script>",
    "{{{{constructor.constructor('{}')()}}}}",
    "${{{}}}",
    "{{% print('{}') %}}",
    "<p hx-on:load='{}' hx-trigger='load' hx-get='/inbox'>",
    "<p hx-get='/people' hx-trigger='load' hx-vals='js:{{x:{}}}'>",
    "<link rel=stylesheet href='data:text/css,*{{}}' onload={}>",
    "<base href='javascript:{}//'>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>",
    '"onmouseover={} x="',
    "' autofocus onfocus={} '",
    "javascript:{}",
]
_DISGUISES = (
    "{}",
    "\"'>{}",
    "--></p>{}<!--",
    "&lt;/p&gt;%3C/p%3E\\u003c/p\\u003e{}",
    "</textarea></title></style></script>{}",
)
PAYLOADS = [disguise.format(tag.format(CALL)) for tag, disguise in itertools.product(_TAGS, _DISGUISES)]
ALL = " ".join(PAYLOADS)
"""Everything in one text, for what has no limit or is to be refused."""


def packed(limit: int, payloads: Sequence[str] = PAYLOADS) -> Iterator[str]:
    """All of them in texts of at most ``limit`` characters; one that is longer still is cut."""
    text = ""
    for payload in payloads:
        if text and len(text) + 1 + len(payload) > limit:
            yield text
            text = ""
        text = f"{text} {payload}".strip()[:limit]
    yield text


# The policy of the pages keeps an inline script from running even where it got in; so what is looked for is
# an element, a handler or an address that no template has. A violation of the policy is an error on the
# console besides, and ``visit`` lets none pass.
_FOUND = """() => [...(window.pwned ? ['it ran'] : []), ...[...document.querySelectorAll('*')].filter(e =>
    e.matches(`script:not([src^="/static/"]), iframe:not(.shown, .mail), img:not(.shown),
               svg:not(.time, .time svg), math, object, embed, base[href], marquee, video, audio, style,
               meta[http-equiv], link[href^="data:"], details[ontoggle], [hx-get]:not(#todos), [hx-vals]`)
    || [...e.attributes].some(a => /^(on|hx-on|srcdoc|style)/.test(a.name)
        || /^(href|src|action|formaction|data)$/.test(a.name) && /^\\s*(javascript|data):/i.test(a.value)))
    .map(e => e.outerHTML.slice(0, 200))]"""


def require_harmless(page: Page, where: str) -> None:
    """Nothing on the page, nor in a frame of it, came from what somebody typed."""
    for frame in page.frames:  # the page itself first: a frame that got in may never answer
        if frame.parent_frame and frame.frame_element().get_attribute("class") == "shown":
            continue  # a file in the browser's own viewer, which answers no script
        found = frame.evaluate(_FOUND)
        assert found == [], (where, found)
