using NBitcoin;

namespace BtcChannels.RegtestTests.Judge;

/// <summary>Channel transactions as their makers make them, before anything is changed.</summary>
internal sealed class Drafts(Funds funds, SeededStream stream)
{
    private const uint NotFinal = 0xfffffffe;

    private readonly Scripts _scripts = new(stream);

    public (string Name, Draft Draft) Any() => stream.Below(10) switch
    {
        < 7 => OfChannel(stream.Pick(funds.Channels), stream.Below(8) switch { < 4 => "close", < 7 => "refund", _ => "half" }),
        < 9 => Deposit(stream.Pick(funds.Wallets)),
        _ => Stranger(stream.Pick(funds.Oddities)),
    };

    /// <summary>A close, a refund, or a payment that only the customer has signed ("half").</summary>
    public (string Name, Draft Draft) OfChannel(JudgeCoin coin, string branch)
    {
        var draft = new Draft { Version = coin.Script.IsWitness ? 3u : 1u };
        draft.Inputs.Add(Spending(draft, coin, coin.Script.Branches.Single(it => it.Name == branch)));
        if (branch != "refund") draft.Outputs.Add(new(Money.Satoshis(30_000L), Merchant()));
        draft.Outputs.Add(new(Draft.Rest, Customer()));
        return ($"{branch} of {coin.Script.Name}", draft);
    }

    public (string Name, Draft Draft) Deposit(JudgeCoin coin, int branch = 0)
    {
        var draft = new Draft { Version = 2 };
        draft.Inputs.Add(new(coin, coin.Script.Branches[branch]) { Sequence = 0xfffffffd });
        draft.Outputs.Add(new(Money.Satoshis(Funds.ChannelValue), _scripts.Channel("new", 2_000_000_000).ScriptPubKey));
        draft.Outputs.Add(new(Draft.Rest, Merchant()));
        return ($"deposit from {coin.Script.Name}", draft);
    }

    /// <summary>A spend of what no channel pays to.</summary>
    public (string Name, Draft Draft) Stranger(JudgeCoin coin)
    {
        var draft = new Draft { Version = 2 };
        draft.Inputs.Add(new(coin, coin.Script.Branches[0]));
        draft.Outputs.Add(new(Draft.Rest, Customer()));
        return ($"spend of {coin.Script.Name}", draft);
    }

    /// <summary>An input as its coin wants it, with the lock time it needs.</summary>
    public static DraftInput Spending(Draft draft, JudgeCoin coin, Branch branch)
    {
        if (branch.Name != "refund") return new(coin, branch);
        draft.LockTime = coin.Script.Expiry;
        return new(coin, branch) { Sequence = NotFinal };
    }

    private Script Merchant() => _scripts.NewKey().PubKey.WitHash.ScriptPubKey;

    private Script Customer() => _scripts.NewKey() is var key && stream.OneIn(2) ? key.PubKey.Hash.ScriptPubKey : key.PubKey.WitHash.ScriptPubKey;
}
