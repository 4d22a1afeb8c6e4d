using BtcChannels.Storage;
using BtcChannels.Storage.Postgres;
using Dapper;
using Npgsql;

namespace BtcChannels.Tests.Storage;

/// <summary>A schema of its own for a test, and data folders for the instances that work on it; gone with it.</summary>
internal sealed class TestPostgres : IAsyncDisposable
{
    /// <summary>Names the server that tests may use; tests/run.sh starts one.</summary>
    public const string Variable = "BTCCHANNELS_TEST_POSTGRES";

    private readonly string _schema;
    private readonly List<DataFolder> _folders = [];

    private TestPostgres(string schema) => _schema = schema;

    public static string? Server => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } server ? server : null;

    public string ConnectionString => new NpgsqlConnectionStringBuilder(Server) { SearchPath = _schema, Database = "postgres" }.ConnectionString;

    public static string Password => new NpgsqlConnectionStringBuilder(Server).Password!;

    /// <summary>By its name an instance's connections are told from another's.</summary>
    public string NamedConnectionString(string application) => new NpgsqlConnectionStringBuilder(ConnectionString) { ApplicationName = $"{_schema}_{application}" }.ConnectionString;

    /// <summary>What the server is told by way of the connection.</summary>
    public string ConnectionStringWith(string options) => new NpgsqlConnectionStringBuilder(ConnectionString) { Options = options }.ConnectionString;

    public static async Task<TestPostgres> MakeAsync()
    {
        var made = new TestPostgres($"test_{Guid.NewGuid():n}");
        await using var db = new NpgsqlConnection(Server);
        await db.ExecuteAsync($"CREATE SCHEMA {made._schema}");
        return made;
    }

    /// <summary>A data folder for a further instance: it gets a copy of the first one's seed.</summary>
    public DataFolder AddFolder(bool withSeed = true)
    {
        var folder = new DataFolder();
        if (withSeed && _folders.FirstOrDefault() is { } first)
        {
            Directory.CreateDirectory(folder.Path);
            File.Copy(first.Seed, folder.Seed);
        }
        _folders.Add(folder);
        return folder;
    }

    /// <summary>A further instance.</summary>
    public Task<PostgresMerchantStore> OpenAsync(string? connectionString = null, DataFolder? folder = null) => PostgresMerchantStore.OpenAsync(
        connectionString ?? ConnectionString, (folder ?? AddFolder()).Path, StoreSample.Network, DataFolder.Fingerprint, CancellationToken.None);

    /// <summary>Changes the database behind the store's back.</summary>
    public async Task<int> ExecuteAsync(string sql, object? arguments = null)
    {
        await using var db = new NpgsqlConnection(ConnectionString);
        return await db.ExecuteAsync(sql, arguments);
    }

    public async Task<T> AskAsync<T>(string sql, object? arguments = null)
    {
        await using var db = new NpgsqlConnection(ConnectionString);
        return (await db.ExecuteScalarAsync<T>(sql, arguments))!;
    }

    /// <summary>Ends all connections of one instance, as a restart of the server would.</summary>
    /// <returns>How many.</returns>
    public Task<long> KillConnectionsAsync(string application) => AskAsync<long>("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = @application", new { application = $"{_schema}_{application}" });

    public async ValueTask DisposeAsync()
    {
        await using (var db = new NpgsqlConnection(Server)) await db.ExecuteAsync($"DROP SCHEMA {_schema} CASCADE");
        foreach (var folder in _folders) folder.Dispose();
    }
}
