namespace NBitcoin.RPC;

/// <summary>Where bitcoind writes its cookie unless it is told otherwise.</summary>
internal static class DefaultCookieFile
{
    /// <summary>Null where no default is known.</summary>
    public static string Of(Network network)
    {
        var folder = network.ChainName.ToString() switch
        {
            "Mainnet" => "",
            "Testnet" => "testnet3",
            "Regtest" => "regtest",
            _ => null,
        };
        return folder is null ? null : Path.Combine(DataFolder(), folder, ".cookie");
    }

    private static string DataFolder() =>
        OperatingSystem.IsWindows() ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "Bitcoin")
        : OperatingSystem.IsMacOS() ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "Library", "Application Support", "Bitcoin")
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".bitcoin");
}
