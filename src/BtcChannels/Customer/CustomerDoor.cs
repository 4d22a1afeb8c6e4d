namespace BtcChannels;

/// <summary>The merchant's door that a channel is opened and paid at, and what only channels of that door have.</summary>
public abstract record CustomerDoor
{
    private CustomerDoor() { }

    /// <summary>The direct door.</summary>
    /// <param name="OfferToken">The merchant's offer, as he sealed it.</param>
    public sealed record Direct(string OfferToken) : CustomerDoor;

    /// <summary>A two1 door: 21's protocol.</summary>
    /// <param name="Path">The door's, below the merchant's origin: it begins with a slash and does not end with one.</param>
    /// <param name="WalletIndex">
    /// The number of the customer's key. Closes pay his share to that very key (P2PKH), so it is one of his own wallet's, which finds and spends what comes back:
    /// <c>m/44'/coin'/0'/1/index</c>.
    /// </param>
    public sealed record Two1(string Path, uint WalletIndex) : CustomerDoor;
}
