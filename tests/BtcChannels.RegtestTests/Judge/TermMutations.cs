using NBitcoin;

namespace BtcChannels.RegtestTests.Judge;

/// <summary>Versions, locks and inputs: what is signed, before it is signed.</summary>
internal static class TermMutations
{
    private static readonly uint[] s_versions = [0, 1, 2, 3, 4, 0x7fffffff, 0x80000000, 0xffffffff];

    private static readonly uint[] s_sequences =
        [0xffffffff, 0xfffffffe, 0xfffffffd, 0x80000000, 0x80000005, 0x7fffffff, 0, 1, 5, 20, 100, 0xffff, 0x400000, 0x400001, 0x400005, 0x4000a8, 0x4000b0, 0x40ffff, 0x10000];

    public static IEnumerable<Mutation> All(Funds funds)
    {
        foreach (var version in s_versions) yield return new($"version {version}", (draft, _) => draft.Version = version);
        foreach (var sequence in s_sequences) yield return new($"sequence {sequence:x}", (draft, stream) => stream.Pick(draft.Inputs).Sequence = sequence);
        var (height, median) = ((uint)funds.Chain.Height, (uint)funds.Chain.MedianTime);
        foreach (var lockTime in new uint[] { 0, 1, 99, 100, 101, height - 1, height, height + 1, height + 2, 499_999_999, 500_000_000, median - 3_600, median - 2, median - 1, median, median + 1, 0x7fffffff, 0x80000000, uint.MaxValue })
            yield return new($"lock time {lockTime}", (draft, _) => draft.LockTime = lockTime);
        foreach (var difference in new[] { -1, 1, 2, 512 })
        {
            yield return new($"lock time changed by {difference}", (draft, _) => draft.LockTime = unchecked((uint)(draft.LockTime + difference)));
            yield return new($"lock time {difference} from expiry, enforced", (draft, _) =>
            {
                draft.LockTime = unchecked((uint)(draft.Inputs[0].Coin.Script.Expiry + difference));
                draft.Inputs[0].Sequence = 0xfffffffe;
            });
        }
        foreach (var mutation in RelativeLocks(funds).Concat(Inputs(funds))) yield return mutation;
    }

    // Around what is over, of the coins' block.
    private static IEnumerable<Mutation> RelativeLocks(Funds funds)
    {
        var (coin, chain) = (funds.Rich, funds.Chain);
        foreach (var difference in new[] { -1, 0, 1 })
        {
            var blocks = chain.Height + 1 - coin.Height + difference;
            var intervals = ((chain.MedianTime - coin.MedianTimeBefore) >> 9) + difference;
            yield return Locked($"a lock of {blocks} blocks", (uint)blocks);
            yield return Locked($"a lock of {intervals} intervals", Sequence.SEQUENCE_LOCKTIME_TYPE_FLAG | (uint)intervals);
        }
    }

    private static Mutation Locked(string name, uint sequence) => new(name, (draft, stream) =>
    {
        draft.Version = Math.Max(2, draft.Version);
        stream.Pick(draft.Inputs).Sequence = sequence;
    });

    private static IEnumerable<Mutation> Inputs(Funds funds)
    {
        yield return new("a wallet's input more", (draft, stream) => draft.Inputs.Add(AnyOf(funds.Wallets, stream)));
        yield return new("a channel's input more", (draft, stream) => draft.Inputs.Add(AnyOf(funds.Channels, stream)));
        yield return new("a stranger's input more", (draft, stream) => draft.Inputs.Add(AnyOf(funds.Oddities, stream)));
        yield return new("a wallet's input first", (draft, stream) => draft.Inputs.Insert(0, AnyOf(funds.Wallets, stream)));
        yield return new("the same input twice", (draft, _) => draft.Inputs.Add(Again(draft.Inputs[0])));
        yield return new("an input that is not there", (draft, stream) => draft.Inputs[0].OutPoint = new OutPoint(new uint256(stream.Bytes(32)), 0));
        yield return new("an output that is not there", (draft, _) => draft.Inputs[0].OutPoint = new OutPoint(draft.Inputs[0].OutPoint.Hash, 9_999));
        yield return new("an input more that is not there", (draft, stream) =>
            draft.Inputs.Add(Again(draft.Inputs[0], new OutPoint(new uint256(stream.Bytes(32)), stream.Below(3)))));
        yield return new("an input of nothing more", (draft, _) => draft.Inputs.Add(Again(draft.Inputs[0], new OutPoint())));
        yield return new("a coinbase", (draft, _) => draft.Inputs[0].OutPoint = new OutPoint());
        yield return new("a coinbase of two bytes", (draft, _) =>
        {
            draft.Inputs[0].OutPoint = new OutPoint();
            draft.OnceWritten(transaction => transaction.Inputs.ForEach(input => (input.ScriptSig, input.WitScript) = (new Script((byte[])[1, 1]), WitScript.Empty)));
        });
        yield return new("no input", (draft, _) => draft.OnceWritten(transaction => transaction.Inputs.Clear()));
        yield return new("another branch", (draft, stream) =>
        {
            var input = draft.Inputs[0];
            input.Branch = stream.Pick(input.Coin.Script.Branches);
        });
    }

    private static DraftInput AnyOf(IReadOnlyList<JudgeCoin> coins, SeededStream stream)
    {
        var coin = stream.Pick(coins);
        return new(coin, stream.Pick(coin.Script.Branches));
    }

    private static DraftInput Again(DraftInput input, OutPoint? outPoint = null) => new(input.Coin, input.Branch) { OutPoint = outPoint ?? input.OutPoint };
}
