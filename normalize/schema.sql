-- The archive. Each table, view and column has a sentence; docs/schema.md is made from them.
-- Every id is a function of content, so that the same captures give the same rows in whatever order they came in.
-- Lists in checks of long tables are spelt out with OR: SQLite builds the set of an IN anew for every row.
-- Times: ..._at is ISO 8601 in UTC unless its sentence says otherwise, ..._on a day in Asia/Shanghai.

-- Facts about the archive itself.
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY, -- schema_version, rules_digest, code_version or decisions_digest.
    value TEXT NOT NULL -- Its value.
) STRICT, WITHOUT ROWID;

-- Every observation that was processed: a fetched page or an imported file, whatever it turned out to be.
CREATE TABLE captures (
    capture_id TEXT NOT NULL PRIMARY KEY, -- Key of the observation in the capture store.
    sha256 TEXT NOT NULL, -- SHA-256 of its bytes, hexadecimal.
    address TEXT, -- Address that it came from; null for a file that does not tell.
    origin TEXT NOT NULL, -- Where it came from: the spider or the name of the file.
    status INTEGER, -- HTTP status; null for a file.
    captured_at TEXT, -- When it was captured, as the fetch or the form says; never the time of an import.
    page_class TEXT NOT NULL, -- What the page is: post, not_digest, blocked, gone, login, damaged, list or foreign.
    post_id TEXT REFERENCES posts (post_id) DEFERRABLE INITIALLY DEFERRED, -- Post that it is a copy of; null for other pages.
    CHECK (page_class IN ('post', 'not_digest', 'blocked', 'gone', 'login', 'damaged', 'list', 'foreign'))
) STRICT, WITHOUT ROWID;
CREATE INDEX captures_by_sha256 ON captures (sha256);
CREATE INDEX captures_by_post ON captures (post_id);

-- What each captured copy of a post says about the post: from this the post is found and its best copy chosen.
CREATE TABLE copy_facts (
    capture_id TEXT NOT NULL PRIMARY KEY REFERENCES captures (capture_id), -- The copy.
    site TEXT NOT NULL, -- csdn, wechat or unknown.
    kind TEXT NOT NULL, -- digest, note or list.
    title TEXT, -- Title of the post, as printed.
    title_key TEXT, -- Its title with width, case, punctuation and spaces folded away; null for a short one.
    author TEXT, -- Account that published it.
    published TEXT, -- Time with +08:00, or the day alone, as printed.
    series TEXT, -- Series that it belongs to.
    number INTEGER, -- Issue of the series.
    reads INTEGER, -- Times that it had been read.
    url TEXT, -- Canonical address that it gives for itself.
    entries INTEGER NOT NULL, -- Recommendations in it.
    partial INTEGER NOT NULL, -- 1: the rest of the post is locked on this page.
    has_links INTEGER NOT NULL, -- 1: at least one recommendation has a link.
    has_images INTEGER NOT NULL, -- 1: at least one recommendation has a picture.
    lacks INTEGER NOT NULL, -- How many it has not of title, day, author, any paper's title, any recommender, any summary.
    distance INTEGER NOT NULL, -- From the living page: 0 fetched from the site, 1 from a web archive, 2 a file.
    content TEXT NOT NULL, -- Made from all that is compared in copy_differences; copies of a post with equal ones say the same.
    CHECK (site IN ('csdn', 'wechat', 'unknown')),
    CHECK (kind IN ('digest', 'note', 'list')),
    CHECK (partial IN (0, 1) AND has_links IN (0, 1) AND has_images IN (0, 1) AND distance IN (0, 1, 2))
) STRICT, WITHOUT ROWID;
CREATE INDEX copy_facts_by_title_key ON copy_facts (title_key);

