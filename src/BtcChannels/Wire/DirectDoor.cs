namespace BtcChannels.Wire;

/// <summary>The door at which channels are opened, paid and closed without a price on anything. docs/http-api.md describes it.</summary>
public static class DirectDoor
{
    /// <summary>On the merchant's origin.</summary>
    public const string Path = "/channels/v1";
}
