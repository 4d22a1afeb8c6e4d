using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>Opens channels at two1 doors, in the same order as at the direct one: all is stored before the merchant hears of the deposit, and it goes out after his agreement.</summary>
internal sealed class Two1Opening(CustomerRuntime run, ChannelOpening opening)
{
    private const int KeyLength = 33;

    // The merchant's clock need not be this one; his answer takes time.
    private const long ClockAllowance = 600;

    public async Task<OpenResult> OpenAsync(Two1Address door, Money capacity, TimeSpan duration, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, Two1Protocol.MinOutput, nameof(capacity));
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, run.Options.Two1.MinDuration);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(duration, run.Options.Policy.MaxDuration);
        if (run.Wallet is not { } wallet || !await wallet.ExistsAsync(ct))
            throw new InvalidOperationException("A two1 door pays back to a key, which has to be one of the customer's own wallet: make that first");

        // The node comes first: without it there would be nobody to broadcast the deposit, or to see it mined.
        var tip = await run.Follower.BeginAsync(ct);
        var expiry = Math.Max(run.Clock, tip.MedianTime) + (long)duration.TotalSeconds + ClockAllowance;
        if (expiry > Two1Protocol.LastExpiry) throw new ArgumentOutOfRangeException(nameof(duration), "A channel at a two1 door cannot last beyond 2038-01-19");

        var told = await run.InsistAsync(run.Two1(door.ToString()).InfoAsync, run.Options.Patience, ct);
        if (told is not MerchantReply<Two1Info>.Success { Answer: { } info })
            return told is MerchantReply<Two1Info>.Refused { Refusal: { IsTemporary: false } refusal } ? new OpenResult.Refused(refusal) : new OpenResult.Unanswered(null, told.Words);
        if (info.Version != Two1Protocol.Version) return new OpenResult.MerchantInvalid($"The merchant speaks version {info.Version} of 21's protocol, and {Two1Protocol.Version} is spoken here");
        if (!Hex.TryParse(info.PublicKey, out var bytes) || bytes.Length != KeyLength || !PubKey.TryCreatePubKey(bytes, out var merchantKey))
            return new OpenResult.MerchantInvalid("The merchant's key is none");

        var fee = run.Options.Two1.Fee;
        var value = capacity + Two1Protocol.MinOutput + fee;
        var index = await run.Book.WriteAsync(store => store.NextKeyIndexAsync(ct), ct);
        var address = await run.Book.WriteAsync(store => store.NextAddressAsync(WalletPurpose.Bip44, AddressPath.Change, isShown: false, ct), ct);
        var own = new CustomerDoor.Two1(door.Path, address);
        var customerKey = run.Keys.PubKey(index, own);
        if (customerKey == merchantKey) return new OpenResult.MerchantInvalid("The merchant's key is the customer's own");
        var terms = new ChannelTerms(ChannelKind.P2sh, merchantKey, customerKey, new Expiry((uint)expiry), fee);
        var script = customerKey.Hash.ScriptPubKey;
        var refundFee = await RefundFee.TodayAsync(run.Options.Chain, value, script, ct);

        return await wallet.Funding.Fund(terms.DepositScript, value, ct) switch
        {
            FundingResult.InsufficientFunds poor => new OpenResult.InsufficientFunds(poor.Detail, value),
            FundingResult.Funded funded => await opening.ShowAsync(
                await opening.PrepareAsync(funded.Deposit, value, terms, index, refundFee, script, door.Origin, own, info.Zeroconf == true ? 0 : 1, ct), run.Options.Patience, ct),
            var other => throw new System.Diagnostics.UnreachableException(other.ToString()),
        };
    }
}
