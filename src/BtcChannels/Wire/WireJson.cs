using System.Text.Json;
using System.Text.Json.Serialization;

namespace BtcChannels.Wire;

/// <summary>
/// The wire's JSON. Requests are read strictly: no unknown, missing or double member, no null where none may be, whole numbers only. Answers are
/// read with unknown members passed over, so that a newer merchant can say more.
/// </summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OpenBody))]
[JsonSerializable(typeof(PaymentBody))]
[JsonSerializable(typeof(CloseBody))]
public sealed partial class RequestJson : JsonSerializerContext;

/// <inheritdoc cref="RequestJson"/>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, NumberHandling = JsonNumberHandling.Strict, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(OfferAnswer))]
[JsonSerializable(typeof(OpenAnswer))]
[JsonSerializable(typeof(PaymentAnswer))]
[JsonSerializable(typeof(StatusAnswer))]
[JsonSerializable(typeof(CloseAnswer))]
[JsonSerializable(typeof(ProblemAnswer))]
public sealed partial class AnswerJson : JsonSerializerContext;
