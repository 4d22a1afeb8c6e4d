-- What requests under way may cost, by the run of the process that serves them: "run:msat" or "run:msat:key", separated by spaces. Of a run that is over it counts no more.
ALTER TABLE channel ADD COLUMN reserved TEXT CHECK (reserved <> '');

-- Runs are numbered from 1; the last one is the one that has the store open.
CREATE TABLE run (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last INTEGER NOT NULL CHECK (last >= 0)
);
INSERT INTO run (id, last) VALUES (1, 0);

-- What paid requests were answered, for a time.
CREATE TABLE answer (
    payout_index INTEGER NOT NULL REFERENCES channel (payout_index),
    key BLOB NOT NULL CHECK (length(key) = 16),
    request BLOB NOT NULL CHECK (length(request) = 32),
    status INTEGER NOT NULL CHECK (status BETWEEN 100 AND 599),
    head TEXT NOT NULL,
    body BLOB,                                          -- null: paid, but not kept
    at INTEGER NOT NULL,                                -- UNIX seconds
    PRIMARY KEY (payout_index, key)
);
CREATE INDEX answer_at ON answer (at);
