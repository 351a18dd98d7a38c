"""The table of jobs, and the longer questions to it, in SQL."""

TABLE = """
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    owner TEXT NOT NULL,
    state TEXT NOT NULL,
    stage TEXT NOT NULL DEFAULT '',
    done INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0,
    message TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER NOT NULL DEFAULT 1,
    restarts INTEGER NOT NULL DEFAULT 0,
    pid INTEGER,
    process_created REAL,
    created_at REAL NOT NULL,
    started_at REAL,
    finished_at REAL,
    heartbeat REAL,
    cluster TEXT NOT NULL DEFAULT '',
    short INTEGER NOT NULL DEFAULT 1
)
"""

UPGRADES = (
    "ALTER TABLE jobs ADD COLUMN cluster TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE jobs ADD COLUMN short INTEGER NOT NULL DEFAULT 1",
)
"""From each earlier version of `TABLE` to the next."""


QUEUE = """
SELECT id, owner, short, (
    SELECT COUNT(*) FROM jobs AS other
    WHERE other.owner = jobs.owner AND other.short AND other.started_at IS NOT NULL
        AND other.created_at > jobs.created_at
) AS passed
FROM jobs WHERE state = 'queued' ORDER BY created_at, rowid
"""

DONE_LIKE = """
SELECT * FROM jobs
WHERE state = 'done' AND attempt = 1 AND json_extract(request, '$.kind') = ?
    AND json_extract(request, '$.compendium') = ?
ORDER BY finished_at DESC LIMIT ?
"""
"""Without those that resumed, which say little about the time of a whole job."""
