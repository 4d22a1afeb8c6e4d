using System.Globalization;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.DependencyInjection;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>Puts a price on a controller, an action or a Razor page: <c>[RequirePayment("0.25")]</c>. The action's own counts, not its controller's, and not what <c>RequirePayment</c> says of all of them.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class RequirePaymentAttribute : Attribute, IAsyncResourceFilter, IPaymentMetadata
{
    /// <param name="price">Satoshi, with at most three decimals.</param>
    /// <exception cref="ArgumentException">It is no such number.</exception>
    public RequirePaymentAttribute(string price)
    {
        Price = price;
        Terms = new PaymentTerms(MilliSatoshi.TryParseDecimal(price, out var amount) ? amount : throw new ArgumentException($"'{price}' is no price in satoshi, such as 0.25", nameof(price)));
    }

    public string Price { get; }

    /// <inheritdoc cref="PaymentTerms.Unit"/>
    public string Unit { get => Terms.Unit; set => Terms.Unit = value; }

    /// <inheritdoc cref="PaymentTerms.IsMetered"/>
    public bool IsMetered { get => Terms.IsMetered; set => Terms.IsMetered = value; }

    /// <inheritdoc cref="PaymentTerms.Description"/>
    public string? Description { get => Terms.Description; set => Terms.Description = value; }

    /// <inheritdoc cref="PaymentTerms.FreePerDay"/>
    public int FreePerDay { get => Terms.FreePerDay; set => Terms.FreePerDay = value; }

    /// <inheritdoc/>
    public PaymentTerms Terms { get; }

    /// <inheritdoc/>
    public Task OnResourceExecutionAsync(ResourceExecutingContext context, ResourceExecutionDelegate next)
    {
        var http = context.HttpContext;
        // A controller's stands before its action's: the innermost counts, and it alone. Where RequirePayment stands before both, it has charged by it.
        if (http.GetEndpoint()?.Metadata is { } metadata && (metadata.GetMetadata<GuardedEndpoint>() is not null || PaymentTerms.Of(metadata) != Terms)) return next();
        return http.RequestServices.GetRequiredService<PaywallGate>().PassAsync(http, PricedEndpoint.Of(http, Terms), async _ =>
        {
            var executed = await next();
            // MVC hands over what the action threw instead of throwing it.
            if (executed is { Exception: { } fault, ExceptionHandled: false }) ExceptionDispatchInfo.Throw(fault);
        }, () => context.Result = new Microsoft.AspNetCore.Mvc.EmptyResult());
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Price} sat per {Unit}");
}
