using BtcChannels.AspNetCore.Http;
using BtcChannels.Paywall;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>
/// Takes vouchers that come alone, by <c>HEAD</c>, before anything else sees them: the address that they are sent to may well be mapped for other methods only. The challenge in
/// them shows that they are for this merchant.
/// </summary>
internal sealed class VoucherFilter : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        var services = app.ApplicationServices;
        app.Use(behind => http => HttpMethods.IsHead(http.Request.Method) && http.Request.Headers.Authorization is [{ } field] && field.StartsWith(PaymentScheme.Scheme, StringComparison.OrdinalIgnoreCase)
            ? services.GetRequiredService<PaywallGate>().TakeAloneAsync(http, behind)
            : behind(http));
        next(app);
    };
}
