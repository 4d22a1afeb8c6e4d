-- What requests under way may cost, by the run of the instance that serves them: "run:msat" or "run:msat:key", separated by spaces. Of a run that is over it counts no more.
ALTER TABLE channel ADD COLUMN reserved text COLLATE "C" CHECK (reserved <> '');

-- The instances' runs. One that does not say in time that it is still there, by this database's clock, is over.
CREATE TABLE run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    until timestamptz NOT NULL
);

-- What paid requests were answered, for a time.
CREATE TABLE answer (
    payout_index bigint NOT NULL REFERENCES channel (payout_index),
    key bytea NOT NULL CHECK (length(key) = 16),
    request bytea NOT NULL CHECK (length(request) = 32),
    status bigint NOT NULL CHECK (status BETWEEN 100 AND 599),
    head text NOT NULL,
    body bytea,                                         -- null: paid, but not kept
    at bigint NOT NULL,                                 -- UNIX seconds
    PRIMARY KEY (payout_index, key)
);
CREATE INDEX answer_at ON answer (at);
