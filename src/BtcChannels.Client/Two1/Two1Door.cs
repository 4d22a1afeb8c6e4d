using BtcChannels.Two1;
using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>
/// The two1 door of channels, in the words of the direct one. What that server of 2015 does not say by itself is found out here: whether it has a channel or payment whose
/// answer was lost.
/// </summary>
internal sealed class Two1Door(CustomerRuntime run)
{
    private const string Confirming = "confirming";
    private const string Ready = "ready";
    private const string ClosedWord = "closed";

    /// <summary>Shows a prepared channel. A server that has it already says so in the words of a refusal.</summary>
    public async Task<MerchantReply<OpenAnswer>> ShowAsync(CustomerChannel channel, CancellationToken ct)
    {
        var door = Connect(channel);
        // Older servers know no witness; newer ones may want to see that the deposit is signed.
        var reply = await door.OpenAsync(Bare(channel.DepositTransaction).ToHex(), channel.Terms.RedeemScript, ct);
        if (reply is MerchantReply<Two1Error>.Refused { Refusal.IsTemporary: false })
        {
            if (await HasAsync(door, channel, ct)) return Agreed(channel);
            if (HasWitness(channel.DepositTransaction)) reply = await door.OpenAsync(channel.DepositTransaction.ToHex(), channel.Terms.RedeemScript, ct);
        }
        return reply switch
        {
            MerchantReply<Two1Error>.Success => Agreed(channel),
            MerchantReply<Two1Error>.Refused { Refusal: { } refusal } => new MerchantReply<OpenAnswer>.Refused(refusal),
            _ => new MerchantReply<OpenAnswer>.NoAnswer(reply.Words),
        };
    }

    /// <summary>Sends the newest payment. Sent again, it is refused as no raise; what the server has says whether it arrived.</summary>
    public async Task<MerchantReply<PaymentAnswer>> PayAsync(CustomerChannel channel, SignedPayment newest, CancellationToken ct)
    {
        var (door, payment, deposit) = (Connect(channel), HalfSignedPayment.Build(channel.Terms, channel.Deposit, newest), channel.Deposit.OutPoint.Hash);
        switch (await door.PayAsync(deposit, payment, ct))
        {
            case MerchantReply<Two1Paid>.Success { Answer: { } answer }:
                return answer.PaymentTxid == HalfSignedPayment.Token(payment) ? Taken(channel, newest) : new MerchantReply<PaymentAnswer>.NoAnswer("The merchant answered about another payment");
            case MerchantReply<Two1Paid>.Refused { Refusal: { } refusal } when refusal.Problem == Two1Refusals.TotalNotRaised:
                return await door.StatusAsync(deposit, ct) switch
                {
                    MerchantReply<Two1Status>.Success { Answer: { } status } => status.Balance == newest.Total.Satoshi ? Taken(channel, newest) : new MerchantReply<PaymentAnswer>.Refused(refusal),
                    // That it is no raise may mean that it is paid: not known as long as he does not say what he has.
                    var silence => new MerchantReply<PaymentAnswer>.NoAnswer(silence.Words),
                };
            case MerchantReply<Two1Paid>.Refused { Refusal: { } refusal }:
                return new MerchantReply<PaymentAnswer>.Refused(refusal);
            case var silence:
                return new MerchantReply<PaymentAnswer>.NoAnswer(silence.Words);
        }
    }

