using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace BtcChannels.Paywall;

internal sealed record WireSessionRequest(string Amount, string Currency, string UnitType, WireMethodDetails MethodDetails, string? SuggestedDeposit = null);

internal sealed record WireMethodDetails(
    string Network, string Channels, string MinDeposit, int MinConfirmations, string CloseFee, IReadOnlyList<string> Kinds, string? ChannelId = null, string? PayoutScript = null);

internal sealed record WireReceipt(
    string Status, string Method, string Intent, string Timestamp, string Reference, string ChannelId, string ChallengeId, string AcceptedCumulative, string Spent, long Units,
    string? Txid = null);

internal sealed record WireNeedVoucher(string ChannelId, string RequiredCumulative, string AcceptedCumulative, string Deposit);

/// <summary>The scheme's objects as they are read: a missing or double member, a null or another type is a fault, an unknown member is passed over.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(WireSessionRequest))]
[JsonSerializable(typeof(WireReceipt))]
[JsonSerializable(typeof(WireNeedVoucher))]
internal sealed partial class SchemeJson : JsonSerializerContext
{
    /// <summary>The longest object that is read, bytes.</summary>
    private const int MaxLength = PaymentScheme.MaxChallengeLength;

    /// <summary>Reads JSON that came as base64url without padding.</summary>
    public static bool TryDecode<T>(string? text, JsonTypeInfo<T> type, [NotNullWhen(true)] out T? value) where T : class
    {
        value = null;
        if (text is null || text.Length > MaxLength || !HttpText.IsBase64Url(text)) return false;
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        return Base64Url.DecodeFromChars(text, bytes, out _, out var length) == OperationStatus.Done && TryRead(bytes.AsSpan(0, length), type, out value);
    }

    public static bool TryRead<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, [NotNullWhen(true)] out T? value) where T : class
    {
        value = null;
        if (json.Length > MaxLength) return false;
        try
        {
            value = JsonSerializer.Deserialize(json, type);
            return value is not null;
        }
        catch (JsonException)
        {
            return false;   // a stranger's text that is none of ours
        }
    }
}
