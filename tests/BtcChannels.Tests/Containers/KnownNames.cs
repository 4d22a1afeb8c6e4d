namespace BtcChannels.Tests.Containers;

/// <summary>Names that are other people's, which nothing of ours can be asked about, with where they are told of.</summary>
internal static class KnownNames
{
    /// <summary>Keys of a compose file and of its services: the Compose Specification.</summary>
    public static readonly string[] ComposeKeys = ["name", "services", "networks", "volumes"];

    /// <inheritdoc cref="ComposeKeys"/>
    public static readonly string[] ServiceKeys =
    [
        "image", "build", "restart", "stop_grace_period", "init", "networks", "network_mode", "depends_on", "entrypoint", "user", "environment", "volumes", "ports", "healthcheck", "profiles",
        "read_only", "tmpfs", "cap_drop", "security_opt",
    ];

    /// <summary>Images and versions that were published under these names.</summary>
    public static readonly string[] Images =
    [
        "postgres:17.6", "btcpayserver/bitcoin:29.1", "nicolasdorier/nbxplorer:2.6.7", "debian:12.12-slim",
        "mcr.microsoft.com/dotnet/sdk:10.0.401-noble", "mcr.microsoft.com/dotnet/runtime:10.0.12-noble", "mcr.microsoft.com/dotnet/aspnet:10.0.12-noble-chiseled",
    ];

    /// <summary>What each image lets be set from outside.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Variables = new Dictionary<string, string[]>
    {
        // The image's description: https://hub.docker.com/_/postgres
        ["postgres"] = ["POSTGRES_HOST_AUTH_METHOD", "POSTGRES_DB"],
        // docker-entrypoint.sh of Bitcoin/29.1 in https://github.com/btcpayserver/dockerfile-deps
        ["btcpayserver/bitcoin"] = ["BITCOIN_NETWORK", "BITCOIN_EXTRA_ARGS"],
        // NBXplorer/Configuration in https://github.com/dgarage/NBXplorer: the option's name in capitals, without its dots
        ["nicolasdorier/nbxplorer"] =
        [
            "NBXPLORER_NETWORK", "NBXPLORER_CHAINS", "NBXPLORER_BIND", "NBXPLORER_NOAUTH", "NBXPLORER_NOWARMUP", "NBXPLORER_BTCRPCURL", "NBXPLORER_BTCRPCCOOKIEFILE",
            "NBXPLORER_BTCNODEENDPOINT", "NBXPLORER_POSTGRES",
        ],
    };

    /// <summary>Folders that the images keep their data in: the VOLUME of each.</summary>
    public static readonly IReadOnlyDictionary<string, string> DataFolders = new Dictionary<string, string>
    {
        ["postgres"] = "/var/lib/postgresql/data", ["btcpayserver/bitcoin"] = "/data", ["nicolasdorier/nbxplorer"] = "/datadir",
    };

    /// <summary>The user of bitcoind in its image, and that of .NET's images (APP_UID).</summary>
    public const string BitcoinUser = "999:999", DotnetUser = "1654";

    /// <summary>Where PostgreSQL listens, in its image.</summary>
    public const int PostgresPort = 5432;

    public static string Repository(string image) => image[..image.LastIndexOf(':')];
}
