using System.Security.Cryptography;
using BtcChannels.Storage;
using Microsoft.Data.Sqlite;

namespace BtcChannels.Tests.Storage;

/// <summary>A data folder of its own for a test, gone with it.</summary>
public sealed class DataFolder : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("btcchannels-store-").FullName;

    public string Path => System.IO.Path.Combine(_parent, "data");

    public string Seed => File(SeedFile.Name);

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public static string Fingerprint(ReadOnlySpan<byte> seed) => Convert.ToHexStringLower(SHA256.HashData(seed));

    /// <summary>Changes a file behind its owner's back.</summary>
    public void Execute(string name, string sql)
    {
        using var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = File(name), Pooling = false }.ToString());
        db.Open();
        using var command = db.CreateCommand();
#pragma warning disable CA2100 // the tests' own statements
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>What a power cut at this moment would leave: the file and its log, without the writer's goodbye.</summary>
    public DataFolder Snapshot(params string[] names)
    {
        var copy = new DataFolder();
        Directory.CreateDirectory(copy.Path);
        foreach (var name in names.SelectMany(it => new[] { it, it + "-wal" }).Append(SeedFile.Name))
            if (System.IO.File.Exists(File(name))) System.IO.File.Copy(File(name), copy.File(name));
        return copy;
    }

    public void Dispose() => Directory.Delete(_parent, recursive: true);
}
