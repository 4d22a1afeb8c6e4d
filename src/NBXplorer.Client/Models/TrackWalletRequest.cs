namespace NBXplorer.Models;

/// <summary>How a wallet is to be tracked.</summary>
public class TrackWalletRequest
{
    /// <summary>Null for the server's choice.</summary>
    public TrackDerivationOption[] DerivationOptions { get; set; }

    /// <summary>Whether the answer waits until the addresses are there.</summary>
    public bool Wait { get; set; }
}
