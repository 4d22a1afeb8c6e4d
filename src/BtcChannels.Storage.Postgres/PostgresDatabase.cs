using Npgsql;

namespace BtcChannels.Storage.Postgres;

/// <summary>Connections to one database, each of which keeps what it commits.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    private const int NpgsqlDefaultPool = 100;
    private const int Pool = 20;   // several instances share what the server lets in, which is 100 by default

    // An instance that hangs in the midst of a transaction must not hold up the others; all that is read and written counts on read committed.
    private const string Session = """-c idle_in_transaction_session_timeout=10s -c default_transaction_isolation=read\ committed""";

    private readonly NpgsqlDataSource _source;
    private readonly string _listening;
    private bool _disposed;

    /// <exception cref="ArgumentException">It is no connection string of PostgreSQL.</exception>
    public PostgresDatabase(string connectionString)
    {
        var settings = Parse(connectionString);
        Name = $"Database {settings.Database ?? settings.Username} at {settings.Host}";
        if (settings.MaxPoolSize == NpgsqlDefaultPool) settings.MaxPoolSize = Pool;
        settings.Options = $"{settings.Options} {Session}".Trim();
        settings.ApplicationName ??= "btcchannels";
        settings.PersistSecurityInfo = false;
        // So that a listener whose connection is dead notices.
        _listening = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { KeepAlive = 20, Pooling = false }.ConnectionString;
        var source = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        source.UsePhysicalConnectionInitializer(RequireDurable, RequireDurableAsync);
        _source = source.Build();
    }

    /// <summary>For messages: database and host, no more.</summary>
    public string Name { get; }

    /// <exception cref="ArgumentException">It is none. Nothing of it is in the message: what is wrong may be the password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            if (!string.IsNullOrWhiteSpace(settings.Host)) return settings;
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException or OverflowException or KeyNotFoundException or InvalidCastException)
        {
        }
        throw new ArgumentException("It is no connection string of PostgreSQL, such as Host=db.example;Database=merchant;Username=merchant;Password=...");
    }

    public async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return await _source.OpenConnectionAsync(ct);
    }

    /// <summary>A connection of its own, to wait for notifications with.</summary>
    public async Task<NpgsqlConnection> OpenListeningAsync(CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var connection = new NpgsqlConnection(_listening);
        try
        {
            await connection.OpenAsync(ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs work on a connection from the pool.</summary>
    /// <exception cref="StoreException">Server or connection failed.</exception>
    public Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken ct) => PostgresErrors.TranslateAsync(Name, async () =>
    {
        await using var connection = await OpenAsync(ct);
        return await work(connection);
    });

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        await _source.DisposeAsync();
    }

    private const string Durability = "SELECT current_setting('fsync') = 'off', current_setting('full_page_writes') = 'off', current_setting('synchronous_commit') = 'off'";

    private void RequireDurable(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Durability, connection);
        using var reader = command.ExecuteReader();
        reader.Read();
        Require(reader);
    }

    private async Task RequireDurableAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Durability, connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        Require(reader);
    }

    private void Require(NpgsqlDataReader reader)
    {
        var off = ((string[])["fsync", "full_page_writes", "synchronous_commit"]).Where((_, i) => reader.GetBoolean(i)).ToList();
        if (off.Count > 0)
            throw new StoreUnavailableException($"{Name} has {string.Join(", ", off)} off, so that it can lose what was acknowledged: turn it on", null);
    }
}
