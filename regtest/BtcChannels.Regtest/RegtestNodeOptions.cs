namespace BtcChannels.Regtest;

public sealed record RegtestNodeOptions
{
    /// <summary>Whether the node gets a wallet with spendable coins. A merchant's node needs none.</summary>
    public bool FundedWallet { get; init; } = true;

    /// <summary>Further options of bitcoind, without their dash.</summary>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>();
}
