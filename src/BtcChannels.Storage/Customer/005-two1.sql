-- A channel at a two1 door: the door's path below the merchant's origin, and the number of the wallet's key (P2PKH account, change) that is the customer's.
ALTER TABLE channel ADD COLUMN two1_path TEXT CHECK (two1_path IS NULL OR offer_token = '');
ALTER TABLE channel ADD COLUMN two1_wallet_index INTEGER CHECK ((two1_wallet_index IS NULL) = (two1_path IS NULL));

-- Tokens of such channels that are not known to be redeemed: bought for a request, or, without one, by hand. Written with the payment, gone with the channel.
CREATE TABLE two1_token (
    number INTEGER PRIMARY KEY,                                         -- in the order of the payments
    token TEXT NOT NULL UNIQUE CHECK (length(token) = 64),              -- txid of the half-signed payment
    key_index INTEGER NOT NULL REFERENCES channel (key_index),
    amount INTEGER NOT NULL CHECK (amount > 0),                         -- satoshi
    method TEXT,
    address TEXT,
    CHECK ((method IS NULL) = (address IS NULL))
);
CREATE INDEX two1_token_channel ON two1_token (key_index);