-- Keys by which a copy is known: article numbers of CSDN and WeChat.
CREATE TABLE capture_keys (
    capture_id TEXT NOT NULL REFERENCES captures (capture_id), -- The copy.
    key TEXT NOT NULL, -- csdn-80763567, wechat-MzIwMTc4ODE0Mw-2247489270-1 or wechat-s-XXXX.
    PRIMARY KEY (capture_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX capture_keys_by_key ON capture_keys (key);

-- Posts with recommendations: each once, however many copies there are.
CREATE TABLE posts (
    post_id TEXT NOT NULL PRIMARY KEY, -- Strongest key of its copies, else made from its title and day.
    title TEXT, -- Title, as printed by the copy that is shown.
    kind TEXT NOT NULL, -- digest: papers in blocks; note: on one paper or a few; list: a collection of notes.
    series TEXT, -- Series that it belongs to, such as PaperDaily.
    number INTEGER, -- Issue of the series.
    published_on TEXT, -- Day on which it was published; null where no copy says.
    published_at TEXT, -- Time with +08:00; null where only the day is known.
    reads INTEGER, -- Times read: the highest number that any copy shows.
    author TEXT, -- Account that published it.
    url TEXT, -- Canonical address.
    recommendations INTEGER NOT NULL, -- Number of its recommendations.
    capture_id TEXT NOT NULL REFERENCES captures (capture_id), -- The copy whose fields are shown.
    CHECK (kind IN ('digest', 'note', 'list'))
) STRICT, WITHOUT ROWID;
CREATE INDEX posts_by_day ON posts (published_on);
CREATE INDEX posts_by_series ON posts (series, number);

-- Each address or file that a post was found at.
CREATE TABLE post_copies (
    post_id TEXT NOT NULL REFERENCES posts (post_id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, -- The post.
    place TEXT NOT NULL, -- Canonical address, or the origin of a file that does not tell its address.
    site TEXT NOT NULL, -- csdn, wechat or unknown.
    captures INTEGER NOT NULL, -- Times that it was captured there.
    reads INTEGER, -- Highest number of reads seen there.
    sha256 TEXT NOT NULL, -- SHA-256 of the best capture there.
    first_seen_at TEXT, -- When it was first captured there; null where no capture tells its time.
    last_seen_at TEXT, -- When it was last captured there.
    shown INTEGER NOT NULL, -- 1: the post is shown as this copy prints it.
    PRIMARY KEY (post_id, place),
    CHECK (shown IN (0, 1))
) STRICT, WITHOUT ROWID;

-- Where other copies of a post disagree with the one that is shown: what each of them prints stands here, what the shown one
-- prints is in posts and recommendations too. White space, the width of letters and what a copy does not say are no
-- disagreement. Of captures at one place that say the same, the earliest is compared; reads are in post_copies.
CREATE TABLE copy_differences (
    capture_id TEXT NOT NULL REFERENCES captures (capture_id), -- The other copy.
    ordinal INTEGER NOT NULL, -- Place among its differences, from 1.
    post_id TEXT NOT NULL REFERENCES posts (post_id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, -- The post.
    position INTEGER, -- Place of the recommendation in the shown copy; null for the post itself and for one that only the other copy has.
    other_position INTEGER, -- Its place in the other copy; null for the post itself and for one that only the shown copy has.
    field TEXT NOT NULL, -- title, author, published, series, number, section, recommender, tag, summary, links, images; entry: only one of them has it.
    shown TEXT, -- What the shown copy prints; of links and images those that only it has, a line each, null for none; of an entry its title.
    other TEXT, -- What the other copy prints, likewise.
    PRIMARY KEY (capture_id, ordinal),
    CHECK (shown IS NOT NULL OR other IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX copy_differences_by_post ON copy_differences (post_id);

-- Conferences, journals and workshops that a recommendation names.
CREATE TABLE venues (
    venue_id TEXT NOT NULL PRIMARY KEY, -- Canonical short name: NeurIPS, ACL, IEEE TIP.
    full_name TEXT, -- Full name.
    kind TEXT, -- Kind of venue, such as conference or journal.
    aliases TEXT NOT NULL, -- Other names, a JSON array: ["NIPS"].
    ccf_rank TEXT, -- Rank in the list of the China Computer Federation: A, B or C.
    dblp_key TEXT, -- Key in DBLP: conf/nips.
    first_year INTEGER, -- Year in which it was first held or first appeared; null where that is not known.
    last_year INTEGER -- Year in which it was held for the last time; null: it goes on, or that is not known.
) STRICT, WITHOUT ROWID;

-- Papers: each once, however often it was recommended.
CREATE TABLE papers (
    paper_id TEXT NOT NULL PRIMARY KEY, -- From the strongest identifier (pw-2026, arxiv-1806.01234), else from the title.
    title TEXT, -- The title most often printed, then the earliest; null where all are pictures.
    venue_id TEXT REFERENCES venues (venue_id) DEFERRABLE INITIALLY DEFERRED, -- Where it appeared: the most specific mention.
    venue_year INTEGER, -- Year of the venue.
    venue_status TEXT -- published, accepted, submitted, workshop, challenge, oral, spotlight, poster or best-paper.
) STRICT, WITHOUT ROWID;
CREATE INDEX papers_by_venue ON papers (venue_id, venue_year);

-- Other ids of a paper: those that each of its recommendations would have had alone, and those that decisions join.
CREATE TABLE paper_aliases (
    alias TEXT NOT NULL PRIMARY KEY, -- The other id.
    paper_id TEXT NOT NULL REFERENCES papers (paper_id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED -- The paper.
) STRICT, WITHOUT ROWID;
CREATE INDEX paper_aliases_by_paper ON paper_aliases (paper_id);

-- People who recommend papers.
CREATE TABLE recommenders (
    recommender_id TEXT NOT NULL PRIMARY KEY, -- Name with width, case, spaces and marks round it folded away; a decision by hand may lead elsewhere.
    name TEXT NOT NULL, -- Name as most often printed.
    variants TEXT NOT NULL -- All its spellings as printed, most frequent first, a JSON array: ["zhangjun", "Zhang Jun"].
) STRICT, WITHOUT ROWID;

-- Subjects of recommendations, in the blog's words.
CREATE TABLE tags (
    tag_id TEXT NOT NULL PRIMARY KEY, -- Name with width, case, spaces, hyphens and plurals folded away; equal for names of one subject, NMT and 神经机器翻译.
    name TEXT NOT NULL, -- Name as most often printed.
    variants TEXT NOT NULL -- All that is printed for it, most frequent first, a JSON array: ["Neural Machine Translation", "NMT"].
) STRICT, WITHOUT ROWID;

-- Recommendations: a paper in a post.
CREATE TABLE recommendations (
    recommendation_id INTEGER NOT NULL PRIMARY KEY, -- First 48 bits of the SHA-256 of post_id, times 1000, plus position.
    post_id TEXT NOT NULL REFERENCES posts (post_id) DEFERRABLE INITIALLY DEFERRED, -- The post.
    position INTEGER NOT NULL, -- Place in the post, from 1.
    search_id INTEGER NOT NULL, -- Row of the table search; smaller for newer posts.
    paper_id TEXT NOT NULL REFERENCES papers (paper_id) DEFERRABLE INITIALLY DEFERRED, -- The paper.
    section TEXT, -- Heading that it stands under.
    title_raw TEXT, -- Title as printed; null where it is a picture.
    title TEXT, -- Title as printed, else that of another recommendation of the paper.
    title_source TEXT, -- printed or other_recommendation; null where there is no title.
    title_key TEXT, -- Printed title with width, case, punctuation and spaces folded away; null for a short or generic one.
    recommender_id TEXT REFERENCES recommenders (recommender_id) DEFERRABLE INITIALLY DEFERRED, -- Who recommends it.
    recommender_raw TEXT, -- The recommender's name as printed here.
    tag_id TEXT REFERENCES tags (tag_id) DEFERRABLE INITIALLY DEFERRED, -- Its subject.
    tag_raw TEXT, -- The subject as printed here.
    summary TEXT NOT NULL, -- What the post says about the paper; paragraphs are separated by an empty line.
    venue_id TEXT REFERENCES venues (venue_id) DEFERRABLE INITIALLY DEFERRED, -- Venue that the post gives for the paper.
    venue_year INTEGER, -- Year of the venue.
    venue_status TEXT, -- published, accepted, submitted, workshop, challenge, oral, spotlight, poster or best-paper.
    venue_printed TEXT, -- The venue as printed: SIGIR ’18.
    venue_sentence TEXT, -- The sentence that the venue was read from.
    venue_start INTEGER, -- Place of venue_printed in the summary, in characters from 0; null where the heading is the venue.
    venue_end INTEGER, -- Place of the character behind its last.
    UNIQUE (post_id, position),
    CHECK (position BETWEEN 1 AND 999),
    CHECK (title_source IN ('printed', 'other_recommendation') AND title IS NOT NULL OR title_source IS NULL AND title IS NULL)
) STRICT;
CREATE INDEX recommendations_by_search ON recommendations (search_id);
CREATE INDEX recommendations_by_paper ON recommendations (paper_id);
CREATE INDEX recommendations_by_title_key ON recommendations (title_key);
CREATE INDEX recommendations_by_recommender ON recommendations (recommender_id, recommender_raw);
CREATE INDEX recommendations_by_tag ON recommendations (tag_id, tag_raw);
CREATE INDEX recommendations_by_venue ON recommendations (venue_id, venue_year);

-- Labelled links of a recommendation, in the order printed.
CREATE TABLE links (
    recommendation_id INTEGER NOT NULL REFERENCES recommendations (recommendation_id) ON DELETE CASCADE, -- The recommendation.
    position INTEGER NOT NULL, -- Place in the block, from 1.
    role TEXT NOT NULL, -- paper, code, dataset, notes, project, blog or other.
    label TEXT NOT NULL, -- Label as printed.
    url_raw TEXT NOT NULL, -- Address as printed, letter by letter.
    url TEXT NOT NULL, -- Canonical address: proxies unwrapped, trackers dropped.
    PRIMARY KEY (recommendation_id, position),
    CHECK (role = 'paper' OR role = 'code' OR role = 'dataset' OR role = 'notes' OR role = 'project' OR role = 'blog' OR role = 'other')
) STRICT, WITHOUT ROWID;
CREATE INDEX links_by_url ON links (url);

-- Pictures of a recommendation, in the order printed.
CREATE TABLE images (
    recommendation_id INTEGER NOT NULL REFERENCES recommendations (recommendation_id) ON DELETE CASCADE, -- The recommendation.
    position INTEGER NOT NULL, -- Place in the block, from 1.
    role TEXT NOT NULL, -- badge: the number before the title; title: the title itself; figure: of the paper; other.
    url_raw TEXT NOT NULL, -- Address as printed, letter by letter.
    url TEXT NOT NULL, -- The picture's own address.
    key TEXT NOT NULL, -- Equal for the same picture on CSDN and on WeChat.
    PRIMARY KEY (recommendation_id, position),
    CHECK (role = 'badge' OR role = 'title' OR role = 'figure' OR role = 'other')
) STRICT, WITHOUT ROWID;

-- Identifiers that the paper links of a recommendation hold, and repositories that any of its links leads to.
CREATE TABLE identifiers (
    recommendation_id INTEGER NOT NULL REFERENCES recommendations (recommendation_id) ON DELETE CASCADE, -- The recommendation.
    scheme TEXT NOT NULL, -- Of papers: paperweekly, arxiv, doi, openreview, acl, cvf, pmlr, neurips, semanticscholar, openalex, paperweekly-notes; of repositories: github, gitlab, gitee, bitbucket, huggingface.
    value TEXT NOT NULL, -- Normalised value: for arXiv without the version, for a repository owner/name in small letters.
    strong INTEGER NOT NULL, -- 1: equal values speak for one paper; 0: notes and repositories, which papers may share.
    disputed INTEGER NOT NULL, -- 1: held to be another paper's, see judgements and problems.
    PRIMARY KEY (recommendation_id, scheme, value),
    CHECK (strong IN (0, 1) AND disputed IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX identifiers_by_value ON identifiers (scheme, value);

-- Institutions that a summary gives for a paper's authors.
CREATE TABLE affiliations (
    recommendation_id INTEGER NOT NULL REFERENCES recommendations (recommendation_id) ON DELETE CASCADE, -- The recommendation.
    position INTEGER NOT NULL, -- Place in the summary, from 1.
    name TEXT NOT NULL, -- Name as printed.
    PRIMARY KEY (recommendation_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX affiliations_by_name ON affiliations (name);

-- Past posts that a post lists in its tail.
CREATE TABLE post_links (
    post_id TEXT NOT NULL REFERENCES posts (post_id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, -- The post with the list.
    position INTEGER NOT NULL, -- Place in the list, from 1.
    title TEXT NOT NULL, -- Title as printed.
    url_raw TEXT, -- Address as printed; null where the link got lost.
    url TEXT, -- Canonical address.
    post_key TEXT, -- Key that the address gives.
    title_key TEXT, -- Folded title; null for a short one.
    linked_post_id TEXT REFERENCES posts (post_id) DEFERRABLE INITIALLY DEFERRED, -- The post, by key, else as the only one with this title; null while unknown.
    PRIMARY KEY (post_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_links_by_key ON post_links (post_key);
CREATE INDEX post_links_by_title_key ON post_links (title_key);
CREATE INDEX post_links_by_linked_post ON post_links (linked_post_id);

-- Why two recommendations are held to be of one paper, or not.
CREATE TABLE judgements (
    left_id INTEGER NOT NULL REFERENCES recommendations (recommendation_id) ON DELETE CASCADE, -- One recommendation.
    right_id INTEGER NOT NULL REFERENCES recommendations (recommendation_id) ON DELETE CASCADE, -- The other, with the higher id.
    rule TEXT NOT NULL, -- decision, equal_identifier, equal_title, identifier_conflict or title_conflict.
    evidence TEXT NOT NULL, -- The decision, or the identifier or title key that they share.
    verdict TEXT NOT NULL, -- same, different or unsure.
    PRIMARY KEY (left_id, right_id, rule, evidence),
    CHECK (left_id < right_id),
    CHECK (verdict = 'same' OR verdict = 'different' OR verdict = 'unsure')
) STRICT, WITHOUT ROWID;
CREATE INDEX judgements_by_right ON judgements (right_id);

-- Recommendations that decisions by hand are about.
CREATE TABLE decided (
    recommendation_id INTEGER NOT NULL REFERENCES recommendations (recommendation_id) ON DELETE CASCADE, -- The recommendation.
    decision TEXT NOT NULL, -- The decision: arxiv-1806.01234 = pw-2026 for one paper, pw-7 ≠ title-0f3a4c5d6e7f for two.
    name TEXT NOT NULL, -- Of the names in the decision the most special one that means the recommendation.
    PRIMARY KEY (recommendation_id, decision)
) STRICT, WITHOUT ROWID;
CREATE INDEX decided_by_decision ON decided (decision);

-- What was not understood or does not add up.
CREATE TABLE problems (
    problem_id TEXT NOT NULL PRIMARY KEY, -- Made from all that it says.
    code TEXT NOT NULL, -- Stable name: unclaimed_line, identifier_conflict.
    severity TEXT NOT NULL, -- info, warning or error.
    message TEXT NOT NULL, -- A sentence for people.
    capture_id TEXT REFERENCES captures (capture_id), -- Capture that it was found in; null for what came of comparing recommendations.
    post_id TEXT REFERENCES posts (post_id) DEFERRABLE INITIALLY DEFERRED, -- Post that it is about; null for a page that is none.
    recommendation_id INTEGER REFERENCES recommendations (recommendation_id) ON DELETE CASCADE, -- Recommendation, for what came of comparing them.
    position INTEGER, -- Place of the entry in the post that it is about; null for the whole post.
    line TEXT, -- The line of the post that it is about.
    CHECK (severity = 'info' OR severity = 'warning' OR severity = 'error')
) STRICT, WITHOUT ROWID;
CREATE INDEX problems_by_code ON problems (code);
CREATE INDEX problems_by_capture ON problems (capture_id);
CREATE INDEX problems_by_post ON problems (post_id);
CREATE INDEX problems_by_recommendation ON problems (recommendation_id);

-- What must hold of an archive; `paperdigest check` asks each and counts the cases in which it does not.
CREATE TABLE checks (
    name TEXT NOT NULL PRIMARY KEY, -- Stable name: papers_are_recommended.
    severity TEXT NOT NULL, -- error: the archive would contradict itself; warning: something would be doubtful; info: something would be missing.
    sentence TEXT NOT NULL, -- What holds.
    query TEXT NOT NULL, -- SQL that gives a row for each case in which it does not hold; its first column names the case.
    CHECK (severity IN ('info', 'warning', 'error'))
) STRICT, WITHOUT ROWID;

-- Full text of recommendations; rowid is recommendations.search_id. It is an index only, so that its columns can be
-- searched and not shown. Text is folded (width, case); a Han character is a token, together with the next if that is a
-- frequent one. paperdigest search writes the expression for words as a reader types them.
-- summary: Summary of the recommendation.
-- title: Its title.
-- other: Its subject, recommender, venue and section.
-- title_only: Its title once more, U+E002 before each token: titles are searched without the long lists of summaries.
CREATE VIRTUAL TABLE search USING fts5 (summary, title, other, title_only, content = '', tokenize = 'ascii');
-- Bytes that a writer gathers before they are written as a piece of the index: of many small pieces each has to be merged.
INSERT INTO search (search, rank) VALUES ('hashsize', 33554432);

-- Papers, a row each, with all that is known of them.
CREATE VIEW paper_overview AS
SELECT
    papers.paper_id AS paper_id, -- The paper.
    papers.title AS title, -- Its title.
    papers.venue_id AS venue, -- Short name of its venue.
    papers.venue_year AS year, -- Year of its venue.
    papers.venue_status AS venue_status, -- Its status at the venue.
    (SELECT min(posts.published_on) FROM recommendations JOIN posts USING (post_id)
        WHERE recommendations.paper_id = papers.paper_id) AS first_recommended_on, -- Day of the first post that recommends it.
    (SELECT count(*) FROM recommendations
        WHERE recommendations.paper_id = papers.paper_id) AS times_recommended, -- Number of its recommendations.
    (SELECT group_concat(name, ', ') FROM (SELECT DISTINCT recommenders.name AS name
        FROM recommendations JOIN recommenders USING (recommender_id)
        WHERE recommendations.paper_id = papers.paper_id ORDER BY name)) AS recommenders, -- Who recommends it.
    (SELECT group_concat(name, ', ') FROM (SELECT DISTINCT tags.name AS name
        FROM recommendations JOIN tags USING (tag_id)
        WHERE recommendations.paper_id = papers.paper_id ORDER BY name)) AS tags, -- Its subjects.
    (SELECT links.url FROM recommendations JOIN links USING (recommendation_id)
        WHERE recommendations.paper_id = papers.paper_id AND links.role = 'paper'
        ORDER BY links.recommendation_id, links.position LIMIT 1) AS paper_url, -- An address of the paper.
    (SELECT links.url FROM recommendations JOIN links USING (recommendation_id)
        WHERE recommendations.paper_id = papers.paper_id AND links.role = 'code'
        ORDER BY links.recommendation_id, links.position LIMIT 1) AS code_url, -- An address of its code.
    (SELECT images.url FROM recommendations JOIN images USING (recommendation_id)
        WHERE recommendations.paper_id = papers.paper_id AND images.role = 'figure'
        ORDER BY images.recommendation_id, images.position LIMIT 1) AS figure -- A picture of its content.
FROM papers;

-- Recommendations, a row each, with post, paper, people and addresses written out.
CREATE VIEW recommendation_overview AS
SELECT
    recommendations.recommendation_id AS recommendation_id, -- The recommendation.
    posts.published_on AS published_on, -- Day of the post.
    posts.post_id AS post_id, -- The post.
    posts.title AS post_title, -- Title of the post.
    posts.series AS series, -- Series of the post.
    posts.number AS number, -- Issue of the series.
    recommendations.position AS position, -- Place in the post.
    recommendations.section AS section, -- Heading that it stands under.
    recommendations.paper_id AS paper_id, -- The paper.
    recommendations.title AS title, -- Title of the paper.
    recommenders.name AS recommender, -- Who recommends it.
    tags.name AS tag, -- Its subject.
    recommendations.summary AS summary, -- What the post says about it.
    recommendations.venue_id AS venue, -- Venue that the post gives.
    recommendations.venue_year AS year, -- Year of the venue.
    recommendations.venue_status AS venue_status, -- Status at the venue.
    (SELECT group_concat(name, ', ') FROM (SELECT affiliations.name AS name FROM affiliations
        WHERE affiliations.recommendation_id = recommendations.recommendation_id
        ORDER BY affiliations.position)) AS affiliations, -- Institutions of the authors.
    (SELECT links.url FROM links
        WHERE links.recommendation_id = recommendations.recommendation_id AND links.role = 'paper'
        ORDER BY links.position LIMIT 1) AS paper_url, -- First address of the paper.
    (SELECT links.url FROM links
        WHERE links.recommendation_id = recommendations.recommendation_id AND links.role = 'code'
        ORDER BY links.position LIMIT 1) AS code_url, -- First address of its code.
    (SELECT count(*) FROM images
        WHERE images.recommendation_id = recommendations.recommendation_id
        AND images.role = 'figure') AS figures, -- Number of pictures of its content.
    posts.url AS post_url -- Address of the post.
FROM recommendations
JOIN posts USING (post_id)
LEFT JOIN recommenders USING (recommender_id)
LEFT JOIN tags USING (tag_id);

-- Papers by venue and year.
CREATE VIEW venue_year AS
SELECT
    venues.venue_id AS venue, -- Short name of the venue.
    venues.full_name AS full_name, -- Its full name.
    venues.kind AS kind, -- Its kind.
    venues.ccf_rank AS ccf_rank, -- Its rank in the list of the China Computer Federation.
    papers.venue_year AS year, -- The year; null where no recommendation says.
    count(*) AS papers, -- Papers of this venue and year that were recommended.
    sum(papers.venue_status IN ('oral', 'spotlight', 'best-paper')) AS distinguished, -- Of them orals, spotlights and best papers.
    sum(papers.venue_status = 'submitted') AS submitted -- Of them only submitted as far as is known.
FROM papers JOIN venues USING (venue_id)
GROUP BY venues.venue_id, papers.venue_year;

-- People who recommend, with what they recommended.
CREATE VIEW recommender_activity AS
SELECT
    recommenders.recommender_id AS recommender_id, -- The recommender.
    recommenders.name AS name, -- Name as most often printed.
    count(*) AS recommendations, -- Number of recommendations.
    count(DISTINCT recommendations.paper_id) AS papers, -- Number of papers.
    count(DISTINCT recommendations.post_id) AS posts, -- Number of posts.
    min(posts.published_on) AS first_on, -- Day of the first.
    max(posts.published_on) AS last_on, -- Day of the last.
    (SELECT tags.name FROM recommendations AS own JOIN tags USING (tag_id)
        WHERE own.recommender_id = recommenders.recommender_id
        GROUP BY tags.tag_id ORDER BY count(*) DESC, tags.tag_id LIMIT 1) AS main_tag -- Subject most often recommended.
FROM recommenders
JOIN recommendations USING (recommender_id)
JOIN posts USING (post_id)
GROUP BY recommenders.recommender_id;

-- Subjects by quarter of a year; posts without a day are left out.
CREATE VIEW tag_trend AS
SELECT
    substr(posts.published_on, 1, 4) || '-Q' || ((CAST(substr(posts.published_on, 6, 2) AS INTEGER) + 2) / 3) AS quarter, -- The quarter: 2018-Q2.
    tags.tag_id AS tag_id, -- The subject.
    tags.name AS tag, -- Name as most often printed.
    count(*) AS recommendations, -- Number of recommendations.
    count(DISTINCT recommendations.paper_id) AS papers -- Number of papers.
FROM recommendations
JOIN posts USING (post_id)
JOIN tags USING (tag_id)
WHERE posts.published_on IS NOT NULL
GROUP BY quarter, tags.tag_id;

-- What is missing or doubtful, a row a post.
CREATE VIEW data_quality AS
SELECT
    posts.post_id AS post_id, -- The post.
    posts.published_on AS published_on, -- Its day.
    posts.title AS title, -- Its title.
    posts.recommendations AS recommendations, -- Number of its recommendations.
    (SELECT count(*) FROM recommendations AS r
        WHERE r.post_id = posts.post_id AND r.title IS NULL) AS without_title, -- Recommendations without any title.
    (SELECT count(*) FROM recommendations AS r
        WHERE r.post_id = posts.post_id AND r.title_source = 'other_recommendation') AS filled_titles, -- Titles taken from another recommendation.
    (SELECT count(*) FROM recommendations AS r
        WHERE r.post_id = posts.post_id AND r.recommender_id IS NULL) AS without_recommender, -- Recommendations without a recommender.
    (SELECT count(*) FROM recommendations AS r
        WHERE r.post_id = posts.post_id AND r.tag_id IS NULL) AS without_tag, -- Recommendations without a subject.
    (SELECT count(*) FROM recommendations AS r
        WHERE r.post_id = posts.post_id AND r.summary = '') AS without_summary, -- Recommendations without a summary.
    (SELECT count(*) FROM recommendations AS r WHERE r.post_id = posts.post_id AND NOT EXISTS
        (SELECT 1 FROM links WHERE links.recommendation_id = r.recommendation_id
        AND links.role = 'paper')) AS without_paper_link, -- Recommendations without a link to the paper.
    (SELECT count(*) FROM problems
        WHERE problems.post_id = posts.post_id AND problems.severity = 'error'
        AND (problems.capture_id IS NULL OR problems.capture_id = posts.capture_id)) AS errors, -- Errors of the copy that is shown.
    (SELECT count(*) FROM problems
        WHERE problems.post_id = posts.post_id AND problems.severity = 'warning'
        AND (problems.capture_id IS NULL OR problems.capture_id = posts.capture_id)) AS warnings, -- Warnings of the copy that is shown.
    (SELECT count(*) FROM copy_differences AS d WHERE d.post_id = posts.post_id
        AND d.field <> 'author') AS copy_differences -- What other copies print differently; the author is not counted, whom each site names otherwise.
FROM posts;
