"""Records as JSON, in the form that ``paperdigest parse`` prints."""

from typing import Any

from normalize.model import EntryRecord, PostRecord, Problem


def post_to_dict(record: PostRecord, *, path: str, form: str) -> dict[str, Any]:
    """A post as ``paperdigest parse`` prints it, one object a file."""
    post = record.post
    return {
        "path": path,
        "form": form,
        "site": post.site,
        "url": post.url,
        "kind": post.kind,
        "title": post.title,
        "author": post.author,
        "published": post.published,
        "reads": post.reads,
        "series": post.series,
        "number": post.number,
        "entries": [entry_to_dict(entry) for entry in record.entries],
        "past_posts": [{"title": past.title, "url": past.url, "url_raw": past.url_raw} for past in record.past_posts],
        "problems": [problem_to_dict(problem) for problem in record.problems],
    }


def entry_to_dict(record: EntryRecord) -> dict[str, Any]:
    """An entry of it."""
    entry, venue = record.entry, record.venue
    title_image = next((image.url for image in record.images if image.role == "title"), None)
    return {
        "position": entry.position,
        "section": entry.section,
        "title": entry.title_raw,
        "title_image": title_image,
        "recommender": entry.recommender,
        "tag": entry.tag,
        "summary": entry.summary,
        "venue": venue and {"name": venue.name, "year": venue.year, "status": venue.status, "printed": venue.printed},
        "affiliations": list(record.affiliations),
        "links": [
            {"role": link.role, "label": link.label, "url": link.url, "url_raw": link.url_raw} for link in record.links
        ],
        "images": [{"role": image.role, "url": image.url, "url_raw": image.url_raw} for image in record.images],
    }


def problem_to_dict(problem: Problem) -> dict[str, Any]:
    """A problem of it."""
    return {
        "code": problem.code,
        "message": problem.message,
        "position": problem.position,
        "line": problem.line,
    }


def unreadable_to_dict(path: str, form: str, code: str, reason: str) -> dict[str, Any]:
    """What is printed for a file that cannot be read."""
    problem = problem_to_dict(Problem(code=code, message=reason, severity="error"))
    empty = dict.fromkeys(("url", "title", "author", "published", "reads", "series", "number"))
    return {
        "path": path,
        "form": form,
        "site": "unknown",
        "kind": "unreadable",
        **empty,
        "entries": [],
        "past_posts": [],
        "problems": [problem],
    }
