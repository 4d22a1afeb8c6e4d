using System.Globalization;
using BtcChannels.Regtest;
using NBitcoin;
using NBitcoin.RPC;
using Xunit.Abstractions;

namespace BtcChannels.RegtestTests.Judge;

/// <summary>
/// A node's mempool judges channel transactions and what a seeded generator makes of them, and the Bitcoin layer comes to the same verdict for
/// the same class of reason. The generator leaves out what the policy cannot know or does not claim: spends of taproot, which are not implemented and always
/// refused; coins of the mempool, with what that asks of ancestors, replacements and packages; and rewards of blocks that are not mature.
/// </summary>
public sealed class BitcoindJudgeTests(FundedNode node, ITestOutputHelper output) : IClassFixture<FundedNode>
{
    // Another one is for looking further by hand.
    private const string SeedVariable = "JUDGE_SEED";
    private const ulong UsualSeed = 21_000_000;
    private const int LeastJudged = 3_000;
    private const int MostShown = 30;

    [Fact]
    public async Task The_node_and_the_policy_judge_alike()
    {
        var seed = ulong.TryParse(Environment.GetEnvironmentVariable(SeedVariable), CultureInfo.InvariantCulture, out var named) ? named : UsualSeed;
        output.WriteLine($"seed {seed}");
        var stream = new SeededStream(seed);
        var funds = await Funds.MineAsync(node.Node, stream);
        var own = new OwnVerdict(funds);
        var alike = new SortedDictionary<Verdict, int>();
        var differences = new List<string>();
        var notCompared = 0;
        foreach (var (name, draft) in Generator.All(funds, stream))
        {
            var transaction = draft.Write();
            var reason = await AskAsync(transaction);
            var (theirs, ours) = (NodeVerdict.Read(reason), own.Of(transaction));
            if (theirs == ours) alike[ours] = alike.GetValueOrDefault(ours) + 1;
            else if (ReducedData.Explains(reason, ours, transaction)) notCompared++;
            else differences.Add($"""
                {name}
                  the node: {theirs?.ToString() ?? "an unknown reason"} ({reason ?? "allowed"}); the policy: {ours}
                  spends {string.Join(',', transaction.Inputs.Select(input => own.CoinOf(input) is { } coin ? Convert.ToHexStringLower(coin.Output.ToBytes()) : "-"))}
                  {transaction.ToHex()}
                """);
        }
        var judged = alike.Values.Sum();
        foreach (var (verdict, count) in alike) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count,6} {verdict}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{judged,6} judged alike, {differences.Count} otherwise, {notCompared} not compared"));
        Assert.True(differences.Count == 0, $"{differences.Count} judged otherwise at seed {seed}, of which the first:\n{string.Join('\n', differences.Take(MostShown))}");
        Assert.True(judged >= LeastJudged, $"Only {judged} were judged");
        // What never comes up is not proven.
        var never = Enum.GetValues<Fault>().Except(alike.Keys.Select(verdict => verdict.Fault)).Except([Fault.ManyDust]).ToList();
        Assert.True(never.Count == 0, $"Not one was {string.Join(" or ", never)}");
    }

    private async Task<string?> AskAsync(Transaction transaction)
    {
        try
        {
            var answer = await node.Node.Rpc.TestMempoolAcceptAsync(transaction);
            return answer.IsAllowed ? null : answer.RejectReason;
        }
        catch (RPCException e) when (e.RPCCode == RPCErrorCode.RPC_DESERIALIZATION_ERROR && transaction.Inputs.Count == 0)
        {
            return "bad-txns-vin-empty";   // Its bytes look like those of a witness that is missing: the node does not come to judge it.
        }
    }
}
