using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>Stands in the metadata of an endpoint that the gate stands before already: nothing is charged twice.</summary>
internal sealed class GuardedEndpoint
{
    public static readonly GuardedEndpoint Mark = new();
}

/// <summary>What OpenAPI documents, of whatever library, say of an endpoint's 402: the price.</summary>
internal sealed class UnpaidResponse(PaymentTerms terms) : IProducesResponseTypeMetadata
{
    public Type Type => typeof(ProblemDetails);

    public int StatusCode => StatusCodes.Status402PaymentRequired;

    public IEnumerable<string> ContentTypes => ["application/problem+json"];

    public string Description => $"Payment required: {terms.PriceText}";
}
