-- The customer's own wallet: there are rows once it is made. The branches of its two accounts (BIP44, BIP84; chain 0 receives, 1 is for change).
CREATE TABLE wallet_branch (
    purpose INTEGER NOT NULL CHECK (purpose IN (44, 84)),
    chain INTEGER NOT NULL CHECK (chain IN (0, 1)),
    next INTEGER NOT NULL CHECK (next BETWEEN 0 AND 2147483648),        -- no address from here on was given out
    shown INTEGER CHECK (shown BETWEEN 0 AND next - 1),                 -- the address that is shown to payers, nothing received yet
    used INTEGER NOT NULL CHECK (used BETWEEN 0 AND next),              -- nothing was ever seen on an address from here on
    PRIMARY KEY (purpose, chain)
);

-- Coins of transactions that are being made, so that no other takes them; for a time only, since who makes one may die.
CREATE TABLE wallet_lock (
    outpoint TEXT NOT NULL PRIMARY KEY,
    until INTEGER NOT NULL                                              -- UNIX seconds
);

-- A channel from a backup: what was signed is not known until the merchant has told.
ALTER TABLE channel ADD COLUMN is_restored INTEGER NOT NULL DEFAULT 0 CHECK (is_restored = 0 OR (is_restored = 1 AND state = 'prepared'));
