using BtcChannels;
using BtcChannels.AspNetCore.Paywall;
using BtcChannels.Paywall;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Shows in an OpenAPI document what endpoints cost, and how they are paid.</summary>
public static class PaywallDocument
{
    /// <summary>Of a priced operation: <c>{"amount":"25","currency":"sat","unitType":"request","method":"bitcoin","intent":"session"}</c>; without <c>amount</c> where the price depends on the request.</summary>
    public const string Extension = "x-payment-info";

    /// <summary>The name of the security scheme.</summary>
    public const string SecurityScheme = "Payment";

    private const string Explanation =
        "The HTTP Payment authentication scheme, method bitcoin, intent session: a 402 answer carries a challenge in WWW-Authenticate, and the request is repeated with a credential in Authorization.";

    /// <summary>Adds to priced operations their price (<see cref="Extension"/>), their 402, the receipt of what succeeds and the security scheme.</summary>
    public static OpenApiOptions AddPaywall(this OpenApiOptions options) => options.AddOperationTransformer((operation, context, _) =>
    {
        if (PaymentTerms.Of(context.Description.ActionDescriptor.EndpointMetadata) is { } terms && context.Document is { } document) Describe(operation, terms, document);
        return Task.CompletedTask;
    });

    private static void Describe(OpenApiOperation operation, PaymentTerms terms, OpenApiDocument document)
    {
        document.Components ??= new();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[SecurityScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = PaymentScheme.Scheme, Description = Explanation };
        (operation.Security ??= []).Add(new() { [new OpenApiSecuritySchemeReference(SecurityScheme, document)] = [] });
        (operation.Extensions ??= new Dictionary<string, IOpenApiExtension>())[Extension] = new JsonNodeExtension(Info(terms));
        Answer(operation, terms);
    }

    private static void Answer(OpenApiOperation operation, PaymentTerms terms)
    {
        operation.Responses ??= [];
        foreach (var (status, response) in operation.Responses)
            if (status.StartsWith('2') && response is OpenApiResponse { } success) Header(success, PaymentScheme.ReceiptHeader, "What was paid: base64url of JSON");
        const string unpaid = "402";
        if (!operation.Responses.TryGetValue(unpaid, out var known) || known is not OpenApiResponse answer)
            operation.Responses[unpaid] = answer = new() { Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() } };
        answer.Description = $"Payment required: {terms.PriceText}";
        Header(answer, "WWW-Authenticate", "The challenge: Payment id=\"…\", realm=\"…\", method=\"bitcoin\", intent=\"session\", request=\"…\"");
    }

    private static void Header(OpenApiResponse response, string name, string description) =>
        (response.Headers ??= new Dictionary<string, IOpenApiHeader>())[name] = new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };

    private static System.Text.Json.Nodes.JsonObject Info(PaymentTerms terms)
    {
        var info = new System.Text.Json.Nodes.JsonObject();
        if (terms.FixedPrice is { } price) info["amount"] = price.ToDecimalString();
        info["currency"] = PaymentScheme.Currency;
        info["unitType"] = terms.Unit;
        info["method"] = PaymentScheme.Method;
        info["intent"] = PaymentScheme.Intent;
        if (terms.Description is { } description) info["description"] = description;
        return info;
    }
}
