namespace BtcChannels.RegtestTests.Judge;

/// <summary>The transactions that are judged: each coin spent as it should be, each change made to usual ones, and changes thrown together.</summary>
internal static class Generator
{
    private const int Thrown = 2_500;

    public static IEnumerable<(string Name, Draft Draft)> All(Funds funds, SeededStream stream)
    {
        var drafts = new Drafts(funds, stream);
        Mutation[] mutations = [.. TermMutations.All(funds), .. OutputMutations.All(funds), .. SignatureMutations.All(), .. PushMutations.All()];
        return Unchanged(funds, drafts).Concat(LargeDrafts.All(funds)).Concat(Each(funds, drafts, mutations, stream)).Concat(Mixed(drafts, mutations, stream));
    }

    private static IEnumerable<(string Name, Draft Draft)> Unchanged(Funds funds, Drafts drafts)
    {
        foreach (var coin in funds.Channels)
            foreach (var branch in coin.Script.Branches) yield return drafts.OfChannel(coin, branch.Name);
        foreach (var coin in funds.Wallets)
            for (var branch = 0; branch < coin.Script.Branches.Length; branch++) yield return drafts.Deposit(coin, branch);
        foreach (var coin in funds.Oddities) yield return drafts.Stranger(coin);
    }

    private static IEnumerable<(string Name, Draft Draft)> Each(Funds funds, Drafts drafts, Mutation[] mutations, SeededStream stream)
    {
        var overdue = funds.Channels[0];
        var modern = funds.Channels.First(coin => coin.Script is { Wrapping: Wrapping.P2wsh, Expiry: 100 } && coin.Script.Name.Contains("channel", StringComparison.Ordinal));
        foreach (var mutation in mutations)
        {
            yield return Changed(drafts.OfChannel(overdue, "close"), stream, mutation);
            yield return Changed(drafts.OfChannel(overdue, "refund"), stream, mutation);
            yield return Changed(drafts.OfChannel(modern, "close"), stream, mutation);
            yield return Changed(drafts.Deposit(stream.Pick(funds.Wallets)), stream, mutation);
        }
    }

    private static IEnumerable<(string Name, Draft Draft)> Mixed(Drafts drafts, Mutation[] mutations, SeededStream stream)
    {
        for (var i = 0; i < Thrown; i++)
        {
            var changes = stream.Below(8) switch { < 4 => 1, < 7 => 2, _ => 3 };
            yield return Changed(drafts.Any(), stream, [.. Enumerable.Range(0, changes).Select(_ => stream.Pick(mutations))]);
        }
    }

    private static (string Name, Draft Draft) Changed((string Name, Draft Draft) usual, SeededStream stream, params Mutation[] mutations)
    {
        foreach (var mutation in mutations) mutation.Apply(usual.Draft, stream);
        return ($"{usual.Name}, {string.Join(", ", mutations.Select(mutation => mutation.Name))}", usual.Draft);
    }
}
