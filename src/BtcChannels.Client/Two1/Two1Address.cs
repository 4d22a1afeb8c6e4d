using NBitcoin;

namespace BtcChannels.Client;

/// <summary>The address of a two1 door: a merchant's origin and a path, compared as they are and never by how they begin.</summary>
public sealed record Two1Address
{
    private Two1Address(string origin, string path) => (Origin, Path) = (origin, path);

    /// <summary>As <see cref="MerchantOrigin"/> writes it.</summary>
    public string Origin { get; }

    /// <summary>Begins with a slash, and does not end with one: 21's own server answers 404 to that.</summary>
    public string Path { get; }

    /// <exception cref="ArgumentException">It is no http address with a path alone, or not a safe one.</exception>
    public static Two1Address Of(Uri door, Network network)
    {
        if (!door.IsAbsoluteUri) throw new ArgumentException($"'{door}' is no address of a two1 door, such as https://shop.example/payment");
        if (door.Query.Length > 0 || door.Fragment.Length > 0 || door.UserInfo.Length > 0) throw new ArgumentException("A two1 door's address is scheme, host, port and path alone, such as https://shop.example/payment");
        var path = door.AbsolutePath.TrimEnd('/');
        if (path.Length == 0) throw new ArgumentException($"A two1 door's address has a path, such as https://shop.example/payment, which '{door}' has not");
        return new(MerchantOrigin.Of(new Uri(door.GetLeftPart(UriPartial.Authority)), network), path);
    }

    /// <summary>Whether a channel is this door's.</summary>
    public bool IsOf(CustomerChannel channel) => channel.Door is CustomerDoor.Two1 two1 && channel.Merchant == Origin && two1.Path == Path;

    public override string ToString() => Origin + Path;
}
