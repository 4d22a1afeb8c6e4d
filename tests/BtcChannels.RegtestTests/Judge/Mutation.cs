namespace BtcChannels.RegtestTests.Judge;

/// <summary>A change that makes a draft another transaction.</summary>
internal sealed record Mutation(string Name, Action<Draft, SeededStream> Apply);
