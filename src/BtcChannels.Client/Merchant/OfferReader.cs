using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>Turns a merchant's offer into what it means, or says why it means nothing here.</summary>
internal static class OfferReader
{
    private const int MaxToken = 1_024;
    private const long MaxSatoshi = 21_000_000L * 100_000_000L;

    public static (Offer? Offer, string? Fault) Read(OfferAnswer answer, Network network)
    {
        if (answer.Genesis != network.GenesisHash.ToString()) return Fault($"The merchant is on another network than {network}: its first block is not this one's");
        if (answer.Kind != Slug.Of(ChannelKind.P2sh)) return Fault("The merchant offers a kind of channel that is not known here");
        if (!Hex.TryParse(answer.MerchantKey, out var bytes) || bytes.Length != 33 || !PubKey.TryCreatePubKey(bytes, out var key))
            return Fault("The merchant's key is none");
        if (answer.Offer.Length is 0 or > MaxToken || !answer.Offer.All(IsTokenLetter)) return Fault("The offer's token is not one");
        if (!IsAmount(answer.CloseFeeSat) || !IsAmount(answer.MinDepositSat) || !IsAmount(answer.MaxDepositSat) || answer.Confirmations < 0)
            return Fault("The offer's amounts are out of range");
        return (new Offer(
            default, ChannelKind.P2sh, key, Money.Satoshis(answer.CloseFeeSat), Money.Satoshis(answer.MinDepositSat), Money.Satoshis(answer.MaxDepositSat),
            answer.MinExpiry, answer.MaxExpiry, answer.Confirmations, answer.Deadline), null);
    }

    private static bool IsAmount(long satoshi) => satoshi is > 0 and <= MaxSatoshi;

    private static (Offer?, string) Fault(string fault) => (null, fault);

    private static bool IsTokenLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.';
}
