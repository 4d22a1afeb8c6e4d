using System.Net.WebSockets;
using System.Text;
using BtcChannels.Paywall;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>
/// A WebSocket whose messages are paid, on an endpoint with <see cref="Microsoft.AspNetCore.Builder.PaywallSetup.RequireMeteredPayment"/>. What concerns the money comes as text messages among the others:
/// <c>{"event":"payment-need-voucher","data":{…}}</c>, and <c>payment-receipt</c> as the last one.
/// </summary>
public sealed class PaidSocket
{
    private readonly WebSocket _socket;
    private readonly IPaymentMeter _meter;

    /// <param name="socket">Accepted. One caller sends at a time.</param>
    /// <param name="meter">The request's.</param>
    public PaidSocket(WebSocket socket, IPaymentMeter meter)
    {
        (_socket, _meter) = (socket, meter);
        meter.Paused = (need, ct) => TellAsync(StreamEvents.NeedVoucher, need.ToJson(), ct);
    }

    /// <summary>Sends a message once its units are paid.</summary>
    /// <returns>False where the money did not come: nothing more is to be sent but the end.</returns>
    public async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> message, WebSocketMessageType type, long units, CancellationToken ct)
    {
        if (!await _meter.ChargeAsync(units, ct)) return false;
        await _socket.SendAsync(message, type, endOfMessage: true, ct);
        _meter.MarkDelivered();
        return true;
    }

    /// <summary>Sends the receipt and closes.</summary>
    public async Task EndAsync(CancellationToken ct)
    {
        if (await _meter.FinishAsync() is { } receipt) await TellAsync(StreamEvents.Receipt, receipt.ToJson(), ct);
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ct);
    }

    private ValueTask TellAsync(string name, string json, CancellationToken ct) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes($$"""{"event":"{{name}}","data":{{json}}}""").AsMemory(), WebSocketMessageType.Text, endOfMessage: true, ct);
}
