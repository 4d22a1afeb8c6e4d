-- Amounts are satoshi, heights block heights, keys and scripts as on the wire, signatures compact (64 bytes), txids as people
-- write them. A state's columns are there exactly in that state.
CREATE TABLE channel (
    key_index INTEGER NOT NULL PRIMARY KEY CHECK (key_index BETWEEN 0 AND 2147483647),
    id TEXT NOT NULL UNIQUE,                            -- txid-vout of the deposit; a third party may have moved it
    merchant TEXT NOT NULL,
    kind TEXT NOT NULL,
    merchant_key BLOB NOT NULL CHECK (length(merchant_key) = 33),
    customer_key BLOB NOT NULL CHECK (length(customer_key) = 33),
    expiry INTEGER NOT NULL CHECK (expiry BETWEEN 1 AND 4294967295),
    close_fee INTEGER NOT NULL CHECK (close_fee > 0),
    offer_token TEXT NOT NULL,
    confirmations INTEGER NOT NULL CHECK (confirmations >= 0),
    customer_script BLOB NOT NULL,

    deposit_value INTEGER NOT NULL CHECK (deposit_value > 0),
    authorized INTEGER CHECK (authorized >= 0),
    signature BLOB CHECK (length(signature) = 64),
    acknowledged INTEGER NOT NULL CHECK (acknowledged >= 0),
    deposit_height INTEGER CHECK (deposit_height >= 0),
    state TEXT NOT NULL CHECK (state IN ('prepared', 'dropped', 'active', 'closing', 'stranded', 'refunding', 'closed', 'refunded')),
    is_settled INTEGER NOT NULL CHECK (is_settled IN (0, 1)),               -- nothing can change any more: buried, or over
    payout_script BLOB,
    close_txid TEXT CHECK (length(close_txid) = 64),
    spend_txid TEXT CHECK (length(spend_txid) = 64),
    spend_height INTEGER CHECK (spend_height >= 0),
    spend_to_merchant INTEGER CHECK (spend_to_merchant >= 0),
    spend_to_customer INTEGER CHECK (spend_to_customer >= 0),
    version INTEGER NOT NULL CHECK (version >= 1),

    CHECK ((authorized IS NULL) = (signature IS NULL)),
    CHECK (payout_script IS NOT NULL OR state NOT IN ('active', 'closing')),
    CHECK (payout_script IS NULL OR state IN ('active', 'closing', 'refunding', 'closed', 'refunded')),
    CHECK (close_txid IS NULL OR state = 'closing'),
    CHECK ((spend_txid IS NOT NULL) = (state IN ('closed', 'refunded'))),
    CHECK ((spend_txid IS NULL) = (spend_height IS NULL)),
    CHECK ((spend_txid IS NULL) = (spend_to_merchant IS NULL)),
    CHECK ((spend_txid IS NULL) = (spend_to_customer IS NULL)),
    CHECK (is_settled = 0 OR state IN ('dropped', 'closed', 'refunded'))
);
CREATE INDEX channel_unfinished ON channel (key_index) WHERE is_settled = 0;

-- Apart from the row that every payment rewrites. There is no channel without its refund.
CREATE TABLE funding (
    key_index INTEGER NOT NULL PRIMARY KEY REFERENCES channel (key_index),
    deposit BLOB NOT NULL,
    refund BLOB NOT NULL
);

CREATE TABLE key_counter (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    next INTEGER NOT NULL CHECK (next BETWEEN 0 AND 2147483648)
);
INSERT INTO key_counter (id, next) VALUES (1, 0);

CREATE TABLE chain_cursor (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    text TEXT NOT NULL,
    height INTEGER NOT NULL CHECK (height >= 0),
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    median_time INTEGER NOT NULL
);
