using NBitcoin;

namespace BtcChannels.Client;

/// <summary>A merchant's address as requests sign it: scheme, host and port, lower case, no slash at the end.</summary>
public static class MerchantOrigin
{
    /// <summary>
    /// Plain http is for this machine and for regtest: whoever stands between could put his own key into the offer, and be paid in the
    /// merchant's place.
    /// </summary>
    /// <exception cref="ArgumentException">It is no http address of a host alone, or not a safe one.</exception>
    public static string Of(Uri merchant, Network network)
    {
        if (!merchant.IsAbsoluteUri || (merchant.Scheme != Uri.UriSchemeHttp && merchant.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException($"A merchant's address begins with https:// (or http://), which '{merchant}' does not");
        if (merchant.PathAndQuery != "/" || merchant.Fragment.Length > 0 || merchant.UserInfo.Length > 0)
            throw new ArgumentException("A merchant's address is scheme, host and port alone, such as https://shop.example");
        if (merchant.Scheme == Uri.UriSchemeHttp && !merchant.IsLoopback && network.ChainName != ChainName.Regtest)
            throw new ArgumentException($"{merchant} is not encrypted: whoever stands between could be paid in the merchant's place. Use https");
        return merchant.GetLeftPart(UriPartial.Authority).ToLowerInvariant();
    }
}
