namespace BtcChannels.Benchmarks.Fuzzing;

/// <summary>Everything that is fuzzed.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } = [.. TransactionTargets.All, .. ScriptTargets.All, .. KeyTargets.All, .. TextTargets.All, .. WireTargets.All, .. PaywallTargets.All, .. SpendTargets.All];
}
