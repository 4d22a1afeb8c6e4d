namespace BtcChannels.Server;

/// <summary>What the program is told to do instead of serving, once.</summary>
/// <param name="Run">Does it, with the server's own settings.</param>
/// <param name="Settings">The arguments that are settings.</param>
internal sealed record OneTimeCommand(Func<ServerSettings, Task> Run, string[] Settings)
{
    /// <summary>Null where the program is to serve.</summary>
    /// <exception cref="ArgumentException">The words are unknown, or lack something.</exception>
    public static OneTimeCommand? Read(string[] args, TextWriter output)
    {
        // Settings begin with a dash, apart from the two options of sweep, or are NAME=VALUE; words come first.
        if (args is not [var word, .. var rest] || word[..Math.Min(1, word.Length)] is "-" or "/" || word.Contains('=')) return null;
        return word switch
        {
            "migrate" => new(settings => StoreCommands.MigrateAsync(settings, output), rest),
            "backup" => rest is [var to, .. var after] && !to.StartsWith('-')
                ? new(settings => StoreCommands.BackUpAsync(settings, to, output), after)
                : throw new ArgumentException("backup needs the folder to make: backup FOLDER"),
            "payouts" => rest is ["descriptor", .. var after]
                ? new(settings => PayoutCommands.DescribeAsync(settings, output), after)
                : new(settings => PayoutCommands.ListAsync(settings, output), rest),
            "health" => new(settings => HealthCommand.RunAsync(settings, output), rest),
            "sweep" => Sweep(rest, output),
            _ => throw new ArgumentException($"'{word}' is unknown: --help lists what there is"),
        };
    }

    private static OneTimeCommand Sweep(string[] rest, TextWriter output)
    {
        var end = Array.FindIndex(rest, it => it.StartsWith("--BtcChannels:", StringComparison.OrdinalIgnoreCase));
        if (end < 0) end = rest.Length;
        return new(settings => PayoutCommands.SweepAsync(settings, rest[..end], output), rest[end..]);
    }
}
