using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace BtcChannels.Cli;

/// <summary>Says what came of a command: JSON for scripts, words for people, tables where somebody looks.</summary>
internal sealed class Output(CliHost host, bool isJson)
{
    public bool IsJson => isJson;

    /// <summary>Whether tables and progress have an eye to see them.</summary>
    public bool IsLive => host.IsTerminal && !isJson;

    public ExitCode Done<T>(T view, JsonTypeInfo<T> type, string words)
    {
        Write(view, type, words);
        return ExitCode.Done;
    }

    /// <summary>A result that is told whatever the exit code.</summary>
    public void Write<T>(T view, JsonTypeInfo<T> type, string words) => host.Out.WriteLine(isJson ? JsonSerializer.Serialize(view, type) : words);

    public ExitCode Failed(ExitCode code, string words, string? problem = null)
    {
        if (isJson) host.Out.WriteLine(JsonSerializer.Serialize(new FailureView(words, (int)code, problem), CliJson.Default.FailureView));
        host.Error.WriteLine(words);
        return code;
    }

    /// <summary>A word in passing.</summary>
    public void Say(string words) => (isJson ? host.Error : host.Out).WriteLine(words);

    public void Warn(string words) => host.Error.WriteLine(words);

    /// <summary>Something for people's eyes alone, in no script's way.</summary>
    public void Show(string picture)
    {
        if (IsLive) host.Out.WriteLine(picture);
    }

    public IAnsiConsole Console() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(host.Out) });
}
