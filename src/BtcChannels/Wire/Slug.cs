using System.Text;

namespace BtcChannels.Wire;

/// <summary>Names on the wire: <c>TotalNotRaised</c> is <c>total-not-raised</c> there.</summary>
public static class Slug
{
    /// <summary>What a problem's type begins with (RFC 9457); the slug of the rejection follows.</summary>
    public const string ProblemPrefix = "urn:btcchannels:problem:";

    public static string Of(Enum value) => Of(value.ToString());

    public static string Of(MerchantState state) => Of(state.GetType().Name);

    private static string Of(string name)
    {
        var slug = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && slug.Length > 0) slug.Append('-');
            slug.Append(char.ToLowerInvariant(letter));
        }
        return slug.ToString();
    }
}
