"""Scrapy's settings for this project, each number with its reason. ``crawler.run`` sets what differs from run to run.

The blog is a guest house, not a benchmark: one request at a time, seconds apart, under a name that can be written to.
"""

import re
from typing import Any, Final

from crawler.hosts import Endpoint
from normalize import __version__

BOT_NAME = "paperdigest"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"

# --- politeness ------------------------------------------------------------------------------------------------------

USER_AGENT = f"paperdigest/{__version__}"  # `user_agent` adds the contact, without which no live crawl begins
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "paperdigest"  # rules for us in robots.txt go by the name alone, not by version and contact
CONCURRENT_REQUESTS = 1  # a reader opens one page at a time
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 2.0  # seconds, varied by half: a page every 1 to 3 s is slow reading, and 600 posts in 20 min
RETRY_TIMES = 2  # what fails three times is down: the next run comes back to it
RETRY_HTTP_CODES = [408, 429, 500, 502, 503, 504, 522, 524]  # for a while; 403 and 521 are a "no" and never hammered
RETRY_PRIORITY_ADJUST = 20  # before anything else is asked: what a site refuses is to be seen at once
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # it is in the report, with its address
PAPERDIGEST_MAX_WAIT = 120.0  # seconds of Retry-After that we sit out; longer is a "come back another day"
PAPERDIGEST_BACKOFF = 5.0  # delays before the first retry where no Retry-After is given: 10 s, then 20 s
PAPERDIGEST_MAX_FAILED = 5  # requests in a row that came to nothing, each tried three times: then the site is down
PAPERDIGEST_MAX_BLOCKED = 3  # refusals in a row: one may be chance, three are an answer

# --- safety ----------------------------------------------------------------------------------------------------------

DOWNLOAD_MAXSIZE = 8 * 1024 * 1024  # bytes, packed or not; posts have 0.15 MiB, the usual limit of 1 GiB invites bombs
DOWNLOAD_WARNSIZE = 0  # the limit itself speaks
DOWNLOAD_TIMEOUT = 30  # seconds; posts take under one
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_FAIL_ON_DATALOSS = False  # what broke off is tried again, then kept and marked as damaged, not lost
DOWNLOAD_HANDLERS = {"data": None, "file": None, "ftp": None, "s3": None}  # a link must not read our disk
REDIRECT_MAX_TIMES = 5  # article → user's own sub-domain → https are two
METAREFRESH_ENABLED = False  # a page's body does not send us anywhere
REFERER_ENABLED = False
COOKIES_ENABLED = False
HTTPCACHE_ENABLED = False  # the capture store is what remembers
TELNETCONSOLE_ENABLED = False  # Scrapy opens both of these ports unasked
REMOTE_CONTROL_ENABLED = False
MEMUSAGE_LIMIT_MB = 1024  # ten times what a crawl takes: better stopped than swapping
CLOSESPIDER_ERRORCOUNT = 10  # errors of our own code: a wrong reading of every page must not go on for hundreds
TWISTED_DNS_RESOLVER = "crawler.middlewares.GuardedResolver"
DNS_TIMEOUT = 20  # seconds

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # HostGuard does its work, for every request
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,  # hands half a page over as a whole
    "crawler.middlewares.Refusals": 50,  # sees each answer last
    "crawler.middlewares.RobotsGuard": 110,  # sees robots.txt after all retries
    "crawler.middlewares.RetryAfter": 560,  # just before the retry, which it delays or forbids
    "crawler.middlewares.Unpack": 590,
    "crawler.middlewares.HostGuard": 605,  # sees a redirect before it is followed, and every request
}
SPIDER_MIDDLEWARES = {  # they would look at each request and answer, and have nothing to say
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,  # all that is asked is planned, nothing is followed on
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # 404 and 521 are answers and are kept
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,  # requests are made anew, not copied
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,  # marks the first requests, for nobody here
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,  # would drop a long address without a word
}
ITEM_PIPELINES = {"crawler.pipelines.CapturePipeline": 100}
EXTENSIONS = {
    "scrapy.extensions.feedexport.FeedExporter": None,
    "scrapy.extensions.logcount.LogCount": None,  # its handler keeps Python from printing errors nobody else prints
    "scrapy.extensions.logstats.LogStats": None,
    "scrapy.extensions.memdebug.MemoryDebugger": None,
    "scrapy.extensions.remote_control.RemoteControl": None,
    "scrapy.extensions.spiderstate.SpiderState": None,
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.throttle.AutoThrottle": None,
}

# --- machinery -------------------------------------------------------------------------------------------------------

TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
ASYNCIO_EVENT_LOOP = "uvloop.Loop"  # quicker than Python's own where a crawl need not wait
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"  # in the order asked for: the newest post first
LOG_LEVEL = "ERROR"  # the report tells the rest
STATS_DUMP = False
CONCURRENT_ITEMS = 2  # Scrapy starts so many tasks for each answer; ours yield one item or two, stored at once
WARN_ON_GENERATOR_RETURN_VALUE = False  # it would read the source of the callback at every answer: 3 ms

MIN_DELAY: Final = 1.0
"""Seconds between two requests to a server that is not on this machine: nobody may be asked faster."""

# "me@example.org", "https://example.org/bot"; no space, quote or parenthesis, which would break out of the comment
_CONTACT: Final = re.compile(r"[!-~]+@[!-~]+\.[!-~]+|https?://[!-~]+\.[!-~]+")


def user_agent(contact: str | None) -> str:
    """The name under which we ask: ``paperdigest/0.1.0 (+me@example.org)``.

    Raises:
        ValueError: the contact is neither a mail address nor an address of a page.
    """
    if contact is None:
        return USER_AGENT
    if _CONTACT.fullmatch(contact) is None or set("()\"'<>\\") & set(contact):
        raise ValueError(f"contact {contact!r} is neither a mail address nor the address of a page")
    return f"{USER_AGENT} (+{contact})"


def run_settings(*, contact: str | None, site: Endpoint | None, delay: float | None) -> dict[str, Any]:
    """What a run sets on top of this module, after checking that it is polite.

    Args:
        contact: mail or web address of whoever runs the crawl.
        site: server that stands in for the real site; ``None``: the real site.
        delay: seconds between two requests; ``None``: :data:`DOWNLOAD_DELAY`.

    Raises:
        ValueError: no contact or a delay under :data:`MIN_DELAY` for a server that is not on this machine.
    """
    on_this_machine = site is not None and site.is_loopback
    if contact is None and not on_this_machine:
        raise ValueError(
            "a crawl of a live site needs a contact, so that its owner can write to you: "
            "--contact, or contact = in paperdigest.toml"
        )
    if delay is not None and not 0 <= delay < float("inf"):
        raise ValueError(f"a delay of {delay} s makes no sense")
    if delay is not None and delay < MIN_DELAY and not on_this_machine:
        raise ValueError(f"a delay of {delay} s is too short: at least {MIN_DELAY} s for a server on another machine")
    return {
        "USER_AGENT": user_agent(contact),
        "DOWNLOAD_DELAY": DOWNLOAD_DELAY if delay is None else delay,
        "PAPERDIGEST_SITE": None if site is None else str(site),
        # a proxy from the environment cannot see our loopback
        "HTTPPROXY_ENABLED": not on_this_machine,
    }