    /// <summary>The channel as its merchant has it, as far as he tells: a two1 door shows no signature.</summary>
    public async Task<MerchantReply<StatusAnswer>> StatusAsync(CustomerChannel channel, CancellationToken ct) =>
        await Connect(channel).StatusAsync(channel.Deposit.OutPoint.Hash, ct) switch
        {
            MerchantReply<Two1Status>.Success { Answer: { } status } => StateOf(status.Status) is { } state && status.Balance >= 0 && status.Balance <= channel.Capacity.Satoshi
                ? new MerchantReply<StatusAnswer>.Success(new(
                    channel.Id.ToString(), state, Hex.Write(HalfSignedPayment.MerchantScript(channel.Terms).ToBytes()), channel.Capacity.Satoshi, channel.Terms.CloseFee.Satoshi, status.TimeLeft, null,
                    channel.Confirmations, null, status.Balance, MilliSatoshi.Of(Money.Satoshis(status.Balance)).Value, null, null, null))
                : new MerchantReply<StatusAnswer>.NoAnswer("The merchant tells of a channel that cannot be"),
            MerchantReply<Two1Status>.Refused { Refusal: { } refusal } => new MerchantReply<StatusAnswer>.Refused(refusal),
            { } silence => new MerchantReply<StatusAnswer>.NoAnswer(silence.Words),
            null => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>Asks for the close, at the newest payment that the merchant has: there is no other way here.</summary>
    public async Task<MerchantReply<CloseAnswer>> CloseAsync(CustomerChannel channel, CancellationToken ct)
    {
        var (door, deposit) = (Connect(channel), channel.Deposit.OutPoint.Hash);
        var total = await door.StatusAsync(deposit, ct) is MerchantReply<Two1Status>.Success { Answer.Balance: { } balance } && balance >= 0 && balance <= channel.Capacity.Satoshi
            ? Money.Satoshis(balance)
            : channel.Authorized;
        return await door.CloseAsync(deposit, run.Keys.AuthorizeTwo1Close(channel), ct) switch
        {
            MerchantReply<Two1Paid>.Success { Answer.PaymentTxid: { Length: 64 } txid } when Hex.IsLowerCase(txid) => new MerchantReply<CloseAnswer>.Success(new(
                channel.Id.ToString(), txid, total.Satoshi, (channel.Deposit.Value - channel.Terms.CloseFee - total).Satoshi, channel.Terms.CloseFee.Satoshi)),
            MerchantReply<Two1Paid>.Success => new MerchantReply<CloseAnswer>.NoAnswer("The merchant answered with a close that cannot be"),
            MerchantReply<Two1Paid>.Refused { Refusal: { } refusal } => new MerchantReply<CloseAnswer>.Refused(refusal),
            { } silence => new MerchantReply<CloseAnswer>.NoAnswer(silence.Words),
            null => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static async Task<bool> HasAsync(Two1Connection door, CustomerChannel channel, CancellationToken ct) =>
        await door.StatusAsync(channel.Deposit.OutPoint.Hash, ct) is MerchantReply<Two1Status>.Success { Answer: { } status }
        && status is { Status: Confirming or Ready } && status.TimeLeft == channel.Terms.Expiry.Value;

    private static MerchantReply<OpenAnswer>.Success Agreed(CustomerChannel channel) => new(new(
        channel.Id.ToString(), Hex.Write(HalfSignedPayment.MerchantScript(channel.Terms).ToBytes()), channel.Capacity.Satoshi, channel.Terms.CloseFee.Satoshi, channel.Terms.Expiry.Value, channel.Confirmations,
        Two1Protocol.MinOutput.Satoshi));

    private static MerchantReply<PaymentAnswer>.Success Taken(CustomerChannel channel, SignedPayment newest) =>
        new(new(channel.Id.ToString(), newest.Total.Satoshi, MilliSatoshi.Of(newest.Total).Value, channel.Remaining.Satoshi));

    private static string? StateOf(string status) => status switch
    {
        Confirming => Slug.Of(new MerchantState.Pending(0)),
        Ready => Slug.Of(new MerchantState.Open()),
        ClosedWord => "closed",
        _ => null,
    };

    private static bool HasWitness(Transaction transaction) => transaction.Inputs.Any(input => input.WitScript != WitScript.Empty);

    private static Transaction Bare(Transaction transaction)
    {
        var bare = transaction.Clone();
        foreach (var input in bare.Inputs) input.WitScript = WitScript.Empty;
        return bare;
    }

    private Two1Connection Connect(CustomerChannel channel) =>
        run.Two1(channel.Merchant + ((channel.Door as CustomerDoor.Two1) ?? throw new InvalidOperationException("No channel of a two1 door")).Path);
}
