using NBitcoin;

namespace BtcChannels;

/// <summary>An output that a wallet can spend.</summary>
/// <param name="Purpose">The kind of its account.</param>
/// <param name="Path">Its key in the account.</param>
/// <param name="OutPoint">Where it stands.</param>
/// <param name="Output">Value and script.</param>
/// <param name="Height">The block it stands in; null in the mempool.</param>
public sealed record OwnCoin(WalletPurpose Purpose, AddressPath Path, OutPoint OutPoint, TxOut Output, int? Height)
{
    // A witness input is 41 bytes and 108 of witness, at a quarter: two counts, a signature of 72 bytes at most, a key. Without witness it is 148 bytes,
    // and one of witness where others have some.
    private const int WitnessInputWeight = (41 * 4) + 108;
    private const int PlainInputWeight = (148 * 4) + 1;

    public Money Value => Output.Value;

    /// <summary>Whether a third party may change the id of a transaction that spends it (BIP141).</summary>
    public bool IsMalleable => Purpose != WalletPurpose.Bip84;

    /// <summary>The most that spending it adds to a transaction, weight units.</summary>
    public int InputWeight => Purpose == WalletPurpose.Bip84 ? WitnessInputWeight : PlainInputWeight;
}
