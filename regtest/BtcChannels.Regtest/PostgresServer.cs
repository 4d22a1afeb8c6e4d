using System.Diagnostics;
using Npgsql;

namespace BtcChannels.Regtest;

/// <summary>
/// A PostgreSQL of its own, which a test may break: get-postgres.sh runs it. It ends with its owner, however that one ends, and its data with it.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly Process _script;

    private PostgresServer(Process script, string connectionString) => (_script, ConnectionString) = (script, connectionString);

    /// <summary>It stays the same over all restarts.</summary>
    public string ConnectionString { get; }

    /// <exception cref="InvalidOperationException">There is none to be had; the script has said why on the standard error.</exception>
    public static async Task<PostgresServer> StartAsync()
    {
        var start = new ProcessStartInfo("bash", [FindScript(), "--control"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        var script = Process.Start(start)!;
        if (await script.StandardOutput.ReadLineAsync() is { } connection) return new PostgresServer(script, connection);
        script.Dispose();
        throw new InvalidOperationException("get-postgres.sh has not brought up a PostgreSQL");
    }

    /// <summary>SIGKILL to the whole of it. What was committed is on disk.</summary>
    public Task KillAsync() => CommandAsync("kill");

    /// <summary>Starts it again on its data, and waits until it lets connections in.</summary>
    public Task StartAgainAsync() => CommandAsync("start");

    /// <summary>SIGKILL to the process of one connection: the server then ends all others, too, and recovers.</summary>
    public Task CrashConnectionAsync() => CommandAsync("crash");

    /// <summary>It stands still, with all connections open, until <see cref="GoOnAsync"/>.</summary>
    public Task HangAsync() => CommandAsync("hang");

    public Task GoOnAsync() => CommandAsync("go on");

    /// <summary>The lease on the watch is over, as if the instance that has it had not been heard of for as long as it may.</summary>
    public async Task EndWatchAsync()
    {
        for (var tries = 1; ; tries++, await Task.Delay(100))
        {
            try
            {
                await using var db = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
                await db.OpenAsync();
                await using var command = new NpgsqlCommand("UPDATE watch SET until = clock_timestamp() - interval '1 second'", db);
                await command.ExecuteNonQueryAsync();
                return;
            }
            catch (NpgsqlException) when (tries < 300)
            {
                // It recovers from what was done to it before.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _script.StandardInput.Close();
        await _script.WaitForExitAsync();
        _script.Dispose();
    }

    private async Task CommandAsync(string command)
    {
        await _script.StandardInput.WriteLineAsync(command);
        await _script.StandardInput.FlushAsync();
        if (await _script.StandardOutput.ReadLineAsync() != "done") throw new InvalidOperationException($"get-postgres.sh failed to {command} PostgreSQL");
    }

    private static string FindScript()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (Path.Combine(at.FullName, "regtest", "get-postgres.sh") is var script && File.Exists(script)) return script;
        throw new FileNotFoundException("regtest/get-postgres.sh is not in any folder above the program");
    }
}
