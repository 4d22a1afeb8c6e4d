using NBitcoin;

namespace BtcChannels.RegtestTests.Judge;

/// <summary>Transactions at the edges that are counted over all of a transaction: its size, and the signatures that it checks.</summary>
internal static class LargeDrafts
{
    private const string Hash20 = "0101010101010101010101010101010101010101";
    private static readonly Script s_keyHash = Script.FromHex($"0014{Hash20}");
    private static readonly Script s_scriptHash = Script.FromHex($"a914{Hash20}87");
    private static readonly Script s_multisig = Script.FromHex("51210279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f8179851ae");

    public static IEnumerable<(string Name, Draft Draft)> All(Funds funds)
    {
        foreach (var (version, size) in new[] { (3u, 9_999), (3u, 10_000), (3u, 10_001), (2u, 10_001), (2u, 99_999), (2u, 100_000), (2u, 100_001), (3u, 100_001) })
            yield return ($"version {version} of {size} vB", OfSize(funds, version, size));
        foreach (var (outputs, fee) in new[] { (199, 100_000), (200, 100_000), (201, 100_000), (200, 8_000), (200, 7_999), (50, 2_000), (50, 1_999) })
            yield return ($"{outputs} outputs that check at a fee of {fee}", Checking(funds, outputs, fee));
        foreach (var (inputs, fee) in new[] { (100, 50_000), (200, 50_000), (266, 50_000), (267, 50_000), (270, 50_000), (266, 7_981), (266, 7_980) })
            yield return ($"{inputs} inputs that check 15 each at a fee of {fee}", SpendingChecks(funds, inputs, fee));
    }

    // Now and then a signature is a byte shorter, and another fee makes another one.
    private static Draft OfSize(Funds funds, uint version, int size)
    {
        const int tries = 20;
        return Enumerable.Range(200_000, tries).Select(fee => OfSize(funds, version, size, fee)).First(draft => draft.Write().GetVirtualSize() == size);
    }

    private static Draft OfSize(Funds funds, uint version, int size, long fee)
    {
        const int smallest = 31;
        const int room = 600;   // What is left open is filled up by outputs that are a byte longer than the smallest.
        var count = (size - room) / smallest;
        var missing = size - OfOutputs(funds, version, fee, count, 0).Write().GetVirtualSize();
        return OfOutputs(funds, version, fee, count + missing / smallest, missing % smallest);
    }

    private static Draft OfOutputs(Funds funds, uint version, long fee, int outputs, int larger)
    {
        var draft = Rich(funds, version);
        for (var i = 0; i < outputs; i++) draft.Outputs.Add(new(Money.Satoshis(1_000L), i < larger ? s_scriptHash : s_keyHash));
        draft.Fee = fee;
        return draft;
    }

    private static Draft Checking(Funds funds, int outputs, long fee)
    {
        var draft = Rich(funds, 2);
        for (var i = 0; i < outputs; i++) draft.Outputs.Add(new(Money.Satoshis(2_000L), s_multisig));
        draft.Fee = fee;
        return draft;
    }

    private static Draft SpendingChecks(Funds funds, int inputs, long fee)
    {
        var draft = Rich(funds, 2);
        draft.Inputs.AddRange(funds.ManyChecks.Take(inputs).Select(coin => new DraftInput(coin, coin.Script.Branches[0])));
        draft.Fee = fee;
        return draft;
    }

    private static Draft Rich(Funds funds, uint version)
    {
        var draft = new Draft { Version = version };
        draft.Inputs.Add(new(funds.Rich, funds.Rich.Script.Branches[0]));
        draft.Outputs.Add(new(Draft.Rest, s_keyHash));
        return draft;
    }
}
