package index

import (
	"strings"

	"github.com/stemma-chain/stemma/portal/index/fold"
)

// schemaVersion is raised with every change of what is stored. There is no migration: an
// index is rebuilt.
const schemaVersion = "4"

// version is what an index has to be of.
const version = schemaVersion + " " + fold.Version

// Times are nanoseconds since 1970. A tag is eight bytes of a hash, for finding: what it finds is
// compared. Ids of all sorts are numbered as they come and their bytes kept once, in subjects.
// Text is in texts and events alone, but for what terms are called, which is never taken back, and
// protocols of endpoints. Amounts have 256 bits, so they are text.
const schema = `
CREATE TABLE version (version TEXT NOT NULL);

CREATE TABLE state (
	one INTEGER PRIMARY KEY, chain TEXT NOT NULL, first INTEGER NOT NULL, height INTEGER NOT NULL, time INTEGER NOT NULL,
	hash BLOB, results BLOB, checked INTEGER NOT NULL, subjects INTEGER NOT NULL,
	words INTEGER NOT NULL, places INTEGER NOT NULL, events INTEGER NOT NULL,
	works INTEGER NOT NULL, derivations INTEGER NOT NULL, payments INTEGER NOT NULL, accounts INTEGER NOT NULL,
	due INTEGER NOT NULL, newer TEXT NOT NULL, newer_at INTEGER NOT NULL, codes INTEGER NOT NULL
);

CREATE TABLE subjects (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE);

CREATE TABLE words (id INTEGER PRIMARY KEY, word BLOB NOT NULL UNIQUE);

CREATE TABLE blocks (height INTEGER PRIMARY KEY, time INTEGER NOT NULL, event INTEGER NOT NULL);

CREATE TABLE places (id INTEGER PRIMARY KEY, height INTEGER NOT NULL, tx INTEGER NOT NULL, hash BLOB, tag INTEGER, event INTEGER NOT NULL);
CREATE INDEX places_tag ON places (tag) WHERE tag IS NOT NULL;

CREATE TABLE events (id INTEGER PRIMARY KEY, place INTEGER NOT NULL, msg INTEGER NOT NULL, shape INTEGER NOT NULL, body BLOB NOT NULL);

CREATE TABLE mentions (subject INTEGER, event INTEGER, PRIMARY KEY (subject, event)) WITHOUT ROWID;

CREATE TABLE works (
	id INTEGER PRIMARY KEY, subject INTEGER NOT NULL UNIQUE, owner INTEGER NOT NULL, sha256 BLOB NOT NULL, tag INTEGER NOT NULL,
	kind INTEGER NOT NULL, status INTEGER NOT NULL, version INTEGER NOT NULL, flags INTEGER NOT NULL, place INTEGER NOT NULL,
	registered INTEGER NOT NULL, since INTEGER NOT NULL, rank INTEGER NOT NULL, due INTEGER NOT NULL
);
CREATE INDEX works_tag ON works (tag, rank, id);
CREATE INDEX works_owner ON works (owner, id);
CREATE INDEX works_due ON works (due) WHERE due <> 0;

CREATE TABLE texts (id INTEGER PRIMARY KEY, title TEXT NOT NULL, creators TEXT NOT NULL, identifiers TEXT NOT NULL);

CREATE TABLE tags (tag INTEGER, work INTEGER, PRIMARY KEY (tag, work)) WITHOUT ROWID;

CREATE TABLE codes (work INTEGER, id INTEGER, kind INTEGER NOT NULL, code INTEGER NOT NULL, PRIMARY KEY (work, id)) WITHOUT ROWID;

CREATE TABLE edges (
	derivative INTEGER, source INTEGER, role INTEGER NOT NULL, weight INTEGER NOT NULL, later INTEGER NOT NULL,
	declaration INTEGER NOT NULL, event INTEGER NOT NULL, PRIMARY KEY (derivative, source)
) WITHOUT ROWID;
CREATE INDEX edges_source ON edges (source, derivative);

CREATE TABLE admissions (work INTEGER, declaration INTEGER, PRIMARY KEY (work, declaration)) WITHOUT ROWID;

CREATE TABLE earned (account INTEGER, denom BLOB, amount TEXT NOT NULL, PRIMARY KEY (account, denom)) WITHOUT ROWID;

CREATE TABLE anchors (account INTEGER, root BLOB, time INTEGER NOT NULL, PRIMARY KEY (account, root)) WITHOUT ROWID;

CREATE TABLE offers (
	work INTEGER, licence INTEGER, price TEXT NOT NULL, ends INTEGER NOT NULL, flags INTEGER NOT NULL, PRIMARY KEY (work, licence)
) WITHOUT ROWID;

CREATE TABLE licences (
	id INTEGER PRIMARY KEY, due INTEGER NOT NULL, permits INTEGER NOT NULL, rate INTEGER NOT NULL, spdx TEXT NOT NULL,
	preset TEXT NOT NULL, territories TEXT NOT NULL, media TEXT NOT NULL, fee TEXT NOT NULL
);
CREATE INDEX licences_due ON licences (due) WHERE due <> 0;

CREATE TABLE agents (
	id INTEGER PRIMARY KEY, controller INTEGER NOT NULL, status INTEGER NOT NULL, ends INTEGER NOT NULL, version INTEGER NOT NULL
);

CREATE TABLE endpoints (protocol TEXT, agent INTEGER, PRIMARY KEY (protocol, agent)) WITHOUT ROWID;
CREATE INDEX endpoints_agent ON endpoints (agent);
`

// The terms of texts. SQLite keeps no copy of them: they are folded again to be deleted.
const (
	sqliteTerms = `
CREATE VIRTUAL TABLE terms USING fts5 (body, content='', tokenize='ascii', detail=none, columnsize=0, prefix='2 3 4 5 6');
INSERT INTO terms (terms, rank) VALUES ('secure-delete', 1);
`
	postgresTerms = `
CREATE TABLE terms (id BIGINT PRIMARY KEY, terms TSVECTOR NOT NULL);
CREATE INDEX terms_terms ON terms USING GIN (terms);
`
)

var postgresTypes = strings.NewReplacer("INTEGER", "BIGINT", "BLOB", "BYTEA", " WITHOUT ROWID", "")
