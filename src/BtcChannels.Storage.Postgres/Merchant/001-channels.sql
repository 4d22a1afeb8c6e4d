-- Amounts are satoshi (spent: msat), heights block heights, keys and scripts as on the wire, signatures compact (64 bytes),
-- txids as people write them. A state's columns are there exactly in that state. Text is compared byte by byte, so that no index depends on the system's locales.
CREATE TABLE channel (
    id text COLLATE "C" NOT NULL PRIMARY KEY,           -- txid-vout of the deposit
    kind text COLLATE "C" NOT NULL,
    merchant_key bytea NOT NULL CHECK (length(merchant_key) = 33),
    customer_key bytea NOT NULL CHECK (length(customer_key) = 33),
    expiry bigint NOT NULL CHECK (expiry BETWEEN 1 AND 4294967295),
    close_fee bigint NOT NULL CHECK (close_fee > 0),
    deposit_value bigint NOT NULL CHECK (deposit_value > 0),
    offer bytea NOT NULL UNIQUE CHECK (length(offer) = 16),
    payout_index bigint NOT NULL UNIQUE CHECK (payout_index BETWEEN 0 AND 2147483647),
    payout_script bytea NOT NULL,
    customer_script bytea NOT NULL,

    is_paid bigint NOT NULL CHECK (is_paid = (authorized IS NOT NULL)::int),    -- in indexes instead of authorized: payments leave them alone
    authorized bigint CHECK (authorized >= 0 AND authorized <= deposit_value - close_fee),
    signature bytea CHECK (length(signature) = 64),
    spent bigint NOT NULL CHECK (spent BETWEEN 0 AND 1000 * coalesce(authorized, 0)),

    deposit_height bigint CHECK (deposit_height >= 0),
    state text COLLATE "C" NOT NULL CHECK (state IN ('pending', 'open', 'closing', 'closed', 'abandoned', 'refunded')),
    is_settled bigint NOT NULL CHECK (is_settled IN (0, 1)),                    -- nothing can change any more: buried, or over
    deadline bigint,
    abandon_reason text COLLATE "C" CHECK (abandon_reason IN ('deadline-passed', 'double-spent', 'superseded', 'expired')),
    close_total bigint CHECK (close_total >= 0),
    close_signature bytea CHECK (length(close_signature) = 64),
    close_transaction bytea,
    spend_txid text COLLATE "C" CHECK (length(spend_txid) = 64),
    spend_height bigint CHECK (spend_height >= 0),
    spend_to_merchant bigint CHECK (spend_to_merchant >= 0),
    spend_to_customer bigint CHECK (spend_to_customer >= 0),
    is_held bigint NOT NULL CHECK (is_held IN (0, 1)),                          -- in a store restored from a backup: the customer has yet to show his newest payment
    version bigint NOT NULL CHECK (version >= 1),

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
) WITH (fillfactor = 70);   -- room for a payment's new version of the row beside the old one: then no index is touched

-- What the watcher asks must not cost more for each channel that lies idle.
CREATE INDEX channel_due ON channel (expiry) WHERE state = 'open' AND is_paid = 1;
CREATE INDEX channel_fee ON channel (close_fee) WHERE state = 'open' AND is_paid = 1;
CREATE INDEX channel_open ON channel (payout_index) WHERE state = 'open';
CREATE INDEX channel_abandoned ON channel (expiry) WHERE state = 'abandoned' AND is_settled = 0;
CREATE INDEX channel_active ON channel (id) WHERE is_settled = 0 AND state <> 'open' AND state <> 'abandoned';
CREATE INDEX channel_mined ON channel (id) WHERE is_settled = 0 AND deposit_height IS NOT NULL;
CREATE INDEX channel_unmined ON channel (id) WHERE is_settled = 0 AND deposit_height IS NULL;
CREATE INDEX channel_deposit_height ON channel (deposit_height) WHERE deposit_height IS NOT NULL;
CREATE INDEX channel_spend_height ON channel (spend_height) WHERE spend_height IS NOT NULL;
CREATE INDEX channel_state ON channel (state);

-- What is bounded is counted off indexes that hold just that; payments on mined deposits touch neither.
CREATE INDEX channel_awaited ON channel (id) WHERE deposit_height IS NULL AND state IN ('pending', 'open');
CREATE INDEX channel_exposed ON channel (payout_index) WHERE deposit_height IS NULL AND is_settled = 0 AND is_paid = 1;

-- Apart from the row that every payment rewrites.
CREATE TABLE deposit (
    channel_id text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES channel (id),
    raw bytea NOT NULL
);

CREATE TABLE deposit_input (
    channel_id text COLLATE "C" NOT NULL REFERENCES channel (id),
    txid text COLLATE "C" NOT NULL CHECK (length(txid) = 64),
    vout bigint NOT NULL CHECK (vout BETWEEN 0 AND 4294967295),
    PRIMARY KEY (channel_id, txid, vout)
);
CREATE INDEX deposit_input_coin ON deposit_input (txid, vout);

CREATE TABLE payout_counter (
    id bigint PRIMARY KEY CHECK (id = 1),
    next bigint NOT NULL CHECK (next BETWEEN 0 AND 2147483648)
);
INSERT INTO payout_counter (id, next) VALUES (1, 0);

CREATE TABLE chain_cursor (
    id bigint PRIMARY KEY CHECK (id = 1),
    text text NOT NULL,
    height bigint NOT NULL CHECK (height >= 0),
    hash text NOT NULL CHECK (length(hash) = 64),
    median_time bigint NOT NULL
);

-- Which instance follows the chain, and until when it is certain to be the only one, by this database's clock.
CREATE TABLE watch (
    id bigint PRIMARY KEY CHECK (id = 1),
    instance uuid NOT NULL,
    tenure bigint NOT NULL,     -- goes up whenever another instance takes it
    until timestamptz NOT NULL
);
