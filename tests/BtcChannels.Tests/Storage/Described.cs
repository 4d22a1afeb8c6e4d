using System.Collections;
using System.Globalization;
using System.Reflection;
using NBitcoin;

namespace BtcChannels.Tests.Storage;

/// <summary>Writes out all that a domain record holds, so that two of them can be compared to the last byte: transactions are equal by identity only.</summary>
internal static class Described
{
    public static string Of(object? it) => it switch
    {
        null => "null",
        Transaction transaction => transaction.ToHex(),
        Script script => script.ToHex(),
        Secp256k1.Signature signature => Convert.ToHexStringLower(signature.ToCompact()),
        string text => text,
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Of))}]",
        _ when it.GetType().IsEnum || it.GetType().Namespace != typeof(ChannelId).Namespace => Convert.ToString(it, CultureInfo.InvariantCulture)!,
        _ => $"{it.GetType().Name} {{ {string.Join(", ", Facts(it))} }}",
    };

    private static IEnumerable<string> Facts(object it) => it.GetType()
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.GetIndexParameters().Length == 0 && property.GetMethod!.GetParameters().Length == 0)
        .Select(property => $"{property.Name} = {Of(property.GetValue(it))}");
}
