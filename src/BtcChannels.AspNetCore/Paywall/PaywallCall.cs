using System.Diagnostics.CodeAnalysis;
using BtcChannels.Paywall;
using Microsoft.AspNetCore.Http;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>A request at the gate.</summary>
internal sealed class PaywallCall(HttpContext http, PricedEndpoint endpoint, MilliSatoshi price)
{
    private ReadOnlyMemory<byte>? _body;
    private bool _isLarge;

    public HttpContext Http => http;

    public PricedEndpoint Endpoint => endpoint;

    /// <summary>Of one unit.</summary>
    public MilliSatoshi Price => price;

    /// <summary>Whether the handler has it.</summary>
    public bool IsServed { get; set; }

    /// <summary>False where there is none of this scheme, or with a refusal where it is not what it has to be.</summary>
    public bool TryReadCredential([NotNullWhen(true)] out PaymentCredential? credential, out PaywallRefusal? malformed)
    {
        malformed = null;
        credential = null;
        var field = http.Request.Headers.Authorization;
        if (field.Count == 0) return false;
        var fault = CredentialFault.TooLong;   // twice is none: which one counts would be for others on the way to decide
        if (field.Count == 1 && PaymentCredential.TryParse(field[0], PaymentScheme.MaxCredentialLength, out credential, out fault)) return true;
        malformed = fault switch
        {
            CredentialFault.NotPayment => null,
            CredentialFault.Payload => PaywallRefusal.MalformedCredential(StatusCodes.Status400BadRequest, "The payload is not what its action needs"),
            CredentialFault.Challenge => PaywallRefusal.MalformedCredential(StatusCodes.Status402PaymentRequired, "The credential has no whole challenge"),
            _ => PaywallRefusal.MalformedCredential(StatusCodes.Status402PaymentRequired, "Authorization has to be one Payment credential: base64url without padding of JSON"),
        };
        return false;
    }

    /// <summary>The body, which the handler reads all the same; null where it is larger.</summary>
    /// <param name="limit">Bytes.</param>
    public async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(int limit)
    {
        if (_body is not null || _isLarge) return _body;
        var request = http.Request;
        if (_isLarge = request.ContentLength > limit) return null;
        if (!http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? false) return _body = ReadOnlyMemory<byte>.Empty;
        var buffer = new byte[limit + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, http.RequestAborted);
        _isLarge = length > limit;
        request.Body = _isLarge ? new ReadAheadBody(buffer, request.Body) : new MemoryStream(buffer, 0, length, writable: false);
        if (!_isLarge) _body = buffer.AsMemory(0, length);
        return _body;
    }
}
