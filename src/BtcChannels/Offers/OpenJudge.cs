using NBitcoin;

namespace BtcChannels;

/// <summary>What a customer asks a channel to be opened with.</summary>
/// <param name="Offer">The merchant's own, its seal checked.</param>
/// <param name="Transaction">The deposit's transaction, signed, and normally not broadcast yet.</param>
/// <param name="CustomerKey">Compressed.</param>
/// <param name="Expiry">When the customer may take the deposit back.</param>
/// <param name="CustomerScript">Where the customer's share goes.</param>
public sealed record OpenRequest(Offer Offer, Transaction Transaction, PubKey CustomerKey, Expiry Expiry, Script CustomerScript);

/// <summary>What becomes of it, as far as it can be told without asking store or node.</summary>
public abstract record OpenOutcome
{
    private OpenOutcome() { }

    public sealed record Acceptable(ChannelTerms Terms, Deposit Deposit) : OpenOutcome;

    public sealed record Refused(OpenRejection Reason) : OpenOutcome;
}

/// <summary>Judges requests to open; pure.</summary>
public static class OpenJudge
{
    /// <summary>What can be told of the request itself, leaving out the clock: the same request again has to find its channel after the deadline, too.</summary>
    public static OpenOutcome Match(OpenRequest request)
    {
        var offer = request.Offer;
        if (request.CustomerKey == offer.MerchantKey) return new OpenOutcome.Refused(OpenRejection.KeysEqual);
        if (!StandardScript.Is(request.CustomerScript)) return new OpenOutcome.Refused(OpenRejection.ScriptNotStandard);
        var terms = new ChannelTerms(offer.Kind, offer.MerchantKey, request.CustomerKey, request.Expiry, offer.CloseFee);
        return Deposit.Find(request.Transaction, terms) switch
        {
            DepositSearch.Found found => new OpenOutcome.Acceptable(terms, found.Deposit),
            DepositSearch.PaysKeyHash => new OpenOutcome.Refused(OpenRejection.DepositPaysKeyHash),
            DepositSearch.Several => new OpenOutcome.Refused(OpenRejection.DepositAmbiguous),
            _ => new OpenOutcome.Refused(OpenRejection.DepositMissing),
        };
    }

    /// <summary>The whole judgement of a request that has no channel yet.</summary>
    public static OpenOutcome Judge(OpenRequest request, Moment now, MerchantPolicy policy)
    {
        var offer = request.Offer;
        if (now.Latest > offer.Deadline) return new OpenOutcome.Refused(OpenRejection.OfferExpired);
        var match = Match(request);
        if (match is OpenOutcome.Refused { Reason: OpenRejection.KeysEqual or OpenRejection.ScriptNotStandard }) return match;
        if (ExpiryFault(request.Expiry, offer, now, policy) is { } reason) return new OpenOutcome.Refused(reason);
        return match is not OpenOutcome.Acceptable { Deposit: var deposit } ? match
            : deposit.Value < offer.MinDeposit ? new OpenOutcome.Refused(OpenRejection.DepositTooSmall)
            : deposit.Value > offer.MaxDeposit ? new OpenOutcome.Refused(OpenRejection.DepositTooLarge)
            : match;
    }

    private static OpenRejection? ExpiryFault(Expiry expiry, Offer offer, Moment now, MerchantPolicy policy)
    {
        if (!expiry.IsTime && !policy.AllowHeightExpiry) return OpenRejection.ExpiryIsHeight;
        var end = now.Latest + (long)expiry.Left(now).TotalSeconds;
        return end < offer.MinExpiry ? OpenRejection.ExpiryTooSoon
            : end > offer.MaxExpiry ? OpenRejection.ExpiryTooFar
            : null;
    }
}
