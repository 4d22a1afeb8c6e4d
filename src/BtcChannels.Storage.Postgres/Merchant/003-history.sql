-- What became of channels, apart from payments. Those of before have in it what came since.
CREATE TABLE history (
    payout_index bigint NOT NULL REFERENCES channel (payout_index),
    version bigint NOT NULL CHECK (version >= 1),       -- of the channel, that was written with it
    part bigint NOT NULL CHECK (part >= 0),             -- of what came with one version, in its order
    kind text COLLATE "C" NOT NULL,
    at bigint NOT NULL,                                 -- UNIX seconds
    height bigint CHECK (height >= 0),                  -- of the tip
    amount bigint CHECK (amount >= 0),
    detail text COLLATE "C",
    PRIMARY KEY (payout_index, version, part)
);
