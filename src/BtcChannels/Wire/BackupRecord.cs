using System.Text.Json;
using System.Text.Json.Serialization;

namespace BtcChannels.Wire;

/// <summary>What a channel backup holds under its seal: all that the seed cannot give. Hex is lower case, amounts are satoshi, times UNIX seconds.</summary>
/// <param name="Genesis">The network's first block.</param>
/// <param name="Merchant">His origin.</param>
/// <param name="KeyIndex">The number of the customer's key.</param>
/// <param name="Kind">The channel's kind.</param>
/// <param name="MerchantKey">His key in the redeem script.</param>
/// <param name="CustomerKey">The customer's, by which a reader sees that seed and index are right.</param>
/// <param name="Expiry">As in the redeem script.</param>
/// <param name="CloseFeeSat">What closing pays the miners.</param>
/// <param name="Offer">The offer token, to show the channel to the merchant again; empty at a two1 door.</param>
/// <param name="Confirmations">How deep he wants the deposit.</param>
/// <param name="Deposit">The signed transaction.</param>
/// <param name="Refund">The signed transaction.</param>
/// <param name="CustomerScript">Where the customer's share goes.</param>
/// <param name="Two1Path">The two1 door's path below the origin; null at the direct door.</param>
/// <param name="Two1WalletIndex">The number of the customer's key in his wallet; null at the direct door.</param>
public sealed record BackupRecord(
    string Genesis, string Merchant, uint KeyIndex, string Kind, string MerchantKey, string CustomerKey, uint Expiry, long CloseFeeSat, string Offer, int Confirmations,
    string Deposit, string Refund, string CustomerScript, string? Two1Path = null, uint? Two1WalletIndex = null);

/// <summary>The JSON of backups. Members that are unknown are passed over, so that an older program reads what a newer one wrote.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BackupRecord))]
public sealed partial class BackupJson : JsonSerializerContext;
