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

    /// <summary>For people: <c>25 sat per request</c>.</summary>
    public string PriceText => $"{(FixedPrice is { } price ? $"{price.ToDecimalString()} sat" : "a price that depends on the request,")} per {Unit}";

    /// <summary>What a unit is, 1 to 64 letters of printable ASCII. Default <c>request</c>.</summary>
    /// <exception cref="ArgumentException">It is not that.</exception>
    public string Unit
    {
        get;
        set => field = !string.IsNullOrWhiteSpace(value) && value.Length <= 64 && IsPrintable(value) ? value : throw new ArgumentException("RequirePayment: Unit has 1 to 64 letters of printable ASCII");
    } = SessionRequest.RequestUnit;

    /// <summary>
    /// Whether the handler counts the units that it delivers (<see cref="IPaymentMeter"/>). Default no: a request is one unit, reserved before the handler runs and spent once its answer
    /// is a success.
    /// </summary>
    public bool IsMetered { get; set; }

    /// <summary>For people, in the challenge: at most 500 letters of printable ASCII, since it travels in a field of HTTP. Default none.</summary>
    /// <exception cref="ArgumentException">It is not that.</exception>
    public string? Description
    {
        get;
        set => field = value is null || (value.Length <= 500 && IsPrintable(value)) ? value : throw new ArgumentException("RequirePayment: Description has at most 500 letters of printable ASCII");
    }

    /// <summary>
    /// How many requests of one address a day (of UTC) are let through unpaid, at least 0. Default none. They are counted by endpoint whatever becomes of them, in memory, by each instance for itself.
    /// </summary>
    /// <exception cref="ArgumentException">It is below 0.</exception>
    public int FreePerDay
    {
        get;
        set => field = value >= 0 ? value : throw new ArgumentException("RequirePayment: FreePerDay is at least 0");
    }

    /// <summary>Whether an answer of that status is what the customer pays for. Default: below 400. What is not is not charged.</summary>
    public Func<int, bool> IsDelivered { get; set; } = static status => status < StatusCodes.Status400BadRequest;

    PaymentTerms IPaymentMetadata.Terms => this;

    /// <summary>The terms that count of those in an endpoint's metadata, null where it is not priced: a controller's or action's attribute, or else what was said last, which is the innermost.</summary>
    public static PaymentTerms? Of(IEnumerable<object> metadata)
    {
        PaymentTerms? last = null;
        RequirePaymentAttribute? attribute = null;
        foreach (var it in metadata)
        {
            if (it is RequirePaymentAttribute one) attribute = one;
            else if (it is IPaymentMetadata other) last = other.Terms;
        }
        return attribute?.Terms ?? last;
    }

    private static bool IsPrintable(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
