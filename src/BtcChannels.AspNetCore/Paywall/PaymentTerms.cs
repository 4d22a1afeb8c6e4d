using BtcChannels.Paywall;
using Microsoft.AspNetCore.Http;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>What an endpoint costs, as its metadata tells.</summary>
public interface IPaymentMetadata
{
    PaymentTerms Terms { get; }
}

/// <summary>What an endpoint costs.</summary>
public sealed class PaymentTerms : IPaymentMetadata
{
    /// <param name="price">Of one unit; zero lets the request through unpaid.</param>
    public PaymentTerms(MilliSatoshi price) : this(_ => ValueTask.FromResult(price)) => FixedPrice = price;

    /// <param name="price">Of one unit, for the request at hand; zero lets it through unpaid. It is asked before and after the customer has paid, so it has to be the same both times.</param>
    public PaymentTerms(Func<HttpContext, ValueTask<MilliSatoshi>> price) => Price = price;

    /// <summary>Asks for the price of one unit.</summary>
    public Func<HttpContext, ValueTask<MilliSatoshi>> Price { get; }

    /// <summary>The price where it is the same for every request; null where it depends.</summary>
    public MilliSatoshi? FixedPrice { get; }

    /// <summary>What a unit is. Default <c>request</c>.</summary>
    public string Unit { get; set; } = SessionRequest.RequestUnit;

    /// <summary>
    /// Whether the handler counts the units that it delivers (<see cref="IPaymentMeter"/>). Default no: a request is one unit, reserved before the handler runs and spent once its answer
    /// is a success.
    /// </summary>
    public bool IsMetered { get; set; }

    /// <summary>For people, in the challenge. Default none.</summary>
    public string? Description { get; set; }

    /// <summary>How many requests of one address a day are let through unpaid, at least 0. Default none. They are counted in memory, by each instance for itself.</summary>
    public int FreePerDay { get; set; }

    /// <summary>Whether an answer of that status is what the customer pays for. Default: below 400. What is not is not charged.</summary>
    public Func<int, bool> IsDelivered { get; set; } = static status => status < StatusCodes.Status400BadRequest;

    PaymentTerms IPaymentMetadata.Terms => this;

    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Unit) || Unit.Length > 64) throw new ArgumentException("RequirePayment: Unit has 1 to 64 letters");
        if (FreePerDay < 0) throw new ArgumentException("RequirePayment: FreePerDay is at least 0");
        if (Description is { Length: > 500 }) throw new ArgumentException("RequirePayment: Description has at most 500 letters");
    }
}
