-- Channels of the two1 door: the day of their merchant's key, and how many of their payments' tokens are not redeemed.
ALTER TABLE channel ADD COLUMN two1_day INTEGER CHECK (two1_day BETWEEN 0 AND 2147483647);
ALTER TABLE channel ADD COLUMN two1_unredeemed INTEGER CHECK (two1_unredeemed >= 0);

-- Their payments, each of which can be shown once for a resource.
CREATE TABLE token (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 32),      -- of the half-signed payment, in the order of hashes
    payout_index INTEGER NOT NULL REFERENCES channel (payout_index),
    amount INTEGER NOT NULL CHECK (amount > 0),                -- satoshi
    at INTEGER NOT NULL,                                       -- UNIX seconds
    is_redeemed INTEGER NOT NULL CHECK (is_redeemed IN (0, 1))
) WITHOUT ROWID;
CREATE INDEX token_at ON token (at);
