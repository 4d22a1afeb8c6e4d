-- Amounts are satoshi (spent: msat), heights block heights, keys and scripts as on the wire, signatures compact (64 bytes),
-- txids as people write them. A state's columns are there exactly in that state.
CREATE TABLE channel (
    id TEXT NOT NULL PRIMARY KEY,                       -- txid-vout of the deposit
    kind TEXT NOT NULL,
    merchant_key BLOB NOT NULL CHECK (length(merchant_key) = 33),
    customer_key BLOB NOT NULL CHECK (length(customer_key) = 33),
    expiry INTEGER NOT NULL CHECK (expiry BETWEEN 1 AND 4294967295),
    close_fee INTEGER NOT NULL CHECK (close_fee > 0),
    deposit_value INTEGER NOT NULL CHECK (deposit_value > 0),
    offer BLOB NOT NULL UNIQUE CHECK (length(offer) = 16),
    payout_index INTEGER NOT NULL UNIQUE CHECK (payout_index BETWEEN 0 AND 2147483647),
    payout_script BLOB NOT NULL,
    customer_script BLOB NOT NULL,

    is_paid INTEGER NOT NULL CHECK (is_paid = (authorized IS NOT NULL)),    -- in indexes instead of authorized: payments leave them alone
    authorized INTEGER CHECK (authorized >= 0 AND authorized <= deposit_value - close_fee),
    signature BLOB CHECK (length(signature) = 64),
    spent INTEGER NOT NULL CHECK (spent BETWEEN 0 AND 1000 * coalesce(authorized, 0)),

    deposit_height INTEGER CHECK (deposit_height >= 0),
    state TEXT NOT NULL CHECK (state IN ('pending', 'open', 'closing', 'closed', 'abandoned', 'refunded')),
    is_settled INTEGER NOT NULL CHECK (is_settled IN (0, 1)),               -- nothing can change any more: buried, or over
    deadline INTEGER,
    abandon_reason TEXT CHECK (abandon_reason IN ('deadline-passed', 'double-spent', 'superseded', 'expired')),
    close_total INTEGER CHECK (close_total >= 0),
    close_signature BLOB CHECK (length(close_signature) = 64),
    close_transaction BLOB,
    spend_txid TEXT CHECK (length(spend_txid) = 64),
    spend_height INTEGER CHECK (spend_height >= 0),
    spend_to_merchant INTEGER CHECK (spend_to_merchant >= 0),
    spend_to_customer INTEGER CHECK (spend_to_customer >= 0),
    version INTEGER NOT NULL CHECK (version >= 1),

    CHECK ((authorized IS NULL) = (signature IS NULL)),
    CHECK ((deadline IS NOT NULL) = (state = 'pending')),
    CHECK ((abandon_reason IS NOT NULL) = (state = 'abandoned')),
    CHECK ((spend_txid IS NOT NULL) = (state IN ('closed', 'refunded'))),
    CHECK ((spend_txid IS NULL) = (spend_height IS NULL)),
    CHECK ((spend_txid IS NULL) = (spend_to_merchant IS NULL)),
    CHECK ((spend_txid IS NULL) = (spend_to_customer IS NULL)),
    CHECK (close_total IS NOT NULL OR state <> 'closing'),
    CHECK (close_total IS NULL OR state IN ('closing', 'closed', 'refunded')),
    CHECK ((close_total IS NULL) = (close_signature IS NULL)),
    CHECK ((close_total IS NULL) = (close_transaction IS NULL)),
    CHECK (is_settled = 0 OR state IN ('closed', 'abandoned', 'refunded'))
);

-- What the watcher asks must not cost more for each channel that lies idle.
CREATE INDEX channel_due ON channel (expiry) WHERE state = 'open' AND is_paid = 1;
CREATE INDEX channel_fee ON channel (close_fee) WHERE state = 'open' AND is_paid = 1;
CREATE INDEX channel_abandoned ON channel (expiry) WHERE state = 'abandoned' AND is_settled = 0;
CREATE INDEX channel_active ON channel (state) WHERE is_settled = 0 AND state <> 'open' AND state <> 'abandoned';
CREATE INDEX channel_unsettled ON channel (id) WHERE is_settled = 0;
CREATE INDEX channel_deposit_height ON channel (deposit_height) WHERE deposit_height IS NOT NULL;
CREATE INDEX channel_spend_height ON channel (spend_height) WHERE spend_height IS NOT NULL;
CREATE INDEX channel_state ON channel (state);

-- Apart from the row that every payment rewrites.
CREATE TABLE deposit (
    channel_id TEXT NOT NULL PRIMARY KEY REFERENCES channel (id),
    raw BLOB NOT NULL
);

CREATE TABLE deposit_input (
    channel_id TEXT NOT NULL REFERENCES channel (id),
    txid TEXT NOT NULL CHECK (length(txid) = 64),
    vout INTEGER NOT NULL CHECK (vout BETWEEN 0 AND 4294967295),
    PRIMARY KEY (channel_id, txid, vout)
) WITHOUT ROWID;
CREATE INDEX deposit_input_coin ON deposit_input (txid, vout);

CREATE TABLE payout_counter (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    next INTEGER NOT NULL CHECK (next BETWEEN 0 AND 2147483648)
);
INSERT INTO payout_counter (id, next) VALUES (1, 0);

CREATE TABLE chain_cursor (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    text TEXT NOT NULL,
    height INTEGER NOT NULL CHECK (height >= 0),
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    median_time INTEGER NOT NULL
);
