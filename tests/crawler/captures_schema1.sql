-- A capture store of schema 1, as its last version wrote it.
PRAGMA application_id = 1346650960;
CREATE TABLE bodies (
        sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
        size INTEGER NOT NULL CHECK (size >= 0),
        zstd BLOB NOT NULL
    ) STRICT;
INSERT INTO "bodies" VALUES('1ebc6ff3b3ac5e3ed7fdfdfc7633eb7ac2ae2cae56b9e50ffd3179347fb45833',17,X'28B52FFD24118900003C68746D6C3E706F73743C2F68746D6C3ECFF3D517');
INSERT INTO "bodies" VALUES('283bb9deef02e6843abfb538efa1eca70801bd8a701c3f98191e123496339247',4,X'28B52FFD2404210000676F6E65547FB1BB');
INSERT INTO "bodies" VALUES('a11ae06469c63740d7b0ecf802f282a0d46e94f31a654dfcd3c0dc6dc277f904',4,X'28B52FFD240421000068616C66211436E5');
INSERT INTO "bodies" VALUES('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',2,X'28B52FFD24021100007B7DD194F27A');
INSERT INTO "bodies" VALUES('8f2a223f636bf9ce0b4e8c1f34579f00b74c0321fe4697372bbf189d65621009',3,X'28B52FFD24031900002320745E0D0D7B');
CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO "meta" VALUES('schema_version','1');
CREATE TABLE observations (
        capture_id TEXT NOT NULL PRIMARY KEY CHECK (length(capture_id) = 24),
        sha256 TEXT NOT NULL REFERENCES bodies (sha256),
        address TEXT,
        origin TEXT NOT NULL,
        fetched_at TEXT,
        status INTEGER,
        headers TEXT CHECK (headers IS NULL OR json_valid(headers)),
        checksum TEXT NOT NULL
    ) STRICT;
INSERT INTO "observations" VALUES('47ce4d4ae09536652e24d59f','1ebc6ff3b3ac5e3ed7fdfdfc7633eb7ac2ae2cae56b9e50ffd3179347fb45833','https://blog.csdn.net/U/article/details/80763567','csdn','2024-01-01T00:00:00Z',200,'{"etag": "\"a\""}','6e92811e1e0be5e14505d70e5b4878a3ebf01fe101afdb4ff78afbdb9c333012');
INSERT INTO "observations" VALUES('4d00c31dcb20f8e5d44bc06c','283bb9deef02e6843abfb538efa1eca70801bd8a701c3f98191e123496339247','https://blog.csdn.net/u/article/details/7','csdn','2024-01-02T00:00:00Z',404,'{}','503acf38d5d02ab0861690603392a317d79a266e254c6ebf1aecc31de9b0a38f');
INSERT INTO "observations" VALUES('c8bb07748093b45d901e431b','a11ae06469c63740d7b0ecf802f282a0d46e94f31a654dfcd3c0dc6dc277f904','https://blog.csdn.net/u/article/details/8','csdn','2024-01-02T00:00:00Z',200,'{"x-paperdigest-damaged": "gzip ends early"}','feaeaae5660cdacacb9e3340c53e5d01c1b543b7db20865c3687d7e86aa3e8a1');
INSERT INTO "observations" VALUES('06a559b52eba2b7836923f94','44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a','https://blog.csdn.net/community/home-api/v1/get-business-list?page=1','csdn','2024-01-01T00:00:00Z',200,NULL,'360deb332651193849f674ef69c212ead9d656bc8557bdd49b479c0f751a203a');
INSERT INTO "observations" VALUES('a4afb7ed9973d6339be81d45','8f2a223f636bf9ce0b4e8c1f34579f00b74c0321fe4697372bbf189d65621009',NULL,'file:x.md',NULL,NULL,NULL,'4e0d7416922748c219bbeed38b1d5355af1e959ebe95bb6f6670b3d298d0044a');
CREATE INDEX observations_by_address ON observations (address, origin, fetched_at);
CREATE INDEX observations_by_body ON observations (sha256);
