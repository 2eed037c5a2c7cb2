"""How posts are found on CSDN: pure readers, one module for each thing that the site offers.

Each takes the bytes of an answer and returns a :class:`Listing`, or raises :class:`NotAList`. What several of them
name is one post, by the number in its address.
"""

from crawler.discovery.api import PAGE_SIZE, api_address, parse_api_page
from crawler.discovery.feed import feed_addresses, parse_feed
from crawler.discovery.pages import (
    category_links,
    category_page_address,
    list_page_address,
    parse_category_page,
    parse_list_page,
)
from crawler.discovery.past import named_articles, past_posts
from crawler.discovery.posts import Blog, ListedPost, Listing, NotAList, article_id

__all__ = (
    "PAGE_SIZE",
    "Blog",
    "ListedPost",
    "Listing",
    "NotAList",
    "api_address",
    "article_id",
    "category_links",
    "category_page_address",
    "feed_addresses",
    "list_page_address",
    "named_articles",
    "parse_api_page",
    "parse_category_page",
    "parse_feed",
    "parse_list_page",
    "past_posts",
)
