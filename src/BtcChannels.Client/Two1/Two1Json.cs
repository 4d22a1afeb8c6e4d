using System.Text.Json.Serialization;

namespace BtcChannels.Client;

/// <summary>Answer to <c>GET</c> of a two1 door.</summary>
internal sealed record Two1Info(string PublicKey, int Version, bool? Zeroconf = null);

/// <summary>Answer to <c>GET door/{txid}</c>.</summary>
/// <param name="Status"><c>confirming</c>, <c>ready</c> or <c>closed</c>.</param>
/// <param name="Balance">What the merchant was paid so far, satoshi.</param>
/// <param name="TimeLeft">Not what its name says: the expiry, UNIX seconds.</param>
internal sealed record Two1Status(string Status, long Balance, long TimeLeft);

/// <summary>Answer to <c>PUT</c>, and with another id to <c>DELETE door/{txid}</c>.</summary>
internal sealed record Two1Paid(string PaymentTxid);

/// <summary>A refusal, where it is not a plain text.</summary>
internal sealed record Two1Error(string? Error = null);

/// <summary>The JSON of two1 doors, as a customer reads it. Members that are unknown are passed over.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Two1Info))]
[JsonSerializable(typeof(Two1Status))]
[JsonSerializable(typeof(Two1Paid))]
[JsonSerializable(typeof(Two1Error))]
internal sealed partial class Two1Json : JsonSerializerContext;
