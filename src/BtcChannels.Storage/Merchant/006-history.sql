-- What became of channels, apart from payments. Those of before have in it what came since.
CREATE TABLE history (
    payout_index INTEGER NOT NULL REFERENCES channel (payout_index),
    version INTEGER NOT NULL CHECK (version >= 1),      -- of the channel, that was written with it
    part INTEGER NOT NULL CHECK (part >= 0),            -- of what came with one version, in its order
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,                                -- UNIX seconds
    height INTEGER CHECK (height >= 0),                 -- of the tip
    amount INTEGER CHECK (amount >= 0),
    detail TEXT,
    PRIMARY KEY (payout_index, version, part)
) WITHOUT ROWID;
